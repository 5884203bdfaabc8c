"""The console: its frame, its views, and what it learns from the store.

It reads what the daemon and everybody's commands write: ten times a second it asks whether anything was written, which
costs nothing, and reads only then. What rings is read at once, lists no more than once a second.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import ContentSwitcher, Static

from depok_agi.access.roles import Person, Role
from depok_agi.calls.record import CallRecord
from depok_agi.cli.attending import not_chosen_in_words, state_in_words
from depok_agi.cli.language import _, told
from depok_agi.config import Settings
from depok_agi.console import frame
from depok_agi.console.attending import Attending
from depok_agi.console.callbacks import Callbacks
from depok_agi.console.citizen import CitizenView
from depok_agi.console.closed import Closed
from depok_agi.console.find import Find
from depok_agi.console.frame import Key
from depok_agi.console.now import Now
from depok_agi.console.supervisor import Supervisor
from depok_agi.console.ticket import TicketView
from depok_agi.console.ticket_form import TicketForm
from depok_agi.console.tickets import MyTickets
from depok_agi.console.view import View
from depok_agi.console.work import Work
from depok_agi.desk import Desk, at_phone, operators, presence, utc_now
from depok_agi.desk.at_phone import OnPhone, PhoneState
from depok_agi.desk.citizens import Known
from depok_agi.desk.presence import Present
from depok_agi.errors import DepokError, RefusedError, StoreError

POLL_SECONDS = 0.1
"""How often the store is asked whether anything was written. The pop is that late at most, and the daemon's batch."""

LISTS_SECONDS = 1.0
"""How often at most the shown view is read anew, though more was written."""

ANYWAY_SECONDS = 15.0
"""How often it is read anew though nothing was written: what becomes late does so by itself."""

RETRY_SECONDS = 1.0
"""After the store failed."""


