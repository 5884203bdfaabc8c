"""One owed call that the operator makes: what to tell, how the dialling goes, and how it went."""

import time
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from depok_agi.cli.language import _
from depok_agi.console import callback_text
from depok_agi.console.frame import Key
from depok_agi.console.view import Lines, View
from depok_agi.console.words import moment_or_dash, term
from depok_agi.desk import Desk, dialling, showing
from depok_agi.desk import callbacks as desk_callbacks
from depok_agi.desk import tickets as desk_tickets
from depok_agi.desk.dialling import Order, OrderStatus
from depok_agi.errors import RefusedError
from depok_agi.tickets.callback import AttemptResult
from depok_agi.tickets.ticket import Callback

TAKEN_WITHIN = 5.0
"""Seconds the daemon may take to see an order. It looks three times a second."""

RESULTS = {
    "r": AttemptResult.REACHED,
    "a": AttemptResult.NO_ANSWER,
    "b": AttemptResult.BUSY,
    "w": AttemptResult.WRONG_NUMBER,
    "d": AttemptResult.DECLINED,
}
"""The keys by which a result is entered."""


class Work(View):
    """A callback that the operator has taken."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"done('{result.value}')", show=False) for key, result in RESULTS.items()),
        Binding("c", "call", show=False),
        Binding("x", "give_back", show=False),
        Binding("e", "note", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="work")
        self._callback: int | None = None
        self._order: Order | None = None
        self._ordered_at = 0.0
        self._lines = Lines()
        self._note = Input(compact=True, id="note")
        self._label = Static(markup=False, classes="label")

    def compose(self) -> ComposeResult:
        """What to tell, and a note for colleagues."""
        yield self._lines
        with Horizontal(classes="field"):
            yield self._label
            yield self._note

    def keys(self) -> list[Key]:
        """How it went, by one key each."""
        if self._note.has_focus:
            return [("Enter", _("Note is written")), ("Esc", _("Back"))]
        found = [(key, term(result)) for key, result in RESULTS.items()]
        return [*found, ("c", _("Call")), ("e", _("Note")), ("x", _("Give back")), ("Esc", _("Back"))]

    def take_focus(self) -> None:
        """So that the keys of results work."""
        self._lines.focus()

    def is_typed_in(self) -> bool:
        """Who tells a citizen something must not lose what it is."""
        return self._callback is not None

    async def take(self, desk: Desk, callback: int, *, dial: bool) -> None:
        """Take one, and have it called if wanted.

        Raises:
            RefusedError: a colleague has it, it is over, or it cannot be dialled.
            NotFoundError: there is none any more.
        """
        console = self.console_app
        taken = await desk_callbacks.claim(desk, callback, console.person.name)
        await showing.one_callback(desk, console.person, taken, "desk: callback taken")
        if callback != self._callback:
            self._callback, self._order = callback, None
            self._note.value = ""
        await self.show()
        if dial:
            await self._dial(desk, callback)

    async def _dial(self, desk: Desk, callback: int) -> None:
        console = self.console_app
        if console.given.dial is None:
            raise RefusedError(_("nobody dials for you here ([dial] is not set): dial by hand, then enter the result"))
        device = dialling.phone_of(console.phones, console.person.name, None)
        self._order, _claimed = await dialling.place(desk, callback, console.person.name, device)
        self._ordered_at = time.monotonic()
        await self.show()

    async def show(self) -> None:
        """How it stands."""
        console = self.console_app
        desk = console.desk
        if desk is None or self._callback is None:
            return
        callback = await showing.kept_callback(desk, console.person, await desk_callbacks.show(desk, self._callback))
        tickets = [await desk_tickets.show(desk, number) for number in callback.tickets]
        if self._order is not None and self._order.is_open:
            self._order = await dialling.show(desk, self._order.id)
            await self._give_up_in_time(desk, self._order)
        self._lines.put(callback_text.taken(callback, tickets, self._order, desk.now(), console.zone, self.room))
        self._label.update(_("Note"))

    async def _give_up_in_time(self, desk: Desk, order: Order) -> None:
        late = time.monotonic() - self._ordered_at > TAKEN_WITHIN
        if order.status is OrderStatus.ORDERED and late and await dialling.withdraw(desk, order.id):
            self._order = None
            raise RefusedError(_("no phone rings: the daemon did not take the order; dial by hand, or try again"))

    def on_input_submitted(self) -> None:
        """The note is written; the keys of results work again."""
        self.take_focus()

    def action_note(self) -> None:
        """Write a note first."""
        self._note.focus()

    def action_call(self) -> None:
        """Have the citizen called, again."""
        callback = self._callback
        if callback is not None:
            self.console_app.attempt(lambda desk: self._dial(desk, callback))

    def action_done(self, result: str) -> None:
        """Enter how it went."""
        callback = self._callback
        if callback is not None:
            self.console_app.attempt(lambda desk: self._done(desk, callback, AttemptResult(result)))

    async def _done(self, desk: Desk, callback: int, result: AttemptResult) -> None:
        console = self.console_app
        after = await desk_callbacks.done(desk, callback, result, console.person.name, self._note.value.strip() or None)
        self._away()
        console.tell(self._said(after))

    def _said(self, after: Callback) -> str:
        if after.is_open:
            when = moment_or_dash(after.debt.not_before, self.console_app.zone)
            return _("callback {id} waits for another try, not before {time}").format(id=after.id, time=when)
        return _("callback {id}: {status}").format(id=after.id, status=term(after.debt.status))

    def action_give_back(self) -> None:
        """Let a colleague have it."""
        callback = self._callback
        if callback is not None:
            self.console_app.attempt(lambda desk: self._give_back(desk, callback))

    async def _give_back(self, desk: Desk, callback: int) -> None:
        await desk_callbacks.release(desk, callback, self.console_app.person.name)
        self._away()
        self.console_app.tell(_("callback {id} is free for others again").format(id=callback))

    def _away(self) -> None:
        self._callback = self._order = None
        self.console_app.open_view("callbacks")

    def action_leave(self) -> None:
        """Back to the list, or out of the note; what is taken stays taken."""
        if self._note.has_focus:
            self.take_focus()
        else:
            self.console_app.open_view("callbacks")
