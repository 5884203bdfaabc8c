"""Orders to dial: an operator's command asks, the daemon rings their phone and then the citizen.

Rules
-----
1. At any time there is one open order for a callback, and one with a phone. An order is for whoever has claimed the
   callback, and is dropped when that is not so any more.
2. `ringing` is written before Asterisk is asked, together with the id that the operator's channel is to have. Asterisk
   is asked once, whatever happens then; after a crash the call log knows by that id whether it did it.
3. An order that nobody took in time is given up: no phone rings for what an operator asked for a minute ago.
4. The order ends with its call. Who the call reached is the call log's to say, and the try of the callback follows
   from that (`desk/calls.py`): an order only says how the dialling went.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import aiosqlite

from depok_agi.calls.numbers import national
from depok_agi.calls.record import Direction
from depok_agi.desk import Desk, callbacks
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.store.times import microseconds, moment
from depok_agi.tickets.callback import lapse
from depok_agi.tickets.ticket import Callback

TOO_LATE = timedelta(seconds=60)
"""How old an order may be for a phone to be rung for it."""

LONGEST = timedelta(hours=2, minutes=10)
"""No call is under way for longer: the dialplan ends it after two hours (`dialplan/45_callback_call.conf`)."""

_DIALABLE = re.compile(r"\+62([2-9][0-9]{7,11})")
"""What the operators' phones can dial (`dialplan/60_operators.conf`), in E.164."""


class OrderStatus(StrEnum):
    """Where an order stands."""

    ORDERED = "ordered"
    RINGING = "ringing"
    """The operator's phone."""
    CONNECTED = "connected"
    """The operator has picked up, and the citizen is called."""
    ENDED = "ended"
    FAILED = "failed"
    """The citizen was not called; or nobody knows."""


OPEN = frozenset({OrderStatus.ORDERED, OrderStatus.RINGING, OrderStatus.CONNECTED})


@dataclass(frozen=True, slots=True)
class OrderedCall:
    """What the call log has of the call that Asterisk made for an order.

    Attributes:
        is_to_citizen: was the citizen dialled? Until then only the operator's phone is in the call.
        answered_at: when the two began to talk.
    """

    id: str
    is_to_citizen: bool
    answered_at: datetime | None
    ended: bool
    talk_seconds: int | None


