"""The daemon's task that sends the SMS that are queued, by a manager user that can do nothing else.

Asterisk says whether it has taken an SMS, not whether the gateway has: `MessageSend` is done once the request is on its
way (`msg_send` in res_pjsip_messaging.c), and the same holds for a modem's queue. What it refuses is tried again.
"""

import asyncio
import contextlib
import logging
from functools import partial

from depok_agi.asterisk.ami import AmiLink, AmiLogin, AmiState
from depok_agi.complaints import Complaints
from depok_agi.config import Settings, sms_secret
from depok_agi.desk import Desk, hours, sms_queue
from depok_agi.errors import AsteriskError, DepokError, SettingsError
from depok_agi.handed_over import HandedOver, Try
from depok_agi.hours.schedule import Schedule
from depok_agi.sms import route
from depok_agi.sms.length import parts
from depok_agi.sms.outgoing import Outgoing, pause
from depok_agi.sms.wording import Facts, write

log = logging.getLogger(__name__)

WAITING = "SMS wait to be sent"
LOOK_SECONDS = 1.0
"""How often it looks for what operators' commands have queued, and for what may be tried again."""

ANSWER_SECONDS = 5.0

NOTE = "sms-handed-over"
"""The file beside the store that says which SMS Asterisk was given last."""


class Texting:
    """Sends what waits, one after the other. The link to Asterisk is its own, and is up only while `run` runs.

    Raises:
        SettingsError: [sms] is not set, or its secret cannot be read.
    """

    def __init__(self, settings: Settings, desk: Desk) -> None:
        if settings.sms is None:
            raise SettingsError("[sms] is not set")
        self._given = settings.sms
        self._desk = desk
        self._link = AmiLink(
            AmiLogin(settings.ami.host, settings.ami.port, settings.sms.username, sms_secret(settings)),
            on_event=lambda _: None,
            on_up=self._on_up,
            on_state=self._on_state,
            wanted=(),
        )
        self._handed_over = HandedOver(desk.store.path.with_name(NOTE))
        self._complaints = Complaints(log)
        self._woken = asyncio.Event()
        self._resumed = False
        self._closing = asyncio.Event()

    def wake(self) -> None:
        """Something was queued: look at once."""
        self._woken.set()

    async def run(self) -> None:
        """Send until cancelled or closed. Trouble with the store or with Asterisk never raises."""
        link = asyncio.create_task(self._link.run(), name="sms-link")
        try:
            await self._serve()
        finally:
            self._handed_over.close()
            await self._link.close()
            await link

    async def close(self) -> None:
        """Send no more; the one that is being handed over is finished and written down."""
        self._closing.set()
        self._woken.set()

    async def _serve(self) -> None:
        while not self._closing.is_set():
            self._woken.clear()
            try:
                await self._send_all()
            except (DepokError, OSError) as error:
                self._complaints.tell(WAITING, str(error))
            except Exception as error:  # whatever it is, it may not take the log of calls down
                if self._complaints.tell(WAITING, repr(error)):
                    log.exception("this is a defect")
            else:
                self._complaints.has_gone(WAITING)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_SECONDS)

    async def _send_all(self) -> None:
        self._handed_over.open()
        if not self._resumed:
            interrupted = await sms_queue.resume(self._desk, self._handed_over.last())
            if interrupted:
                log.info("%d SMS were about to be sent when the service ended", interrupted)
            self._resumed = True
        last_sent_at = await sms_queue.last_sent_at(self._desk)
        while self._is_up() and (waiting := await sms_queue.to_send(self._desk)):
            schedule = await hours.schedule(self._desk)
            for sms in waiting:
                wait = pause(last_sent_at, self._desk.now(), self._given.per_minute)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), wait.total_seconds())
                if not self._is_up():
                    return
                if await self._send(sms, schedule):
                    last_sent_at = self._desk.now()

    async def _send(self, sms: Outgoing, schedule: Schedule) -> bool:
        """Send one; tells whether Asterisk has it now."""
        text = await self._text(sms, schedule)
        if text is None or sms.number is None:
            await sms_queue.drop(self._desk, sms, sms_queue.NOTHING_TO_SAY)
            return False
        if not await sms_queue.begin(self._desk, sms):
            return False
        action = route.action(self._given.to, self._given.sender, sms.number, text)
        try:
            given = Try(sms.id, sms.tries + 1)
            note = partial(self._handed_over.note, given)
            await self._link.perform(action.name, action.fields, seconds=ANSWER_SECONDS, on_sent=note)
        except AsteriskError as error:
            why = str(error)
            wait = await sms_queue.is_not_sent(self._desk, sms, self._desk.now(), why, self._given.most_tries)
            then = "was its last try" if wait is None else f"is tried again in {wait.total_seconds() / 60:.0f} min"
            log.warning("SMS %d (%s) is not taken and %s: %s", sms.id, sms.kind, then, why)
            return False
        await sms_queue.is_sent(self._desk, sms, self._desk.now())
        log.info("SMS %d (%s) is sent, %d parts", sms.id, sms.kind, parts(text))
        return True

    async def _text(self, sms: Outgoing, schedule: Schedule) -> str | None:
        """Its words, from what is so now."""
        matter = await sms_queue.matter(self._desk, sms)
        if matter is None:
            return None
        now = self._desk.now().astimezone(schedule.zone)
        answer = schedule.check(now)
        return write(
            sms.kind,
            sms.language,
            Facts(
                now=now,
                ticket=sms.ticket,
                status=matter.status,
                opd=matter.opd,
                due_at=None if matter.due_at is None else matter.due_at.astimezone(schedule.zone),
                secret=matter.secret,
                opens_at=None if answer.open else answer.next_change_at,
            ),
        )

    def _is_up(self) -> bool:
        return self._link.state is AmiState.UP and not self._closing.is_set()

    async def _on_up(self) -> None:
        """Nothing has to be asked after a login; what waited can go now."""
        self._woken.set()

    def _on_state(self, state: AmiState, reason: str) -> None:
        if state is AmiState.UP:
            self._complaints.has_gone(WAITING)
        elif state is not AmiState.CONNECTING and not self._closing.is_set():
            self._complaints.tell(WAITING, reason)
