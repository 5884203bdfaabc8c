"""The operator's own tickets: those that they have opened and that are not closed."""

from depok_agi.cli.language import _
from depok_agi.console import ticket_text
from depok_agi.console.frame import Key
from depok_agi.console.view import RowsView
from depok_agi.desk import showing
from depok_agi.desk import tickets as desk_tickets
from depok_agi.desk.showing import Asked

SHOWN = 50


class MyTickets(RowsView):
    """The late ones first, then the newest."""

    def __init__(self) -> None:
        super().__init__(id="tickets")

    def keys(self) -> list[Key]:
        """One leads to all of it."""
        return [("Enter", _("Show"))]

    async def show(self) -> None:
        """What the operator has opened."""
        console = self.console_app
        if console.desk is None:
            return
        opened = await desk_tickets.opened_by(console.desk, console.person.name, limit=SHOWN)
        found = await showing.tickets(console.desk, console.person, opened, Asked("desk"))
        now, zone, room = console.desk.now(), console.zone, self.room
        self._rows.put([(one.number, ticket_text.row(one, now, zone, room)) for one in found])
        self._head.update(ticket_text.head(room) if found else _("No ticket that you have opened is open."))

    def on_option_list_option_selected(self) -> None:
        """Enter."""
        if self._rows.chosen is not None:
            self.console_app.show_ticket(self._rows.chosen)
