"""Signing in and out of the queue, and pausing: as `depok-agi operators` and by phone *11, *12 and *13."""

from textual.app import ComposeResult
from textual.widgets import Static

from depok_agi.cli.attending import reason_in_words, state_in_words
from depok_agi.cli.language import _
from depok_agi.console.frame import Key
from depok_agi.console.view import Choice, View
from depok_agi.desk import Desk, operator_orders
from depok_agi.desk.operator_orders import Order, Wish
from depok_agi.operators.state import CHOSEN, PauseReason


class Attending(View):
    """What one can be at the desk, a pause by each of its reasons; Enter makes it so."""

    def __init__(self) -> None:
        super().__init__(id="attending")
        self._head = Static(markup=False, classes="head")
        self._rows = Choice()

    def compose(self) -> ComposeResult:
        """How it is now, and the rows."""
        yield self._head
        yield self._rows

    def keys(self) -> list[Key]:
        """Choose."""
        return [("Enter", _("Make it so"))]

    def take_focus(self) -> None:
        """The rows."""
        self._rows.focus()

    async def show(self) -> None:
        """As the queue has it now."""
        present = self.console_app.present
        self._head.update(_("Now: {state}").format(state=_("out") if present is None else state_in_words(present)))
        self._rows.put(
            [
                (Wish.IN, _("Signed in: calls come to your phone")),
                (Wish.OUT, _("Signed out: no more calls")),
                *((reason, _("Paused: {reason}").format(reason=reason_in_words(reason))) for reason in CHOSEN),
            ]
        )

    def on_option_list_option_selected(self) -> None:
        """Enter."""
        chosen = self._rows.chosen
        if chosen is not None:
            wish = Wish(chosen) if chosen in set(Wish) else Wish.PAUSE
            reason = PauseReason(chosen) if wish is Wish.PAUSE else None
            self.console_app.attempt(lambda desk: self._have(desk, wish, reason))

    async def _have(self, desk: Desk, wish: Wish, reason: PauseReason | None) -> None:
        console = self.console_app
        person = console.person
        placed = await operator_orders.place(desk, person, person.name, wish, console.phones, reason)
        console.tell(_said(await operator_orders.ended(desk, placed)))


def _said(order: Order) -> str:
    """As the command says it."""
    if order.wish is Wish.IN:
        return _("{operator} is signed in: calls come to {device}.").format(
            operator=order.operator, device=order.device
        )
    if order.wish is Wish.OUT or order.reason is None:
        return _("{operator} is signed out.").format(operator=order.operator)
    return _("{operator} is paused: {reason}. Back: depok-agi operators in").format(
        operator=order.operator, reason=reason_in_words(order.reason)
    )
