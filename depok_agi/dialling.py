"""Dials what operators ordered: their phone first, then the citizen, by a manager user that can do nothing else.

The operator's command writes an order into the store; this sees it within `POLL_SECONDS`, asks Asterisk by one
Originate, and notes what becomes of it. The rest of the call is the dialplan's (`dialplan/45_callback_call.conf`), its
outcome the call log's. The uniqueid of the operator's channel is chosen here and written down before Asterisk is asked:
so a daemon that crashed between the two finds the call in the log, or knows that there is none, and never asks again.
"""

import asyncio
import contextlib
import logging
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from depok_agi.asterisk.ami import AmiLink, AmiLogin, AmiState
from depok_agi.complaints import Complaints
from depok_agi.config import Settings, dial_secret
from depok_agi.desk import Desk, dialling
from depok_agi.desk.dialling import Change, Order, OrderStatus
from depok_agi.errors import AsteriskError, DepokError, SettingsError
from depok_agi.language import gettext_noop
from depok_agi.tickets.ticket import Callback
from depok_agi.voice import variables

log = logging.getLogger(__name__)

WAITING = "orders to dial wait"
POLL_SECONDS = 0.3
ANSWER_SECONDS = 5.0

NOTICED_WITHIN = timedelta(seconds=10)
"""A call that Asterisk makes is in the call log by then, after a crash of the daemon too."""

CONTEXT = "depok-callback-call"
MOST_TICKETS = 20
"""More are not read out by phone; a line of AMI has its limit, too."""

RESPONSE = "OriginateResponse"
"""The event that says whether the operator picked up. It carries the ActionID of its Originate."""

_OUR_ACTION = re.compile(r"depok-dial-([0-9]{1,18})")

WHY = {
    "1": gettext_noop("your phone was not picked up"),
    "3": gettext_noop("your phone was not picked up"),
    "5": gettext_noop("your phone is busy"),
}
"""`Reason` of OriginateResponse: what the channel said last (`AST_CONTROL_...` in frame.h, `pbx_dial_reason` in pbx.c).
Any other is a phone that cannot be reached; a busy one, too, says no more than that to Asterisk 22."""

NOT_REACHABLE = gettext_noop("your phone cannot be reached: it is busy, or not signed on")

_AFTER_ALL_OTHERS = 1_000_000_000
"""Added to an order's id for the second half of a uniqueid, where Asterisk counts its channels from 0."""


@dataclass(frozen=True, slots=True)
class _Patience:
    """Until when a call that was asked for may be missing in the call log, and what it means afterwards."""

    until: datetime
    then: Change


