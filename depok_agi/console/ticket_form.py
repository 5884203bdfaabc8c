"""The form for a new ticket, filled from the call."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static, TextArea

from depok_agi.calls.numbers import national
from depok_agi.calls.record import CallRecord
from depok_agi.cli.language import _
from depok_agi.console.frame import Key
from depok_agi.console.view import View
from depok_agi.desk import Desk, opds
from depok_agi.desk import tickets as desk_tickets
from depok_agi.desk.citizens import Known
from depok_agi.desk.tickets import Complaint
from depok_agi.tickets.ticket import AREAS, TicketChannel

YES = ("y", "yes", "ya")
"""What makes a ticket secret, in either language."""


class TicketForm(View):
    """What the citizen tells. What is typed stays until it is saved or thrown away, whatever else is looked at."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f9", "save", show=False),
        Binding("ctrl+t", "throw_away", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="form")
        self._call: CallRecord | None = None
        self._came_from = "now"
        self._of = Static(markup=False, classes="head")
        self._number = Input(compact=True, id="number")
        self._citizen_name = Input(compact=True, id="name")
        self._category = Input(compact=True, id="category")
        self._area = Input(compact=True, id="area", suggester=SuggestFromList(AREAS, case_sensitive=False))
        self._secret = Input(compact=True, id="secret", max_length=3)
        self._text = TextArea(id="text", compact=True, tab_behavior="focus")
        self._labels = {
            one: Static(markup=False, classes="label") for one in ("number", "name", "category", "area", "secret")
        }
        self._about = Static(markup=False)

    def compose(self) -> ComposeResult:
        """One line for each, and what it is about below."""
        yield self._of
        for field in (self._number, self._citizen_name, self._category, self._area, self._secret):
            with Horizontal(classes="field"):
                yield self._labels[field.id or ""]
                yield field
        yield self._about
        yield self._text

    def keys(self) -> list[Key]:
        """Save it, or not."""
        return [
            ("Tab", _("Next")),
            ("Right", _("Complete")),
            ("Ctrl+S", _("Save")),
            ("Ctrl+T", _("Throw away")),
            ("Esc", _("Back")),
        ]

    def take_focus(self) -> None:
        """What is still empty first: the text, when the call has brought the rest."""
        (self._category if self._number.value else self._number).focus()

    def is_typed_in(self) -> bool:
        """A pop may not come over it."""
        return True

    def is_begun(self) -> bool:
        """Is there anything in it that an operator has typed?"""
        return bool(self._text.text.strip() or self._category.value or self._area.value)

    async def begin(self, desk: Desk, call: CallRecord | None, known: Known | None, came_from: str) -> None:
        """A new one, filled from the call; one that is begun already is gone on with. Raises StoreError."""
        if not self.is_begun():
            self._empty()
            number = known.number if known is not None else call.citizen if call is not None else None
            self._call, self._came_from = call, came_from
            self._number.value = national(number) if number else ""
            self._citizen_name.value = (known.name if known is not None else None) or ""
            self._category.suggester = SuggestFromList(await opds.categories(desk), case_sensitive=False)
        await self.show()

    async def show(self) -> None:
        """The words around the fields."""
        words = {
            "number": _("Number"),
            "name": _("Name"),
            "category": _("Category"),
            "area": _("Area"),
            "secret": _("Secret (y)"),
        }
        for one, word in words.items():
            self._labels[one].update(word)
        self._about.update(_("What is it about?"))
        call = self._call
        self._of.update(
            _("New ticket, of no call") if call is None else _("New ticket, of call {id}").format(id=call.id)
        )

    def action_save(self) -> None:
        """Take it down."""
        self.console_app.attempt(self._save)

    async def _save(self, desk: Desk) -> None:
        console = self.console_app
        complaint = Complaint(
            self._text.text,
            TicketChannel.PHONE,
            self._number.value.strip() or None,
            self._citizen_name.value.strip() or None,
            self._category.value.strip() or None,
            self._area.value.strip() or None,
            self._secret.value.strip().lower() in YES,
            None if self._call is None else self._call.id,
        )
        ticket = await desk_tickets.open_ticket(desk, complaint, console.person.name)
        self._empty()
        await console.ticket.look(desk, ticket.number, "now")
        console.open_view("ticket")
        console.tell(_("Ticket {number} is new.").format(number=ticket.number))

    def _empty(self) -> None:
        for field in (self._number, self._citizen_name, self._category, self._area, self._secret):
            field.value = ""
        self._text.text = ""
        self._call = None

    def action_throw_away(self) -> None:
        """Nothing of it is kept."""
        self._empty()
        self.console_app.open_view(self._came_from)

    def action_leave(self) -> None:
        """Look at something else; what is typed is there when the form is opened again."""
        self.console_app.open_view(self._came_from)
