"""The host: its disks, its clock, and who may read and write what."""

import shutil
import stat
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from depok_agi.config import Settings
from depok_agi.doctor.finding import Finding, failure, ok, warning
from depok_agi.language import gettext_noop

LITTLE = 0.10
"""Of a disk; with less than that there is a warning."""

TOO_LITTLE_BYTES = 200_000_000
LOOK_SECONDS = 5


def look(settings: Settings, settings_file: Path, now: datetime) -> Iterator[Finding]:
    """Every check of the host."""
    yield from secrets(settings, settings_file)
    yield from logs(settings)
    yield from folders(settings)
    yield from disks(settings)
    yield clock(settings, now)


def secrets(settings: Settings, settings_file: Path) -> Iterator[Finding]:
    """May anybody read a password who should not?"""
    users = [user for user in (settings.ami, settings.dial, settings.operators) if user is not None]
    mail = settings.mail
    kept = [file for file in (*(user.secret_file for user in users), mail and mail.password_file) if file]
    if any(user.secret is not None for user in users):
        kept.append(settings_file)
    kept += [path for path in (settings.folders.store, *_beside(settings.folders.store)) if path.exists()]
    open_to_all = []
    for file in kept:
        try:
            mode = file.stat().st_mode
        except OSError as error:
            yield failure(
                "permissions",
                "{file}: {strerror}",
                "let the service's user reach it",
                file=file,
                strerror=error.strerror,
            )
            continue
        if mode & (stat.S_IROTH | stat.S_IWOTH):
            open_to_all.append(file)
    for file in open_to_all:
        yield failure("permissions", "{file} can be read by everybody on this host", "chmod o= {file}", file=file)
    if not open_to_all:
        yield ok("permissions", "secrets and store are closed to others")


def _beside(store: Path) -> tuple[Path, Path]:
    return Path(f"{store}-wal"), Path(f"{store}-shm")


def logs(settings: Settings) -> Iterator[Finding]:
    """May everybody read in Asterisk's own records who has called?"""
    given = settings.journal
    open_to_all = {file.parent for file in (given.cel, given.queue_log, given.cdr) if _everybody_reads(file)}
    for folder in sorted(open_to_all):
        yield warning(
            "log files",
            "everybody on this host can read in {folder} who has called",
            "chmod o= {folder}",
            folder=folder,
        )
    if not open_to_all:
        yield ok("log files", "Asterisk's records of calls are closed to others")


def _everybody_reads(file: Path) -> bool:
    try:
        above = all(folder.stat().st_mode & stat.S_IXOTH for folder in file.parents)
        return above and bool(file.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False


def folders(settings: Settings) -> Iterator[Finding]:
    """Are the folders there that Asterisk and the daemon meet in, and closed to all others?

    Asterisk makes files that everybody may read: only the folder keeps them from others.
    """
    given = settings.folders
    for name, folder in (("spool", given.spool), ("published", given.published), ("recordings", given.recordings)):
        if folder.is_dir():
            if folder.stat().st_mode & stat.S_IRWXO:
                yield failure(
                    "{name} folder",
                    "{folder} is open to everybody on this host",
                    "chmod o= {folder}",
                    name=name,
                    folder=folder,
                )
            else:
                yield ok("{name} folder", "{folder}", name=name, folder=folder)
        else:
            yield failure(
                "{name} folder", "{folder} is not there", "start the daemon, which makes it", name=name, folder=folder
            )


def disks(settings: Settings) -> Iterator[Finding]:
    """Is there room for what is written?"""
    given = settings.folders
    seen: set[int] = set()
    for folder in (given.store.parent, given.spool, given.recordings, given.backups):
        there = next((path for path in (folder, *folder.parents) if path.is_dir()), None)
        if there is None or (disk := there.stat().st_dev) in seen:
            continue
        seen.add(disk)
        usage = shutil.disk_usage(there)
        text = gettext_noop("{free:.1f} GB free of {total:.1f} GB at {folder}")
        mend = gettext_noop("make room: what cannot be written is lost once the spool is full, too")
        values = {"free": usage.free / 1e9, "total": usage.total / 1e9, "folder": there}
        if usage.free < TOO_LITTLE_BYTES:
            yield failure("disk", text, mend, **values)
        elif usage.free < LITTLE * usage.total:
            yield warning("disk", text, mend, **values)
        else:
            yield ok("disk", text, **values)


def clock(settings: Settings, now: datetime) -> Finding:
    """Is the clock kept right? Hours, due dates and the order of calls hang on it."""
    local = f"{now.astimezone(settings.timezone):%Y-%m-%d %H:%M} {settings.centre.timezone}"
    tool = shutil.which("timedatectl")
    if tool is None:
        return warning(
            "clock",
            "{local}; nobody here tells whether it is kept right",
            "see that NTP runs on this host",
            local=local,
        )
    try:
        said = subprocess.run(
            [tool, "show", "--property=NTPSynchronized", "--value"],
            capture_output=True,
            text=True,
            timeout=LOOK_SECONDS,
            check=False,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        said = ""
    if said == "yes":
        return ok("clock", "{local}, kept right by NTP", local=local)
    return warning("clock", "{local}; it is not kept right by NTP", "timedatectl set-ntp true", local=local)
