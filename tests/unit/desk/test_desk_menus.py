"""The menu file is read again when somebody edits it, and a broken one takes the menu from nobody."""

import os
from pathlib import Path

import pytest

from depok_agi.config import Settings, load
from depok_agi.desk.menus import SHIPPED_MENU, MenuFile
from depok_agi.voice import menu_file

MENU = """
start = "main"
languages = { 1 = "id" }
[menu.main]
prompt = "%s"
seconds = 5
keys.1 = "operator"
"""
SHIPPED = menu_file.load(SHIPPED_MENU.read_text("utf-8"), "shipped")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "depok-agi.toml").write_text('[centre]\nmenu = "menu.toml"\n[ami]\nsecret = "x"\n')
    return load(tmp_path / "depok-agi.toml")


def write(folder: Path, text: str, *, age: int = 0) -> None:
    path = folder / "menu.toml"
    path.write_text(text)
    written = path.stat().st_mtime_ns + age * 1_000_000_000
    os.utime(path, ns=(written, written))


def prompt(menus: MenuFile) -> str:
    return menus.now().menus["main"].prompt


def test_without_one_in_the_settings_it_is_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "depok-agi.toml").write_text('[ami]\nsecret = "x"\n')
    menus = MenuFile(load(tmp_path / "depok-agi.toml"))
    assert (menus.now(), menus.fault) == (SHIPPED, None)


def test_an_edited_file_counts_from_then_on(settings: Settings, tmp_path: Path) -> None:
    write(tmp_path, MENU % "menu-a")
    menus = MenuFile(settings)
    assert prompt(menus) == "menu-a"
    write(tmp_path, MENU % "menu-b", age=1)
    assert prompt(menus) == "menu-b"


def test_so_does_another_one_put_in_its_place_however_old_it_is(settings: Settings, tmp_path: Path) -> None:
    write(tmp_path, MENU % "menu-a")
    menus = MenuFile(settings)
    assert prompt(menus) == "menu-a"
    was = (tmp_path / "menu.toml").stat()
    (tmp_path / "other.toml").write_text(MENU % "menu-b")
    os.utime(tmp_path / "other.toml", ns=(was.st_atime_ns, was.st_mtime_ns))
    (tmp_path / "other.toml").replace(tmp_path / "menu.toml")
    assert prompt(menus) == "menu-b"


def test_the_last_right_one_stands_while_the_file_is_broken_or_gone_and_the_fault_is_told(
    settings: Settings, tmp_path: Path
) -> None:
    write(tmp_path, MENU % "menu-a")
    menus = MenuFile(settings)
    menus.now()
    write(tmp_path, 'start = "nowhere"', age=1)
    assert prompt(menus) == "menu-a"
    assert "languages: must be given" in str(menus.fault)
    (tmp_path / "menu.toml").unlink()
    assert prompt(menus) == "menu-a"
    assert "cannot be read" in str(menus.fault)
    write(tmp_path, MENU % "menu-b", age=2)
    assert (prompt(menus), menus.fault) == ("menu-b", None)


@pytest.mark.parametrize("text", [None, "nonsense", "\udcff"])
def test_where_it_never_was_right_citizens_get_the_shipped_menu(
    settings: Settings, tmp_path: Path, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "menu.toml").write_bytes(text.encode(errors="surrogateescape"))
    menus = MenuFile(settings)
    assert menus.now() == SHIPPED
    assert menus.fault is not None
