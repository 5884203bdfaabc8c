"""Orders to the queue: a command asks to sign somebody in, out, or to pause them; the daemon has Asterisk do it.

To do one twice is to do it once, so an order needs no note that Asterisk was asked: after a crash of the daemon the
next one does it again, unless it is older than `TOO_LATE`.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from depok_agi.access.roles import Deed, Person
from depok_agi.desk import Desk, access, operators
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.operators.state import NOT_CHOSEN, PauseReason
from depok_agi.store.times import microseconds, moment

TOO_LATE = timedelta(seconds=60)
"""Nobody is signed in for what was asked longer ago."""

NOT_TAKEN = "too late: the daemon did not take it in time"


TAKEN_WITHIN = 6.0
"""Seconds the daemon may take. It looks three times a second, and Asterisk answers at once."""

LOOK_SECONDS = 0.1


class Wish(StrEnum):
    """What is asked for."""

    IN = "in"
    """Signed in, and paused no more."""
    OUT = "out"
    PAUSE = "pause"


class OrderStatus(StrEnum):
    """Where it stands."""

    ORDERED = "ordered"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Order:
    """One order. `fault` says in plain words why it failed."""

    id: int
    operator: str
    device: str
    wish: Wish
    reason: PauseReason | None
    ordered_at: datetime
    status: OrderStatus
    fault: str | None


async def place(
    desk: Desk,
    person: Person,
    operator: str,
    wish: Wish,
    phones: Mapping[str, str],
    reason: PauseReason | None = None,
) -> Order:
    """Order it. `phones` says whose each phone is: device to user.

    Raises:
        RefusedError: somebody else's, and the person's role does not allow it; or a pause needs another reason.
        NotFoundError: the operator has no phone.
    """
    if (wish is Wish.PAUSE) == (reason is None) or reason in NOT_CHOSEN:
        raise RefusedError("a pause needs a reason that people have, and nothing else does")
    device = operators.phone_of(phones, operator)
    if operator != person.name:
        await access.allow(desk, person, Deed.OPERATORS, detail=f"operators {wish} {operator}")
    async with desk.store.transaction() as connection:
        order = await desk.store.queries.add_operator_order(
            connection,
            operator=operator,
            device=device,
            wish=wish,
            reason=reason,
            by=person.name,
            ordered_at=microseconds(desk.now()),
        )
    return await show(desk, int(order))


async def show(desk: Desk, order: int) -> Order:
    """One order. Raises NotFoundError."""
    with desk.store.told():
        row = await desk.store.queries.get_operator_order(desk.store.reader, id=order)
    if row is None:
        raise NotFoundError("there is no order {order} to the queue", order=order)
    return _order(row)


async def ended(desk: Desk, order: Order) -> Order:
    """Wait until it is done. Raises RefusedError: it was not."""
    give_up_at = time.monotonic() + TAKEN_WITHIN
    while order.status is OrderStatus.ORDERED:
        if time.monotonic() > give_up_at and await end(desk, order, NOT_TAKEN):
            raise RefusedError(
                "the daemon did not take it: does it run (depok-agi serve)? By phone: *11 in, *12 out, *13 pause"
            )
        await asyncio.sleep(LOOK_SECONDS)
        order = await show(desk, order.id)
    if order.status is OrderStatus.FAILED:
        raise RefusedError(order.fault or "")
    return order


async def pending(desk: Desk) -> list[Order]:
    """Those that nobody has seen to, oldest first; what came too late is ended and left out."""
    with desk.store.told():
        found = [_order(row) async for row in desk.store.queries.open_operator_orders(desk.store.reader)]
    late = [order for order in found if desk.now() - order.ordered_at > TOO_LATE]
    for order in late:
        await end(desk, order, NOT_TAKEN)
    return [order for order in found if order not in late]


async def end(desk: Desk, order: Order, fault: str | None) -> bool:
    """It was done, or could not be for this fault; False when it has ended already."""
    async with desk.store.transaction() as connection:
        changed: int = await desk.store.queries.end_operator_order(
            connection, id=order.id, status=OrderStatus.DONE if fault is None else OrderStatus.FAILED, fault=fault
        )
    return changed == 1


def _order(row: Any) -> Order:
    return Order(
        id=row["id"],
        operator=row["operator"],
        device=row["device"],
        wish=Wish(row["wish"]),
        reason=None if row["reason"] is None else PauseReason(row["reason"]),
        ordered_at=moment(row["ordered_at"]),
        status=OrderStatus(row["status"]),
        fault=row["fault"],
    )
