"""Takes what callers left out of the spool into the store. Taking the same thing twice is taking it once."""

import contextlib
from datetime import timedelta
from pathlib import Path

import aiosqlite

from depok_agi.desk import Desk, callbacks, calls, left, sms, tickets
from depok_agi.desk.left import LeftIn, LeftKind
from depok_agi.desk.tickets import Complaint
from depok_agi.store.times import microseconds
from depok_agi.tickets.callback import CallbackReason
from depok_agi.tickets.history import SERVICE
from depok_agi.tickets.ticket import Ticket, TicketChannel
from depok_agi.voice.centre import CallbackRequest, Left
from depok_agi.voice.left import LEAST_SECONDS, Message, OpdRequest, Score, Sms, seconds_of

OVER_AFTER = timedelta(minutes=4)
"""A message of which nobody said that it has ended has done so by then: `dialplan/55_message.conf` records for two
minutes at most."""


async def take(desk: Desk, found: Left, recordings: Path) -> bool:
    """Take one thing; False for a message that may be being recorded still, and is to be asked about later.

    `recordings` is the folder for recordings. Raises StoreError.
    """
    match found:
        case CallbackRequest():
            await calls.take_request(desk, found)
        case Message():
            return await take_message(desk, found, recordings)
        case OpdRequest():
            await take_opd_request(desk, found)
        case Score():
            await take_score(desk, found)
        case Sms():
            await sms.take(desk, found)
    return True


async def take_message(desk: Desk, message: Message, recordings: Path) -> bool:
    """A recorded message becomes a ticket, and owes a call where there is a number; one without a word goes."""
    recording = recordings / message.file
    seconds = message.seconds
    if seconds is None:
        if desk.now() < message.at + OVER_AFTER:
            return False
        seconds = seconds_of(recording)
    if seconds < LEAST_SECONDS:
        with contextlib.suppress(OSError):  # whose it is may be Asterisk's user alone to say
            recording.unlink()
        return True
    async with desk.store.transaction() as connection:
        if await desk.store.queries.is_left(connection, uniqueid=message.uniqueid, kind=LeftKind.MESSAGE):
            return True
        call = await desk.store.queries.get_call_of_channel(connection, uniqueid=message.uniqueid)
        complaint = Complaint(
            text=f"Pesan suara, {seconds} detik",
            channel=TicketChannel.MESSAGE,
            caller=message.number,
            call=call,
            at=message.at,
        )
        ticket = await tickets.open_within(desk, connection, complaint, SERVICE)
        await desk.store.queries.put_recording(connection, ticket=ticket.serial, recording=message.file)
        owed = None
        if ticket.citizen is not None:
            owed = await desk.store.queries.get_open_callback(connection, citizen=ticket.citizen)
        await _note(desk, connection, message, LeftKind.MESSAGE, ticket, owed, call)
    return True


async def take_opd_request(desk: Desk, request: OpdRequest) -> None:
    """Nobody answered at an OPD: a ticket, and a call that is owed."""
    async with desk.store.transaction() as connection:
        if await desk.store.queries.is_left(connection, uniqueid=request.uniqueid, kind=LeftKind.OPD):
            return
        call = await desk.store.queries.get_call_of_channel(connection, uniqueid=request.uniqueid)
        text = f"Minta disambungkan dengan {request.opd}, tidak terjawab"
        complaint = Complaint(text=text, caller=request.number, call=call, at=request.at)
        ticket = await tickets.open_within(desk, connection, complaint, SERVICE)
        owed = await callbacks.owe(desk, connection, request.number, CallbackReason.REQUEST, request.at, call=call)
        await _note(desk, connection, request, LeftKind.OPD, ticket, owed, call)


async def take_score(desk: Desk, score: Score) -> None:
    """How content a citizen was with a talk; the first word counts."""
    async with desk.store.transaction() as connection:
        await desk.store.queries.put_survey(
            connection,
            uniqueid=score.uniqueid,
            score=score.score,
            at=microseconds(score.at),
            recorded_at=microseconds(desk.now()),
        )


async def _note(
    desk: Desk,
    connection: aiosqlite.Connection,
    found: Message | OpdRequest,
    kind: LeftKind,
    ticket: Ticket,
    owed: int | None,
    call: str | None,
) -> None:
    await desk.store.queries.add_left(
        connection,
        uniqueid=found.uniqueid,
        kind=kind,
        at=microseconds(found.at),
        ticket=ticket.serial,
        callback=owed,
    )
    if call is not None:
        await left.link(desk, connection, [LeftIn(call, ticket.serial, owed)])
        await left.mark(desk, connection, call, left.FACT[kind])