class Dialling:
    """The daemon's task. The link to Asterisk is its own, and is up only while `run` runs.

    Raises:
        SettingsError: [dial] is not set, or its secret cannot be read.
    """

    def __init__(self, settings: Settings, desk: Desk) -> None:
        if settings.dial is None:
            raise SettingsError("[dial] is not set")
        self._desk = desk
        self._pbx = settings.pbx.name
        self._ring_seconds = settings.dial.ring_seconds
        self._username = settings.dial.username
        self._link = AmiLink(
            AmiLogin(settings.ami.host, settings.ami.port, settings.dial.username, dial_secret(settings)),
            on_event=self._on_event,
            on_up=self._on_up,
            on_state=self._on_state,
            wanted={RESPONSE},
        )
        self._why_down = ""
        self._losses = 0
        self._responses: dict[int, Change] = {}
        self._patience: dict[int, _Patience] = {}
        self._odd: set[int] = set()
        self._look = asyncio.Event()
        self._closing = False

    async def run(self) -> None:
        """Dial until cancelled or closed. Trouble with the store or with Asterisk never raises."""
        link = asyncio.create_task(self._link.run(), name="dial-link")
        try:
            await self._serve()
        finally:
            await self._link.close()
            await link

    async def close(self) -> None:
        """Take no more orders; calls that are under way go on in Asterisk."""
        self._closing = True
        self._look.set()

    async def _serve(self) -> None:
        seen: int | None = None
        any_open = True
        complaints = Complaints(log)
        while not self._closing:
            try:
                written = await self._desk.store.generation()
                if written != seen or any_open:
                    any_open = await self._look_after_all()
                seen = written
            except DepokError as error:
                complaints.tell(WAITING, str(error))
            else:
                complaints.has_gone(WAITING)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), POLL_SECONDS)
            self._look.clear()

    async def _look_after_all(self) -> bool:
        """See to each open order; tells whether there are any."""
        orders = await dialling.pending(self._desk)
        for order in orders:
            try:
                await self._look_after(order)
            except DepokError:
                raise
            except Exception:  # one odd order may not end the others, or the daemon
                if order.id not in self._odd:
                    log.exception("order %d cannot be seen to", order.id)
                self._odd.add(order.id)
        for known in (self._responses, self._patience):
            for gone in known.keys() - {order.id for order in orders}:
                del known[gone]
        return bool(orders)

    async def _look_after(self, order: Order) -> None:
        if order.status is OrderStatus.ORDERED:
            await self._dial(order)
        else:
            await self._follow(order)

    # ---- asking Asterisk ---------------------------------------------------------------------------------------

    async def _dial(self, order: Order) -> None:
        state = self._link.state
        if state is AmiState.CONNECTING or self._closing:
            return
        if state is not AmiState.UP:
            await dialling.change(self._desk, order, Change(OrderStatus.FAILED, self._why_down))
            return
        now = self._desk.now()
        uniqueid = channel_id(self._pbx, order.id, now)
        callback = await dialling.take(self._desk, order, uniqueid)
        if callback is None:
            return
        fields = originate(order, callback, uniqueid, self._ring_seconds)
        self._patience[order.id] = _Patience(
            now + timedelta(seconds=self._ring_seconds) + NOTICED_WITHIN, dialling.UNKNOWN
        )
        if await self._ask(order, fields):
            log.info("order %d: callback %d, %s is rung", order.id, order.callback, order.device)

    async def _ask(self, order: Order, fields: dict[str, str]) -> bool:
        """Ask Asterisk, this once. False when it did not say that it will.

        What it refused was not done. Without an answer it may have been done all the same: then only a call log without
        the call says that it was not.
        """
        clock = asyncio.get_running_loop().time
        losses, asked_at = self._losses, clock()
        try:
            await self._link.action("Originate", seconds=ANSWER_SECONDS, **fields)
        except AsteriskError as error:
            log.error("order %d: %s", order.id, error)
            answered = clock() - asked_at < ANSWER_SECONDS
            await asyncio.sleep(POLL_SECONDS)  # a link that broke is known to have broken by then
            failed = Change(OrderStatus.FAILED, str(error))
            if answered and self._losses == losses:
                await dialling.change(self._desk, replace(order, status=OrderStatus.RINGING), failed)
            else:
                self._patience[order.id] = _Patience(self._desk.now() + NOTICED_WITHIN, failed)
            return False
        return True

    # ---- what becomes of it ------------------------------------------------------------------------------------

    async def _follow(self, order: Order) -> None:
        now = self._desk.now()
        found = dialling.news(order, now) or self._said(order) or self._given_up(order, now)
        if found is not None:
            if await dialling.change(self._desk, order, found):
                log.info("order %d: %s%s", order.id, found.status, f", {found.reason}" if found.reason else "")
        else:
            await dialling.hold(self._desk, order)

    def _said(self, order: Order) -> Change | None:
        """What Asterisk said of the operator's phone, where that is news."""
        said = self._responses.get(order.id)
        return None if said is None or order.status is not OrderStatus.RINGING else said

    def _given_up(self, order: Order, now: datetime) -> Change | None:
        """A call that should be in the call log and is not. One that an earlier daemon asked for is waited for anew."""
        if order.call is not None or order.status is not OrderStatus.RINGING:
            return None
        patience = self._patience.setdefault(order.id, _Patience(now + NOTICED_WITHIN, dialling.UNKNOWN))
        return patience.then if now > patience.until else None

    def _on_event(self, event: dict[str, str]) -> None:
        """Asterisk tells every session of every Originate: only what carries our own ActionID is ours."""
        of = _OUR_ACTION.fullmatch(event.get("ActionID", ""))
        if of is not None:
            self._responses[int(of[1])] = answer(event)
            self._look.set()

    async def _on_up(self) -> None:
        """Nothing has to be asked after a login."""

    def _on_state(self, state: AmiState, reason: str) -> None:
        if state is AmiState.UP:
            return
        self._losses += 1
        if state is AmiState.REFUSED:
            self._why_down = f"Asterisk refuses the login of {self._username}: {reason}"
        else:
            self._why_down = f"Asterisk is away: {reason}"


def originate(order: Order, callback: Callback, uniqueid: str, ring_seconds: int) -> dict[str, str]:
    """The fields of the Originate. The dialplan filters the number once more.

    Raises:
        RefusedError: the number cannot be dialled.
    """
    number = dialling.dialable(callback.caller)
    values = [f"{variables.CALLBACK}={order.callback}"]
    tickets = [ticket for ticket in callback.debt.untold if ticket.isascii() and ticket.isdigit()]
    if tickets:
        values.append(f"{variables.TICKETS}={variables.TICKETS_JOINED_BY.join(tickets[:MOST_TICKETS])}")
    return {
        "ActionID": f"depok-dial-{order.id}",
        "Channel": order.device,
        "ChannelId": uniqueid,
        "Context": CONTEXT,
        "Exten": number,
        "Priority": "1",
        "Async": "true",
        "Timeout": str(ring_seconds * 1000),
        "CallerID": f'"callback {order.callback}" <{number}>',
        "Variable": ",".join(values),
    }


def channel_id(pbx: str, order: int, at: datetime) -> str:
    """A uniqueid like Asterisk's own, which is `[system-]seconds.count`, that no other channel has.

    The call log takes the smallest for the channel that began the call, so it is of the second before: a phone that
    picks up at once must not make the citizen's channel the first.
    """
    return f"{pbx}-{int(at.timestamp()) - 1}.{_AFTER_ALL_OTHERS + order}"


def answer(event: dict[str, str]) -> Change:
    """What an OriginateResponse says of the order."""
    if event.get("Response") == "Success":
        return Change(OrderStatus.CONNECTED)
    return Change(OrderStatus.FAILED, WHY.get(event.get("Reason", ""), NOT_REACHABLE))
