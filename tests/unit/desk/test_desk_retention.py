"""What is older than its retention time is destroyed, a little at a time, once; what is counted stays as it was."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from depok_agi.access.retention import Kind, Periods
from depok_agi.access.roles import Person, Role
from depok_agi.calls.record import Outcome
from depok_agi.config import Folders
from depok_agi.desk import Desk, callbacks, calls, retention, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import RefusedError
from depok_agi.tickets.ticket import Ticket
from tests.unit.desk import citizen
from tests.unit.desk.citizen import NUMBER, found_in
from tests.unit.desk.made import BUDI, Clock, call, desk_at
from tests.unit.reports.made import month, report_of

ADMIN = Person("root", Role.ADMIN)
PERIODS = Periods(recordings=30, tickets=60, calls=60, sms=60, access_log=60)


@pytest.fixture
def places(tmp_path: Path) -> Folders:
    return citizen.folders(tmp_path)


@pytest.fixture
async def desk(path: Path, clock: Clock) -> AsyncIterator[Desk]:
    async with desk_at(path, clock) as opened:
        yield replace(opened, sends_sms=True)


async def run(desk: Desk, places: Folders) -> dict[Kind, int]:
    return dict((await retention.run(desk, PERIODS, places.recordings, ADMIN)).destroyed)


@pytest.fixture
async def hers(desk: Desk, clock: Clock, places: Folders) -> list[Ticket]:
    made = await citizen.comes_in(desk, clock, places)
    async with desk.store.transaction() as connection:  # nothing sends them here
        await connection.execute("UPDATE sms_queue SET status = 'sent', sent_at = queued_at, recorded_at = queued_at")
        await connection.execute("UPDATE blocks SET until = since")
    return made


async def test_what_is_young_enough_stays(desk: Desk, clock: Clock, places: Folders, hers: list[Ticket]) -> None:
    clock.later(days=28)
    assert not any((await run(desk, places)).values())
    assert [ticket.caller for ticket in hers] == [NUMBER, NUMBER]
    assert len(list(places.recordings.iterdir())) == 2


async def test_recordings_may_go_before_the_rest(desk: Desk, clock: Clock, places: Folders, hers: list[Ticket]) -> None:
    clock.later(days=31)
    assert {kind: count for kind, count in (await run(desk, places)).items() if count} == {Kind.RECORDINGS: 2}
    assert list(places.recordings.iterdir()) == []
    assert (await tickets.show(desk, hers[0].number)).text is not None


@pytest.mark.usefixtures("hers")
async def test_in_the_end_nothing_personal_is_left_and_the_history_is_whole(
    desk: Desk, clock: Clock, places: Folders, tmp_path: Path
) -> None:
    clock.later(days=61)
    before = await retention.would_destroy(desk, PERIODS)
    destroyed = await run(desk, places)
    assert destroyed[Kind.TICKETS] == before[Kind.TICKETS] == 6
    assert destroyed[Kind.RECORDINGS] == before[Kind.RECORDINGS] == 2
    assert destroyed[Kind.CITIZENS] == 2, "she, and who handed a call on to her"
    await desk.store.clean()
    assert found_in(tmp_path) == []
    assert await tickets.verify(desk) == []
    assert not any((await run(desk, places)).values()), "twice is once"


@pytest.mark.usefixtures("hers")
async def test_reports_stay_as_they_were_as_of_any_moment(desk: Desk, clock: Clock, places: Folders) -> None:
    june, ended = month("2026-06"), clock.at
    clock.later(days=61)
    moments = [ended - timedelta(hours=24, minutes=20), ended - timedelta(minutes=1), clock.at]
    before = [await report_of(desk, june, at) for at in moments]
    assert before[0] != before[1]
    assert (await run(desk, places))[Kind.CALLS] > 0
    assert [await report_of(desk, june, at) for at in moments] == before


async def test_what_is_open_is_kept_however_old_it_is(desk: Desk, clock: Clock, places: Folders) -> None:
    ticket = await tickets.open_ticket(desk, Complaint("Lampu jalan mati", caller=NUMBER), "siti")
    await tickets.answer(desk, ticket.number, "Sudah menyala", "siti")
    clock.later(days=500)
    await run(desk, places)
    shown = await tickets.show(desk, ticket.number)
    assert (shown.caller, shown.text, shown.answer) == (NUMBER, "Lampu jalan mati", "Sudah menyala")
    [owed] = await callbacks.listed(desk)
    assert owed.caller == NUMBER


async def test_what_is_written_into_an_old_ticket_later_has_a_time_of_its_own(
    desk: Desk, clock: Clock, places: Folders
) -> None:
    ticket = await tickets.open_ticket(desk, Complaint("Lampu jalan mati", caller=NUMBER), "siti")
    await tickets.close(desk, ticket.number, "siti")
    clock.later(days=61)
    assert (await run(desk, places))[Kind.TICKETS] == 1
    await tickets.reopen(desk, ticket.number, "mati lagi", "siti")
    await tickets.close(desk, ticket.number, "siti")
    assert [entry.text for entry in await tickets.history(desk, ticket)] == [None, None, "mati lagi", None]
    assert (await run(desk, places))[Kind.TICKETS] == 0
    clock.later(days=61)
    assert (await run(desk, places))[Kind.TICKETS] == 1
    assert await tickets.verify(desk) == []


async def test_a_citizen_who_calls_again_is_not_known_by_what_was_destroyed(
    desk: Desk, clock: Clock, places: Folders
) -> None:
    await calls.record(desk, [call(number=BUDI, outcome=Outcome.LEFT_MENU, began=clock.at)], [])
    clock.later(days=59)
    await calls.record(desk, [call("1765000000.1", number=BUDI, outcome=Outcome.LEFT_MENU, began=clock.at)], [])
    clock.later(days=2)
    assert (await run(desk, places))[Kind.CALLS] == 1
    assert [record.id for record, *_ in await calls.listed(desk, number=BUDI)] == ["depok-1765000000.1"]
    old, *_ = await calls.show(desk, "depok-1764000000.1")
    assert (old.caller, old.caller_raw, old.outcome) == (None, "", Outcome.LEFT_MENU)


async def test_the_access_log_loses_its_old_beginning_and_nothing_else(
    desk: Desk, clock: Clock, places: Folders, path: Path
) -> None:
    await run(desk, places)
    clock.later(days=61)
    assert (await run(desk, places))[Kind.ACCESS_LOG] == 1
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM access_log").fetchone() == (1,)
        for forbidden in (
            "DELETE FROM access_log",
            "UPDATE access_log SET actor = 'nobody'",
            "UPDATE access_log_begin SET at = 0",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(forbidden)


async def test_only_the_admin_begins_it(desk: Desk, places: Folders) -> None:
    with pytest.raises(RefusedError, match="needs admin"):
        await retention.run(desk, PERIODS, places.recordings, Person("siti", Role.SUPERVISOR))
    assert await retention.listed(desk) == []


class _InterruptedError(Exception):
    pass


async def test_a_run_that_is_interrupted_goes_on_and_counts_everything_once(
    desk: Desk, clock: Clock, places: Folders, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in range(25):
        ticket = await tickets.open_ticket(desk, Complaint(f"keluhan {place}", caller=NUMBER), "siti")
        await tickets.close(desk, ticket.number, "siti")
    clock.later(days=61)
    monkeypatch.setattr(retention, "AT_ONCE", 10)
    pauses = 0

    async def until_the_second(_: float) -> None:
        nonlocal pauses
        pauses += 1
        if pauses == 2:
            raise _InterruptedError

    monkeypatch.setattr(asyncio, "sleep", until_the_second)
    with pytest.raises(_InterruptedError):
        await run(desk, places)
    [interrupted] = await retention.listed(desk)
    assert (interrupted.ended_at, interrupted.destroyed) == (None, {**dict.fromkeys(Kind, 0), Kind.TICKETS: 20})
    assert (await run(desk, places))[Kind.TICKETS] == 25
    [whole] = await retention.listed(desk)
    assert (whole.id, whole.ended_at) == (interrupted.id, clock.at)
    assert texts(path) == []


def texts(path: Path) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT text FROM ticket_texts").fetchall()
