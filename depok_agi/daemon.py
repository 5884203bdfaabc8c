"""The daemon: listens to Asterisk's events, serves the steps of the menu, takes in what callers left.

A handful of named tasks around one stop event. Whichever fails takes the daemon down loudly; what may fail and pass
(the store locked, Asterisk away) is handled inside its task.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from depok_agi.asterisk.ami import AmiLink, AmiLogin, AmiState
from depok_agi.asterisk.fastagi import FastAgiServer
from depok_agi.attendance import Attendance
from depok_agi.calls import events
from depok_agi.calls.call import Switchboard
from depok_agi.calls.ledger import Ledger
from depok_agi.calls.record import CallRecord, Source
from depok_agi.complaints import Complaints
from depok_agi.config import Settings, ami_secret
from depok_agi.desk import Desk, blocks, calls, deadlines, journal, opds, recordings, standing, taking, tickets
from depok_agi.desk import hours as desk_hours
from depok_agi.desk.menus import MenuFile
from depok_agi.desk.opening import open_desk
from depok_agi.dialling import Dialling
from depok_agi.errors import AsteriskError, DepokError, StoreError
from depok_agi.guardian import BEAT_SECONDS, Guardian
from depok_agi.hours.schedule import Schedule
from depok_agi.mailing import Mailing
from depok_agi.metrics import Metrics
from depok_agi.operators import member
from depok_agi.playing import Playing
from depok_agi.recovery import CDR, CEL, QUEUE_LOG, Recovery, now
from depok_agi.retaining import Retaining
from depok_agi.texting import Texting
from depok_agi.voice import published, published_around, spool, steps
from depok_agi.voice.around import Around
from depok_agi.voice.blocks import Blocks, of_numbers
from depok_agi.voice.caller import Caller
from depok_agi.voice.centre import Centre, Left, TicketStanding
from depok_agi.voice.menu_tree import MenuTree
from depok_agi.voice.variables import StepName

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5.0
"""How often the store learns, without any call, that the daemon listens: so exactly is the begin of a gap known."""

MOST_EVENTS_WAITING = 100_000
EVENTS_AT_ONCE = 500
RECORDS_AT_ONCE = 200
"""Calls per transaction, so that an operator's command never waits long for the store."""

BATCH_SECONDS = 0.2
"""How long changes are gathered for one transaction: a desk sees a call soon enough, and a busy hour costs little."""

AUDIT_SECONDS = 60.0
"""How often what is open is held against what Asterisk has, though no event seems to be lost."""

AMI_SECONDS = 5.0
"""How long readiness waits for the first answer of Asterisk."""

DRAIN_SECONDS = 10.0
LAST_WRITE_SECONDS = 10.0
BOOTED = "FullyBooted"
"""What Asterisk says at every login, with the seconds since it started (`Uptime`)."""

COUNT_SECONDS = 10.0
"""How often what is to be done is counted, for Prometheus and for systemd's line of status."""

NOTIFY_SOCKET = "NOTIFY_SOCKET"
"""The variable by which systemd asks to be told, by datagrams (sd_notify(3))."""

CALENDAR_SECONDS = 10.0
"""How often the hours file is held against the due dates of open tickets."""

SWEEP_SECONDS = 3600.0
"""How often recordings in which nothing was said are swept away."""

LOOK_SECONDS = 1.0
"""How often the daemon looks for what others wrote: overrides by the command, requests by the forked script."""


