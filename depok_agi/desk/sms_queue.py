"""The SMS to citizens: what is queued, what is to be sent now, and how it went.

Never lost: a row waits until Asterisk has taken it, or until there is nothing left to say. Never twice: each has a key,
and is marked as being sent, in a transaction of its own, before Asterisk gets a word of it. A daemon that was killed
between the two left a note of the last one that Asterisk was given (`handed_over.py`).
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiosqlite

from depok_agi.desk import Desk
from depok_agi.handed_over import Try
from depok_agi.language import gettext_noop
from depok_agi.sms.language import Language
from depok_agi.sms.outgoing import STALE_AFTER, Filter, Kind, Outgoing, Status, earliest, gap
from depok_agi.store.times import microseconds, moment, span
from depok_agi.tickets.callback import CallbackStatus, Debt
from depok_agi.tickets.status import TicketStatus
from depok_agi.tickets.ticket import Ticket

AT_ONCE = 20
"""Looked at together; each is sent and written down by itself."""

NEWS_AFTER = 3
"""So many calls in vain, and the citizen is written to."""

INTERRUPTED = gettext_noop("the service ended before Asterisk's word on it")
STALE = gettext_noop("could not be sent for too long")
ERASED = gettext_noop("the citizen was erased")
NOTHING_TO_SAY = gettext_noop("there is nothing to say any more")


@dataclass(frozen=True, slots=True)
class Matter:
    """What an SMS is about, as it is now; everything None where it is about no ticket."""

    status: TicketStatus | None
    opd: str | None
    due_at: datetime | None
    secret: bool


def can_be_written_to(number: str | None) -> bool:
    """Whether a number is one of a mobile telephone here: what nobody asked for goes to no other."""
    return number is not None and number.startswith("+628")


async def add(
    desk: Desk,
    connection: aiosqlite.Connection,
    key: str,
    kind: Kind,
    citizen: int,
    *,
    language: Language = Language.INDONESIAN,
    ticket: int | None = None,
    forwarding: int | None = None,
    callback: int | None = None,
) -> None:
    """Queue an SMS within the transaction of what it tells; one with a known key is queued already."""
    now = microseconds(desk.now())
    await desk.store.queries.add_sms(
        connection,
        key=key,
        kind=kind,
        language=language,
        citizen=citizen,
        ticket=ticket,
        forwarding=forwarding,
        callback=callback,
        queued_at=now,
        next_try_at=now,
    )


async def tell_forwarded(desk: Desk, connection: aiosqlite.Connection, ticket: Ticket) -> None:
    """The citizen is told that an OPD has got their ticket."""
    await _tell(desk, connection, ticket, Kind.FORWARDED, ticket.forwarding)


async def tell_answered(desk: Desk, connection: aiosqlite.Connection, ticket: Ticket, entry: int) -> None:
    """The citizen is told that there is an answer; `entry` is the one of the history that holds it."""
    await _tell(desk, connection, ticket, Kind.ANSWERED, entry)


async def _tell(desk: Desk, connection: aiosqlite.Connection, ticket: Ticket, kind: Kind, entry: int | None) -> None:
    if not desk.sends_sms or ticket.citizen is None or not can_be_written_to(ticket.caller):
        return
    forwarding = entry if kind is Kind.FORWARDED else None
    key = f"{kind}:{ticket.serial}:{entry}"
    await add(desk, connection, key, kind, ticket.citizen, ticket=ticket.serial, forwarding=forwarding)


async def tell_unreached(
    desk: Desk,
    connection: aiosqlite.Connection,
    callback: int,
    citizen: int,
    number: str | None,
    debt: Debt,
) -> None:
    """After a call in vain: the citizen is told, once, when it was one of so many."""
    if debt.attempts >= NEWS_AFTER and can_be_written_to(number):
        await add(desk, connection, f"unreached:{callback}", Kind.UNREACHED, citizen, callback=callback)


async def to_send(desk: Desk) -> list[Outgoing]:
    """What is to be sent now, the oldest first. A notice that comes at night is put off, and what is stale is dropped.

    Raises:
        StoreError: the store cannot be written to now.
    """
    now, policy, zone = desk.now(), desk.policy, desk.policy.zone
    while True:
        with desk.store.told():
            found = desk.store.queries.sms_to_send(desk.store.reader, now=microseconds(now), limit=AT_ONCE)
            waiting = [from_row(row) async for row in found]
        at_night = {
            sms.id: first
            for sms in waiting
            if (first := earliest(sms.kind, now, policy.decent_from, policy.decent_until, zone)) > now
        }
        useless = {sms.id: ERASED if sms.number is None else STALE for sms in waiting if _is_useless(sms, now)}
        if not at_night and not useless:
            return waiting
        async with desk.store.transaction() as connection:
            for sms, first in at_night.items():
                await desk.store.queries.put_off_sms(connection, id=sms, next_try_at=microseconds(first))
            for sms, why in useless.items():
                await _drop(desk, connection, sms, why)


def _is_useless(sms: Outgoing, now: datetime) -> bool:
    return sms.number is None or now - sms.queued_at > STALE_AFTER


async def matter(desk: Desk, sms: Outgoing) -> Matter | None:
    """What it is about, as things are now; None when there is nothing left to say."""
    with desk.store.told():
        row = await desk.store.queries.matter_of_sms(desk.store.reader, id=sms.id)
    if row is None or row["callback_status"] == CallbackStatus.DONE:
        return None
    status = None if row["status"] is None else TicketStatus(row["status"])
    if sms.kind is Kind.FORWARDED and (status is not TicketStatus.FORWARDED or row["forwarding"] != row["meant"]):
        return None
    if sms.kind is Kind.ANSWERED and status is not TicketStatus.ANSWERED:
        return None
    due_at = None if row["due_at"] is None else moment(row["due_at"])
    return Matter(status, row["opd"], due_at, bool(row["secret"]))


async def begin(desk: Desk, sms: Outgoing) -> bool:
    """Mark it as being sent, before Asterisk gets a word; False when it does not wait any more. Raises StoreError."""
    async with desk.store.transaction() as connection:
        return bool(await desk.store.queries.start_sms(connection, id=sms.id))


async def is_sent(desk: Desk, sms: Outgoing, at: datetime) -> None:
    """Asterisk has it; doing it twice is doing it once. Raises StoreError."""
    async with desk.store.transaction() as connection:
        await desk.store.queries.sms_is_sent(
            connection, id=sms.id, sent_at=microseconds(at), recorded_at=microseconds(desk.now())
        )


async def is_not_sent(desk: Desk, sms: Outgoing, at: datetime, why: str, most_tries: int) -> timedelta | None:
    """Asterisk has not taken it: gives how long it waits, None when that was its last try. Raises StoreError."""
    tries = sms.tries + 1
    async with desk.store.transaction() as connection:
        if tries >= most_tries:
            await _drop(desk, connection, sms.id, why)
            return None
        wait = gap(tries)
        await desk.store.queries.sms_waits(connection, id=sms.id, next_try_at=microseconds(at + wait), why=why)
        return wait


async def drop(desk: Desk, sms: Outgoing, why: str) -> None:
    """It is not sent at all. Raises StoreError."""
    async with desk.store.transaction() as connection:
        await _drop(desk, connection, sms.id, why)


async def _drop(desk: Desk, connection: aiosqlite.Connection, sms: int, why: str) -> None:
    await desk.store.queries.drop_sms(connection, id=sms, why=why, recorded_at=microseconds(desk.now()))


async def resume(desk: Desk, last: Try | None) -> int:
    """After a start: what was being sent when the service ended waits again; gives how many. Raises StoreError.

    `last` is what Asterisk was given last: if it is among them, it is sent.
    """
    async with desk.store.transaction() as connection:
        now = microseconds(desk.now())
        if last is not None:
            await desk.store.queries.handed_over_sms_is_sent(
                connection, id=last.sms, tries=last.tries, now=now, why=INTERRUPTED
            )
        return int(await desk.store.queries.resume_sms(connection, now=now))


async def last_sent_at(desk: Desk) -> datetime | None:
    """When the last one went out. Raises StoreError."""
    with desk.store.told():
        at = await desk.store.queries.last_sms_sent_at(desk.store.reader)
    return None if at is None else moment(at)


async def listed(
    desk: Desk,
    *,
    wanted: Filter = Filter.WAITING,
    since: int | None = None,
    until: int | None = None,
    limit: int = 50,
) -> list[Outgoing]:
    """The queue, newest first; `since` and `until` are microseconds UTC, half-open: those queued within."""
    queries, reader = desk.store.queries, desk.store.reader
    within = {**span(since, until), "limit": limit}
    with desk.store.told():
        match wanted:
            case Filter.ALL:
                found = queries.newest_sms(reader, **within)
            case Filter.WAITING:
                found = queries.newest_waiting_sms(reader, **within)
            case _:
                found = queries.newest_ended_sms(reader, status=wanted, **within)
        ids = json.dumps([row["id"] async for row in found])
        return [from_row(row) async for row in queries.get_sms(reader, ids=ids)]


def from_row(row: aiosqlite.Row) -> Outgoing:
    """One row of the queue."""
    return Outgoing(
        id=row["id"],
        key=row["key"],
        kind=Kind(row["kind"]),
        language=Language(row["language"]),
        number=row["number"],
        ticket=row["ticket_number"],
        callback=row["callback"],
        status=Status(row["status"]),
        queued_at=moment(row["queued_at"]),
        next_try_at=moment(row["next_try_at"]),
        tries=row["tries"],
        sent_at=None if row["sent_at"] is None else moment(row["sent_at"]),
        error=row["error"],
    )
