"""Signing in and out of the queue, and pausing: as `depok-agi operators` and by phone *11, *12 and *13."""

from depok_agi.cli.attending import reason_in_words, state_in_words
from depok_agi.cli.language import _
from depok_agi.cli.order_words import done_in_words
from depok_agi.console.frame import Key
from depok_agi.console.view import RowsView
from depok_agi.desk import Desk, operator_orders
from depok_agi.desk.operator_orders import Wish
from depok_agi.operators.state import CHOSEN, PauseReason


class Attending(RowsView):
    """What one can be at the desk, a pause by each of its reasons; Enter makes it so."""

    def __init__(self) -> None:
        super().__init__(id="attending")

    def keys(self) -> list[Key]:
        """Choose."""
        return [("Enter", _("Make it so"))]

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
        console.tell(done_in_words(await operator_orders.ended(desk, placed)))
