"""Due dates follow the calendar: how they come about, and what a new decree makes of them."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from depok_agi.desk import Desk, deadlines, opds, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import RefusedError
from depok_agi.hours.schedule import Schedule, SpecialDay
from depok_agi.tickets.clock import Clock as Deadline
from depok_agi.tickets.ticket import Ticket
from tests.unit.desk.made import ANI, SCHEDULE, Clock, content, wib

DECREED = SpecialDay(date(2026, 6, 9), "Cuti bersama tambahan", "SKB 3 Menteri 2026, perubahan", ())


def after_the_decree(desk: Desk) -> Desk:
    schedule: Schedule = replace(SCHEDULE, days=(*SCHEDULE.days, DECREED))
    return replace(desk, schedule_around=lambda _: schedule)


async def forwarded(desk: Desk, opd: str = "DLHK") -> Ticket:
    ticket = await tickets.open_ticket(desk, Complaint("Sampah", caller=ANI), "siti")
    return await tickets.forward(desk, ticket.number, opd, "siti")


async def test_a_new_decree_moves_the_working_days_of_open_tickets_and_the_history_says_so(
    desk: Desk, clock: Clock
) -> None:
    await opds.edit(desk, "DISHUB", {"clock": Deadline.WORKING_DAYS})
    bound = await forwarded(desk, "DISHUB")  # Monday 10:00, due Thursday 10:00
    clock.later(hours=2)
    assert bound.due_at == wib("2026-06-11 10:00")
    decreed = after_the_decree(desk)
    assert await deadlines.recompute(decreed) == [bound.number]
    moved = await tickets.show(desk, bound.number)
    assert moved.due_at == moved.due_working_days_at == wib("2026-06-12 10:00")
    assert moved.due_elapsed_at == bound.due_elapsed_at
    last = (await tickets.history(desk, moved))[-1]
    assert (last.action, last.actor, last.at) == ("due", "depok-agi", clock.at)
    assert last.detail == {
        "due_at": "2026-06-12T10:00:00+07:00",
        "due_at_was": "2026-06-11T10:00:00+07:00",
        "due_working_days_at": "2026-06-12T10:00:00+07:00",
        "why": "the calendar has changed",
        "skipped": ["2026-06-09 Cuti bersama tambahan (SKB 3 Menteri 2026, perubahan)"],
    }
    assert await tickets.verify(desk) == []


async def test_doing_it_twice_is_doing_it_once(desk: Desk, path: Path) -> None:
    ticket = await forwarded(desk)
    decreed = after_the_decree(desk)
    assert await deadlines.recompute(decreed) == [ticket.number]  # the other date is shown, too
    before = content(path)
    assert await deadlines.recompute(decreed) == []
    assert content(path) == before


async def test_it_is_no_change_that_a_colleague_would_have_to_look_at(desk: Desk) -> None:
    ticket = await forwarded(desk)
    await deadlines.recompute(after_the_decree(desk))
    assert (await tickets.answer(desk, ticket.number, "Sudah", "siti")).answer == "Sudah"


async def test_what_was_answered_or_came_back_keeps_no_clock_to_move(desk: Desk) -> None:
    answered, bounced = await forwarded(desk), await forwarded(desk)
    await tickets.answer(desk, answered.number, "Sudah", "siti")
    await tickets.bounce(desk, bounced.number, "bukan kewenangan", "siti")
    assert await deadlines.recompute(after_the_decree(desk)) == []


async def test_an_opd_that_gets_the_other_clock_keeps_what_was_promised(desk: Desk, clock: Clock) -> None:
    clock.at = wib("2026-06-05 15:00")
    old = await forwarded(desk)
    await opds.edit(desk, "DLHK", {"clock": Deadline.WORKING_DAYS})
    assert await deadlines.recompute(desk) == []
    new = await forwarded(desk)
    assert (old.due_at, new.due_at) == (wib("2026-06-08 15:00"), wib("2026-06-10 15:00"))


async def test_the_way_to_the_date_is_told_day_by_day(desk: Desk, clock: Clock) -> None:
    clock.at = wib("2026-03-17 10:00")
    ticket = await forwarded(desk)
    found = await deadlines.explained(desk, ticket.number)
    assert (found.due_elapsed_at, found.due_working_days_at) == (wib("2026-03-20 10:00"), wib("2026-03-27 10:00"))
    assert [day.day.day for day in found.days] == list(range(17, 28))
    assert sum(day.counted for day in found.days) == 3


async def test_no_clock_runs_while_no_opd_has_the_ticket(desk: Desk) -> None:
    ticket = await tickets.open_ticket(desk, Complaint("Sampah"), "siti")
    with pytest.raises(RefusedError, match="no clock runs"):
        await deadlines.explained(desk, ticket.number)
