"""Tickets: open, forward, answer, close and the ways back. Each change and its line of history are one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import aiosqlite

from depok_agi.calls.numbers import masked, to_e164
from depok_agi.desk import Desk, callbacks, closing, ids, opds
from depok_agi.desk.named import named
from depok_agi.desk.suspended import suspended
from depok_agi.errors import NotFoundError, RefusedError, StoreError
from depok_agi.sentence import Joined, Sentence
from depok_agi.store import history as history_rows
from depok_agi.store import tickets as rows
from depok_agi.store.citizens import citizen_id
from depok_agi.store.history import Fault
from depok_agi.store.times import microseconds, moment, span
from depok_agi.tickets import number as numbers
from depok_agi.tickets.callback import ENDED, CallbackReason
from depok_agi.tickets.history import OPEN, SERVICE
from depok_agi.tickets.status import TicketAction, TicketStatus, step
from depok_agi.tickets.ticket import AREAS, HistoryEntry, Ticket, TicketChannel, local_iso

if TYPE_CHECKING:  # what is said to callers is no command's, but the daemon's
    from depok_agi.voice.centre import TicketStanding


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is taken down when a ticket is opened.

    Attributes:
        caller: a number as people write it, or None.
        at: when it was left, aware, where that was before it could be taken down.
    """

    text: str
    channel: TicketChannel = TicketChannel.PHONE
    caller: str | None = None
    name: str | None = None
    category: str | None = None
    area: str | None = None
    secret: bool = False
    call: str | None = None
    at: datetime | None = None


async def open_ticket(desk: Desk, complaint: Complaint, actor: str) -> Ticket:
    """Take a complaint down. One that was left as a message owes the citizen a call.

    Raises:
        RefusedError: the number is not one, or there is no text.
        NotFoundError: there is no such category or area.
    """
    async with desk.store.transaction() as connection:
        return await open_within(desk, connection, complaint, actor)


async def open_within(desk: Desk, connection: aiosqlite.Connection, complaint: Complaint, actor: str) -> Ticket:
    """The same within a transaction. Raises RefusedError, NotFoundError."""
    if not complaint.text.strip():
        raise RefusedError("a ticket needs a text: what is it about?")
    caller = _caller(complaint.caller)
    area = None if complaint.area is None else named("area", complaint.area, AREAS)
    queries, at = desk.store.queries, complaint.at or desk.now()
    known = await opds.categories_within(desk, connection)
    category = None if complaint.category is None else named("category", complaint.category, known)
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
        opened_at=microseconds(at),
        channel=complaint.channel,
        secret=int(complaint.secret),
        category=category,
        area=area,
        citizen=citizen,
    )
    if complaint.call is not None:
        await queries.add_ticket_call(connection, ticket=serial, call=complaint.call)
    detail = {"channel": complaint.channel, "category": category, "area": area}
    await _add_history(desk, connection, serial, actor, OPEN, detail, complaint.text)
    if complaint.channel is TicketChannel.MESSAGE and caller is not None:
        await callbacks.owe(desk, connection, caller, CallbackReason.MESSAGE, at, call=complaint.call)
    return await _ticket(desk, connection, number)


async def forward(desk: Desk, number: str, opd: str | None, actor: str, *, revision: int | None = None) -> Ticket:
    """Pass the ticket on to an OPD, the one of its category when none is named. Its 3 x 24 hours begin.

    Raises:
        RefusedError: not in this status, no OPD is named and the category has none, or the actor has not seen it yet.
        NotFoundError: there is no such ticket or OPD.
    """
    async with desk.store.transaction() as connection:
        ticket, now = await _ticket_to_change(desk, connection, number, actor, revision), desk.now()
        status = await _step(desk, connection, ticket, TicketAction.FORWARD)
        department = await opds.find(desk, connection, opd or await _opd_of_category(desk, connection, ticket))
        if not department.active:
            raise RefusedError("{code} gets no tickets any more: name another OPD by --opd", code=department.code)
        if ticket.status is TicketStatus.FORWARDED:
            await _has_seen_where_it_is(desk, connection, ticket, actor, revision)
        from depok_agi.tickets.deadline import deadlines  # noqa: PLC0415 - slow to start, and no other action needs it

        schedule = desk.schedule_around(now)
        due = deadlines(now, department.clock, schedule)
        forwarded = replace(
            ticket,
            status=status,
            opd=department.code,
            clock=department.clock,
            forwarded_at=now,
            due_at=due.due_at,
            due_elapsed_at=due.due_elapsed_at,
            due_working_days_at=due.due_working_days_at,
        )
        await rows.put_change(desk.store, connection, forwarded)
        detail = {
            "opd": department.code,
            "clock": department.clock,
            "due_at": local_iso(due.due_at, schedule.zone),
        }
        if ticket.opd is not None:
            detail["taken_from"] = ticket.opd
        entry = await _add_history(desk, connection, ticket.serial, actor, TicketAction.FORWARD, detail)
        await desk.store.queries.change_ticket_forwarding(connection, serial=ticket.serial, forwarding=entry)
        from depok_agi.desk import mails  # noqa: PLC0415 - as above

        await mails.queue_forwarded(desk, connection, replace(forwarded, forwarding=entry))
        if desk.sends_sms:
            from depok_agi.desk import sms_queue  # noqa: PLC0415 - as above

            await sms_queue.tell_forwarded(desk, connection, replace(forwarded, forwarding=entry))
        return await _ticket(desk, connection, number)


