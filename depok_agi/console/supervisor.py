"""What a supervisor watches."""

from textual.app import ComposeResult

from depok_agi.cli.language import _
from depok_agi.console import supervision_text
from depok_agi.console.frame import Key
from depok_agi.console.view import Lines, View
from depok_agi.desk import at_phone, presence, showing_calls, supervising


class Supervisor(View):
    """Calls, queue, operators, the service level, and which OPDs are late."""

    def __init__(self) -> None:
        super().__init__(id="supervisor")
        self._lines = Lines()

    def compose(self) -> ComposeResult:
        """Everything, one below the other."""
        yield self._lines

    def keys(self) -> list[Key]:
        """There is nothing to do but look."""
        return [("Up/Down", _("Scroll"))]

    def take_focus(self) -> None:
        """So that the arrow keys scroll."""
        self._lines.focus()

    async def show(self) -> None:
        """As it is now."""
        console = self.console_app
        desk = console.desk
        if desk is None:
            return
        present = await presence.everybody(desk)
        sitting = {device: one.operator for device, one in present.items()} | dict(console.phones)
        within = console.given.reports.answer_within_seconds
        self._lines.put(
            supervision_text.lines(
                await showing_calls.up(desk, console.person, console.calls),
                at_phone.operators_now(console.calls, sitting),
                {one.operator: one for one in present.values()},
                await supervising.today(desk, within),
                await supervising.owed(desk),
                await supervising.late_by_opd(desk),
                within,
                desk.now(),
                console.zone,
                self.room,
            )
        )
