"""Copies of the store: made while it is in use, checked by opening them, and put back in its place.

A copy is one file, without SQLite's write-ahead log beside it. Everything here is blocking: it is for commands.
"""

import contextlib
import mmap
import os
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import datetime, tzinfo
from pathlib import Path

from depok_agi.errors import NotFoundError, RefusedError, StoreError
from depok_agi.store.database import Store, newest_version

NAME = re.compile(r"depok-agi-\d{8}-\d{6}\.sqlite")
MOST_FAULTS = 20
BESIDE = ("-wal", "-shm")
"""SQLite's own files beside a store."""

UNFINISHED = ".unfinished"
"""The end of the name of a copy that is being made."""

WAITS_SECONDS = 5.0


def name_of(now: datetime) -> str:
    """The file name of a backup made now, by this moment's own clock."""
    return f"depok-agi-{now:%Y%m%d-%H%M%S}.sqlite"


def made_at(name: str, timezone: tzinfo) -> datetime:
    """When the backup of this name was made, by the clock of `timezone`."""
    return datetime.strptime(name, "depok-agi-%Y%m%d-%H%M%S.sqlite").replace(tzinfo=timezone)


def listed(folder: Path) -> list[Path]:
    """The backups in the folder, the oldest first; other files are nobody's here."""
    with _told(folder):
        if not folder.is_dir():
            return []
        return sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name) and path.is_file())


def back_up(store: Path, folder: Path, now: datetime) -> Path:
    """Copy the store, as it is at one moment, while others read and write it; the copy is checked before it counts.

    Raises:
        StoreError: the store cannot be read, the folder cannot be written, or the copy is not whole.
        RefusedError: there is a backup of this second already.
    """
    target = folder / name_of(now)
    if target.exists():
        raise RefusedError("there is a backup {name} already", name=target.name)
    with _told(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _unfinished(target) as copy:
        with _told(store), closing(_open(store)) as source, closing(sqlite3.connect(copy)) as into:
            source.backup(into)
            into.execute("PRAGMA journal_mode = DELETE")
        found = faults(copy)
        if found:
            raise StoreError(
                "the copy of {store} is not whole, so it was not kept: {found}", store=store, found=found[0]
            )
    return target


def forget_old(folder: Path, keep: int) -> list[Path]:
    """Delete the oldest backups, so that so many are kept; those that were deleted. Raises StoreError."""
    old = listed(folder)[:-keep]
    with _told(folder):
        for path in old:
            path.unlink()
    return old


def restore(backup: Path, store: Path, now: datetime) -> Path | None:
    """Put a copy of the backup in the store's place, and the store aside, under the name that is given back.

    Raises:
        NotFoundError: there is no such backup.
        RefusedError: the backup is broken or of a newer software, or the store is in use.
        StoreError: the disk refuses.
    """
    if not backup.is_file():
        raise NotFoundError("there is no backup {name} in {parent}", name=backup.name, parent=backup.parent)
    found = faults(backup)
    if found:
        raise RefusedError(
            "{name} cannot be restored, and the store stays as it is: {found}", name=backup.name, found=found[0]
        )
    with _told(store), _unfinished(store) as copy:
        shutil.copyfile(backup, copy)
        return _put_aside(store, now)


def put_aside_before(store: Path) -> list[Path]:
    """The stores that `restore` has put aside, the oldest first. Raises StoreError."""
    with _told(store.parent):
        found = store.parent.glob(f"{store.name}.before-*")
        return sorted(path for path in found if not path.name.endswith(BESIDE))


def being_made(folder: Path) -> list[Path]:
    """The files of copies that are being made just now, or were when their process was killed. Raises StoreError."""
    with _told(folder):
        return sorted(folder.glob(f".*{UNFINISHED}*")) if folder.is_dir() else []


def holds(path: Path, words: bytes) -> bool:
    """Do these bytes stand anywhere in the file, in what was deleted too? Raises StoreError."""
    with _told(path), path.open("rb") as file:
        if path.stat().st_size == 0:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(words) >= 0


@asynccontextmanager
async def rewritten(path: Path) -> AsyncIterator[Store]:
    """A copy of a backup, brought up to date and open to be changed; at the end it is in the backup's place.

    Raises:
        StoreError: it is broken, of a newer software, or the disk refuses; then the backup is as it was.
    """
    _must_be_nobodys(path)
    with _unfinished(path) as copy:
        with _told(path):
            shutil.copyfile(path, copy)
        store = await Store.open(copy, migrate=True)
        try:
            yield store
            await store.clean()
        finally:
            await store.close()
        _must_be_nobodys(copy)
        found = faults(copy)
        if found:
            raise StoreError(
                "the copy of {path} is not whole, so it stays as it was: {found}", path=path, found=found[0]
            )


def faults(path: Path) -> list[str]:
    """What is wrong with the file of a store, in words; an older version is none, since it can be brought up to date.

    Raises:
        StoreError: it cannot be opened at all.
    """
    with _told(path), closing(_open(path)) as connection:
        try:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > newest_version():
                return [f"it is of a newer depok-agi (version {version}; this one knows {newest_version()})"]
            if version == 0:
                return ["it is no store of depok-agi"]
            said = [row[0] for row in connection.execute(f"PRAGMA integrity_check({MOST_FAULTS})")]
            found = [str(text) for text in said if text != "ok"]
            lost = connection.execute("PRAGMA foreign_key_check").fetchmany(MOST_FAULTS)
        except sqlite3.DatabaseError as error:
            if "locked" in str(error):
                raise
            return [str(error)]
    return found + [
        f"row {row} of {table} belongs to a row of {parent} that is not there" for table, row, parent, _ in lost
    ]


def _open(path: Path) -> sqlite3.Connection:
    """For reading alone."""
    if not path.is_file():
        raise StoreError("there is no store at {path}", path=path)
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=WAITS_SECONDS)


def _put_aside(store: Path, now: datetime) -> Path | None:
    """Rename what is in the store's place, once nobody has it open."""
    if not store.exists():
        return None
    _must_be_nobodys(store)
    aside = store.with_name(f"{store.name}.before-{now:%Y%m%d-%H%M%S}")
    for beside in ("", *BESIDE):
        with contextlib.suppress(FileNotFoundError):
            Path(f"{store}{beside}").rename(f"{aside}{beside}")
    return aside


def _must_be_nobodys(store: Path) -> None:
    """SQLite lets a store leave the write-ahead log only when no other connection has it open."""
    try:
        with closing(sqlite3.connect(store, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise RefusedError("the store {store} is in use: stop the daemon, then try again", store=store) from error
        raise
    except sqlite3.DatabaseError:
        return  # it is broken, and may be the reason for all this


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A new file for its owner alone, which takes the target's name at the end, or is gone."""
    unfinished = target.with_name(f".{target.name}{UNFINISHED}")
    with _told(target):
        for beside in ("", *BESIDE):
            Path(f"{unfinished}{beside}").unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield unfinished
        with _told(target):
            _to_disk(unfinished)
            unfinished.rename(target)
            _to_disk(target.parent)
    finally:
        for beside in ("", *BESIDE):
            Path(f"{unfinished}{beside}").unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if "locked" in str(error):
            raise StoreError("the store {path} is busy: another process has held it too long", path=path) from error
        raise StoreError("the store {path}: {error}", path=path, error=error) from error
    except OSError as error:
        raise StoreError("{path}: {strerror}", path=path, strerror=error.strerror or error) from error
