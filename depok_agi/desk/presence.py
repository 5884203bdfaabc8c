"""What one operator is doing now: asked for by every command, so that it can tell of a pause."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from depok_agi.desk import Desk
from depok_agi.operators.state import PauseReason, Standing, State
from depok_agi.store.times import moment


@dataclass(frozen=True, slots=True)
class Present:
    """What somebody is doing now, and since when."""

    operator: str
    device: str
    state: State
    reason: PauseReason | None
    since: datetime


async def of(desk: Desk, operator: str) -> Present | None:
    """What one operator is doing now; None where they are signed out. Raises StoreError."""
    with desk.store.told():
        row = await desk.store.queries.own_operator_state(desk.store.reader, operator=operator)
    return None if row is None else present_of(operator, row)


async def everybody(desk: Desk) -> dict[str, Present]:
    """What each member of the queue is doing now, by their phone's device. Raises StoreError."""
    with desk.store.told():
        found = desk.store.queries.operator_states_now(desk.store.reader)
        return {row["device"]: present_of(row["operator"], row) async for row in found}


def standing_of(row: Any) -> Standing:
    """The state of a row of operator_states."""
    return Standing(State(row["state"]), None if row["reason"] is None else PauseReason(row["reason"]))


def present_of(operator: str, row: Any) -> Present:
    """The same with the phone, and since when."""
    standing = standing_of(row)
    return Present(operator, row["device"], standing.state, standing.reason, moment(row["since"]))
