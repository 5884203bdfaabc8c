"""One citizen who was found."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from depok_agi.access.roles import Deed
from depok_agi.cli.language import _
from depok_agi.console import citizen_text
from depok_agi.console.frame import Key
from depok_agi.console.view import Lines, View
from depok_agi.desk import Desk, citizens
from depok_agi.desk.access import allow
from depok_agi.desk.citizens import Known


class CitizenView(View):
    """Their file, as when they are on the phone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new_ticket", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="citizen")
        self._known: Known | None = None
        self._secret_too = False
        self._lines = Lines()

    def compose(self) -> ComposeResult:
        """The file."""
        yield self._lines

    def keys(self) -> list[Key]:
        """A ticket for them, or back."""
        return [("n", _("New ticket")), ("Esc", _("Back")), ("Up/Down", _("Scroll"))]

    def take_focus(self) -> None:
        """So that the arrow keys scroll."""
        self._lines.focus()

    async def look(self, desk: Desk, citizen: int) -> None:
        """Show one. That they were shown is written down, once. Raises NotFoundError, StoreError."""
        known = await citizens.by_id(desk, citizen)
        await allow(desk, self.console_app.person, Deed.SHOW, citizen=citizen, detail="desk: found")
        self._secret_too = await citizens.sees_secret(desk, known, self.console_app.person)
        self._known = known
        await self.show()

    async def show(self) -> None:
        """As it stands now."""
        console = self.console_app
        if console.desk is None or self._known is None:
            return
        file = await citizens.file_of(console.desk, self._known, console.person, secret_too=self._secret_too)
        self._lines.put(citizen_text.lines(file, console.desk.now(), console.zone, self.room))

    def action_new_ticket(self) -> None:
        """A ticket for them, of no call."""
        self.console_app.new_ticket(None, self._known)

    def action_leave(self) -> None:
        """Back to what was found."""
        self.console_app.open_view("find")
