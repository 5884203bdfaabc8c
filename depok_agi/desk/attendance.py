"""What operators did from when until when, and what they are doing now.

Rules
-----
1. Of each phone one state lasts at a time; the next begins in the transaction that ends it. What is known already is
   not written again, so that the same events may come twice.
2. What went on while nobody listened to Asterisk is not guessed: who is in the queue afterwards was in the state
   `unknown` meanwhile. Only a gap of no more than `SHORT_GAP_SECONDS`, with the same state before and after, is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiosqlite

from depok_agi.calls.events import MICROSECONDS
from depok_agi.desk import Desk
from depok_agi.desk.presence import Present, everybody, standing_of
from depok_agi.operators.board import Turn
from depok_agi.operators.state import Standing, State
from depok_agi.store.times import microseconds

SHORT_GAP_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Attended:
    """One operator's line of the list. `now` is None for who is signed out; `seconds` are those of the day so far."""

    operator: str
    device: str
    now: Present | None
    calls: int = 0
    seconds: Mapping[State, int] = field(default_factory=dict)

    @property
    def signed_in(self) -> int:
        """Seconds of the day in the queue, whatever they did there."""
        return sum(self.seconds.values())


async def write(desk: Desk, turns: Sequence[Turn], phones: Mapping[str, str]) -> None:
    """Write down what has changed. `phones` says whose each phone is. Raises StoreError."""
    if not turns:
        return
    async with desk.store.transaction() as connection:
        for turn in turns:
            await _turn(desk, connection, turn, phones)


async def resume(
    desk: Desk, there: Mapping[str, tuple[str, Standing]], phones: Mapping[str, str], *, heard_until: int, at: int
) -> None:
    """After a gap: `there` is what each member of the queue is doing at this moment, device to name and standing.

    Args:
        desk: with the store.
        there: device to what the queue calls the member, and its standing.
        phones: whose each phone is.
        heard_until: until when Asterisk was heard before, in microseconds UTC.
        at: the moment, likewise.

    Raises:
        StoreError: it cannot be written.
    """
    queries = desk.store.queries
    async with desk.store.transaction() as connection:
        found = [row async for row in queries.operator_states_now(connection)]
        for row in found:
            heard = min(max(row["since"], heard_until), at)
            known = there.get(row["device"])
            is_short = at - heard <= SHORT_GAP_SECONDS * MICROSECONDS
            if known is not None and is_short:
                continue
            await _end(desk, connection, row, heard)
            if known is not None:
                name = phones.get(row["device"]) or known[0]
                await _add(desk, connection, name, row["device"], Standing(State.UNKNOWN), since=heard, until=at)
        for device, (name, standing) in there.items():
            await _turn(desk, connection, Turn(at, device, name, standing), phones)


async def _turn(desk: Desk, connection: aiosqlite.Connection, turn: Turn, phones: Mapping[str, str]) -> None:
    operator = phones.get(turn.device) or turn.name or turn.device
    row = await desk.store.queries.operator_state_now(connection, device=turn.device)
    if row is not None:
        if row["operator"] == operator and standing_of(row).is_like(turn.standing):
            return
        earliest = row["since"]
    else:
        earliest = await desk.store.queries.operator_state_last_end(connection, device=turn.device)
    at = turn.at if earliest is None else max(turn.at, earliest)
    if row is not None:
        await _end(desk, connection, row, at)
    if turn.standing is not None:
        await _add(desk, connection, operator, turn.device, turn.standing, since=at)


async def _end(desk: Desk, connection: aiosqlite.Connection, row: Any, until: int) -> None:
    await desk.store.queries.end_operator_state(connection, id=row["id"], until=until, at=_known_at(desk, until))


async def _add(
    desk: Desk,
    connection: aiosqlite.Connection,
    operator: str,
    device: str,
    standing: Standing,
    *,
    since: int,
    until: int | None = None,
) -> None:
    await desk.store.queries.add_operator_state(
        connection,
        operator=operator,
        device=device,
        state=standing.state,
        reason=standing.reason,
        since=since,
        until=until,
        at=_known_at(desk, since if until is None else until),
    )


def _known_at(desk: Desk, happened_at: int) -> int:
    """When it is written down; never before it happened, whatever the clocks of Asterisk and of this process say."""
    return max(happened_at, microseconds(desk.now()))


async def listed(desk: Desk, phones: Mapping[str, str], since: datetime) -> list[Attended]:
    """All operators, and whoever else is in the queue; with the calls and times since a moment. Raises StoreError."""
    queries, reader = desk.store.queries, desk.store.reader
    asked = {"since": microseconds(since), "until": microseconds(desk.now())}
    present = await everybody(desk)
    with desk.store.told():
        calls = {row["operator"]: row["calls"] async for row in queries.calls_taken_since(reader, since=asked["since"])}
        spent: dict[str, dict[State, int]] = {}
        async for row in queries.operator_seconds_since(reader, **asked):
            spent.setdefault(row["operator"], {})[State(row["state"])] = row["microseconds"] // MICROSECONDS
    sitting = {(operator, device) for device, operator in phones.items()}
    sitting |= {(one.operator, one.device) for one in present.values()}
    return [
        Attended(operator, device, _own(present.get(device), operator), calls.get(operator, 0), spent.get(operator, {}))
        for operator, device in sorted(sitting)
    ]


def _own(present: Present | None, operator: str) -> Present | None:
    return present if present is not None and present.operator == operator else None
