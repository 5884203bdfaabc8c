"""Whom to call back: the list, from which one key takes a citizen and has them called."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from depok_agi.cli.language import _
from depok_agi.console import callback_text
from depok_agi.console.frame import Key
from depok_agi.console.view import RowsView
from depok_agi.desk import callbacks as desk_callbacks
from depok_agi.desk import showing
from depok_agi.desk.showing import Asked

SHOWN = 50


class Callbacks(RowsView):
    """The owed calls, most urgent first."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("t", "take", show=False), Binding("c", "call", show=False)]

    def __init__(self) -> None:
        super().__init__(id="callbacks")

    def keys(self) -> list[Key]:
        """Take and call in one, or take alone."""
        return [("Enter", _("Take and call")), ("t", _("Take, dial by hand"))]

    async def show(self) -> None:
        """The most urgent ones."""
        console = self.console_app
        if console.desk is None:
            return
        listed = await desk_callbacks.listed(console.desk, limit=SHOWN)
        found = await showing.callbacks(console.desk, console.person, listed, Asked("desk"))
        now, zone, room = console.desk.now(), console.zone, self.room
        self._rows.put([(str(one.id), callback_text.row(one, now, zone, room)) for one in found])
        self._head.update(callback_text.head(room) if found else _("Nobody is owed a call."))

    def on_option_list_option_selected(self) -> None:
        """Enter."""
        self.action_call()

    def action_call(self) -> None:
        """Take the chosen one, and have them called."""
        self._begin(dial=True)

    def action_take(self) -> None:
        """Take the chosen one; who dials by hand, or is told first what it is about, wants no more."""
        self._begin(dial=False)

    def _begin(self, *, dial: bool) -> None:
        chosen = self._rows.chosen
        if chosen is not None:
            self.console_app.take_callback(int(chosen), dial=dial)
