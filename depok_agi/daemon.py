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
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from depok_agi.asterisk.ami import AmiLink, AmiLogin, AmiState
from depok_agi.asterisk.fastagi import FastAgiServer
from depok_agi.calls import events
from depok_agi.calls.call import Switchboard
from depok_agi.calls.ledger import Ledger
from depok_agi.calls.record import CallRecord, Source
from depok_agi.config import Settings, ami_secret
from depok_agi.desk import Desk, calls, journal, tickets
from depok_agi.desk import hours as desk_hours
from depok_agi.desk.opening import open_desk
from depok_agi.errors import AsteriskError, StoreError
from depok_agi.guardian import BEAT_SECONDS, Guardian
from depok_agi.hours.schedule import Schedule
from depok_agi.recovery import CEL, QUEUE_LOG, Recovery, now
from depok_agi.voice import published, spool, steps
from depok_agi.voice.caller import Caller
from depok_agi.voice.centre import CallbackRequest, Centre
from depok_agi.voice.variables import StepName

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5.0
"""How often the store learns, without any call, that the daemon listens: so exactly is the begin of a gap known."""

MOST_EVENTS_WAITING = 200_000
EVENTS_AT_ONCE = 500
AMI_SECONDS = 5.0
"""How long readiness waits for the first answer of Asterisk."""

DRAIN_SECONDS = 10.0
LAST_WRITE_SECONDS = 10.0
LOOK_SECONDS = 1.0
"""How often the daemon looks for what others wrote: overrides by the command, requests by the forked script."""


@dataclass(slots=True)
class Unwritten:
    """Call records that wait for the store, or are on their way to it; the newest of each call counts."""

    records: dict[str, CallRecord] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    some: asyncio.Event = field(default_factory=asyncio.Event)
    on_the_way: bool = False

    @property
    def is_empty(self) -> bool:
        """Is everything in the store?"""
        return not (self.records or self.dropped or self.on_the_way)

    def add(self, records: list[CallRecord], dropped: list[str]) -> None:
        """Put changes in; later ones win."""
        for record in records:
            self.records[record.id] = record
            self.dropped.discard(record.id)
        for old in dropped:
            self.records.pop(old, None)
            self.dropped.add(old)
        if self.records or self.dropped:
            self.some.set()

    def take(self) -> tuple[dict[str, CallRecord], set[str]]:
        """Take all out, to be written."""
        taken = self.records, self.dropped
        self.records, self.dropped, self.on_the_way = {}, set(), True
        self.some.clear()
        return taken

    def put_back(self, records: Mapping[str, CallRecord], dropped: set[str]) -> None:
        """What could not be written waits again, unless something newer came in."""
        self.records = {**{k: v for k, v in records.items() if k not in self.dropped}, **self.records}
        self.dropped |= dropped - self.records.keys()
        self.some.set()


