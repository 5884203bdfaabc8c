"""Who is on the operator's phone: the screen pop."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from depok_agi.access.roles import Deed
from depok_agi.calls.record import CallRecord
from depok_agi.cli.language import _
from depok_agi.console import citizen_text
from depok_agi.console.frame import Key
from depok_agi.console.view import Lines, View
from depok_agi.console.words import in_full, moment_or_dash, number_of
from depok_agi.desk import Desk, at_phone, citizens, supervising
from depok_agi.desk.access import allow
from depok_agi.desk.citizens import Citizen, Known
from depok_agi.store.times import moment


class Now(View):
    """The citizen on the phone, with their history; after the call, still the same one until the next calls."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("n", "new_ticket", show=False)]

    def __init__(self) -> None:
        super().__init__(id="now")
        self.call: CallRecord | None = None
        """The call that is shown: on the phone, or the last that was."""
        self.known: Known | None = None
        self._secret_too = False
        self._lines = Lines()

    def compose(self) -> ComposeResult:
        """The file of the citizen."""
        yield self._lines

    def keys(self) -> list[Key]:
        """A ticket can be written at any time."""
        return [("n", _("New ticket")), ("Up/Down", _("Scroll"))]

    def take_focus(self) -> None:
        """So that the arrow keys scroll."""
        self._lines.focus()

    async def pop(self, desk: Desk, call: CallRecord) -> None:
        """Show the citizen of a call. That they were shown is written down, once.

        Raises:
            StoreError: it cannot be written down, so nothing is shown.
        """
        number, _raw = number_of(call)
        known = None if number is None else await citizens.by_number(desk, number)
        await allow(
            desk,
            self.console_app.person,
            Deed.SHOW,
            citizen=None if known is None else known.id,
            call=call.id,
            detail="desk: on the phone",
        )
        self._secret_too = known is not None and await citizens.sees_secret(desk, known, self.console_app.person)
        self.call, self.known = call, known
        await self.show()

    async def show(self) -> None:
        """The citizen on the phone, or what there is to do meanwhile."""
        console = self.console_app
        desk = console.desk
        if desk is None:
            return
        now, zone = desk.now(), console.zone
        if self.call is None:
            owed = await supervising.owed(desk)
            idle = (
                _("Nobody is on your phone.")
                if at_phone.devices_of(console.person.name, console.phones)
                else self._no_phone()
            )
            waiting = _("{open} are owed a call, {late} of those late").format(open=owed.open, late=owed.late)
            self._lines.put([idle, f"  {waiting}"])
            return
        if self.known is None and self.call.citizen is not None:
            self.known = await citizens.by_number(desk, self.call.citizen)
        file = Citizen(None)
        if self.known is not None:
            file = await citizens.file_of(desk, self.known, console.person, secret_too=self._secret_too)
        lines = citizen_text.lines(file, now, zone, self.room)
        if self.known is None:
            number, raw = number_of(self.call)
            lines[0] = f"{in_full(number, None, raw)}  {lines[0]}"
        if console.on_phone is None or console.on_phone.call.id != self.call.id:
            lines[0] += "  " + _("(the call of {time} is over)").format(
                time=moment_or_dash(moment(self.call.started_at), zone)
            )
        self._lines.put(lines)

    def _no_phone(self) -> str:
        said = _("{name} has no phone here, so who calls is not shown: depok-agi operators add {name} 101")
        return said.format(name=self.console_app.person.name)

    def action_new_ticket(self) -> None:
        """A ticket of the call that is shown."""
        self.console_app.new_ticket(self.call, self.known)
