"""One ticket with its history."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from depok_agi.cli.language import _
from depok_agi.console import ticket_text
from depok_agi.console.frame import Key
from depok_agi.console.view import Lines, View
from depok_agi.console.words import moment_or_dash
from depok_agi.desk import Desk, showing
from depok_agi.desk import tickets as desk_tickets
from depok_agi.desk.secrecy import veiled_history


class TicketView(View):
    """A ticket that was opened just now, found, or chosen among one's own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "forward", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="ticket")
        self._number = ""
        self._came_from = "tickets"
        self._lines = Lines()

    def compose(self) -> ComposeResult:
        """Its lines."""
        yield self._lines

    def keys(self) -> list[Key]:
        """What is done with it oftenest; the rest is the command's."""
        return [("f", _("Forward to the OPD of its category")), ("Esc", _("Back")), ("Up/Down", _("Scroll"))]

    def take_focus(self) -> None:
        """So that the arrow keys scroll."""
        self._lines.focus()

    async def look(self, desk: Desk, number: str, came_from: str) -> None:
        """Show a ticket. That it was shown is written down, once.

        Raises:
            RefusedError: it is no ticket number.
            NotFoundError: there is no such ticket.
        """
        person = self.console_app.person
        ticket = await desk_tickets.show(desk, number)
        await showing.one_ticket(desk, person, ticket, "desk: ticket")
        self._number, self._came_from = ticket.number, came_from
        await self.show()

    async def show(self) -> None:
        """As it stands now."""
        console = self.console_app
        if console.desk is None or not self._number:
            return
        desk, person = console.desk, console.person
        ticket, history = await desk_tickets.look(desk, self._number, person.name)
        shown = await showing.changed_ticket(desk, person, ticket)
        if shown != ticket:
            ticket, history = shown, veiled_history(history)
        self._lines.put(ticket_text.lines(ticket, history, desk.now(), console.zone, self.room))

    def action_forward(self) -> None:
        """To the OPD that its category leads to."""
        self.console_app.attempt(self._forward)

    async def _forward(self, desk: Desk) -> None:
        console = self.console_app
        ticket = await desk_tickets.forward(desk, self._number, None, console.person.name)
        await self.show()
        due = moment_or_dash(ticket.due_at, console.zone)
        console.tell(_("{opd} has until {due} to answer").format(opd=ticket.opd, due=due))

    def action_leave(self) -> None:
        """Back to where it was chosen."""
        self.console_app.open_view(self._came_from)