async def answer(desk: Desk, number: str, text: str, actor: str, *, revision: int | None = None) -> Ticket:
    """The OPD, or the centre itself, has answered: the citizen is owed a call.

    Raises:
        RefusedError: not in this status, the answer is empty, or the ticket was changed since the actor saw it.
        NotFoundError: there is no such ticket.
    """
    if not text.strip():
        raise RefusedError("an answer needs a text: what shall the citizen be told?")
    async with desk.store.transaction() as connection:
        ticket, now = await _ticket_to_change(desk, connection, number, actor, revision), desk.now()
        status = await _step(desk, connection, ticket, TicketAction.ANSWER)
        await rows.put_change(desk.store, connection, replace(ticket, status=status, answered_at=now))
        detail = {"opd": ticket.opd}
        entry = await _add_history(desk, connection, ticket.serial, actor, TicketAction.ANSWER, detail, text)
        if ticket.caller is not None:
            await callbacks.owe(desk, connection, ticket.caller, CallbackReason.ANSWER, now, ticket=ticket.number)
        if desk.sends_sms:
            from depok_agi.desk import sms_queue  # noqa: PLC0415 - as in `forward`

            await sms_queue.tell_answered(desk, connection, ticket, entry)
        return await _ticket(desk, connection, number)


async def bounce(desk: Desk, number: str, why: str, actor: str, *, revision: int | None = None) -> Ticket:
    """The OPD is not in charge ("bukan kewenangan"): the ticket is the centre's again, and that OPD's clock ends.

    Raises:
        RefusedError: not in this status, no reason is given, or the ticket was changed since the actor saw it.
        NotFoundError: there is no such ticket.
    """
    return await _take_back(desk, number, TicketAction.BOUNCE, why, actor, revision)


async def reopen(desk: Desk, number: str, why: str, actor: str, *, revision: int | None = None) -> Ticket:
    """The answer does not do: the ticket is the centre's again, and no call is owed for that answer any more.

    Raises:
        RefusedError: not in this status, no reason is given, or the ticket was changed since the actor saw it.
        NotFoundError: there is no such ticket.
    """
    return await _take_back(desk, number, TicketAction.REOPEN, why, actor, revision)


async def note(desk: Desk, number: str, text: str, actor: str) -> Ticket:
    """Write something down that a colleague should know. It is possible always.

    Raises:
        RefusedError: there is no text.
        NotFoundError: there is no such ticket.
    """
    async with desk.store.transaction() as connection:
        return await note_within(desk, connection, number, text, actor, {})


async def note_within(
    desk: Desk, connection: aiosqlite.Connection, number: str, text: str, actor: str, detail: dict[str, Any]
) -> Ticket:
    """The same within a transaction; `detail` says by which door it came. Raises RefusedError, NotFoundError."""
    if not text.strip():
        raise RefusedError("a note needs a text")
    ticket = await _ticket(desk, connection, number)
    await _add_history(desk, connection, ticket.serial, actor, TicketAction.NOTE, detail, text)
    return await _ticket(desk, connection, number)


