"""How calls are shown to whoever asks, as in `showing`."""

import re
from collections.abc import Sequence
from dataclasses import replace

from depok_agi.access.roles import Deed, Person, may
from depok_agi.calls.record import CallRecord, Direction, Leg, Role
from depok_agi.desk import Desk
from depok_agi.desk.calls import Listed
from depok_agi.desk.secrecy import SECRET, hidden_calls
from depok_agi.desk.showing import Asked, look, masked, whole
from depok_agi.desk.suspended import suspended

_NUMBER = re.compile(r"(?<![-0-9])\+?[0-9]{6,}")
"""In a channel's name; what follows a dash there is the channel's own count."""


async def calls(desk: Desk, person: Person, found: Sequence[Listed], asked: Asked, *, found_by: bool) -> list[Listed]:
    """A part of the call log as this person may see it.

    From an operator's that was `found_by` a citizen's number, what leads to a secret ticket is left out: it would tell
    whose it is.

    Raises:
        RefusedError: whole numbers were asked for, and this person may not see them.
        StoreError: it cannot be written down.
    """
    leading = [call.id for call, ticket, callback in found if ticket is not None or callback is not None]
    hidden = await hidden_calls(desk, person.name, leading)
    if await whole(desk, person, asked, rows=len(found), secret=len(hidden)):
        return list(found)
    if found_by and not may(person.role, Deed.SECRET):
        found = [one for one in found if one[0].id not in hidden]
    return [
        (veiled_call(call), None, None) if call.id in hidden else (masked_call(call), ticket, callback)
        for call, ticket, callback in found
    ]


async def one_call(desk: Desk, person: Person, found: Listed, command: str) -> Listed:
    """One call as this person may see it, which is written down. Raises StoreError."""
    call, ticket, callback = found
    hidden = bool(await hidden_calls(desk, person.name, [call.id]))
    citizen = await _citizen(desk, call)
    shown = await look(desk, person, command, hidden=hidden, citizen=citizen, call=call.id)
    return (call, ticket, callback) if shown else (veiled_call(call), None, None)


async def up(desk: Desk, person: Person, found: Sequence[CallRecord]) -> list[CallRecord]:
    """The calls that are up, masked; without the citizen where that is a secret or a suspended one. Raises StoreError.

    None is left out: whoever watches the queue counts them.
    """
    hidden = await hidden_calls(desk, person.name, [call.id for call in found])
    with desk.store.told():
        left_out = await suspended(desk, desk.store.reader)
    return [
        veiled_call(call)
        if call.id in hidden or (left_out and await _citizen(desk, call) in left_out)
        else masked_call(call)
        for call in found
    ]


async def own_call(desk: Desk, person: Person, call: CallRecord, command: str) -> None:
    """Write down that whoever talks with a citizen just now is told who it is. Raises StoreError."""
    await look(desk, person, command, hidden=False, citizen=await _citizen(desk, call), call=call.id)


async def _citizen(desk: Desk, call: CallRecord) -> int | None:
    if call.citizen is None:
        return None
    with desk.store.told():
        found: int | None = await desk.store.queries.get_citizen(desk.store.reader, number=call.citizen)
    return found


def masked_call(call: CallRecord) -> CallRecord:
    """The call with its citizen masked wherever their number stands."""
    inbound = call.direction is Direction.INBOUND
    return replace(
        call,
        caller=call.caller and masked(call.caller),
        caller_raw=masked(call.caller_raw),
        dialled=call.dialled if inbound else masked(call.dialled),
        legs=tuple(_masked_leg(leg) for leg in call.legs),
        transfers=tuple(replace(one, to=one.to and masked(one.to)) for one in call.transfers),
    )


def _masked_leg(leg: Leg) -> Leg:
    """The name of a Local channel holds what was dialled."""
    channel = _NUMBER.sub(lambda found: masked(found[0]), leg.channel) if leg.role is Role.LOCAL else leg.channel
    return replace(leg, channel=channel, party=leg.party and masked(leg.party))


def veiled_call(call: CallRecord) -> CallRecord:
    """The call without what tells who it was with."""
    legs = tuple(
        replace(leg, channel="Local" if leg.role is Role.LOCAL else leg.channel, party=None) for leg in call.legs
    )
    return replace(
        call,
        caller=SECRET if call.direction is Direction.INBOUND and call.caller else None,
        caller_raw=SECRET if call.direction is Direction.INBOUND else call.caller_raw,
        dialled=call.dialled if call.direction is Direction.INBOUND else SECRET,
        legs=legs,
        transfers=tuple(replace(transfer, to=None) for transfer in call.transfers),
        recording=None,
        recordings=(),
    )
