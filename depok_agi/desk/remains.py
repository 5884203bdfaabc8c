"""What an erasure has to destroy outside the store's rows: files, backups, what was deleted and stands in the file yet.

Everything here can be done twice. What cannot be reached, or not now, is told: an erasure is finished when nothing is
left but what only Asterisk itself may change.
"""

import gzip
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from depok_agi.access.traces import Traces, of_number
from depok_agi.config import Folders, Journal
from depok_agi.desk import Desk, erasing
from depok_agi.desk.erasing import Erasure
from depok_agi.errors import DepokError
from depok_agi.store import backup, subject
from depok_agi.voice.spool import REJECTED


@dataclass(frozen=True, slots=True)
class Remains:
    """What was destroyed outside the store, and what stands yet.

    Attributes:
        recordings: files that were deleted.
        spool: what waited to be taken into the store, deleted.
        backups: those that were rewritten.
        left: what could not be done, one line each; to be mended, and then the command run again.
        mentioned: where others' texts have the number: `ticket 1000015`.
        journal: Asterisk's own files that have the number, and how often; or could not be read.
    """

    recordings: int
    spool: int
    backups: int
    left: Sequence[str]
    mentioned: Sequence[str]
    journal: Sequence[str]


async def destroy(
    desk: Desk,
    erasures: Sequence[Erasure],
    number: str,
    folders: Folders,
    journal: Journal,
    tell: Callable[[str], None],
) -> Remains:
    """Finish erasures of one number (E.164). `tell` is told what is being done, for whoever waits.

    Raises:
        StoreError: the store cannot be written anew; what was done so far is done.
    """
    traces, left = of_number(number), list[str]()
    recordings = _recordings(folders.recordings, erasures, left)
    waiting = _spool(folders.spool, traces, left)
    rewritten = 0
    kept = [*backup.listed(folders.backups), *backup.put_aside_before(folders.store)]
    for path in kept:
        try:
            if backup.holds(path, traces.digits.encode()):
                tell(f"rewriting {path.name}")
                await _erase_in_backup(desk, path, erasures, number, traces)
                rewritten += 1
        except DepokError as error:
            left.append(f"{error}; restore nothing from it, delete it")
    for path in {one for folder in (folders.backups, folders.store.parent) for one in backup.being_made(folder)}:
        left.append(f"{path} is a copy that is being made, or whose making was interrupted; then delete it")
    tell("writing the store anew")
    await desk.store.clean()
    with desk.store.told():
        is_known = await desk.store.queries.get_citizen(desk.store.reader, number=number) is not None
        again = is_known or await subject.calls_with(desk.store, desk.store.reader, traces) != "[]"
        mentioned = await subject.mentions(desk.store, desk.store.reader, None, traces)
    made_meanwhile = [path for path in backup.listed(folders.backups) if path not in kept]
    left += [f"{path} was made meanwhile" for path in made_meanwhile if backup.holds(path, traces.digits.encode())]
    if again:
        left.append("the citizen has called or written again meanwhile")
    if not left:
        await erasing.finish(desk, erasures)
    found = [said for path in _journal_files(journal) if (said := _said_of(path, traces))]
    return Remains(recordings, waiting, rewritten, left, mentioned, found)


async def _erase_in_backup(desk: Desk, path: Path, erasures: Sequence[Erasure], number: str, traces: Traces) -> None:
    """The same erasure, so that whoever goes back to this backup finds what the store itself would have."""
    async with backup.rewritten(path) as store:
        there = replace(desk, store=store)
        async with store.transaction() as connection:
            calls = await subject.calls_with(store, connection, traces)
            await erasing.erase_within(
                there, connection, traces, number, calls, None, erasures[-1].why, erasures[-1].actor, even_open=True
            )


def _recordings(folder: Path, erasures: Sequence[Erasure], left: list[str]) -> int:
    deleted = 0
    for name in {name for erasure in erasures for name in erasure.recordings}:
        deleted += _delete(folder / Path(name).name, left)
    return deleted


def _spool(folder: Path, traces: Traces, left: list[str]) -> int:
    """What waits there, what could not be understood, and what was half written when somebody was killed."""
    deleted = 0
    for path in [one for place in (folder, folder / REJECTED) if place.is_dir() for one in place.iterdir()]:
        try:
            if path.is_file() and traces.in_bytes.search(path.read_bytes()):
                deleted += _delete(path, left)
        except OSError as error:
            left.append(f"{path}: {error.strerror}")
    return deleted


def _delete(path: Path, left: list[str]) -> int:
    try:
        path.unlink()
    except FileNotFoundError:
        return 0
    except OSError as error:
        left.append(f"{path} cannot be deleted: {error.strerror}")
        return 0
    return 1


def _journal_files(journal: Journal) -> Iterator[Path]:
    """Those that Asterisk writes, and what logrotate has made of them."""
    for path in (journal.cel, journal.queue_log, journal.cdr):
        if path.parent.is_dir():
            yield from sorted(
                one for one in path.parent.iterdir() if re.fullmatch(rf"{re.escape(path.name)}([.-].*)?", one.name)
            )


def _said_of(path: Path, traces: Traces) -> str | None:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            lines = sum(traces.in_bytes.search(line) is not None for line in file)
    except (OSError, EOFError) as error:
        return f"{path} cannot be read ({error})"
    return f"{path} has it in {lines} line{'' if lines == 1 else 's'}" if lines else None
