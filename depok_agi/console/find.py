"""Finding a citizen by number or name, or a ticket by its number."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from depok_agi.access.masking import masked_name
from depok_agi.cli.language import _
from depok_agi.console.fitting import in_columns
from depok_agi.console.frame import Key
from depok_agi.console.view import Choice, View
from depok_agi.console.words import in_a_list
from depok_agi.desk import Desk, citizens, showing
from depok_agi.desk.citizens import Known
from depok_agi.tickets import number as ticket_number


class Find(View):
    """A line to type in, and what was found."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "into_the_rows", show=False),
        Binding("escape", "again", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="find")
        self._label = Static(markup=False, classes="label")
        self._wanted = Input(compact=True, id="wanted")
        self._head = Static(markup=False, classes="head")
        self._rows = Choice()

    def compose(self) -> ComposeResult:
        """What is wanted, and the rows."""
        with Horizontal(classes="field"):
            yield self._label
            yield self._wanted
        yield self._head
        yield self._rows

    def keys(self) -> list[Key]:
        """Search, then choose."""
        if self._wanted.has_focus:
            return [("Enter", _("Find")), ("Down", _("To what was found"))]
        return [("Enter", _("Show")), ("Esc", _("Find another"))]

    def take_focus(self) -> None:
        """To be typed in at once."""
        self._wanted.focus()

    async def show(self) -> None:
        """What was found stays until something else is wanted."""
        self._label.update(_("Find"))
        if not self._rows.option_count and not self._wanted.value:
            self._head.update(_("A telephone number, letters of a name, or a ticket's number."))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """A ticket is shown at once; of citizens, one is chosen."""
        wanted = event.value.strip()
        if ticket_number.is_valid("".join(wanted.split())):
            self.console_app.show_ticket(wanted)
        elif wanted:
            self.console_app.attempt(lambda desk: self._find(desk, wanted))

    async def _find(self, desk: Desk, wanted: str) -> None:
        found = await citizens.find(desk, wanted, self.console_app.person)
        room = self.room
        self._rows.put([(str(one.id), in_columns((_masked(one),), (0,), room)) for one in found])
        if found:
            self._head.update(_("{count} found").format(count=len(found)))
            self._rows.focus()
        else:
            self._head.update(_("Nobody is found: a whole number, or letters of the name."))
        self.console_app.frame()

    def on_option_list_option_selected(self) -> None:
        """Enter on one of them."""
        if self._rows.chosen is not None:
            self.console_app.show_citizen(int(self._rows.chosen))

    def action_into_the_rows(self) -> None:
        """Down, out of the line."""
        if self._rows.option_count:
            self._rows.focus()

    def action_again(self) -> None:
        """Back to the line."""
        self._wanted.focus()


def _masked(known: Known) -> str:
    return in_a_list(known.number and showing.masked(known.number), known.name and masked_name(known.name))