async def close(
    desk: Desk,
    number: str,
    actor: str,
    *,
    told: bool = False,
    not_told: str | None = None,
    revision: int | None = None,
) -> Ticket:
    """Close the ticket. Closed means that the citizen was told; when nobody can tell them, `not_told` says why.

    A new ticket is closed when the centre has answered in the same call. An answered one whose citizen has no number
    needs no word either: there is nobody to call.

    Raises:
        RefusedError: not in this status, the citizen is to be told yet, a colleague is calling them just now, or the
            ticket was changed since the actor saw it.
        NotFoundError: there is no such ticket.
    """
    async with desk.store.transaction() as connection:
        ticket, now = await _ticket_to_change(desk, connection, number, actor, revision), desk.now()
        await _step(desk, connection, ticket, TicketAction.CLOSE)
        untold = ticket.status is TicketStatus.ANSWERED and ticket.caller is not None
        if untold and not told and not_told is None:
            raise await _why_not_closed(desk, connection, ticket)
        if untold and ticket.callback is not None:
            owed = await callbacks.show_within(desk, connection, ticket.callback)
            if owed.debt.claimed_by not in (None, actor):
                which = (
                    Sentence("the callback") if ticket.secret else Sentence("callback {number}", {"number": owed.id})
                )
                raise RefusedError(
                    "{claimed_by} has claimed {which} and may be telling the citizen just now",
                    claimed_by=owed.debt.claimed_by,
                    which=which,
                )
            await callbacks.withdraw(
                desk, connection, owed.id, ticket.number, now, "told otherwise" if not_told is None else "not told"
            )
        detail: dict[str, Any] = {"told": told} if untold else {}
        if ticket.status is TicketStatus.NEW:
            closed = replace(ticket, status=TicketStatus.CLOSED, closed_at=now)
            await rows.put_change(desk.store, connection, closed)
            await _add_history(desk, connection, ticket.serial, actor, TicketAction.CLOSE, detail, not_told)
        else:
            await closing.close_told(desk, connection, ticket.number, actor, detail, not_told)
        return await _ticket(desk, connection, number)


async def show(desk: Desk, number: str) -> Ticket:
    """One ticket. Raises RefusedError for what is no ticket number, NotFoundError where there is none."""
    with desk.store.told():
        return await _ticket(desk, desk.store.reader, number)


async def find_within(desk: Desk, connection: aiosqlite.Connection, number: str) -> Ticket | None:
    """A ticket within a transaction, by a number that can be one; None where there is none."""
    return await rows.load(desk.store, connection, number)


async def look(desk: Desk, number: str, actor: str) -> tuple[Ticket, list[HistoryEntry]]:
    """One ticket with its history, oldest first; who has seen it is told later if a colleague changes it meanwhile.

    Raises:
        RefusedError: it is no ticket number.
        NotFoundError: there is no such ticket.
    """
    ticket = await show(desk, number)
    entries = await history(desk, ticket)
    try:
        async with desk.store.transaction() as connection:
            await _has_seen(desk, connection, ticket.serial, actor, ticket.revision)
    except StoreError:
        pass  # to be shown a ticket needs no write
    return ticket, entries


async def history(desk: Desk, ticket: Ticket) -> list[HistoryEntry]:
    """All that happened to the ticket, oldest first."""
    with desk.store.told():
        found = desk.store.queries.list_history(desk.store.reader, ticket=ticket.serial)
        return [history_rows.from_row(row) async for row in found]


async def listed(
    desk: Desk,
    *,
    status: TicketStatus | None = None,
    opd: str | None = None,
    overdue: bool = False,
    since: int | None = None,
    until: int | None = None,
    limit: int = 50,
) -> list[Ticket]:
    """Tickets, newest first; with `overdue`, those whose OPD is late, the most late first.

    `since` and `until` are microseconds UTC, half-open: those that were opened within.
    """
    queries, reader = desk.store.queries, desk.store.reader
    within = {**span(since, until), "limit": limit}
    with desk.store.told():
        if overdue and status not in (None, TicketStatus.FORWARDED):
            return []
        if overdue:
            found = queries.overdue_tickets(reader, now=microseconds(desk.now()), opd=opd, **within)
        elif opd is not None:
            found = queries.newest_tickets_of_opd(reader, opd=opd, status=status, **within)
        elif status is not None:
            found = queries.newest_tickets_of_status(reader, status=status, **within)
        else:
            found = queries.newest_tickets(reader, **within)
        chosen = [row["number"] async for row in found]
        tickets = [await rows.load(desk.store, reader, number) for number in chosen]
        left_out = await suspended(desk, reader)
    return [ticket for ticket in tickets if ticket is not None and ticket.citizen not in left_out]