@dataclass(frozen=True, slots=True)
class Order:
    """One order. `reason` says in plain words why it failed; `uniqueid` is that of the operator's channel."""

    id: int
    callback: int
    operator: str
    device: str
    ordered_at: datetime
    status: OrderStatus
    reason: str | None
    uniqueid: str | None
    call: OrderedCall | None

    @property
    def is_open(self) -> bool:
        """Is it still being dealt with?"""
        return self.status in OPEN

    def to_json(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "id": self.id,
            "phone": self.device,
            "status": self.status,
            "reason": self.reason,
            "call": None if self.call is None else self.call.id,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be written of an order."""

    status: OrderStatus
    reason: str | None = None


NOBODY_PICKED_UP = Change(OrderStatus.FAILED, "your phone was not picked up, or hung up before the citizen was called")
NOT_TAKEN = Change(OrderStatus.FAILED, "too late: the daemon did not take it in time")
WITHDRAWN = Change(OrderStatus.FAILED, "withdrawn before a phone rang")
UNKNOWN = Change(OrderStatus.FAILED, "unknown: the daemon or Asterisk went down, and the call log has no such call")
NOT_YOURS = Change(OrderStatus.FAILED, "the callback is not claimed for you any more")


def news(order: Order, now: datetime) -> Change | None:
    """What the call log says of an order that was given to Asterisk, where it says something new."""
    call = order.call
    if order.status not in (OrderStatus.RINGING, OrderStatus.CONNECTED):
        return None
    if now - order.ordered_at > LONGEST:
        return UNKNOWN
    if call is None:
        return None
    if call.ended:
        return Change(OrderStatus.ENDED) if call.is_to_citizen else NOBODY_PICKED_UP
    if call.is_to_citizen and order.status is OrderStatus.RINGING:
        return Change(OrderStatus.CONNECTED)
    return None


def dialable(number: str | None) -> str:
    """The citizen's number as the centre's phones dial it: national, digits alone.

    Raises:
        RefusedError: they cannot dial it.
    """
    if number is None:
        raise RefusedError("the citizen's number is not known any more")
    found = _DIALABLE.fullmatch(number)
    if found is None:
        raise RefusedError(
            "{number} is no Indonesian number: the centre's phones cannot dial it", number=national(number)
        )
    return f"0{found[1]}"


def phone_of(phones: Mapping[str, str], operator: str, given: str | None) -> str:
    """The operator's phone, such as `PJSIP/101`: the one given, else their own. `phones` is device to operator.

    Raises:
        RefusedError: the one given is none of the centre's, or it is not clear which is theirs.
    """
    known = ", ".join(sorted(phones)) or "none"
    if given is not None:
        found = [device for device in phones if given in (device, device.partition("/")[2])]
        if len(found) != 1:
            raise RefusedError(
                "{given} is no operator's phone; there are: {known}",
                given=given,
                known=known,
            )
        return found[0]
    own = sorted(device for device, owner in phones.items() if owner == operator)
    if len(own) == 1:
        return own[0]
    if own:
        raise RefusedError("you have several phones: say which one by --phone, such as --phone {phone}", phone=own[0])
    raise RefusedError(
        "there is no phone of {operator}: say which one rings by --phone, or have a supervisor enter yours: "
        "depok-agi operators add {operator} 101 (there are: {known})",
        operator=operator,
        known=known,
    )


async def place(desk: Desk, callback: int, operator: str, device: str) -> tuple[Order, Callback]:
    """Order a call; the callback is claimed for the operator in the same transaction.

    Raises:
        RefusedError: a colleague has claimed it, it has ended or is being called, the phone is in use for another one,
            or the number cannot be dialled.
        NotFoundError: there is no such callback.
    """
    queries, now = desk.store.queries, desk.now()
    async with desk.store.transaction() as connection:
        claimed = await callbacks.claim_within(desk, connection, callback, operator)
        dialable(claimed.caller)
        found = queries.dial_orders_in_the_way(connection, callback=callback, device=device)
        for row in [row async for row in found]:
            if row["status"] == OrderStatus.ORDERED and now - moment(row["ordered_at"]) > TOO_LATE:
                await _change(desk, connection, row["id"], OrderStatus.ORDERED, NOT_TAKEN)
            elif row["callback"] == callback:
                raise RefusedError(
                    "callback {callback} is being called already, from {device}",
                    callback=callback,
                    device=row["device"],
                )
            else:
                raise RefusedError(
                    "{device} is in use: callback {callback} is being called from it",
                    device=device,
                    callback=row["callback"],
                )
        order = int(
            await queries.add_dial_order(
                connection, callback=callback, operator=operator, device=device, ordered_at=microseconds(now)
            )
        )
        return await _load(desk, connection, order), claimed


async def show(desk: Desk, order: int) -> Order:
    """One order. Raises NotFoundError."""
    with desk.store.told():
        return await _load(desk, desk.store.reader, order)


async def pending(desk: Desk) -> list[Order]:
    """The open orders, oldest first."""
    with desk.store.told():
        return [_order(row) async for row in desk.store.queries.open_dial_orders(desk.store.reader)]


async def withdraw(desk: Desk, order: int) -> bool:
    """Take an order back; False when it is too late for that: the daemon has taken it."""
    async with desk.store.transaction() as connection:
        return await _change(desk, connection, order, OrderStatus.ORDERED, WITHDRAWN)


async def take(desk: Desk, order: Order, uniqueid: str) -> Callback | None:
    """Write down that Asterisk is about to be asked, once; then it may be. None when it must not be.

    `uniqueid` is what the operator's channel is going to have.
    """
    async with desk.store.transaction() as connection:
        callback = await callbacks.show_within(desk, connection, order.callback)
        fault = _fault(order, callback, desk.now())
        if fault is not None:
            await _change(desk, connection, order.id, OrderStatus.ORDERED, fault)
            return None
        taken = await _change(
            desk, connection, order.id, OrderStatus.ORDERED, Change(OrderStatus.RINGING), uniqueid=uniqueid
        )
        return callback if taken else None


def _fault(order: Order, callback: Callback, now: datetime) -> Change | None:
    if now - order.ordered_at > TOO_LATE:
        return NOT_TAKEN
    if lapse(callback.debt, now).claimed_by != order.operator:
        return NOT_YOURS
    try:
        dialable(callback.caller)
    except RefusedError as error:
        return Change(OrderStatus.FAILED, str(error))
    return None


async def change(desk: Desk, order: Order, what: Change) -> bool:
    """Write down how it goes on; False when somebody else has changed it meanwhile."""
    async with desk.store.transaction() as connection:
        return await _change(desk, connection, order.id, order.status, what)


async def hold(desk: Desk, order: Order) -> None:
    """While the call goes on, the claim does not lapse: nobody else is to call this citizen now."""
    debt = (await callbacks.show(desk, order.callback)).debt
    until = debt.claimed_until
    if debt.claimed_by == order.operator and until is not None and until - desk.now() < desk.policy.lease / 2:
        await callbacks.keep(desk, order.callback, order.operator)


async def _change(
    desk: Desk,
    connection: aiosqlite.Connection,
    order: int,
    was: OrderStatus,
    what: Change,
    uniqueid: str | None = None,
) -> bool:
    changed: int = await desk.store.queries.change_dial_order(
        connection, id=order, was=was, status=what.status, reason=what.reason, uniqueid=uniqueid
    )
    return changed == 1


async def _load(desk: Desk, connection: aiosqlite.Connection, order: int) -> Order:
    row = await desk.store.queries.get_dial_order(connection, id=order)
    if row is None:
        raise NotFoundError("there is no order {order} to dial", order=order)
    return _order(row)


def _order(row: Any) -> Order:
    call = None
    if row["call"] is not None:
        to_citizen = row["direction"] == Direction.OUTBOUND
        call = OrderedCall(row["call"], to_citizen, moment(row["answered_at"]), bool(row["ended"]), row["talk_seconds"])
    return Order(
        id=row["id"],
        callback=row["callback"],
        operator=row["operator"],
        device=row["device"],
        ordered_at=moment(row["ordered_at"]),
        status=OrderStatus(row["status"]),
        reason=row["reason"],
        uniqueid=row["uniqueid"],
        call=call,
    )