class Daemon:
    """One running daemon."""

    def __init__(
        self, settings: Settings, desk: Desk, heard: journal.Heard | None, on_ready: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._desk = desk
        self._on_ready = on_ready
        self._schedule: Schedule = desk.schedule_around(desk.now())
        self._stop = asyncio.Event()
        self._look = asyncio.Event()
        self._ami_tried = asyncio.Event()
        self._events: asyncio.Queue[Mapping[str, str] | events.LinkUp | events.ChannelsListed] = asyncio.Queue(
            MOST_EVENTS_WAITING
        )
        self._lost_events = 0
        self._unwritten = Unwritten()
        board = Switchboard(settings.pbx.name, frozenset(settings.pbx.trunks), settings.pbx.operators)
        self._ledger = Ledger(board)
        login = AmiLogin(settings.ami.host, settings.ami.port, settings.ami.username, ami_secret(settings))
        files = {CEL: settings.journal.cel, QUEUE_LOG: settings.journal.queue_log}
        self._recovery = Recovery(settings.pbx.name, files, heard)
        self._written_at = 0.0
        self._ami = AmiLink(login, on_event=self._on_event, on_up=self._resync, on_state=self._on_ami_state)
        self._fastagi = FastAgiServer({name: self._step(name) for name in StepName})

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then drain and stop.

        Raises:
            AsteriskError: the FastAGI port cannot be listened on.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        self._ledger.resume(await calls.unsettled(self._desk, self._recovery.ended_since))
        await self._publish()
        port = await self._fastagi.start(self._settings.fastagi.host, self._settings.fastagi.port)
        guardian = Guardian()
        try:
            async with asyncio.TaskGroup() as group:
                start = group.create_task
                ami = start(self._ami.run(), name="ami")
                others = (
                    start(self._beat(guardian), name="heartbeat"),
                    start(self._consume(), name="ledger"),
                    start(self._write(), name="writer"),
                    start(self._look_around(), name="spool and hours"),
                )
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._ami_tried.wait(), AMI_SECONDS)
                notify("READY=1")
                self._on_ready(f"serving steps on port {port}, AMI {self._ami.state}")
                await self._stop.wait()
                await self._drain()
                await ami
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
        deadline = time.monotonic() + LAST_WRITE_SECONDS
        while not self._unwritten.is_empty and time.monotonic() < deadline:  # noqa: ASYNC110 - once, with a limit
            await asyncio.sleep(0.05)
        if not self._unwritten.is_empty:
            log.error("%d calls could not be written before the stop", len(self._unwritten.records))

    # ---- Asterisk's events -------------------------------------------------------------------------------------

    def _on_event(self, raw: dict[str, str]) -> None:
        raw.setdefault("Timestamp", f"{time.time():.6f}")
        try:
            self._events.put_nowait(raw)
        except asyncio.QueueFull:
            if self._lost_events == 0:
                log.error("events come faster than they can be taken: some are lost")
            self._lost_events += 1

    def _on_ami_state(self, state: AmiState, reason: str) -> None:
        if state is not AmiState.CONNECTING:
            self._ami_tried.set()
        if state is not AmiState.UP:
            self._recovery.link_down()
        notify(f"STATUS=AMI {state}{': ' + reason if reason else ''}")

    async def _resync(self) -> None:
        """After a login: what went on while nobody listened?"""
        await self._events.put(events.LinkUp())
        try:
            answer = await self._ami.action("CoreShowChannels")
        except AsteriskError as error:
            log.warning("the channels that are up cannot be listed: %s", error)
            return
        listed = tuple(
            (row.get("Uniqueid", ""), row.get("Linkedid", ""), row.get("Channel", ""))
            for row in answer
            if row.get("Event") == "CoreShowChannel"
        )
        await self._events.put(events.ChannelsListed(now(), listed))

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
            self._give_out()
            for _ in range(taken):
                self._events.task_done()

    async def _take(self, item: Mapping[str, str] | events.LinkUp | events.ChannelsListed) -> None:
        match item:
            case events.LinkUp():
                self._apply(item)
                await self._recovery.catch_up(self._apply_recovered, self._give_out)
            case events.ChannelsListed():
                self._apply(item)
                self._give_out()
                self._recovery.caught_up()
                self._unwritten.some.set()  # from here on is covered, calls or none
            case _:
                event = events.parse(item)
                if event is not None:
                    self._apply(event)

    def _apply(self, event: events.Event | events.LinkUp | events.ChannelsListed) -> None:
        try:
            self._ledger.apply(event)
        except Exception:  # one odd event may not end the log of all the others
            log.exception("an event %s could not be taken and was passed over", type(event).__name__)

    def _apply_recovered(self, event: events.Event) -> None:
        try:
            self._ledger.apply(event, Source.RECOVERED)
        except Exception:  # as above
            log.exception("an event %s of the journal could not be taken and was passed over", type(event).__name__)

    def _give_out(self) -> None:
        records, dropped = self._ledger.changes()
        self._recovery.touched(records)
        self._unwritten.add(records, dropped)

    async def _write(self) -> None:
        complained = False
        while True:
            await self._unwritten.some.wait()
            try:
                await self._write_once()
            except StoreError as error:
                if not complained:
                    log.error("calls wait to be written: %s", error)
                complained = True
                await asyncio.sleep(LOOK_SECONDS)
            else:
                if complained:
                    log.info("the store takes calls again; nothing was lost")
                complained = False

    async def _write_once(self) -> None:
        records, dropped = self._unwritten.take()
        heard = self._recovery.covered()
        self._written_at = time.monotonic()
        try:
            await calls.record(self._desk, list(records.values()), sorted(dropped), heard)
        except (StoreError, asyncio.CancelledError):
            self._unwritten.put_back(records, dropped)
            if heard is not None:
                self._recovery.give_back(heard)
            raise
        except Exception:
            log.exception("%d calls could not be written together: each is tried by itself", len(records))
            await self._write_each(records, dropped)
        finally:
            self._unwritten.on_the_way = False
        self._tell(records)

    async def _write_each(self, records: Mapping[str, CallRecord], dropped: set[str]) -> None:
        """One call that cannot be written may not take others with it."""
        for record in records.values():
            try:
                await calls.record(self._desk, [record], sorted(dropped))
            except StoreError:
                self._unwritten.put_back({record.id: record}, dropped)
            except Exception:
                log.exception("call %s could not be written and is lost", record.id)

    @staticmethod
    def _tell(records: Mapping[str, CallRecord]) -> None:
        """One line per ended call, nothing personal in it."""
        for record in records.values():
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
            centre = Centre(self._schedule, self._desk.now, self._leave, self._ticket_status)
            await steps.run(name, caller, centre)

        return run

    def _leave(self, request: CallbackRequest) -> None:
        spool.leave(self._settings.folders.spool, request)
        self._look.set()

    async def _ticket_status(self, number: str) -> str | None:
        return await tickets.status_of(self._desk, number)

    async def _look_around(self) -> None:
        complaints: dict[str, str] = {}
        while True:
            self._look.clear()
            for what, action in (
                ("what callers left waits in the spool", self._collect),
                ("the hours cannot be published", self._publish),
            ):
                try:
                    await action()
                except (StoreError, OSError) as error:
                    if complaints.get(what) != str(error):
                        log.error("%s: %s", what, error)
                    complaints[what] = str(error)
                else:
                    complaints.pop(what, None)
            self._note()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), LOOK_SECONDS)

    def _note(self) -> None:
        """Note how far the journal is covered, and have it written now and then when no call does it."""
        if self._events.empty():
            self._recovery.note()
        if time.monotonic() - self._written_at >= HEARTBEAT_SECONDS and self._recovery.is_listening:
            self._unwritten.some.set()

    async def _collect(self) -> None:
        """Take what callers left out of the spool into the store."""
        for path, request in spool.waiting(self._settings.folders.spool):
            if request is None:
                log.error("a file in the spool cannot be understood and was put aside: %s", path.name)
                spool.reject(path)
                continue
            try:
                await calls.take_request(self._desk, request)
            except StoreError:
                raise
            except Exception:
                log.exception("a request could not be stored and was put aside: %s", path.name)
                spool.reject(path)
            else:
                path.unlink(missing_ok=True)

    async def _publish(self) -> None:
        """Publish the hours for the forked script, when they changed."""
        schedule = await desk_hours.schedule(self._desk)
        target = self._settings.folders.published / published.FILE
        if schedule != self._schedule or not target.exists():
            published.publish(self._settings.folders.published, schedule, self._settings.folders.spool)
            self._schedule = schedule

    async def _beat(self, guardian: Guardian) -> None:
        while True:
            guardian.beat()
            notify("WATCHDOG=1")
            await asyncio.sleep(BEAT_SECONDS)


def notify(message: str) -> None:
    """Tell systemd, when it asked for it (sd_notify(3): a datagram to NOTIFY_SOCKET)."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notification:
        notification.sendto(message.encode(), address)


def _make_folders(settings: Settings) -> None:
    for folder, mode in ((settings.folders.spool, 0o770), (settings.folders.published, 0o755)):
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
        raise StoreError(f"a folder cannot be made: {error}") from error
    async with open_desk(settings, migrate=True) as desk:
        await Daemon(settings, desk, await journal.load(desk), on_ready).run()
