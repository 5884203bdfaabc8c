"""Listening to a recording: a talk with a citizen, or a message that one has left.

Rules
-----
1. Each listening is in the access log before anybody hears a word.
2. What belongs to a secret ticket is for those alone who may know its citizen (`secrecy.py`): a voice tells who it is.
3. The row that names a file goes with it, when its time is over. A file in which nothing was ever said has no row.
"""

import contextlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from depok_agi.access.roles import Deed, Person
from depok_agi.calls.record import CallRecord
from depok_agi.calls.recordings import is_name
from depok_agi.desk import Desk, calls
from depok_agi.desk.access import allow
from depok_agi.desk.secrecy import hidden_calls, hidden_tickets
from depok_agi.errors import NotFoundError
from depok_agi.store.times import microseconds
from depok_agi.voice.left import WAV_HEADER_BYTES

NOT_WRITTEN_ANY_MORE = timedelta(hours=3)
"""No call that is recorded is up for longer: the dialplan ends each after two hours (`TIMEOUT(absolute)`)."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording that somebody wants to hear.

    Attributes:
        name: of its file in the folder for recordings.
        call: the call's id, where it is of one.
        ticket: a ticket's serial, where it was asked for by that; `number` is its number.
        citizen: the row of the citizen whose voice it is, where that is known.
    """

    name: str
    call: str | None
    ticket: int | None
    citizen: int | None
    number: str | None = None


async def of_call(desk: Desk, given: str, pbx: str = "") -> Recorded:
    """The recording of a call, by its id or a part of it as `calls.show` takes it.

    Raises:
        NotFoundError: there is no such call, or no recording of it.
        RefusedError: several calls begin or end so.
    """
    record, _, _ = await calls.show(desk, given, pbx)
    if record.recording is None:
        raise NotFoundError(
            "there is no recording of call {id}: none was made, or it was destroyed since", id=record.id
        )
    return await _of_call(desk, record, record.recording)


async def of_ticket(desk: Desk, number: str) -> Recorded:
    """The message that the ticket was left as, else the recording of the newest call about it that has one.

    Raises:
        RefusedError: it is no ticket number.
        NotFoundError: there is no such ticket, or no recording of it.
    """
    from depok_agi.desk import tickets  # noqa: PLC0415 - slow to start, and of a call nobody asks it

    ticket = await tickets.show(desk, number)
    if ticket.recording is not None:
        return Recorded(ticket.recording, None, ticket.serial, ticket.citizen, ticket.number)
    found = [(await calls.show(desk, call))[0] for call in ticket.calls]
    for record in sorted(found, key=lambda record: record.started_at or 0, reverse=True):
        if record.recording is not None:
            found_by = await _of_call(desk, record, record.recording)
            return replace(found_by, ticket=ticket.serial, number=ticket.number)
    raise NotFoundError(
        "there is no recording of ticket {number}: none was made, or it was destroyed since", number=ticket.number
    )


async def _of_call(desk: Desk, record: CallRecord, name: str) -> Recorded:
    citizen = None
    if record.citizen is not None:
        with desk.store.told():
            citizen = await desk.store.queries.get_citizen(desk.store.reader, number=record.citizen)
    return Recorded(name, record.id, None, citizen)


async def listen(desk: Desk, person: Person, recorded: Recorded, folder: Path, command: str) -> Path:
    """The file in the folder for recordings, once it is written down that this person listens to it by this command.

    Raises:
        NotFoundError: the file is not there.
        RefusedError: this person may not listen to it.
        StoreError: it cannot be written down, so nobody listens.
    """
    path = folder / recorded.name
    if not is_name(recorded.name) or not path.is_file():
        raise NotFoundError(
            "the recording {name} is not in its folder: it could not be written, or somebody took it away",
            name=recorded.name,
        )
    await _may_know_the_citizen(desk, person, recorded, command)
    await allow(
        desk,
        person,
        Deed.LISTEN,
        citizen=recorded.citizen,
        ticket=recorded.ticket,
        call=recorded.call,
        detail=command,
    )
    return path


async def _may_know_the_citizen(desk: Desk, person: Person, recorded: Recorded, command: str) -> None:
    """Of a secret ticket. Raises RefusedError, StoreError."""
    tickets = await hidden_tickets(desk, person.name, [] if recorded.number is None else [recorded.number])
    led_to = await hidden_calls(desk, person.name, [] if recorded.call is None else [recorded.call])
    if tickets or led_to:
        await allow(
            desk,
            person,
            Deed.SECRET,
            citizen=recorded.citizen,
            ticket=recorded.ticket,
            call=recorded.call,
            detail=command,
        )


def sweep(folder: Path, now: datetime) -> int:
    """Delete the files without a sound that nobody writes to any more; tells how many.

    Asterisk makes a file when a citizen begins to wait; of one who spoke with nobody it stays as it was made.
    """
    swept = 0
    for path in folder.iterdir():
        with contextlib.suppress(OSError):  # gone meanwhile, or somebody else's
            found = path.stat()
            is_old = found.st_mtime_ns // 1000 < microseconds(now - NOT_WRITTEN_ANY_MORE)
            if is_name(path.name) and found.st_size <= WAV_HEADER_BYTES and is_old:
                path.unlink()
                swept += 1
    return swept
