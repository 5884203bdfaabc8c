"""A store from before it kept when things were written down: all of it counts, as if it was when it happened."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from depok_agi.calls.record import Outcome
from depok_agi.desk import Desk, callbacks, calls
from depok_agi.reports.period import Period, PeriodKind
from depok_agi.store.database import Store, _migrations
from depok_agi.store.times import microseconds
from depok_agi.tickets.callback import AttemptResult
from tests.unit.desk.made import POLICY, SCHEDULE, TEN, Clock, call, desk_at
from tests.unit.reports.made import report_of, values

OLD = 4
KEYS = (
    "calls.offered",
    "calls.abandoned",
    "calls.called_back",
    "callbacks.done",
    "callbacks.still_owed",
    "callbacks.made",
    "satisfaction.answers",
    "gaps.gaps",
)
AT = microseconds(TEN)
MINUTE = 60_000_000


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Two abandoned calls, one of whose citizens was reached half an hour later; a score, a gap."""
    path = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for version, script in _migrations():
            if version <= OLD:
                connection.executescript(script)
                connection.execute(f"PRAGMA user_version = {version}")
        connection.executemany(
            "INSERT INTO calls (id, direction, outcome, started_at, ended_at, ended, menu_path, source, detail) "
            "VALUES (?, 'inbound', 'abandoned', ?, ?, 1, '', 'live', '{}')",
            [("depok-1.1", AT, AT + MINUTE), ("depok-1.2", AT, AT + MINUTE)],
        )
        connection.execute("INSERT INTO citizens (id, number) VALUES (1, '+6281100001234'), (2, '+6281100005678')")
        connection.executemany(
            "INSERT INTO callbacks (id, citizen, reason, status, owed_since, due_at, attempts) "
            "VALUES (?, ?, 'missed', ?, ?, ?, 0)",
            [(1, 1, "done", AT + MINUTE, AT + 61 * MINUTE), (2, 2, "claimed", AT + MINUTE, AT + 61 * MINUTE)],
        )
        connection.execute("INSERT INTO callback_calls (callback, call) VALUES (1, 'depok-1.1'), (2, 'depok-1.2')")
        connection.execute(
            "INSERT INTO callback_attempts (callback, at, operator, result) VALUES (1, ?, 'siti', 'reached')",
            (AT + 31 * MINUTE,),
        )
        connection.execute("INSERT INTO surveys VALUES ('1.9', 4, ?)", (AT,))
        connection.execute(
            "INSERT INTO gaps (pbx, since, until, recovered, unknown) VALUES ('depok', ?, ?, 0, 0)", (AT, AT + MINUTE)
        )
        connection.commit()
    return path


async def test_all_of_it_counts_and_before_the_call_back_the_call_was_owed(old: Path) -> None:
    clock = Clock()
    store = await Store.open(old, migrate=True)
    try:
        desk = Desk(store, lambda _: SCHEDULE, POLICY, clock)
        clock.later(days=1)
        monday = Period(PeriodKind.DAY, TEN.date())
        assert values(await report_of(desk, monday), *KEYS) == (2, 2, 1, 1, 1, 1, 1, 1)
        before = Clock().later(minutes=20)
        assert values(await report_of(desk, monday, before), *KEYS) == (2, 2, 0, 0, 2, 0, 1, 1)
    finally:
        await store.close()


async def test_what_was_known_is_kept_only_where_it_changes(tmp_path: Path) -> None:
    path, clock = tmp_path / "store.sqlite", Clock()
    async with desk_at(path, clock) as desk:
        for outcome in (None, Outcome.ABANDONED, Outcome.ABANDONED, Outcome.TIMEOUT):
            clock.later(minutes=1)
            await calls.record(desk, [call(outcome=outcome)], [])
        for _ in range(2):  # a claim changes nothing that is counted
            clock.later(minutes=1)
            await callbacks.claim_next(desk, "siti")
        clock.later(minutes=1)
        await callbacks.done(desk, 1, AttemptResult.REACHED, "siti", None)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT outcome FROM call_versions").fetchall() == [("abandoned",)]
        assert connection.execute("SELECT status FROM callback_versions").fetchall() == [("pending",)]
