"""The menu that the settings name, read again whenever somebody has edited it."""

from pathlib import Path

from depok_agi.config import Settings
from depok_agi.desk.file_version import Version, file_version
from depok_agi.errors import SettingsError
from depok_agi.voice import menu_file
from depok_agi.voice.menu_tree import MenuTree

SHIPPED_MENU = Path(menu_file.__file__).with_name("depok_menu.toml")


def read(path: Path) -> str:
    """A menu file's text. Raises SettingsError."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("the menu file {path} cannot be read: {error}", path=path, error=error) from error


def menu_path(settings: Settings) -> Path:
    """The file that counts: the one of the settings, else the shipped one."""
    return settings.centre.menu or SHIPPED_MENU


class MenuFile:
    """The menu as its file has it now.

    A broken file keeps no citizen from a human: what it said before goes on counting, or the shipped menu when it never
    was right in this process. The fault is kept to be told.
    """

    def __init__(self, settings: Settings) -> None:
        self._path = menu_path(settings)
        self._known: Version | None = None
        self._tree = _shipped()
        self.fault: SettingsError | None = None

    def now(self) -> MenuTree:
        """The menu that counts."""
        version = file_version(self._path)
        if version != self._known:
            self._known = version
            try:
                self._tree = menu_file.load(read(self._path), str(self._path))
                self.fault = None
            except SettingsError as error:
                self.fault = error
        return self._tree


def _shipped() -> MenuTree:
    return menu_file.load(read(SHIPPED_MENU), SHIPPED_MENU.name)
