"""Orders to play a recording on a phone: an operator's command asks, the daemon rings the phone.

Rules
-----
1. An order is placed only after the listening was allowed and written down (`recordings.py`).
2. There is one open order with a phone at a time.
3. `ringing` is written before Asterisk is asked, and Asterisk is asked once.
4. An order that nobody took in time is given up: no phone rings for what somebody wanted to hear a minute ago.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from depok_agi.desk import Desk
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.store.times import microseconds, moment

TOO_LATE = timedelta(seconds=60)
"""How old an order may be for a phone to be rung for it."""

NO_NEWS_AFTER = timedelta(minutes=5)
"""A phone does not ring for so long: whatever became of it was said while nobody listened."""


class PlayStatus(StrEnum):
    """Where an order stands."""

    ORDERED = "ordered"
    RINGING = "ringing"
    PLAYED = "played"
    """The phone was picked up."""
    FAILED = "failed"


OPEN = frozenset({PlayStatus.ORDERED, PlayStatus.RINGING})


@dataclass(frozen=True, slots=True)
class PlayOrder:
    """One order. `recording` is the name of the file; `reason` says in plain words why it failed."""

    id: int
    operator: str
    device: str
    recording: str
    ordered_at: datetime
    status: PlayStatus
    reason: str | None

    @property
    def is_open(self) -> bool:
        """Is it still being dealt with?"""
        return self.status in OPEN


async def place(desk: Desk, operator: str, device: str, recording: str) -> PlayOrder:
    """Order that this file be played on this phone, such as `PJSIP/101`.

    Raises:
        RefusedError: another recording is about to be played on it.
    """
    async with desk.store.transaction() as connection:
        rows = desk.store.queries.open_play_orders(connection)
        for order in [_order(row) async for row in rows]:
            if _is_over(order, desk.now()):
                await desk.store.queries.change_play_order(
                    connection, id=order.id, was=order.status, status=PlayStatus.FAILED, reason="it was given up"
                )
            elif order.device == device:
                raise RefusedError("{device} is in use: a recording is about to be played on it", device=device)
        placed = await desk.store.queries.add_play_order(
            connection, operator=operator, device=device, recording=recording, ordered_at=microseconds(desk.now())
        )
        return _order(await desk.store.queries.get_play_order(connection, id=placed))


def _is_over(order: PlayOrder, now: datetime) -> bool:
    return now - order.ordered_at > (TOO_LATE if order.status is PlayStatus.ORDERED else NO_NEWS_AFTER)


async def show(desk: Desk, order: int) -> PlayOrder:
    """One order. Raises NotFoundError."""
    with desk.store.told():
        row = await desk.store.queries.get_play_order(desk.store.reader, id=order)
    if row is None:
        raise NotFoundError("there is no order {order} to play", order=order)
    return _order(row)


async def pending(desk: Desk) -> list[PlayOrder]:
    """The open orders, oldest first."""
    with desk.store.told():
        return [_order(row) async for row in desk.store.queries.open_play_orders(desk.store.reader)]


async def take(desk: Desk, order: PlayOrder) -> bool:
    """Write down that Asterisk is about to be asked, once; False when it must not be."""
    if _is_over(order, desk.now()):
        await fail(desk, order, "too late: the daemon did not take it in time")
        return False
    return await _change(desk, order, PlayStatus.RINGING)


async def withdraw(desk: Desk, order: PlayOrder) -> bool:
    """Take an order back that nobody has taken; False when it is too late for that."""
    return await _change(desk, order, PlayStatus.FAILED, "withdrawn before a phone rang")


async def played(desk: Desk, order: PlayOrder) -> bool:
    """The phone was picked up."""
    return await _change(desk, order, PlayStatus.PLAYED)


async def fail(desk: Desk, order: PlayOrder, reason: str) -> bool:
    """It came to nothing. False when somebody else has changed the order meanwhile."""
    return await _change(desk, order, PlayStatus.FAILED, reason)


async def _change(desk: Desk, order: PlayOrder, status: PlayStatus, reason: str | None = None) -> bool:
    async with desk.store.transaction() as connection:
        changed: int = await desk.store.queries.change_play_order(
            connection, id=order.id, was=order.status, status=status, reason=reason
        )
    return changed == 1


def _order(row: Any) -> PlayOrder:
    return PlayOrder(
        id=row["id"],
        operator=row["operator"],
        device=row["device"],
        recording=row["recording"],
        ordered_at=moment(row["ordered_at"]),
        status=PlayStatus(row["status"]),
        reason=row["reason"],
    )