@dataclass(slots=True)
class Unwritten:
    """What waits for the store: call records with the ledger's states, and ids whose record went into another one.

    The newest of each call counts.
    """

    records: dict[str, CallRecord] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        """Is everything in the store?"""
        return not (self.records or self.dropped)

    def add(self, records: Iterable[CallRecord], states: Mapping[str, str], dropped: Iterable[str]) -> None:
        """Put changes in; later ones win."""
        self.states.update(states)
        for record in records:
            self.records[record.id] = record
            self.dropped.discard(record.id)
        for old in dropped:
            self.records.pop(old, None)
            self.dropped.add(old)

    def some(self, most: int) -> list[CallRecord]:
        """So many to be written next, the oldest first."""
        return list(islice(self.records.values(), most))

    def are_written(self, records: Iterable[CallRecord]) -> None:
        """They are in the store, unless they have changed meanwhile."""
        for record in records:
            if self.records.get(record.id) is record:
                del self.records[record.id]
                self.states.pop(record.id, None)


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Among the events: a journal that could not be read is to be tried again here."""


@dataclass(frozen=True, slots=True)
class Resynced:
    """Among the events: what there was after the login of the link of this number."""

    listed: events.ChannelsListed
    link: int


Heard = events.Event | events.LinkUp | events.ChannelsListed | CatchUp | Resynced


class Daemon:
    """One running daemon."""

    def __init__(
        self, settings: Settings, desk: Desk, heard: journal.Heard | None, on_ready: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._queue = settings.pbx.queue
        self._desk = desk
        self._on_ready = on_ready
        self._schedule: Schedule = desk.schedule_around(desk.now())
        self._menu_file = MenuFile(settings)
        self._menu = self._menu_file.now()
        self._published: tuple[Schedule, MenuTree] | None = None
        self._blocked: list[blocks.Block] | None = None
        self._blocks = Blocks()
        self._around: Around | None = None
        self._unreadable: set[str] = set()
        self._stop = asyncio.Event()
        self._look = asyncio.Event()
        self._ami_tried = asyncio.Event()
        self._link_said = AmiState.CONNECTING.value
        self._events: asyncio.Queue[Heard] = asyncio.Queue(MOST_EVENTS_WAITING)
        self._booted_at: int | None = None
        self._link = 0
        self._said_ignored = 0
        self._unwritten = Unwritten()
        self._to_write = asyncio.Event()
        phones = dict(settings.pbx.operators)
        board = Switchboard(settings.pbx.name, frozenset(settings.pbx.trunks), phones)
        self._ledger = Ledger(board)
        login = AmiLogin(settings.ami.host, settings.ami.port, settings.ami.username, ami_secret(settings))
        files = {CEL: settings.journal.cel, QUEUE_LOG: settings.journal.queue_log, CDR: settings.journal.cdr}
        self._recovery = Recovery(settings.pbx.name, files, heard)
        self._written_at = 0.0
        self._ami = AmiLink(
            login,
            on_event=self._on_event,
            on_up=self._resync,
            on_state=self._on_ami_state,
            wanted=events.UNDERSTOOD | member.UNDERSTOOD | {BOOTED},
        )
        self._fastagi = FastAgiServer({name: self._step(name) for name in StepName})
        self._attendance = Attendance(settings, desk, phones, self._is_open)
        self._mailing = Mailing(settings, desk)
        self._dialling = None if settings.dial is None else Dialling(settings, desk)
        self._playing = None if settings.dial is None else Playing(settings, desk)
        self._texting = None if settings.sms is None else Texting(settings, desk)
        self._metrics = None if settings.metrics is None else Metrics()

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then drain and stop.

        Raises:
            AsteriskError: the FastAGI port cannot be listened on.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        await self._attendance.load_phones()
        self._ledger.resume(await calls.unsettled(self._desk, self._recovery.ended_since))
        await self._publish()
        await self._publish_around()
        port = await self._fastagi.start(self._settings.fastagi.host, self._settings.fastagi.port)
        guardian = Guardian()
        try:
            async with self._watched(), asyncio.TaskGroup() as group:
                start = group.create_task
                ami = start(self._ami.run(), name="ami")
                others = (
                    start(self._beat(guardian), name="heartbeat"),
                    start(self._consume(), name="ledger"),
                    start(self._write(), name="writer"),
                    start(self._look_around(), name="spool and hours"),
                    start(self._audit(), name="audit"),
                    start(self._follow_the_calendar(), name="due dates"),
                    start(self._count(), name="status and metrics"),
                    start(self._sweep(), name="empty recordings"),
                    start(Retaining(self._settings, self._desk).run(), name="retention"),
                )
                mailing = start(self._mailing.run(), name="e-mail")
                attending = start(self._attendance.run(), name="attendance")
                dialling = None if self._dialling is None else start(self._dialling.run(), name="dialling")
                playing = None if self._playing is None else start(self._playing.run(), name="playing")
                texting = None if self._texting is None else start(self._texting.run(), name="SMS")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._ami_tried.wait(), AMI_SECONDS)
                notify("READY=1")
                self._on_ready(f"serving steps on port {port}, AMI {self._ami.state}")
                await self._stop.wait()
                mailing.cancel()  # it finishes the e-mail at hand, while the heart still beats
                if self._dialling is not None and dialling is not None:
                    await self._dialling.close()
                    await dialling
                if self._playing is not None and playing is not None:
                    await self._playing.close()
                    await playing
                if self._texting is not None and texting is not None:
                    await self._texting.close()
                    await texting
                await self._drain()
                await ami
                await self._attendance.close()
                await attending
                await asyncio.wait({mailing})
                for task in others:
                    task.cancel()
        finally:
            guardian.close()
        try:
            await self._collect()
        except (StoreError, OSError) as error:
            log.warning("what callers left stays in the spool until the next start: %s", error)
        log.info("stopped")

    async def _drain(self) -> None:
        """No new steps; those under way may end; what was heard is written."""
        notify("STOPPING=1")
        log.info("stopping: %d steps under way", self._fastagi.running)
        await self._fastagi.drain(DRAIN_SECONDS)
        await self._ami.close()
        await self._events.join()
        self._to_write.set()
        deadline = time.monotonic() + LAST_WRITE_SECONDS
        while (self._to_write.is_set() or not self._unwritten.is_empty) and time.monotonic() < deadline:  # noqa: ASYNC110 - once, with a limit
            await asyncio.sleep(0.05)
        if not self._unwritten.is_empty:
            log.error("%d calls could not be written before the stop", len(self._unwritten.records))

    # ---- Asterisk's events -------------------------------------------------------------------------------------

    def _on_event(self, raw: dict[str, str]) -> None:
        raw.setdefault("Timestamp", f"{time.time():.6f}")
        if raw.get("Event") == BOOTED:
            uptime = events.whole_number(raw.get("Uptime", ""))
            self._booted_at = None if uptime is None else now() - uptime * events.MICROSECONDS
            return
        if raw.get("Event") in member.UNDERSTOOD:
            self._attendance.hear(raw)
            return
        event = events.parse(raw)
        if event is None:
            return
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            # What is not taken now is in the journal: as after any other gap, it is read from there.
            self._ami.reconnect("events come faster than they can be taken")

    def _on_ami_state(self, state: AmiState, reason: str) -> None:
        if state is not AmiState.CONNECTING:
            self._ami_tried.set()
        if state is not AmiState.UP:
            self._link += 1
            self._recovery.link_down()
        self._link_said = f"{state}: {reason}" if reason else state.value
        notify(f"STATUS=AMI {self._link_said}")

    async def _resync(self) -> None:
        """After a login: what went on while nobody listened? Raises AsteriskError: the link is tried anew then."""
        link, heard_until = self._link, self._recovery.heard_until
        await self._events.put(events.LinkUp(now(), heard_until, self._booted_at))
        await self._events.put(Resynced(await self._listed(heard_until, after_gap=True), link))
        # Also asked where it cannot be answered: then no wrap-up is told of, and the queue keeps it all the same.
        with contextlib.suppress(AsteriskError):
            [answer] = await self._ami.action("Getvar", Variable=f"AST_CONFIG(queues.conf,{self._queue},wrapuptime)")
            self._attendance.wraps_up_for(events.whole_number(answer.get("Value", "")) or 0)

    async def _listed(self, heard_until: int | None = None, *, after_gap: bool = False) -> events.ChannelsListed:
        """What there is: channels, who of them talks with whom, and who waits."""
        at = now()
        channels = await self._ami.action("CoreShowChannels")
        bridges = await self._ami.action("BridgeList")
        asked_at = now()
        waiting = await self._ami.action("QueueStatus")
        self._attendance.list_again(asked_at, waiting, heard_until=heard_until, after_gap=after_gap)
        return events.listed(at, channels, bridges, waiting)

    async def _audit(self) -> None:
        """Now and then: does Asterisk have what the ledger has? And what could not be read, can it be read now?"""
        while True:
            await asyncio.sleep(AUDIT_SECONDS)
            ignored = self._ledger.ignored.total()
            if ignored > self._said_ignored:
                log.info("%d events did not fit and were passed over", ignored - self._said_ignored)
                self._said_ignored = ignored
            if not self._recovery.is_listening:
                continue
            with contextlib.suppress(AsteriskError):  # a link that fails says so itself
                listed = await self._listed()
                if self._recovery.is_behind:
                    await self._events.put(CatchUp())
                await self._events.put(listed)

    async def _consume(self) -> None:
        while True:
            taken = 0
            item = await self._events.get()
            while True:
                taken += 1
                await self._take(item)
                if taken >= EVENTS_AT_ONCE or self._events.empty():
                    break
                item = self._events.get_nowait()
            if self._ledger.has_changes:
                self._to_write.set()
            await asyncio.sleep(0)
            for _ in range(taken):
                self._events.task_done()

    async def _take(self, item: Heard) -> None:
        match item:
            case events.Event():
                self._apply(item)
            case events.LinkUp():
                self._apply(item)
                await self._recovery.catch_up(self._apply_recovered, self._to_write.set)
            case Resynced():
                self._apply(item.listed)
                self._caught_up(item.link)
            case events.ChannelsListed():
                self._apply(item)
            case CatchUp():
                link = self._link
                await self._recovery.catch_up(self._apply_recovered, self._to_write.set)
                self._caught_up(link)

    def _caught_up(self, link: int) -> None:
        """From here on all is covered, calls or none; unless the link has gone down while this waited for its turn."""
        if link == self._link:
            self._gather()
            self._recovery.caught_up()
            self._to_write.set()

    def _apply(self, event: events.Event | events.LinkUp | events.ChannelsListed) -> None:
        if self._metrics is not None and event.at is not None:
            self._metrics.event(event.at, now())
        try:
            self._ledger.apply(event)
        except Exception:  # one odd event may not end the log of all the others
            log.exception("an event %s could not be taken and was passed over", type(event).__name__)

    def _apply_recovered(self, event: events.Event) -> None:
        try:
            self._ledger.apply(event, Source.RECOVERED)
        except Exception:  # as above
            log.exception("an event %s of the journal could not be taken and was passed over", type(event).__name__)

    def _gather(self) -> None:
        """Take what has changed out of the ledger."""
        records, dropped = self._ledger.changes()
        self._recovery.touched(records)
        self._unwritten.add(records, self._ledger.states(records), dropped)

    async def _write(self) -> None:
        complained = False
        while True:
            await self._to_write.wait()
            await asyncio.sleep(self._written_at + BATCH_SECONDS - time.monotonic())
            self._to_write.clear()
            try:
                await self._write_all()
            except StoreError as error:
                self._to_write.set()
                if not complained:
                    log.error("calls wait to be written: %s", error)
                complained = True
                await asyncio.sleep(LOOK_SECONDS)
            else:
                if complained:
                    log.info("the store takes calls again; nothing was lost")
                complained = False

    async def _write_all(self) -> None:
        """Everything up to now, in short transactions; the last one says how far the journal is covered by them."""
        self._written_at = time.monotonic()
        self._gather()
        heard = self._recovery.covered()
        try:
            while len(self._unwritten.records) > RECORDS_AT_ONCE:
                await self._write_some(self._unwritten.some(RECORDS_AT_ONCE), set(), None)
            await self._write_some(self._unwritten.some(RECORDS_AT_ONCE), set(self._unwritten.dropped), heard)
        except BaseException:
            if heard is not None:
                self._recovery.give_back(heard)
            raise

    async def _write_some(self, records: list[CallRecord], dropped: set[str], heard: journal.Heard | None) -> None:
        """In one transaction. One call that cannot be written may not take others with it."""
        known = self._unwritten.states
        states = {record.id: known[record.id] for record in records if record.id in known}
        try:
            await calls.record(self._desk, records, sorted(dropped), heard, states)
        except StoreError:
            raise
        except Exception:
            log.exception("%d calls could not be written together: each is tried by itself", len(records))
            for record in records:
                await self._write_alone(record, states)
            await calls.record(self._desk, [], sorted(dropped), heard)
        self._unwritten.are_written(records)
        self._unwritten.dropped -= dropped
        self._tell(records)

    async def _write_alone(self, record: CallRecord, states: Mapping[str, str]) -> None:
        try:
            await calls.record(self._desk, [record], [], None, states)
        except StoreError:
            raise
        except Exception:
            log.exception("call %s could not be written and is lost", record.id)

    def _tell(self, records: Iterable[CallRecord]) -> None:
        """One line per ended call, nothing personal in it."""
        if self._metrics is not None:
            self._metrics.ended(records)
        for record in records:
            if record.ended:
                log.info(
                    "call %s %s %s operator=%s wait=%s talk=%s",
                    record.id,
                    record.direction,
                    record.outcome,
                    record.operator or "-",
                    record.wait_seconds,
                    record.talk_seconds,
                )

    # ---- steps, the spool and the hours ------------------------------------------------------------------------

    def _step(self, name: StepName) -> Callable[[Caller], Awaitable[None]]:
        async def run(caller: Caller) -> None:
            centre = Centre(
                self._schedule,
                self._desk.now,
                self._leave,
                self._ticket_status,
                self._menu,
                self._own_ticket,
                blocks=lambda: self._blocks,
                around=lambda: self._around or Around(self._settings.folders.recordings),
            )
            with contextlib.nullcontext() if self._metrics is None else self._metrics.step(name):
                await steps.run(name, caller, centre)

        return run

    def _is_open(self) -> bool:
        return self._schedule.check(self._desk.now()).open

    def _leave(self, left: Left) -> None:
        spool.leave(self._settings.folders.spool, left)
        self._look.set()

    async def _ticket_status(self, number: str) -> TicketStanding | None:
        return await tickets.status_of(self._desk, number)

    async def _own_ticket(self, caller: str) -> str | None:
        return await tickets.newest_open_of(self._desk, caller)

    async def _look_around(self) -> None:
        complaints = Complaints(log)
        while True:
            self._look.clear()
            for what, action in (
                ("what callers left waits in the spool", self._collect),
                ("the hours and the menu cannot be published", self._publish),
                ("blocks and the OPDs' telephones cannot be published", self._publish_around),
                ("the hours file is broken; what it said before still counts", self._check_hours),
                ("the menu file is broken; what it said before, or the shipped menu, still counts", self._check_menu),
            ):
                try:
                    await action()
                except (DepokError, OSError) as error:
                    complaints.tell(what, str(error))
                else:
                    complaints.has_gone(what)
            self._note()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), LOOK_SECONDS)

    def _note(self) -> None:
        """Note how far the journal is covered, and have it written now and then when no call does it."""
        if self._events.empty():
            self._recovery.note()
        if time.monotonic() - self._written_at >= HEARTBEAT_SECONDS and self._recovery.is_listening:
            self._to_write.set()

    async def _collect(self) -> None:
        """Take what callers left out of the spool into the store."""
        folders = self._settings.folders
        for path, left in spool.waiting(folders.spool, self._unreadable):
            if left is None:
                log.error("a file in the spool cannot be understood and was put aside: %s", path.name)
                spool.reject(path)
                continue
            try:
                taken = await taking.take(self._desk, left, folders.recordings)
            except StoreError:
                raise
            except Exception:
                log.exception("what was left could not be stored and was put aside: %s", path.name)
                spool.reject(path)
            else:
                if taken:
                    path.unlink(missing_ok=True)
                if self._texting is not None:
                    self._texting.wake()

    async def _publish(self) -> None:
        """Go by the hours and the menu as they are now; what changed is published for the forked script."""
        schedule = await desk_hours.schedule(self._desk)
        menu = self._menu_file.now()
        folders = self._settings.folders
        if (schedule, menu) != self._published or not (folders.published / published.FILE).exists():
            published.publish(folders.published, schedule, folders.spool, menu)
            if menu != self._menu:
                log.info("the menu file has changed: callers hear the new menu from now on")
            self._schedule, self._menu = self._published = schedule, menu

    async def _publish_around(self) -> None:
        """The same for the blocks that hold, where recordings go, and the OPDs' telephones."""
        folders = self._settings.folders
        blocked = await blocks.listed(self._desk)
        if blocked != self._blocked or not (folders.published / published_around.BLOCKS).exists():
            found = of_numbers((block.number, block.until) for block in blocked)
            published_around.publish_blocks(folders.published, found)
            self._blocked, self._blocks = blocked, found
        around = Around(folders.recordings, await opds.phones(self._desk), self._settings.recorded)
        if around != self._around or not (folders.published / published_around.AROUND).exists():
            published_around.publish_around(folders.published, around)
            self._around = around

    async def _check_hours(self) -> None:
        fault = self._desk.hours_fault()
        if fault is not None:
            raise fault

    async def _check_menu(self) -> None:
        if self._menu_file.fault is not None:
            raise self._menu_file.fault

    async def _follow_the_calendar(self) -> None:
        """At the start, and when the hours or the holidays have changed: the due dates of open tickets follow."""
        followed: Schedule | None = None
        complaints, waiting = Complaints(log), "due dates wait to be worked out anew"
        while True:
            calendar = self._desk.schedule_around(self._desk.now())
            if calendar != followed:
                try:
                    moved = await deadlines.recompute(self._desk)
                except DepokError as error:
                    complaints.tell(waiting, str(error))
                else:
                    complaints.has_gone(waiting)
                    if moved:
                        log.info("the calendar has changed: %d open tickets have other due dates", len(moved))
                    followed = calendar
            await asyncio.sleep(CALENDAR_SECONDS)

    async def _sweep(self) -> None:
        """Now and then: of who waited for a talk that was to be recorded and got none, an empty file is left."""
        complaints, waiting = Complaints(log), "empty recordings are not swept away"
        while True:
            try:
                await asyncio.to_thread(recordings.sweep, self._settings.folders.recordings, self._desk.now())
            except OSError as error:
                complaints.tell(waiting, str(error))
            else:
                complaints.has_gone(waiting)
            await asyncio.sleep(SWEEP_SECONDS)

    @contextlib.asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        """While this lasts, what is counted can be asked for, where the settings say so."""
        given = self._settings.metrics
        if self._metrics is None or given is None:
            yield
            return
        with self._metrics.serve(given.host, given.port):
            yield

    async def _count(self) -> None:
        """Now and then, where somebody watches: how it is, and how much is to be done."""
        while self._metrics is not None or NOTIFY_SOCKET in os.environ:
            calls_up, unwritten = len(self._ledger.open), len(self._unwritten.records)
            try:
                found = await standing.counted(self._desk)
            except StoreError:  # whoever writes tells of it
                found = None
            if self._metrics is not None:
                self._metrics.now(
                    ami_up=self._ami.state is AmiState.UP,
                    calls_up=calls_up,
                    unwritten=unwritten,
                    nobody_takes_calls=self._attendance.nobody_takes_calls,
                )
                if found is not None:
                    self._metrics.stands(found)
            words = "the store cannot be read" if found is None else found.in_words()
            notify(f"STATUS=AMI {self._link_said}; {calls_up} calls up; {words}")
            await asyncio.sleep(COUNT_SECONDS)

    async def _beat(self, guardian: Guardian) -> None:
        while True:
            guardian.beat()
            notify("WATCHDOG=1")
            await asyncio.sleep(BEAT_SECONDS)


def notify(message: str) -> None:
    """Tell systemd, when it asked for it."""
    address = os.environ.get(NOTIFY_SOCKET)
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notification:
        notification.sendto(message.encode(), address)


def _make_folders(settings: Settings) -> None:
    for folder, mode in (
        (settings.folders.spool, 0o770),
        (settings.folders.recordings, 0o770),
        (settings.folders.published, 0o750),
    ):
        if not folder.is_dir():
            folder.mkdir(parents=True)
            folder.chmod(mode)
    settings.folders.store.parent.mkdir(parents=True, exist_ok=True)


async def serve(settings: Settings, on_ready: Callable[[str], None]) -> None:
    """Run the daemon until it is told to stop.

    Raises:
        DepokError: it cannot start; the text says why.
    """
    try:
        _make_folders(settings)
    except OSError as error:
        raise StoreError("a folder cannot be made: {error}", error=error) from error
    async with open_desk(settings, migrate=True, origin=f"{os.uname().nodename} service") as desk:
        await Daemon(settings, desk, await journal.load(desk), on_ready).run()