class Console(Closed):
    """The whole screen.

    Attributes:
        given: the settings.
        person: who sits here.
        desk: what the views read from; None while the store cannot be read.
        calls: those that are up.
        on_phone: what is on the operator's phone.
        phones: whose each telephone is, device to operator: as the store has it, which comes before the settings.
        present: what the operator is doing; None while they are signed out.
    """

    CSS = """
    Screen { layout: vertical; }
    #phone, #views { height: 1; padding: 0 1; }
    #status { height: auto; min-height: 1; max-height: 3; padding: 0 1; }
    #phone, #views { text-style: bold; }
    #keys { height: auto; max-height: 2; padding: 0 1; text-style: reverse; }
    ContentSwitcher { height: 1fr; padding: 0 1; }
    View { height: 1fr; }
    .head { height: 1; text-style: underline; }
    .field { height: 1; }
    .label { width: 14; }
    .field Input { width: 1fr; }
    #text { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the widget that has the keys: what follows in one burst, over a slow line, must go where these lead.
        Binding("f1", "open('now')", show=False, priority=True),
        Binding("f2", "open('callbacks')", show=False, priority=True),
        Binding("f3", "open('tickets')", show=False, priority=True),
        Binding("f4", "open('find')", show=False, priority=True),
        Binding("f5", "open('supervisor')", show=False, priority=True),
        Binding("f6", "open('attending')", show=False, priority=True),
        Binding("tab", "focus_next", show=False, priority=True),
        Binding("shift+tab", "focus_previous", show=False, priority=True),
        Binding("1", "open('now')", show=False),
        Binding("2", "open('callbacks')", show=False),
        Binding("3", "open('tickets')", show=False),
        Binding("4", "open('find')", show=False),
        Binding("5", "open('supervisor')", show=False),
        Binding("6", "open('attending')", show=False),
        Binding("ctrl+q,f10", "quit", show=False, priority=True),
    ]

    def __init__(
        self, given: Settings, person: Person, opened: Callable[[], AbstractAsyncContextManager[Desk]]
    ) -> None:
        """`opened` opens the desk; it is called again after the store has failed or was replaced."""
        super().__init__(ansi_color=True)
        self.theme = "ansi-dark"  # the terminal's own colours, however few it has
        self.given = given
        self.person = person
        self.desk: Desk | None = None
        self.calls: Sequence[CallRecord] = ()
        self.on_phone: OnPhone | None = None
        self.phones: Mapping[str, str] = given.pbx.operators
        self.present: Present | None = None
        self.zone = ZoneInfo(given.centre.timezone)
        self.now_view = Now()
        self.work = Work()
        self.ticket = TicketView()
        self.citizen = CitizenView()
        self.form = TicketForm()
        self._views: dict[str, View] = {
            one.id or "": one
            for one in (
                self.now_view,
                Callbacks(),
                MyTickets(),
                Find(),
                Supervisor(),
                self.work,
                self.ticket,
                self.citizen,
                self.form,
                Attending(),
            )
        }
        self._switcher = ContentSwitcher(*self._views.values(), initial="now")
        self._around = {one: Static(id=one, markup=False) for one in ("phone", "views", "status", "keys")}
        self._opened = opened
        self._heard_until: datetime | None = None
        self._said = ""
        self._trouble = ""
        self._busy = False
        self._stale = False
        self._read_at = 0.0

    def compose(self) -> ComposeResult:
        """The frame around the views."""
        yield self._around["phone"]
        yield self._around["views"]
        yield self._switcher
        yield self._around["status"]
        yield self._around["keys"]

    def on_mount(self) -> None:
        """Begin to listen."""
        self._watching = asyncio.create_task(self._watch(), name="store")
        self.set_interval(1.0, self.frame)
        self._switch("now")

    async def on_unmount(self) -> None:
        """Close the store before the loop ends: cut off in closing, its thread would complain on the terminal."""
        self._watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._watching

    # ---- what is shown -----------------------------------------------------------------------------------------

    @property
    def shown(self) -> View:
        """The view that is shown."""
        return self._views[self._switcher.current or "now"]

    def action_open(self, view: str) -> None:
        """One of the views that have a key."""
        if view == "supervisor" and self.person.role is Role.OPERATOR:
            self.tell(_("this view is for supervisors"))
            return
        if view == "attending" and self.given.operators is None:
            self.tell(_("[operators] is not set in the settings: sign in by phone, *11 in, *12 out, *13 pause"))
            return
        self.open_view(view)

    def open_view(self, view: str) -> None:
        """Show this one, as it is now."""
        self.tell("")
        self._switch(view)
        self.run_worker(self._show_again(view))

    async def _show_again(self, view: str) -> None:
        try:
            await self._views[view].show()
        except Exception as error:  # noqa: BLE001 - as in `_attempt`
            self.tell(_one_line(error))

    def tell(self, text: str) -> None:
        """One line at the bottom: what came of what was done."""
        self._said = text
        self.frame()

    def frame(self) -> None:
        """The lines around the view, as far as they have changed."""
        now = self._now()
        width = max(20, self.size.width - 2)
        phone = frame.phone(self.on_phone, self._name_on_phone(), now)
        silent = "" if self.desk is None else frame.silence(self._heard_until, now)
        clock = f"{now.astimezone(self.zone):%H:%M}"
        self._put("phone", phone or f"{clock}  {self.person.name}  {self._attends()}".rstrip())
        self._put("views", frame.views([*self._names().values()], self._name_of_shown(), width))
        no_calls = not_chosen_in_words(self.present, self.given.timezone)
        self._put("status", self._trouble or self._said or silent or no_calls)
        self._put("keys", frame.keys([*self.shown.keys(), ("Ctrl+Q", _("Quit"))], width))

    def _name_on_phone(self) -> str | None:
        """Not that of the one before, while the new one is looked up."""
        on, view = self.on_phone, self.now_view
        of_this_call = on is not None and view.call is not None and view.call.id == on.call.id
        return view.known.name if of_this_call and view.known is not None else None

    def _attends(self) -> str:
        """What the queue knows of whoever sits here; nothing where they have no phone."""
        if self.present is not None:
            return state_in_words(self.present)
        return _("out") if at_phone.devices_of(self.person.name, self.phones) else ""

    def _put(self, where: str, text: str) -> None:
        line = self._around[where]
        if str(line.content) != text:
            line.update(text)

    def _names(self) -> dict[str, Key]:
        """The views that have a key."""
        found = {
            "now": ("F1", _("Now")),
            "callbacks": ("F2", _("Callbacks")),
            "tickets": ("F3", _("My tickets")),
            "find": ("F4", _("Find")),
        }
        if self.person.role is not Role.OPERATOR:
            found["supervisor"] = ("F5", _("Supervisor"))
        if self.given.operators is not None:
            found["attending"] = ("F6", _("In, out"))
        return found

    def _name_of_shown(self) -> str:
        belongs = {"work": "callbacks", "ticket": "tickets", "citizen": "find", "form": "now"}
        shown = self.shown.id or "now"
        return self._names()[belongs.get(shown, shown)][1]

    def _now(self) -> datetime:
        return utc_now() if self.desk is None else self.desk.now()

    # ---- what operators do -------------------------------------------------------------------------------------

    def attempt(self, action: Callable[[Desk], Awaitable[None]]) -> None:
        """Do something at the desk, off the way of the keys; what goes wrong is one line at the bottom.

        While one thing is under way, a second is refused: a key that is pressed twice is no second wish.
        """
        if self._busy:
            self.tell(_("one moment: what you asked for before is not done yet"))
            return
        self._busy = True
        self.tell("")
        self.run_worker(self._attempt(action))

    async def _attempt(self, action: Callable[[Desk], Awaitable[None]]) -> None:
        try:
            await action(self._open_desk())
        except Exception as error:  # noqa: BLE001 - an operator's screen stays, whatever one key has come to
            self.tell(_one_line(error))
        finally:
            self._busy = False
        self.frame()

    def _open_desk(self) -> Desk:
        if self.desk is None:
            raise RefusedError(self._trouble or _("the store is not open yet"))
        return self.desk

    def take_callback(self, callback: int, *, dial: bool) -> None:
        """Take an owed call, and show it."""

        async def take(desk: Desk) -> None:
            try:
                await self.work.take(desk, callback, dial=dial)
            finally:
                if self.work.is_typed_in():
                    self._switch("work")

        self.attempt(take)

    def show_ticket(self, number: str) -> None:
        """Show a ticket."""
        came_from = self.shown.id or "now"

        async def look(desk: Desk) -> None:
            await self.ticket.look(desk, number, came_from)
            self._switch("ticket")

        self.attempt(look)

    def show_citizen(self, citizen: int) -> None:
        """Show a citizen."""

        async def look(desk: Desk) -> None:
            await self.citizen.look(desk, citizen)
            self._switch("citizen")

        self.attempt(look)

    def new_ticket(self, call: CallRecord | None, known: Known | None) -> None:
        """The form, filled from a call."""
        came_from = self.shown.id or "now"

        async def begin(desk: Desk) -> None:
            await self.form.begin(desk, call, known, came_from)
            self._switch("form")

        self.attempt(begin)

    def _switch(self, view: str) -> None:
        """Put a view in place that has shown itself already; what was told stays."""
        self._switcher.current = view
        self.shown.take_focus()
        self.frame()

    # ---- what the store says -----------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """For as long as the console is open, whatever becomes of the store."""
        while True:
            try:
                async with self._opened() as desk:
                    self.desk, self._trouble = desk, ""
                    await self._follow(desk)
            except Exception as error:  # noqa: BLE001 - the screen stays, and looks again
                self._trouble = _one_line(error)
            self.desk = None
            self.frame()
            await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self, desk: Desk) -> None:
        """Until the store is another file than the one that was opened, such as after `db restore`."""
        file = desk.store.path.stat().st_ino
        seen: int | None = None
        self._read_at = 0.0
        while desk.store.path.stat().st_ino == file:
            generation = await desk.store.generation()
            if generation != seen:
                seen = generation
                self.phones = await operators.phones(desk, self.given.pbx.operators)
                self.present = await presence.of(desk, self.person.name)
                await self._see_calls(desk)
                self._stale = True
            waited = time.monotonic() - self._read_at
            if waited >= (LISTS_SECONDS if self._stale else ANYWAY_SECONDS):
                self._stale = False
                self._read_at = time.monotonic()
                await self._refresh()
            await asyncio.sleep(POLL_SECONDS)

    async def _refresh(self) -> None:
        """The shown view anew. What is wrong with one citizen or callback is no trouble of the store's."""
        try:
            await self.shown.show()
        except StoreError:
            raise
        except DepokError as error:
            self.tell(_one_line(error))

    async def _see_calls(self, desk: Desk) -> None:
        """Whatever is up now; who rings is shown at once."""
        self.calls = await at_phone.up(desk)
        self._heard_until = await at_phone.heard_until(desk)
        before = self.on_phone
        self.on_phone = at_phone.on_phone(self.calls, self.person.name, self.phones)
        on = self.on_phone
        if on is not None and (self.now_view.call is None or self.now_view.call.id != on.call.id):
            await self.now_view.pop(desk, on.call)
            if on.state is PhoneState.RINGING and not self.shown.is_typed_in():
                self._switch("now")
                self.bell()
        elif on is not None and before != on:
            self.now_view.call = on.call
        elif before is not None and on is None:
            await self.now_view.show()
        self.frame()


def _one_line(error: Exception) -> str:
    said = " ".join(told(error).split())
    return said or type(error).__name__
