"""The host as it is found: which Asterisk, whose, and where its files are."""

import grp
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from depok_agi.errors import RefusedError

ETC = Path("/etc/asterisk")

_SETTING = re.compile(r"^\s*(\w+)\s*=>?\s*([^;\s]+)", re.MULTILINE)
_SECTION = re.compile(r"^\s*\[directories\](.*?)(?=^\s*\[|\Z)", re.MULTILINE | re.DOTALL)
_VERSION = re.compile(r"Asterisk (?:certified[/-])?(\d+)\.")
_INCLUDE = re.compile(r"^\s*#include\s+[\"<]?([^\">\s]+)", re.MULTILINE)
LOOK_SECONDS = 10


class Kind(Enum):
    """Who looks after Asterisk's files here."""

    DEBIAN = "Asterisk as Debian packages it"
    SOURCE = "Asterisk built from its source"
    FREEPBX = "FreePBX"
    ISSABEL = "Issabel"

    @property
    def writes_files(self) -> bool:
        """A web interface writes Asterisk's files anew, except those that are called custom."""
        return self in {Kind.FREEPBX, Kind.ISSABEL}


@dataclass(frozen=True, slots=True)
class Host:
    """What the plan needs to know of this host. `python` is one that the software supports."""

    kind: Kind
    etc: Path
    """Where Asterisk's own files are."""
    version: int | None
    """Asterisk's; None when it cannot be asked."""
    user: str
    group: str
    """Whom Asterisk runs as."""
    agi: Path
    sounds: Path
    log: Path
    systemd: bool
    """It runs here, and not only its files are there."""
    running: bool
    """Asterisk is up and answers."""

    def includes(self, name: str) -> list[str]:
        """What a file of Asterisk's includes."""
        file = self.etc / name
        return _INCLUDE.findall(file.read_text("utf-8", "replace")) if file.is_file() else []


def recognise() -> Host:
    """Look at this host.

    Raises:
        RefusedError: there is no Asterisk here.
    """
    program = shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None or not ETC.is_dir():
        raise RefusedError("there is no Asterisk on this host: no program `asterisk`, or no /etc/asterisk")
    folders = _folders(ETC / "asterisk.conf")
    packaged = Path("/var/lib/dpkg/info/asterisk.list").exists()
    data = Path(folders.get("astdatadir", "/usr/share/asterisk" if packaged else "/var/lib/asterisk"))
    user = _user(folders)
    return Host(
        kind=_kind(packaged=packaged),
        etc=ETC,
        version=_version(program),
        user=user,
        group=grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name,
        agi=Path(folders.get("astagidir", data / "agi-bin")),
        sounds=data / "sounds",
        log=Path(folders.get("astlogdir", "/var/log/asterisk")),
        systemd=Path("/run/systemd/system").is_dir(),
        running=_says([program, "-rx", "core show uptime"]) is not None,
    )


def _kind(*, packaged: bool) -> Kind:
    if Path("/etc/issabel.conf").exists() or Path("/var/www/html/admin/modules/issabelpbx").exists():
        return Kind.ISSABEL
    if Path("/etc/freepbx.conf").exists():
        return Kind.FREEPBX
    return Kind.DEBIAN if packaged else Kind.SOURCE


def _folders(file: Path) -> dict[str, str]:
    """The [directories] of asterisk.conf; as a template, `[directories](!)`, they do not hold."""
    if not file.is_file():
        return {}
    section = _SECTION.search(file.read_text("utf-8", "replace"))
    return dict(_SETTING.findall(section[1])) if section else {}


def _user(folders: dict[str, str]) -> str:
    """Whom Asterisk runs as: who owns its state, or the user that is called so."""
    for folder in (folders.get("astvarlibdir", "/var/lib/asterisk"), folders.get("astlogdir", "/var/log/asterisk")):
        if Path(folder).is_dir():
            try:
                return pwd.getpwuid(Path(folder).stat().st_uid).pw_name
            except KeyError:
                continue
    try:
        return pwd.getpwnam("asterisk").pw_name
    except KeyError:
        return "root"


def _version(program: str) -> int | None:
    found = _VERSION.search(_says([program, "-V"]) or "")
    return int(found[1]) if found else None


def _says(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LOOK_SECONDS, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None