async def opened_by(desk: Desk, actor: str, *, limit: int = 50) -> list[Ticket]:
    """The tickets that somebody has opened and that are not closed: the late ones first, then the newest.

    As a list shows them: without their calls, callback and answer.
    """
    with desk.store.told():
        found = await rows.opened_by(desk.store, desk.store.reader, actor, desk.now(), limit)
        left_out = await suspended(desk, desk.store.reader)
    return [ticket for ticket in found if ticket.citizen not in left_out]


async def status_of(desk: Desk, number: str) -> "TicketStanding | None":
    """How a ticket stands, for the voice menu; None when there is none."""
    with desk.store.told():
        row = await desk.store.queries.ticket_standing(desk.store.reader, number=number)
    if row is None:
        return None
    from depok_agi.voice.centre import TicketStanding  # noqa: PLC0415 - see above

    return TicketStanding(TicketStatus(row["status"]), row["opd"], moment(row["due_at"]))


async def newest_open_of(desk: Desk, caller: str) -> str | None:
    """The number of the newest ticket of this number (E.164) that is not closed, for the voice menu.

    A caller's number can be forged, so a citizen who wants to stay unnamed is not recognised by it.
    """
    with desk.store.told():
        found: str | None = await desk.store.queries.newest_open_ticket_of(desk.store.reader, caller=caller)
    return found


async def verify(desk: Desk) -> list[Fault]:
    """Everything in the tickets' histories that was changed, removed or does not fit the tickets."""
    return [fault async for fault in history_rows.faults(desk.store)]


async def _take_back(
    desk: Desk, number: str, action: TicketAction, why: str, actor: str, revision: int | None
) -> Ticket:
    """To `new`: no old clock or overdue mark outlives it."""
    if not why.strip():
        raise RefusedError("to {action} a ticket needs a reason, for whoever has it next", action=action)
    async with desk.store.transaction() as connection:
        ticket, now = await _ticket_to_change(desk, connection, number, actor, revision), desk.now()
        status = await _step(desk, connection, ticket, action)
        back = replace(
            ticket,
            status=status,
            opd=None,
            clock=None,
            forwarded_at=None,
            due_at=None,
            due_elapsed_at=None,
            due_working_days_at=None,
            answered_at=None,
            closed_at=None,
        )
        await rows.put_change(desk.store, connection, back)
        await desk.store.queries.change_ticket_forwarding(connection, serial=ticket.serial, forwarding=None)
        zone = desk.schedule_around(now).zone if ticket.due_at else None
        detail = {"opd": ticket.opd, "due_at_was": local_iso(ticket.due_at, zone) if zone else None}
        await _add_history(desk, connection, ticket.serial, actor, action, detail, why)
        if ticket.status is TicketStatus.ANSWERED and ticket.callback is not None:
            await callbacks.withdraw(desk, connection, ticket.callback, ticket.number, now, "reopened")
        return await _ticket(desk, connection, number)


async def _ticket(desk: Desk, connection: aiosqlite.Connection, number: str) -> Ticket:
    found = await rows.load(desk.store, connection, numbers.parse(number))
    if found is None:
        meant = await ids.nearly(desk, number) or Sentence("; `depok-agi tickets list` shows them")
        raise NotFoundError("there is no ticket {number}{meant}", number=number, meant=meant)
    return found


async def _ticket_to_change(
    desk: Desk, connection: aiosqlite.Connection, number: str, actor: str, revision: int | None
) -> Ticket:
    """The ticket, unless a colleague has changed it since this actor looked at it: then they are told what changed."""
    ticket = await _ticket(desk, connection, number)
    seen = await _seen(desk, connection, ticket, actor, revision)
    if seen is not None and seen < ticket.revision:
        newer = desk.store.queries.list_history_after(connection, ticket=ticket.serial, after=seen)
        entries = [history_rows.from_row(row) async for row in newer]
        others = [entry for entry in entries if entry.actor not in (actor, SERVICE)]
        if others:
            raise RefusedError(
                "ticket {number} was changed since you looked at it: {changes}. Look again (`depok-agi "
                "tickets show {number}`), then decide",
                number=ticket.number,
                changes=Joined("; ", [_told(desk, entry) for entry in others]),
            )
    return ticket


