"""The spool: what a citizen left, one small file each, until the daemon has it in the store.

Every door leaves it here, the daemon's own steps too: a step never waits for the store, and what cannot be stored now
is stored later, once. The file's name comes from the channel's id by digest, so no caller's text is in a path, and
leaving twice is leaving once.
"""

import hashlib
import json
import logging
import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from depok_agi.voice.caller import Language
from depok_agi.voice.centre import CallbackRequest

log = logging.getLogger(__name__)

REJECTED = "rejected"
"""The folder inside the spool for files that cannot be read."""


def leave(folder: Path, request: CallbackRequest) -> None:
    """Keep a request. It is on the disk when this returns.

    Raises:
        OSError: it could not be kept.
    """
    content = {
        "kind": "callback",
        "uniqueid": request.uniqueid,
        "number": request.number,
        "raw": request.raw,
        "at": request.at.isoformat(),
        "language": request.language,
    }
    name = hashlib.sha256(f"callback {request.uniqueid}".encode()).hexdigest()[:32]
    write_whole(folder / f"{name}.json", json.dumps(content), mode=0o660)


def waiting(folder: Path) -> Iterator[tuple[Path, CallbackRequest | None]]:
    """The files that wait, oldest first, each with its request; None for one that cannot be understood."""
    for path in sorted(folder.glob("*.json"), key=_written_at):
        try:
            request = _request(json.loads(path.read_text("utf-8")))
        except FileNotFoundError:
            continue  # somebody took it meanwhile
        except (IsADirectoryError, ValueError, KeyError, TypeError, RecursionError):
            request = None
        except OSError as error:
            log.warning("a file in the spool cannot be read and stays there: %s: %s", path.name, error.strerror)
            continue
        yield path, request


def _written_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _request(content: dict[str, object]) -> CallbackRequest:
    at = datetime.fromisoformat(_text(content["at"]))
    if content["kind"] != "callback" or at.tzinfo is None:
        raise ValueError("not a request for a call back")
    number = _text(content["number"])
    if not re.fullmatch(r"\+[0-9]{7,15}", number):
        raise ValueError("not a number in E.164")
    return CallbackRequest(
        uniqueid=_text(content["uniqueid"]),
        number=number,
        raw=_text(content["raw"]),
        at=at,
        language=Language(_text(content["language"])),
    )


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


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    value.encode()  # half a character, which JSON can hold and no store can keep, is a ValueError
    return value
