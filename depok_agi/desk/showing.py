"""How citizens are shown to whoever asks: one of them whole, lists masked, secret ones to few.

What a list shows of citizens is masked, and nobody writes that down. Whole ones are an unmasking, and one citizen at a
time is a look at them: both are in the access log before they are seen.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from depok_agi.access.masking import masked_name, masked_number
from depok_agi.access.roles import Deed, Person, may
from depok_agi.calls.numbers import national, to_e164
from depok_agi.desk import Desk
from depok_agi.desk.access import allow, write_down
from depok_agi.desk.secrecy import (
    SECRET,
    calls_of,
    hidden_calls,
    hidden_tickets,
    veiled_callback,
    veiled_ticket,
    without_calls,
)
from depok_agi.tickets.ticket import Callback, Ticket

_NUMBER = re.compile(r"\+?\d[\d .()-]{6,18}\d")


@dataclass(frozen=True, slots=True)
class Asked:
    """How a list is asked for.

    Attributes:
        command: its words, for the access log.
        unmask: with whole numbers and names, whoever asks.
        for_scripts: for scripts, which get them whole where the person may see them so.
    """

    command: str
    unmask: bool = False
    for_scripts: bool = False


async def whole(desk: Desk, person: Person, asked: Asked, *, rows: int, secret: int = 0) -> bool:
    """Is this list shown unmasked? That is written down; `secret` says how many of the rows are hidden otherwise.

    Raises:
        RefusedError: it was asked for, and this person may not.
        StoreError: it cannot be written down.
    """
    if not asked.unmask and not (asked.for_scripts and may(person.role, Deed.UNMASK)):
        return False
    if rows or not may(person.role, Deed.UNMASK):
        await allow(desk, person, Deed.UNMASK, detail=f"{asked.command}, rows: {rows}")
    if secret:
        await allow(desk, person, Deed.SECRET, detail=f"{asked.command}, rows of secret tickets: {secret}")
    return True


async def tickets(desk: Desk, person: Person, found: Sequence[Ticket], asked: Asked) -> list[Ticket]:
    """A list of tickets as this person may see it. Raises RefusedError, StoreError."""
    hidden = await hidden_tickets(desk, person.name, [ticket.number for ticket in found if ticket.secret])
    if await whole(desk, person, asked, rows=len(found), secret=len(hidden)):
        return list(found)
    return [veiled_ticket(ticket) if ticket.number in hidden else masked_ticket(ticket) for ticket in found]


async def callbacks(desk: Desk, person: Person, found: Sequence[Callback], asked: Asked) -> list[Callback]:
    """A list of callbacks as this person may see it. Raises RefusedError, StoreError."""
    hidden = await hidden_tickets(desk, person.name, [ticket for callback in found for ticket in callback.tickets])
    secret = sum(not hidden.isdisjoint(callback.tickets) for callback in found)
    if await whole(desk, person, asked, rows=len(found), secret=secret):
        return list(found)
    leading = await hidden_calls(desk, person.name, [call for callback in found for call in calls_of(callback)])
    return [without_calls(_masked_or_hidden(veiled_callback(one, hidden)), leading) for one in found]


def _masked_or_hidden(callback: Callback) -> Callback:
    return callback if callback.caller == SECRET else masked_callback(callback)


async def one_ticket(desk: Desk, person: Person, ticket: Ticket, command: str) -> Ticket:
    """One ticket as this person may see it, which is written down. Raises StoreError."""
    hidden = bool(await hidden_tickets(desk, person.name, [ticket.number]))
    shown = await look(desk, person, command, hidden=hidden, citizen=ticket.citizen, ticket=ticket.serial)
    return ticket if shown else veiled_ticket(ticket)


async def one_callback(desk: Desk, person: Person, callback: Callback, command: str) -> Callback:
    """One callback as this person may see it, which is written down. Raises StoreError."""
    hidden = await hidden_tickets(desk, person.name, callback.tickets)
    detail = f"{command} {callback.id}"
    if await look(desk, person, detail, hidden=bool(hidden), citizen=callback.citizen) and may(
        person.role, Deed.SECRET
    ):
        return callback
    return await _known_callback(desk, person, callback, hidden)


async def kept_callback(desk: Desk, person: Person, callback: Callback) -> Callback:
    """One that this person was shown before, as they may see it still: an operator's claim may have run out."""
    if may(person.role, Deed.SECRET):
        return callback
    return await _known_callback(desk, person, callback, await hidden_tickets(desk, person.name, callback.tickets))


async def _known_callback(desk: Desk, person: Person, callback: Callback, hidden: frozenset[str]) -> Callback:
    leading = await hidden_calls(desk, person.name, calls_of(callback))
    return without_calls(veiled_callback(callback, hidden), leading)


async def changed_ticket(desk: Desk, person: Person, ticket: Ticket) -> Ticket:
    """A ticket of which only the status is told, to whoever has changed it: without what leads them to the citizen."""
    if may(person.role, Deed.SECRET) or not await hidden_tickets(desk, person.name, [ticket.number]):
        return ticket
    return veiled_ticket(ticket)


async def look(
    desk: Desk,
    person: Person,
    command: str,
    *,
    hidden: bool,
    citizen: int | None,
    ticket: int | None = None,
    call: str | None = None,
) -> bool:
    """Whether this person sees the citizen; the rest they see in any case, so a refusal ends nothing."""
    deed = Deed.SECRET if hidden else Deed.SHOW
    allowed = may(person.role, deed)
    await write_down(desk, person, deed, allowed=allowed, citizen=citizen, ticket=ticket, call=call, detail=command)
    return allowed


def masked(number: str) -> str:
    """A number, in E.164 or as it came, with its middle hidden."""
    return masked_number(national(number) if number.startswith("+") else number)


def masked_text(text: str) -> str:
    """What somebody wrote, with the telephone numbers in it masked."""
    return _NUMBER.sub(lambda found: masked_number(found[0]) if to_e164(found[0]) else found[0], text)


def masked_ticket(ticket: Ticket) -> Ticket:
    """The ticket with its citizen masked."""
    return replace(
        ticket,
        caller=ticket.caller and masked(ticket.caller),
        name=ticket.name and masked_name(ticket.name),
        text=ticket.text and masked_text(ticket.text),
        answer=ticket.answer and masked_text(ticket.answer),
    )


def masked_callback(callback: Callback) -> Callback:
    """The callback with its citizen masked."""
    return replace(
        callback,
        caller=callback.caller and masked(callback.caller),
        name=callback.name and masked_name(callback.name),
        attempts=tuple(replace(one, note=one.note and masked_text(one.note)) for one in callback.attempts),
    )
