"""Asterisk's own journal, as files on the disk, down to the records of the call log.

An input is CEL, queue_log, and CDR, one behind the other. The first bytes say what has been rotated away.
"""

import asyncio
import gzip
from collections.abc import Hashable, Iterator
from functools import cache
from pathlib import Path

from depok_agi.asterisk import journal_file
from depok_agi.calls import events as ev
from depok_agi.calls.record import Source
from depok_agi.desk.journal import Heard
from depok_agi.recovery import CDR, CEL, QUEUE_LOG, Recovery
from tests.fuzz import ledger_rules
from tests.fuzz.corpus import SCENARIOS
from tests.fuzz.folder import folder
from tests.fuzz.target import Target

NEXT_FILE = b"\x1c"
"""Between the files: Asterisk writes no such byte."""

NAMES = {CEL: "depok.csv", QUEUE_LOG: "queue_log", CDR: "Master.csv"}
BEGIN = journal_file.Position(0, 0)
"""A position in no file: all that there is, is read."""

HEARD_UNTIL = 0
PLAIN, ROTATED, COMPRESSED, DAMAGED = b"0", b"1", b"2", b"3"


@cache
def _runner() -> asyncio.Runner:
    return asyncio.Runner()


def run(data: bytes) -> Hashable:
    made = folder() / "journal"
    made.mkdir(exist_ok=True)
    for old in made.iterdir():
        old.unlink()
    kind, contents = data[:1], data[1:].split(NEXT_FILE)
    files = {name: made / file for name, file in NAMES.items()}
    for path, content in zip(files.values(), contents, strict=False):
        _write(path, kind, content)
    return _runner().run(_caught_up(files))


def _write(path: Path, kind: bytes, content: bytes) -> None:
    """The file, or one that was rotated away and has the first half of it."""
    half = len(content) // 2
    older = {
        ROTATED: (".1", content[:half]),
        COMPRESSED: (".1.gz", gzip.compress(content[:half], 1)),
        DAMAGED: (".1.gz", content[:half]),
    }
    if kind in older:
        ending, first = older[kind]
        path.with_name(path.name + ending).write_bytes(first)
        content = content[half:]
    path.write_bytes(content)


async def _caught_up(files: dict[str, Path]) -> Hashable:
    ledger = ledger_rules.new()
    recovery = Recovery("depok", files, Heard(HEARD_UNTIL, dict.fromkeys(files, BEGIN), ()))

    def take(event: ev.Event) -> None:
        ledger.apply(event, Source.RECOVERED)

    await recovery.catch_up(take, lambda: None)
    seen = ledger_rules.check(ledger)
    for path in files.values():
        journal_file.end(path)
    ledger_rules.check_forgotten(ledger)
    return seen, min(recovery._odd_lines, 3), recovery.is_behind


def seeds() -> Iterator[bytes]:
    for scenario in SCENARIOS:
        cel, log, cdr = ((scenario / name).read_bytes() for name in ("cel.csv", "queue_log", "cdr.csv"))
        for kind in (PLAIN, ROTATED, COMPRESSED, DAMAGED):
            yield kind + NEXT_FILE.join((cel, log, cdr))
        yield PLAIN + NEXT_FILE.join((b"", b"", cdr))


WORDS = (
    b'"",',
    b"|",
    b"|ENTERQUEUE|",
    b"|CONNECT|1|",
    b'"BRIDGE_ENTER"',
    b'"{""bridge_id"":""x""}"',
    b'"HANGUP"',
    NEXT_FILE,
)
TARGET = Target(run, seeds, WORDS)
