"""The clocks of forwarded tickets: how a due date comes about, and what a new decree makes of it."""

from dataclasses import dataclass, replace
from datetime import datetime

import aiosqlite

from depok_agi.desk import Desk, tickets
from depok_agi.errors import RefusedError
from depok_agi.hours.schedule import Schedule
from depok_agi.store import history
from depok_agi.store import tickets as rows
from depok_agi.tickets.clock import Clock
from depok_agi.tickets.deadline import DayCounted, deadlines, explain
from depok_agi.tickets.history import DUE, SERVICE
from depok_agi.tickets.status import TicketStatus
from depok_agi.tickets.ticket import HistoryEntry, Ticket, local_iso

AT_ONCE = 200
"""Tickets per transaction, so that nobody waits long for the store."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How the due dates of a ticket come about.

    Attributes:
        days: every day from the forwarding to the working-day date, with the rule that counted or skipped it.
        due_elapsed_at: as counted now.
        due_working_days_at: as counted now. Where it is not the ticket's, the calendar has changed since its answer.
    """

    ticket: Ticket
    forwarded_at: datetime
    days: tuple[DayCounted, ...]
    due_elapsed_at: datetime
    due_working_days_at: datetime


async def explained(desk: Desk, number: str) -> Explanation:
    """Work out a ticket's due dates day by day.

    Raises:
        RefusedError: no OPD has it, so that no clock runs.
        NotFoundError: there is no such ticket.
    """
    ticket = await tickets.show(desk, number)
    if ticket.forwarded_at is None or ticket.clock is None:
        raise RefusedError(
            "ticket {number} is {status} and with no OPD: no clock runs for it",
            number=ticket.number,
            status=ticket.status,
        )
    schedule = desk.schedule_around(ticket.forwarded_at)
    due = deadlines(ticket.forwarded_at, ticket.clock, schedule)
    days = tuple(explain(ticket.forwarded_at, schedule))
    return Explanation(ticket, ticket.forwarded_at, days, due.due_elapsed_at, due.due_working_days_at)


async def recompute(desk: Desk) -> list[str]:
    """Work out the dates of all forwarded tickets anew, as after a new decree on holidays.

    What changes is written down in the ticket's history with the days that are skipped. Gives the tickets' numbers;
    doing it twice is doing it once.
    """
    queries, changed = desk.store.queries, []
    with desk.store.told():
        waiting = [row["number"] async for row in queries.forwarded_tickets(desk.store.reader)]
    for start in range(0, len(waiting), AT_ONCE):
        some = [number for number in waiting[start : start + AT_ONCE] if await _is_stale(desk, number)]
        if not some:
            continue
        async with desk.store.transaction() as connection:
            for number in some:
                ticket = await rows.load(desk.store, connection, number)
                if ticket is not None and _moved(ticket, desk) is not None:
                    await _move(desk, connection, ticket)
                    changed.append(number)
    return changed


async def _is_stale(desk: Desk, number: str) -> bool:
    with desk.store.told():
        ticket = await rows.load(desk.store, desk.store.reader, number)
    return ticket is not None and _moved(ticket, desk) is not None


def _moved(ticket: Ticket, desk: Desk) -> Ticket | None:
    """The ticket with other dates; None when they are right."""
    if ticket.status is not TicketStatus.FORWARDED or ticket.forwarded_at is None:
        return None
    due = deadlines(ticket.forwarded_at, ticket.clock or Clock.ELAPSED, desk.schedule_around(ticket.forwarded_at))
    moved = replace(
        ticket,
        due_at=due.due_at,
        due_elapsed_at=due.due_elapsed_at,
        due_working_days_at=due.due_working_days_at,
    )
    return None if moved == ticket else moved


async def _move(desk: Desk, connection: aiosqlite.Connection, ticket: Ticket) -> None:
    moved = _moved(ticket, desk)
    assert moved is not None  # noqa: S101 - the caller has seen it
    assert moved.forwarded_at is not None  # noqa: S101 - the same
    schedule = desk.schedule_around(moved.forwarded_at)
    await rows.put_change(desk.store, connection, moved)
    detail = {
        "due_at": local_iso(moved.due_at, schedule.zone),
        "due_at_was": local_iso(ticket.due_at, schedule.zone),
        "due_working_days_at": local_iso(moved.due_working_days_at, schedule.zone),
        "why": "the calendar has changed",
        "skipped": _skipped(schedule, moved.forwarded_at),
    }
    entry = HistoryEntry(desk.now(), SERVICE, DUE, detail, None, desk.origin)
    await history.add(desk.store, connection, ticket.serial, entry)


def _skipped(schedule: Schedule, forwarded_at: datetime) -> list[str]:
    """The days that are no working days, but for ordinary weekends."""
    saturday = 5
    skipped = [day for day in explain(forwarded_at, schedule)[1:] if not day.counted and day.day.weekday() < saturday]
    return [f"{day.day.isoformat()} {day.why}" for day in skipped]
