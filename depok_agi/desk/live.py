"""What goes on in the calls that are up."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from depok_agi.calls.record import CallRecord, Direction, Leg, Role
from depok_agi.desk import Desk
from depok_agi.desk.at_phone import MOST_CALLS
from depok_agi.desk.calls import Listed
from depok_agi.desk.suspended import suspended
from depok_agi.language import gettext_noop
from depok_agi.store import calls as call_rows


class LiveState(StrEnum):
    """What goes on in a call that is up."""

    IN_MENU = gettext_noop("in_menu")
    WAITING = gettext_noop("waiting")
    """In the queue, and no telephone rings for them."""
    RINGING = gettext_noop("ringing")
    DIALLING = gettext_noop("dialling")
    """The citizen is called, and has not answered."""
    TALKING = gettext_noop("talking")


@dataclass(frozen=True, slots=True)
class Live:
    """What goes on in one call.

    Attributes:
        since: since when, in microseconds UTC; of one that rings for who is in the queue, since when they wait.
        operators: at whose phones it rings, or who calls or talks; a phone of nobody known by its device.
    """

    state: LiveState
    since: int | None
    operators: tuple[str, ...]


async def listed(desk: Desk) -> list[Listed]:
    """The calls that are up, newest first, without those of citizens whose data is suspended. Raises StoreError."""
    store = desk.store
    with store.told():
        left_out = await suspended(desk, store.reader)
        return [
            (call_rows.from_row(row), row["ticket"], row["callback"])
            async for row in store.queries.open_calls(store.reader, limit=MOST_CALLS)
            if row["citizen"] not in left_out
        ]


def live(call: CallRecord, phones: Mapping[str, str]) -> Live:
    """What goes on in a call that is up. `phones` is device, such as `PJSIP/101`, to operator."""
    ours = [leg for leg in call.legs if leg.role is Role.OPERATOR and leg.ended_at is None]
    talks = [talk for talk in call.talks if talk.ended_at is None]
    if talks:
        heard = {channel for talk in talks for channel in talk.channels}
        starts = [talk.started_at for talk in talks if talk.started_at is not None]
        with_whom = _operators([leg for leg in ours if leg.channel in heard], phones)
        return Live(LiveState.TALKING, min(starts, default=call.answered_at), with_whom or _named(call))
    ringing = [leg for leg in ours if leg.answered_at is None]
    if call.direction is Direction.INBOUND and call.visits and not call.visits[-1].left:
        state = LiveState.RINGING if ringing else LiveState.WAITING
        return Live(state, call.visits[-1].joined_at, _operators(ringing, phones))
    if call.answered_at is not None:
        return Live(LiveState.TALKING, call.answered_at, _named(call) or _operators(ours, phones))
    if ringing and call.direction is not Direction.OUTBOUND:
        starts = [leg.started_at for leg in ringing if leg.started_at is not None]
        return Live(LiveState.RINGING, min(starts, default=call.started_at), _operators(ringing, phones))
    inbound = call.direction is Direction.INBOUND
    state = LiveState.IN_MENU if inbound else LiveState.DIALLING
    return Live(state, call.started_at, () if inbound else _named(call) or _operators(ours, phones))


def _named(call: CallRecord) -> tuple[str, ...]:
    return (call.operator,) if call.operator else ()


def _operators(legs: list[Leg], phones: Mapping[str, str]) -> tuple[str, ...]:
    devices = (leg.channel.rpartition("-")[0] for leg in legs)
    return tuple(dict.fromkeys(phones.get(device, device) for device in devices))
