"""Tickets: open, forward, answer, close. Each change and its line of history go into one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches

import aiosqlite

from depok_agi.calls.numbers import masked, to_e164
from depok_agi.desk import Desk, callbacks
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.store import tickets as rows
from depok_agi.store.calls import citizen_id
from depok_agi.store.times import microseconds
from depok_agi.tickets import number as numbers
from depok_agi.tickets.callback import ENDED, AttemptResult, CallbackReason, attempt
from depok_agi.tickets.deadline import Clock, deadlines
from depok_agi.tickets.status import TicketAction, TicketStatus, step
from depok_agi.tickets.ticket import AREAS, HistoryEntry, Ticket, TicketChannel


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is taken down when a ticket is opened. `caller` is a number as people write it, or None."""

    text: str
    channel: TicketChannel = TicketChannel.PHONE
    caller: str | None = None
    name: str | None = None
    category: str | None = None
    area: str | None = None
    secret: bool = False
    call: str | None = None


@dataclass(frozen=True, slots=True)
class Opd:
    """A city department, and the clock that binds it."""

    code: str
    name: str
    clock: Clock


async def open_ticket(desk: Desk, complaint: Complaint, actor: str) -> Ticket:
    """Take a complaint down.

    Raises:
        RefusedError: the number, category or area is not one, or there is no text.
        NotFoundError: there is no such call.
    """
    if not complaint.text.strip():
        raise RefusedError("a ticket needs a text: what is it about?")
    caller = _caller(complaint.caller)
    area = None if complaint.area is None else _one_of("area", complaint.area, AREAS)
    queries, now = desk.store.queries, desk.now()
    async with desk.store.transaction() as connection:
        categories = {row["name"]: row["opd"] async for row in queries.list_categories(connection)}
        category = None if complaint.category is None else _one_of("category", complaint.category, categories)
        citizen = None
        if caller is not None:
            citizen = await citizen_id(desk.store, connection, caller, complaint.name)
        elif complaint.name:
            citizen = int(await queries.add_citizen(connection, number=None, name=complaint.name))
        serial = int(await queries.next_serial(connection))
        number = numbers.make(serial)
        await queries.add_ticket(
            connection,
            serial=serial,
            number=number,
            status=TicketStatus.NEW,
            opened_at=microseconds(now),
            channel=complaint.channel,
            secret=int(complaint.secret),
            category=category,
            area=area,
            citizen=citizen,
        )
        if complaint.call is not None:
            await queries.add_ticket_call(connection, ticket=serial, call=complaint.call)
        detail = {"channel": complaint.channel, "category": category, "area": area}
        entry = HistoryEntry(now, actor, "open", detail, complaint.text)
        await rows.add_history(desk.store, connection, serial, entry)
    return await show(desk, number)


async def forward(desk: Desk, number: str, opd: str | None, actor: str) -> Ticket:
    """Pass the ticket on to an OPD, the one of its category when none is named. Its 3 x 24 hours begin.

    Raises:
        RefusedError: not in this status, or no OPD is named and the category has none.
        NotFoundError: there is no such ticket or OPD.
    """
    async with desk.store.transaction() as connection:
        ticket, now = await _ticket(desk, connection, number), desk.now()
        status = step(ticket.status, TicketAction.FORWARD)
        department = await _opd(desk, connection, opd or await _opd_of_category(desk, connection, ticket))
        due = deadlines(now, department.clock, desk.schedule_around(now))
        ticket = replace(
            ticket,
            status=status,
            opd=department.code,
            forwarded_at=now,
            due_at=due.due_at,
            due_elapsed_at=due.due_elapsed_at,
            due_working_days_at=due.due_working_days_at,
        )
        await rows.put_change(desk.store, connection, ticket)
        detail = {"opd": department.code, "clock": department.clock, "due_at": due.due_at.isoformat(timespec="seconds")}
        entry = HistoryEntry(now, actor, TicketAction.FORWARD, detail, None)
        await rows.add_history(desk.store, connection, ticket.serial, entry)
    return await show(desk, number)


async def answer(desk: Desk, number: str, text: str, actor: str) -> Ticket:
    """The OPD, or the centre itself, has answered: the citizen is owed a call.

    Raises:
        RefusedError: not in this status, or the answer is empty.
        NotFoundError: there is no such ticket.
    """
    if not text.strip():
        raise RefusedError("an answer needs a text: what shall the citizen be told?")
    async with desk.store.transaction() as connection:
        ticket, now = await _ticket(desk, connection, number), desk.now()
        ticket = replace(ticket, status=step(ticket.status, TicketAction.ANSWER), answered_at=now)
        await rows.put_change(desk.store, connection, ticket)
        await rows.add_history(
            desk.store, connection, ticket.serial, HistoryEntry(now, actor, TicketAction.ANSWER, {}, text)
        )
        if ticket.caller is not None:
            await callbacks.owe(desk, connection, ticket.caller, CallbackReason.ANSWER, now, ticket=ticket.serial)
    return await show(desk, number)