async def _seen(
    desk: Desk, connection: aiosqlite.Connection, ticket: Ticket, actor: str, revision: int | None
) -> int | None:
    """The revision that the actor knows: the one they name, else that of their last look; None without either."""
    if revision is not None:
        return revision
    viewed: int | None = await desk.store.queries.get_view(connection, ticket=ticket.serial, actor=actor)
    return viewed


async def _has_seen_where_it_is(
    desk: Desk, connection: aiosqlite.Connection, ticket: Ticket, actor: str, revision: int | None
) -> None:
    """To take a ticket from one OPD and give it to another needs to know that the first one has it."""
    seen = await _seen(desk, connection, ticket, actor, revision)
    if seen is None or (ticket.forwarding is not None and seen < ticket.forwarding):
        raise RefusedError(
            "ticket {number} is with {opd} already. Look at it first (`depok-agi tickets show "
            "{number}`); then it can be forwarded again",
            number=ticket.number,
            opd=ticket.opd,
        )


async def _step(desk: Desk, connection: aiosqlite.Connection, ticket: Ticket, action: TicketAction) -> TicketStatus:
    """The status after the action; a refusal says who has brought the ticket to where it is."""
    try:
        return step(ticket.status, action)
    except RefusedError as refused:
        last = None
        async for row in desk.store.queries.list_history_after(connection, ticket=ticket.serial, after=0):
            entry = history_rows.from_row(row)
            last = entry if entry.action not in {TicketAction.NOTE, OPEN} else last
        if last is None:
            raise
        raise RefusedError("{refused}; last: {last}", refused=refused, last=_told(desk, last)) from None


def _told(desk: Desk, entry: HistoryEntry) -> Sentence:
    to_opd = entry.action == TicketAction.FORWARD
    values = {
        "action": Sentence(entry.action),
        "opd": entry.detail.get("opd"),
        "actor": entry.actor,
        "at": entry.at.astimezone(desk.policy.zone),
    }
    return Sentence(
        "{action} to {opd} by {actor}, {at:%d-%m %H:%M}" if to_opd else "{action} by {actor}, {at:%d-%m %H:%M}", values
    )


async def _has_seen(desk: Desk, connection: aiosqlite.Connection, serial: int, actor: str, revision: int) -> None:
    await desk.store.queries.put_view(
        connection, ticket=serial, actor=actor, at=microseconds(desk.now()), revision=revision
    )


async def _add_history(
    desk: Desk,
    connection: aiosqlite.Connection,
    serial: int,
    actor: str,
    action: str,
    detail: dict[str, Any],
    text: str | None = None,
) -> int:
    """Write down what the actor does; they know of it, so it is no news to them later."""
    entry = HistoryEntry(desk.now(), actor, action, detail, text, desk.origin)
    added = await history_rows.add(desk.store, connection, serial, entry)
    if actor != SERVICE:
        await _has_seen(desk, connection, serial, actor, added)
    return added


async def _opd_of_category(desk: Desk, connection: aiosqlite.Connection, ticket: Ticket) -> str:
    known = await opds.categories_within(desk, connection)
    opd = None if ticket.category is None else known.get(ticket.category)
    if opd is None:
        raise RefusedError(
            "ticket {number} has no category that leads to an OPD: name one by --opd", number=ticket.number
        )
    return opd


async def _why_not_closed(desk: Desk, connection: aiosqlite.Connection, ticket: Ticket) -> RefusedError:
    told_how = Sentence("say --told if they know by other means, or --not-told WHY")
    if ticket.callback is not None:
        owed = await callbacks.show_within(desk, connection, ticket.callback)
        if owed.debt.status not in ENDED and ticket.secret:  # it would lead to the citizen (desk/secrecy.py)
            return RefusedError(
                "the citizen has not been told yet, and is owed a call for ticket {number}: {told_how}",
                number=ticket.number,
                told_how=told_how,
            )
        if owed.debt.status not in ENDED:
            return RefusedError(
                "the citizen has not been told yet: callback {callback} is owed for ticket {number}. Call them "
                "(`depok-agi callbacks claim {callback}`), {told_how}",
                callback=owed.id,
                number=ticket.number,
                told_how=told_how,
            )
    return RefusedError(
        "the citizen was never told the answer to ticket {number}: {told_how}", number=ticket.number, told_how=told_how
    )


def _caller(given: str | None) -> str | None:
    if given is None:
        return None
    number = to_e164(given)
    if number is None:
        raise RefusedError("{given} is no telephone number that can be called back", given=masked(given))
    return number
