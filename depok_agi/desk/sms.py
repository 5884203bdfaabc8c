"""An SMS that came in: into the store once, with what becomes of it and its answer, in one transaction."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import aiosqlite

from depok_agi.desk import Desk, callbacks, sms_queue, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import RefusedError
from depok_agi.sms.decision import SAID, Decision, Made, Previous, Sender, decide
from depok_agi.sms.language import language_of
from depok_agi.sms.loop import WINDOW, text_digest, words_digest
from depok_agi.sms.outgoing import Kind
from depok_agi.store.citizens import citizen_id
from depok_agi.store.times import microseconds, moment, span
from depok_agi.tickets import number as numbers
from depok_agi.tickets.callback import CallbackReason
from depok_agi.tickets.history import SERVICE
from depok_agi.tickets.ticket import Ticket, TicketChannel, local_iso
from depok_agi.voice.left import Sms


async def take(desk: Desk, sms: Sms) -> Made | None:
    """Take an SMS; gives what was made of it, None where it was taken already. Raises StoreError."""
    queries = desk.store.queries
    async with desk.store.transaction() as connection:
        if await queries.is_sms_received(connection, uniqueid=sms.uniqueid):
            return None
        await queries.forget_sms_digests(connection, before=microseconds(desk.now() - WINDOW))
        if sms.number is None:
            await _received(desk, connection, sms, Decision(Made.IGNORED))
            return Made.IGNORED
        citizen = await citizen_id(desk.store, connection, sms.number)
        decision = decide(sms.text, sms.at, await _sender(desk, connection, sms.number, citizen, sms.at))
        ticket = await _carry_out(desk, connection, sms, sms.number, decision)
        answer = _answer(desk, decision, ticket)
        received = await _received(desk, connection, sms, decision, citizen, ticket, answered=answer is not None)
        if answer is not None:
            await sms_queue.add(
                desk,
                connection,
                f"answer:{received}",
                answer,
                citizen,
                language=language_of(sms.text or ""),
                ticket=None if ticket is None else ticket.serial,
            )
    return decision.made


async def _sender(desk: Desk, connection: aiosqlite.Connection, number: str, citizen: int, at: datetime) -> Sender:
    queries = desk.store.queries
    rows = queries.sms_of_citizen_since(connection, citizen=citizen, since=microseconds(at - WINDOW))
    return Sender(
        blocked=bool(await queries.is_blocked(connection, citizen=citizen, now=microseconds(desk.now()))),
        open_ticket=await queries.newest_open_ticket_of(connection, caller=number),
        earlier=[
            Previous(
                at=moment(row["at"]),
                made=Made(row["made"]),
                ticket=row["ticket"],
                text_digest=row["text_digest"],
                words_digest=row["words_digest"],
                looks_automatic=bool(row["looks_automatic"]),
                answered=bool(row["answered"]),
            )
            async for row in rows
        ],
    )


async def _carry_out(
    desk: Desk, connection: aiosqlite.Connection, sms: Sms, number: str, decision: Decision
) -> Ticket | None:
    """Do it; gives the ticket that it went to or asks for, where there is one."""
    text = sms.text or ""
    match decision.made:
        case Made.TICKET:
            complaint = Complaint(text=text, channel=TicketChannel.SMS, caller=number, at=sms.at)
            return await tickets.open_within(desk, connection, complaint, SERVICE)
        case Made.APPENDED | Made.CONTINUED:
            assert decision.ticket is not None  # noqa: S101 - `decide` says both together
            detail = {"channel": TicketChannel.SMS.value}
            return await tickets.note_within(desk, connection, decision.ticket, text, SERVICE, detail)
        case Made.CALL:
            await callbacks.owe(desk, connection, number, CallbackReason.REQUEST, sms.at)
        case Made.STATUS if decision.ticket is not None:
            return await _asked_for(desk, connection, decision.ticket)
        case _:
            pass
    return None


async def _asked_for(desk: Desk, connection: aiosqlite.Connection, digits: str) -> Ticket | None:
    try:
        number = numbers.parse(digits)
    except RefusedError:
        return None
    return await tickets.find_within(desk, connection, number)


def _answer(desk: Desk, decision: Decision, ticket: Ticket | None) -> Kind | None:
    if not desk.sends_sms:
        return None
    if decision.answer is Kind.STATUS and ticket is None:
        return Kind.NOT_FOUND
    return decision.answer


async def _received(
    desk: Desk,
    connection: aiosqlite.Connection,
    sms: Sms,
    decision: Decision,
    citizen: int | None = None,
    ticket: Ticket | None = None,
    *,
    answered: bool = False,
) -> int:
    """Note that it came. What is nobody's or refused leaves no trace of its text, not even a digest."""
    known = citizen is not None and decision.made is not Made.BLOCKED and sms.text is not None
    return int(
        await desk.store.queries.add_sms_received(
            connection,
            uniqueid=sms.uniqueid,
            at=microseconds(sms.at),
            citizen=citizen,
            sender=sms.raw if citizen is None else None,
            made=decision.made,
            ticket=ticket.serial if ticket is not None and decision.made in SAID else None,
            text_digest=text_digest(sms.text or "") if known else None,
            words_digest=words_digest(sms.text or "") if known else None,
            looks_automatic=int(decision.looks_automatic),
            answered=int(answered),
            recorded_at=microseconds(desk.now()),
        )
    )


@dataclass(frozen=True, slots=True)
class Received:
    """An SMS that came in, without its text.

    Attributes:
        number: E.164; None where the sender is nobody's number, or was erased.
        sender: as it came, of a sender that is nobody's number.
    """

    id: int
    at: datetime
    number: str | None
    sender: str | None
    made: Made
    ticket: str | None
    answered: bool

    def to_json(self, timezone: tzinfo) -> dict[str, Any]:
        """For scripts."""
        return {
            "id": self.id,
            "at": local_iso(self.at, timezone),
            "caller": self.number,
            "sender": self.sender,
            "made": self.made,
            "ticket": self.ticket,
            "answered": self.answered,
        }


async def listed(desk: Desk, *, since: int | None = None, until: int | None = None, limit: int = 50) -> list[Received]:
    """What came in, newest first; `since` and `until` are microseconds UTC, half-open."""
    with desk.store.told():
        found = desk.store.queries.list_sms_received(desk.store.reader, **span(since, until), limit=limit)
        return [
            Received(
                id=row["id"],
                at=moment(row["at"]),
                number=row["number"],
                sender=row["sender"],
                made=Made(row["made"]),
                ticket=row["ticket"],
                answered=bool(row["answered"]),
            )
            async for row in found
        ]