async def close(desk: Desk, number: str, actor: str, *, told: bool = False) -> Ticket:
    """Close the ticket. Closed means that the citizen was told: while a call is owed for it, `told` must say so.

    Raises:
        RefusedError: not in this status, or the citizen is still owed the call.
        NotFoundError: there is no such ticket.
    """
    async with desk.store.transaction() as connection:
        ticket, now = await _ticket(desk, connection, number), desk.now()
        status = step(ticket.status, TicketAction.CLOSE)
        owed = await _open_callback(desk, connection, ticket)
        if owed is not None and not told:
            raise RefusedError(
                f"the citizen has not been told yet: callback {owed} is owed for ticket {ticket.number}. Call them "
                f"(`depok-agi callbacks claim {owed}`), or say --told if they know by other means"
            )
        ticket = replace(ticket, status=status, closed_at=now)
        await rows.put_change(desk.store, connection, ticket)
        entry = HistoryEntry(now, actor, TicketAction.CLOSE, {"told": told}, None)
        await rows.add_history(desk.store, connection, ticket.serial, entry)
        if owed is not None:
            await _settle_told(desk, connection, owed, actor, now)
    return await show(desk, number)


async def show(desk: Desk, number: str) -> Ticket:
    """One ticket. Raises RefusedError for what is no ticket number, NotFoundError where there is none."""
    with desk.store.told():
        return await _ticket(desk, desk.store.reader, number)


async def history(desk: Desk, ticket: Ticket) -> list[HistoryEntry]:
    """All that happened to the ticket, oldest first."""
    with desk.store.told():
        found = desk.store.queries.list_history(desk.store.reader, ticket=ticket.serial)
        return [rows.history_from_row(row) async for row in found]


async def listed(
    desk: Desk,
    *,
    status: TicketStatus | None = None,
    opd: str | None = None,
    overdue: bool = False,
    limit: int = 50,
) -> list[Ticket]:
    """Tickets, newest first."""
    with desk.store.told():
        found = desk.store.queries.list_tickets(
            desk.store.reader,
            status=status,
            opd=opd,
            overdue_at=microseconds(desk.now()) if overdue else None,
            limit=limit,
        )
        return [rows.ticket_from_row(row) async for row in found]


async def status_of(desk: Desk, number: str) -> str | None:
    """The status of a ticket, for the voice menu; None when there is none."""
    with desk.store.told():
        found: str | None = await desk.store.queries.ticket_status(desk.store.reader, number=number)
        return found


async def opds(desk: Desk) -> list[Opd]:
    """All OPDs, by code."""
    with desk.store.told():
        found = desk.store.queries.list_opds(desk.store.reader)
        return [Opd(row["code"], row["name"], Clock(row["clock"])) async for row in found]


async def _ticket(desk: Desk, connection: aiosqlite.Connection, number: str) -> Ticket:
    row = await desk.store.queries.get_ticket(connection, number=numbers.parse(number))
    if row is None:
        raise NotFoundError(f"there is no ticket {number}; `depok-agi tickets list` shows them")
    return rows.ticket_from_row(row)


async def _opd(desk: Desk, connection: aiosqlite.Connection, code: str) -> Opd:
    known = {row["code"]: row async for row in desk.store.queries.list_opds(connection)}
    row = known[_one_of("OPD", code, known)]
    return Opd(row["code"], row["name"], Clock(row["clock"]))


async def _opd_of_category(desk: Desk, connection: aiosqlite.Connection, ticket: Ticket) -> str:
    categories = {row["name"]: row["opd"] async for row in desk.store.queries.list_categories(connection)}
    opd = categories.get(ticket.category)
    if opd is None:
        raise RefusedError(f"ticket {ticket.number} has no category that leads to an OPD: name one by --opd")
    return str(opd)


async def _open_callback(desk: Desk, connection: aiosqlite.Connection, ticket: Ticket) -> int | None:
    if ticket.status is not TicketStatus.ANSWERED or ticket.callback is None:
        return None
    row = await desk.store.queries.get_callback(connection, id=ticket.callback)
    return None if rows.debt_from_row(row).status in ENDED else int(row["id"])


async def _settle_told(desk: Desk, connection: aiosqlite.Connection, callback: int, actor: str, now: datetime) -> None:
    """The citizen was told by other means: nothing is owed any more, unless for another ticket."""
    queries = desk.store.queries
    row = await queries.get_callback(connection, id=callback)
    for number in rows.callback_from_row(row).tickets:
        if (await _ticket(desk, connection, number)).status is TicketStatus.ANSWERED:
            return
    debt = attempt(rows.debt_from_row(row), AttemptResult.REACHED, now, desk.policy)
    await queries.change_callback(connection, id=callback, **rows.debt_to_row(debt))
    await queries.add_attempt(
        connection,
        callback=callback,
        at=microseconds(now),
        operator=actor,
        result=AttemptResult.REACHED,
        call=None,
        note="told by other means",
    )


def _caller(given: str | None) -> str | None:
    if given is None:
        return None
    number = to_e164(given)
    if number is None:
        raise RefusedError(f"{masked(given)} is no telephone number that can be called back")
    return number


def _one_of(what: str, given: str, known: "dict[str, object] | tuple[str, ...]") -> str:
    """The known name that is meant, whatever the case; else a refusal that suggests the nearest."""
    by_lower = {name.lower(): name for name in known}
    if given.lower() in by_lower:
        return by_lower[given.lower()]
    near = get_close_matches(given.lower(), by_lower, n=1)
    hint = f"; do you mean {by_lower[near[0]]}?" if near else f"; there are: {', '.join(known)}"
    raise NotFoundError(f"there is no {what} {given!r}{hint}")
