"""Catching up: Asterisk's own journal through the ledger, in memory, and with a real daemon up to committed rows."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

from depok_agi.calls import events as ev
from depok_agi.calls.ledger import Ledger
from depok_agi.calls.record import Source
from depok_agi.desk.journal import Heard
from depok_agi.recovery import CEL, QUEUE_LOG, Recovery
from tests.bench.feed_ledger import board
from tests.bench.figures import Figure
from tests.bench.pipeline import SETTLES, lost
from tests.bench.serving import Serving
from tests.bench.size import Size
from tests.bench.stream import Stream, calls_for
from tests.bench.templates import MICROSECONDS, Kind
from tests.bench.told_by import ToldBy

TARGET_LINES = 30_000
AT_ONCE = 50
ROUNDS = 3
WITHIN = 60.0
HEARD_SECONDS = 1.5
"""How long the daemon listens at first, so that it has something to go on from."""


def measure(folder: Path, size: Size) -> Iterator[Figure]:
    """Lines a second, against the rate that is wanted."""
    calls = calls_for(size.journal_lines, Kind.CEL, Kind.QUEUE_LOG)
    journal = list(Stream(calls, AT_ONCE, began=int(time.time()) * MICROSECONDS).journal())
    files = {Kind.CEL: folder / "cel.csv", Kind.QUEUE_LOG: folder / "queue_log"}
    _append(journal, files)
    paths = {CEL: files[Kind.CEL], QUEUE_LOG: files[Kind.QUEUE_LOG]}
    in_memory = [_in_memory(paths, calls) for _ in range(ROUNDS)]
    yield _figure("parsed, through the ledger", len(journal), in_memory)
    home = folder / "daemon"
    home.mkdir()
    committed, kept = _by_the_daemon(home, journal, calls)
    yield _figure("by a daemon that starts, committed", len(journal), [committed])
    yield lost(*kept, calls, "journal")


def _figure(what: str, lines: int, seconds: list[float]) -> Figure:
    rate = lines / min(seconds)
    raw = {"lines": lines, "seconds": seconds}
    target = f"{TARGET_LINES:,} lines/s"
    return Figure("journal", what, f"{rate:,.0f} lines/s", target, rate / TARGET_LINES, 1.0, raw=raw)


def _append(journal: list[tuple[Kind, str]], files: dict[Kind, Path]) -> None:
    for kind, path in files.items():
        with path.open("a", encoding="utf-8") as file:
            file.writelines(line for of, line in journal if of is kind)


def _in_memory(paths: dict[str, Path], calls: int) -> float:
    """Processor time of reading, parsing, and the ledger, which gives out as it does in the daemon."""
    ledger = Ledger(board())
    ended: set[str] = set()

    def take(event: ev.Event) -> None:
        ledger.apply(event, Source.RECOVERED)

    def give_out() -> None:
        ended.update(record.id for record in ledger.changes()[0] if record.ended)

    recovery = Recovery("depok", paths, Heard(int(time.time()) * MICROSECONDS, {}))
    began = time.process_time()
    asyncio.run(recovery.catch_up(take, give_out))
    give_out()
    seconds = time.process_time() - began
    if len(ended) != calls:
        raise RuntimeError(f"{calls} calls were written down, {len(ended)} have ended")
    return seconds


def _by_the_daemon(home: Path, journal: list[tuple[Kind, str]], calls: int) -> tuple[float, tuple[int, int]]:
    """From the answer to the login, after which the daemon catches up, until the last call is committed."""
    nothing = home / "nothing.ami"
    nothing.touch()
    with ToldBy("tests.bench.fake_ami", nothing) as ami:
        port = ami.wait_for("port", within=10)["port"]
        daemon = Serving(home, port)
        with daemon:
            daemon.until_ready()
            ami.wait_for("action", "CoreShowChannels", within=10)
            time.sleep(SETTLES + HEARD_SECONDS)
        _append(journal, {Kind.CEL: daemon.cel, Kind.QUEUE_LOG: daemon.queue_log})
        with daemon:
            began = float(ami.wait_for("action", "Login", within=20)["at"])
            last = daemon.until_ended(calls, WITHIN)
            return last - began, daemon.count()
