"""Lists of which each row has the number of a citizen, as whoever asks may see them: SMS, blocks, the access log."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from depok_agi.access.roles import Person
from depok_agi.desk import Desk
from depok_agi.desk.secrecy import SECRET, hidden_callbacks, hidden_calls, hidden_tickets
from depok_agi.desk.showing import Asked, masked, masked_text, whole

if TYPE_CHECKING:  # each command has one of them
    from depok_agi.desk.access import Access
    from depok_agi.desk.blocks import Block
    from depok_agi.desk.sms import Received
    from depok_agi.sms.outgoing import Outgoing

Row = TypeVar("Row", "Access", "Block", "Outgoing", "Received")


async def sent(desk: Desk, person: Person, found: "Sequence[Outgoing]", asked: Asked) -> "list[Outgoing]":
    """SMS to citizens. Raises RefusedError, StoreError."""
    of_tickets = await hidden_tickets(desk, person.name, [one.ticket for one in found if one.ticket is not None])
    callbacks = [one.callback for one in found if one.callback is not None]
    of_callbacks = await hidden_callbacks(desk, person.name, callbacks)
    hidden = [one.ticket in of_tickets or one.callback in of_callbacks for one in found]
    return await _as_seen(desk, person, found, hidden, asked)


async def received(desk: Desk, person: Person, found: "Sequence[Received]", asked: Asked) -> "list[Received]":
    """SMS from citizens; one whose sender is nobody's number is told by it. Raises RefusedError, StoreError."""
    of_tickets = await hidden_tickets(desk, person.name, [one.ticket for one in found if one.ticket is not None])
    hidden = [one.ticket in of_tickets for one in found]
    named = [replace(one, sender=one.sender and masked(one.sender)) for one in found]
    return await _as_seen(desk, person, found, hidden, asked, masked_otherwise=named)


async def blocked(desk: Desk, person: Person, found: "Sequence[Block]", asked: Asked) -> "list[Block]":
    """Numbers that are refused. Raises RefusedError, StoreError."""
    why = [replace(one, why=masked_text(one.why)) for one in found]
    return await _as_seen(desk, person, found, [False] * len(found), asked, masked_otherwise=why)


async def looked_at(desk: Desk, person: Person, found: "Sequence[Access]", asked: Asked) -> "list[Access]":
    """Entries of the access log. Raises RefusedError, StoreError."""
    of_tickets = await hidden_tickets(desk, person.name, [one.ticket for one in found if one.secret and one.ticket])
    of_calls = await hidden_calls(desk, person.name, [one.call for one in found if one.call is not None])
    hidden = [one.ticket in of_tickets or one.call in of_calls for one in found]
    return await _as_seen(desk, person, found, hidden, asked)


async def _as_seen(
    desk: Desk,
    person: Person,
    found: Sequence[Row],
    hidden: Sequence[bool],
    asked: Asked,
    masked_otherwise: Sequence[Row] | None = None,
) -> list[Row]:
    """The rows with whole or with masked numbers; of those that are hidden, none.

    `masked_otherwise` are the rows as they are to be masked, where more than the number is.
    """
    if await whole(desk, person, asked, rows=len(found), secret=sum(hidden)):
        return list(found)
    return [
        replace(one, number=SECRET if is_hidden else one.number and masked(one.number))
        for one, is_hidden in zip(masked_otherwise or found, hidden, strict=True)
    ]
