"""The spool: what a citizen left, one small file each, until the daemon has it in the store.

Every door leaves it here, the daemon's own steps too: a step never waits for the store, and what cannot be stored now
is stored later, once. The file's name comes from the channel's id by digest, so no caller's text is in a path, and
leaving twice is leaving once.
"""

import hashlib
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from depok_agi.voice import spool_content
from depok_agi.voice.centre import Left

log = logging.getLogger(__name__)

REJECTED = "rejected"
"""The folder inside the spool for files that cannot be read."""


def leave(folder: Path, left: Left) -> None:
    """Keep what was left. It is on the disk when this returns.

    Raises:
        OSError: it could not be kept.
    """
    content = spool_content.to_json(left)
    name = hashlib.sha256(f"{content['kind']} {left.uniqueid}".encode()).hexdigest()[:32]
    write_whole(folder / f"{name}.json", json.dumps(content), mode=0o660)


def waiting(folder: Path, told: set[str] | None = None) -> Iterator[tuple[Path, Left | None]]:
    """The files that wait, oldest first, each with what was left; None for one that cannot be understood.

    `told` remembers, for whoever looks again and again, which files could not be read: each is complained about once.
    """
    told = set() if told is None else told
    for path in sorted(folder.glob("*.json"), key=_written_at):
        try:
            left = spool_content.from_json(json.loads(path.read_text("utf-8")))
        except FileNotFoundError:
            continue  # somebody took it meanwhile
        except (IsADirectoryError, ValueError, KeyError, TypeError, RecursionError):
            left = None
        except OSError as error:
            if path.name not in told:
                log.warning("a file in the spool cannot be read and stays there: %s: %s", path.name, error.strerror)
            told.add(path.name)
            continue
        told.discard(path.name)
        yield path, left


def _written_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def reject(path: Path) -> None:
    """Put a file that cannot be understood aside, for a person to look at."""
    folder = path.parent / REJECTED
    folder.mkdir(exist_ok=True)
    path.replace(folder / path.name)


def write_whole(path: Path, text: str, *, mode: int) -> None:
    """Write a file so that a reader sees all of it or nothing of it, whatever happens to the machine."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, mode)  # whatever the umask: the daemon, or Asterisk, has to read it
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
