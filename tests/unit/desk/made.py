"""What the tests of the store, the desk and the command are made of."""

import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from depok_agi.calls.facts import Fact
from depok_agi.calls.record import CallRecord, Direction, Leg, Outcome, Role, Source
from depok_agi.desk import Desk
from depok_agi.hours.file import load
from depok_agi.store.database import Store, _migrations
from depok_agi.store.times import microseconds
from depok_agi.tickets.callback import CallbackPolicy

WIB = ZoneInfo("Asia/Jakarta")
SCHEDULE = load((resources.files("depok_agi.hours") / "depok.toml").read_text("utf-8"), "depok.toml", range(2026, 2028))
POLICY = CallbackPolicy()
ANI = "+6281100001234"
BUDI = "+6281100005678"
_FACTS = {
    Outcome.ANSWERED: Fact.SPOKE,
    Outcome.ABANDONED: Fact.QUEUEING,
    Outcome.TIMEOUT: Fact.QUEUE_TIMEOUT,
    Outcome.FULL: Fact.QUEUE_FULL,
    Outcome.NO_OPERATOR: Fact.QUEUE_EMPTY,
    Outcome.LEFT_MENU: Fact.IN_MENU,
    Outcome.CLOSED: Fact.CLOSED,
    Outcome.SELF_SERVICE: Fact.SELF_SERVICE,
    Outcome.BUSY: Fact.DIAL_BUSY,
}


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


TEN = wib("2026-06-08 10:00")


class Clock:
    """The time, as the test says."""

    def __init__(self, at: datetime = TEN) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def later(self, **units: float) -> datetime:
        self.at += timedelta(**units)
        return self.at


@asynccontextmanager
async def desk_at(path: Path, clock: Clock | None = None) -> AsyncIterator[Desk]:
    """A desk with a store of its own on this file."""
    store = await Store.open(path if path.exists() else new_store(path))  # noqa: ASYNC240 - nobody waits for it
    try:
        yield Desk(store, lambda _: SCHEDULE, POLICY, clock or Clock())
    finally:
        await store.close()


def call(
    uniqueid: str = "1764000000.1",
    outcome: Outcome | None = Outcome.ABANDONED,
    *,
    number: str | None = ANI,
    direction: Direction = Direction.INBOUND,
    began: datetime = TEN,
    seconds: int = 60,
    more_channels: tuple[str, ...] = (),
) -> CallRecord:
    """A call of one minute; without an outcome it is still up."""
    start = microseconds(began)
    end = None if outcome is None else start + seconds * 1_000_000
    answered = start + 5_000_000 if outcome is Outcome.ANSWERED else None
    inbound = direction is Direction.INBOUND
    uniqueids = (uniqueid, *more_channels)
    fact = Fact.UP if outcome is None else _FACTS[outcome]
    return CallRecord(
        id=f"depok-{uniqueid}",
        direction=direction,
        caller=number if inbound else None,
        caller_raw=(number or "anonymous") if inbound else "101",
        dialled="1500664" if inbound else number or "1500664",
        started_at=start,
        answered_at=answered,
        ended_at=end,
        ended=outcome is not None,
        outcome=outcome,
        operator="siti" if answered else None,
        queue="warga" if inbound else None,
        wait_seconds=5,
        talk_seconds=seconds - 5 if answered else None,
        menu_path="13",
        hangup_cause=16,
        source=Source.LIVE,
        uniqueids=uniqueids,
        linkedids=(uniqueid,),
        facts=(fact,),
        legs=tuple(
            Leg(f"PJSIP/trunk-0000000{place}", number, Role.CALLER, start, answered, end)
            for place, _ in enumerate(uniqueids)
        ),
        talks=(),
    )


def content(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that a store holds, table by table."""
    with closing(sqlite3.connect(path)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}  # noqa: S608


@cache
def _empty_store() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            for version, script in _migrations():
                connection.executescript(script)
                connection.execute(f"PRAGMA user_version = {version}")
        return path.read_bytes()


def new_store(path: Path) -> Path:
    """A store as `db migrate` makes it, only faster."""
    path.write_bytes(_empty_store())
    return path
