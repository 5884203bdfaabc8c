"""`callbacks call`: the daemon rings the operator's phone, then the citizen."""

import asyncio
import time
from collections.abc import Sequence

import click

from depok_agi.cli.context import acting, actor, at_desk, command_words, settings
from depok_agi.cli.ids import callback_argument
from depok_agi.cli.language import _, word
from depok_agi.cli.output import hint, json_option, person, printable, show_json, when
from depok_agi.cli.telling import show_what_to_tell
from depok_agi.config import Settings
from depok_agi.desk import Desk, dialling, operators, showing, utc_now
from depok_agi.desk import callbacks as desk_callbacks
from depok_agi.desk import tickets as desk_tickets
from depok_agi.desk.dialling import Order, OrderStatus
from depok_agi.errors import RefusedError
from depok_agi.tickets.callback import AttemptResult, is_waiting
from depok_agi.tickets.ticket import Callback, Ticket

TAKEN_WITHIN = 5.0
"""How long the daemon may take to see an order. It looks three times a second."""

LOOK_SECONDS = 0.2
INTERRUPTED = 130
"""The exit code of a command that Ctrl-C ended, as shells have it."""


@click.command()
@callback_argument
@click.option("--phone", help="The phone that rings for you, such as 101; else the one that the settings name yours.")
@json_option
@click.pass_context
def call(ctx: click.Context, callback: int, phone: str | None, *, as_json: bool) -> None:
    """Have your phone rung, then the citizen. The try and its result are noted by themselves.

    It follows the call until it is over. Ctrl-C ends this command only: the call goes on.

    \b
    Examples:
      depok-agi callbacks call 12
      depok-agi callbacks call 12 --phone 101
    """
    given = settings(ctx)
    if given.dial is None:
        raise RefusedError(
            "nobody dials for you here: [dial] is not set in the settings. Dial by hand: depok-agi "
            "callbacks claim {callback}",
            callback=callback,
        )
    phones = at_desk(given, lambda desk: operators.phones(desk, given.pbx.operators))
    device = dialling.phone_of(phones, actor(), phone)
    following = _Following(given, callback, device, quiet=as_json)
    try:
        order, after = at_desk(given, following.run)
    except KeyboardInterrupt:
        _let_go(given, following.order)
        ctx.exit(INTERRUPTED)
    if as_json:
        show_json({**after.to_json(given.timezone, utc_now()), "order": order.to_json()})
    if order.status is OrderStatus.FAILED:
        raise RefusedError(
            "{reason}{still_yours}", reason=_(order.reason or ""), still_yours=_still_yours(after, given)
        )
    hint(_ended(order, after))
    if _may_have_been_told(order, after):
        hint(_("Was the citizen told? depok-agi callbacks done {callback} --result reached").format(callback=callback))


class _Following:
    """Places the order and tells of each of its stages."""

    def __init__(self, given: Settings, callback: int, device: str, *, quiet: bool) -> None:
        self.order: Order | None = None
        self._given = given
        self._callback = callback
        self._device = device
        self._quiet = quiet
        self._said = ""
        self._seen: int | None = None

    async def run(self, desk: Desk) -> tuple[Order, Callback]:
        """Until the order is over: as it then is, and its callback."""
        order, claimed = await dialling.place(desk, self._callback, actor(), self._device)
        self.order = order
        claimed = await showing.one_callback(desk, acting(), claimed, command_words())
        if not self._quiet:
            _show_what_to_say(claimed, [await desk_tickets.show(desk, ticket) for ticket in claimed.tickets])
        if is_waiting(claimed.debt, desk.now()):
            hint(
                _("They were not to be called before {not_before}.").format(
                    not_before=when(claimed.debt.not_before, self._given.timezone)
                )
            )
        give_up_at = time.monotonic() + TAKEN_WITHIN
        while order.is_open:
            self._tell(order, claimed)
            if order.status is OrderStatus.ORDERED and time.monotonic() > give_up_at:
                await self._give_up(desk, order)
            await self._change(desk)
            order = self.order = await dialling.show(desk, order.id)
        return order, await desk_callbacks.show(desk, self._callback)

    async def _change(self, desk: Desk) -> None:
        """Wait until something was written since the last time, or for so long that it is time to look anyway."""
        for _look in range(int(1 / LOOK_SECONDS)):
            await asyncio.sleep(LOOK_SECONDS)
            seen, self._seen = self._seen, await desk.store.generation()
            if self._seen != seen:
                return

    async def _give_up(self, desk: Desk, order: Order) -> None:
        if await dialling.withdraw(desk, order.id):
            after = await desk_callbacks.show(desk, self._callback)
            raise RefusedError(
                "no phone rings: the daemon did not take the order. Either it does not run (depok-agi "
                "serve), or it was started without [dial] in its settings{still_yours}",
                still_yours=_still_yours(after, self._given),
            )

    def _tell(self, order: Order, callback: Callback) -> None:
        said = self._said
        match order.status:
            case OrderStatus.RINGING:
                said = _("ringing your phone {phone} ...").format(phone=order.device.partition("/")[2])
            case OrderStatus.CONNECTED:
                talking = order.call is not None and order.call.answered_at is not None
                said = (
                    _("talking ...") if talking else _("calling {citizen} ...").format(citizen=person(callback.caller))
                )
        if said != self._said:
            hint(said)
        self._said = said


def _show_what_to_say(callback: Callback, tickets: Sequence[Ticket]) -> None:
    """Who is called, why, and what they are to be told."""
    name = f" ({printable(callback.name)})" if callback.name else ""
    click.echo(f"{person(callback.caller)}{name}: {word(callback.debt.reason)}")
    show_what_to_tell(tickets)


def _still_yours(callback: Callback, given: Settings) -> str:
    if callback.debt.claimed_by != actor():
        return ""
    return _(". Callback {id} stays yours until {time}").format(
        id=callback.id, time=when(callback.debt.claimed_until, given.timezone)
    )


def _ended(order: Order, callback: Callback) -> str:
    call = order.call
    result = _result(order, callback)
    how = _("nobody was reached, and no try was noted") if result is None else word(result)
    talked = (
        "" if call is None or call.talk_seconds is None else f", {call.talk_seconds // 60}:{call.talk_seconds % 60:02}"
    )
    of_call = "" if call is None else _(" (call {id})").format(id=call.id)
    return _("ended: {how}").format(how=f"{how}{talked}{of_call}")


def _result(order: Order, callback: Callback) -> AttemptResult | None:
    """What the call log made of the call, as a try of the callback."""
    of_call = (attempt for attempt in reversed(callback.attempts) if order.call and attempt.call == order.call.id)
    found = next(of_call, None)
    return None if found is None else found.result


def _may_have_been_told(order: Order, callback: Callback) -> bool:
    """Only the operator knows whether the one they reached was told what there is to tell."""
    return _result(order, callback) is AttemptResult.REACHED and bool(callback.debt.untold)


def _let_go(given: Settings, order: Order | None) -> None:
    """Ctrl-C: what no phone rings for yet is taken back, anything else goes on."""
    if order is None:
        hint(_("nothing was ordered"))
    elif at_desk(given, lambda desk: dialling.withdraw(desk, order.id)):
        hint(
            _("taken back before a phone rang; callback {callback} stays yours for now").format(callback=order.callback)
        )
    else:
        hint(_("The call goes on without this command, and its result is noted: depok-agi callbacks list --all"))
