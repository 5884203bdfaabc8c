"""The daemon's task that queues and sends the e-mails. Nothing else waits for it, whatever a mail server does."""

import asyncio
import contextlib
import logging
import ssl
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from typing import Any

from depok_agi import report_worker
from depok_agi.complaints import Complaints
from depok_agi.config import Mail as MailSettings
from depok_agi.config import Settings, mail_password
from depok_agi.desk import Desk, mails
from depok_agi.errors import DepokError
from depok_agi.notify.letter import Letter, to_message
from depok_agi.notify.mail import Kind, Mail, first_key, is_address, period_name, period_of
from depok_agi.notify.reminders import MailPolicy, sheet_since
from depok_agi.notify.smtp import MailDoor, MailServer
from depok_agi.notify.tries import ABOUT_THE_SERVER, DONE, Answer, Verdict, gap
from depok_agi.notify.writing import write
from depok_agi.report_worker import Evaluate, evaluated
from depok_agi.reports.period import Period
from depok_agi.reports.schedule import due_at

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
"""How often it looks for what has fallen due, and for what operators' commands have queued."""

LAST_SECONDS = 10.0
"""How long a stop waits for the e-mail that is being handed over, so that it need not be sent again."""

SERVER = "e-mails wait for the mail server"


@dataclass(frozen=True, slots=True)
class _Result:
    """How a hand-over went, until it is written down."""

    mail: Mail
    answer: Answer
    at: datetime
    wait: timedelta


class Mailing:
    """Queues what falls due and sends what waits, one e-mail after the other, over one connection while it lasts."""

    def __init__(
        self, settings: Settings, desk: Desk, tls: ssl.SSLContext | None = None, evaluate: Evaluate = evaluated
    ) -> None:
        """Make it ready to run.

        Args:
            settings: without `[mail]` in them nothing is sent.
            desk: whose e-mails they are.
            tls: which certificates are trusted; when not given, those that the system trusts.
            evaluate: how a report comes about.
        """
        self._settings = settings
        self._desk = desk
        self._tls = tls
        self._evaluate = evaluate
        self._report: tuple[Period, Letter] | None = None
        self._woken = asyncio.Event()
        self._complaints = Complaints(log)
        self._results: deque[_Result] = deque()
        self._resumed = False
        self._turned_away = 0
        self._sheets_of: date | None = None

    def wake(self) -> None:
        """Something was queued: look at once."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled; the e-mail that is being handed over then is finished first, unless it takes long."""
        if self._settings.mail is None:
            log.info("there is no [mail] in the settings: e-mails wait in the queue")
            return
        try:
            while not _is_cancelled():
                self._woken.clear()
                await self.look()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._woken.wait()
        finally:
            with contextlib.suppress(DepokError):
                await self._write_down()

    async def look(self) -> None:
        """Once around: queue what has fallen due, and send what waits. Trouble is told in the log, once."""
        given = self._settings.mail
        if given is None:
            return
        policy = self._policy(given)
        await self._try("e-mails cannot be queued", self._queue(policy))
        await self._try("e-mails cannot be sent", self._send(given, policy))

    async def _try(self, what: str, action: Coroutine[Any, Any, None]) -> None:
        try:
            await action
        except DepokError as error:
            self._complaints.tell(what, str(error))
        except Exception as error:  # whatever it is, it may not take the log of calls down
            if self._complaints.tell(what, repr(error)):
                log.exception("this is a defect")
        else:
            self._complaints.has_gone(what)

    def _policy(self, given: MailSettings) -> MailPolicy:
        return MailPolicy(
            supervisors=tuple(given.supervisors),
            decent_from=given.decent_from,
            decent_until=given.decent_until,
            sheet_at=given.sheet_at,
            timezone=self._settings.centre.timezone,
            remind_before=timedelta(hours=given.reminder_hours),
        )

    def _server(self, given: MailSettings) -> MailServer:
        """The server, with the password as it is now. Raises SettingsError."""
        return MailServer(
            host=given.host,
            port=given.port,
            security=given.security,
            username=given.username,
            password=mail_password(self._settings),
            tls=self._tls,
        )

    # ---- queueing ----------------------------------------------------------------------------------------------

    async def _queue(self, policy: MailPolicy) -> None:
        await mails.queue_due(self._desk, policy)
        since = sheet_since(self._desk.now(), policy)
        if since is not None and since.date() != self._sheets_of:
            await mails.queue_sheets(self._desk, policy)
            self._sheets_of = since.date()
        recipients = self._settings.reports.recipients
        if recipients:
            await mails.queue_reports(self._desk, self._settings.schedule_policy, recipients)

    # ---- sending -----------------------------------------------------------------------------------------------

    async def _send(self, given: MailSettings, policy: MailPolicy) -> None:
        await self._write_down()
        if not self._resumed:
            interrupted = await mails.resume(self._desk)
            if interrupted:
                log.warning("%d e-mails may arrive twice: the service ended while they were handed over", interrupted)
            self._resumed = True
        waiting = await mails.to_send(self._desk, policy)
        if not waiting:
            return
        door = MailDoor(self._server(given))
        try:
            while waiting and await self._send_some(door, given, policy, waiting):
                waiting = await mails.to_send(self._desk, policy)
            await door.close()
        finally:
            door.drop()

    async def _send_some(self, door: MailDoor, given: MailSettings, policy: MailPolicy, waiting: list[Mail]) -> bool:
        """Hand them over one by one. False when it is of no use to go on now."""
        begun = False
        for mail in waiting:
            if not await mails.begin(self._desk, mail):
                continue
            begun = True
            sending = asyncio.ensure_future(self._send_one(door, given, policy, mail))
            try:
                answer = await asyncio.shield(sending)
            except asyncio.CancelledError:
                # Broken off now it would have to be sent again, for nobody could know whether the server has it.
                with contextlib.suppress(TimeoutError, DepokError):
                    await asyncio.wait_for(sending, LAST_SECONDS)
                raise
            if answer.verdict in ABOUT_THE_SERVER:
                return False
        return begun

    async def _send_one(self, door: MailDoor, given: MailSettings, policy: MailPolicy, mail: Mail) -> Answer:
        """From here on the store has it as being sent, so whatever happens ends in a result that is written down."""
        try:
            answer = await self._hand_over(door, given, policy, mail)
        except DepokError as error:
            answer = Answer(Verdict.LATER, str(error))
        except Exception as error:
            log.exception("e-mail %d could not be handed over; this is a defect", mail.id)
            answer = Answer(Verdict.REFUSED, repr(error))
        self._tell(mail, answer)
        self._results.append(_Result(mail, answer, self._desk.now(), self._wait(mail, answer)))
        await self._write_down()
        return answer

    async def _hand_over(self, door: MailDoor, given: MailSettings, policy: MailPolicy, mail: Mail) -> Answer:
        if mail.address is None or not is_address(mail.address):
            return Answer(Verdict.REFUSED, f"no address that mail can be sent to: {mail.address}")
        now = self._desk.now()
        letter = await self._written(policy, mail, now)
        if letter is None:
            return Answer(Verdict.NEEDLESS, mails.NOTHING_OWED)
        message = to_message(
            letter,
            key=mail.key,
            follows=first_key(mail),
            sender=given.sender,
            recipient=mail.address,
            now=now,
            timezone=policy.zone,
        )
        return await door.hand_over(message, parseaddr(given.sender)[1], mail.address)

    async def _written(self, policy: MailPolicy, mail: Mail, now: datetime) -> Letter | None:
        """What it says; None when there is nothing left to say."""
        if mail.kind is Kind.REPORT:
            return await self._report_of(period_of(mail.key))
        opd, matters = await mails.department(self._desk, mail), await mails.matters(self._desk, mail)
        # A sheet takes a while, in which callers may not wait for the next prompt.
        return await asyncio.to_thread(write, mail, opd, matters, now, policy.zone)

    async def _report_of(self, period: Period) -> Letter:
        """The e-mail with a report, made once for all who get it. Raises DepokError."""
        if self._report is not None and self._report[0] == period:
            return self._report[1]
        as_of = due_at(period, self._settings.schedule_policy)
        made = await report_worker.letter(report_worker.Order(self._settings, period, as_of, self._evaluate))
        self._report = (period, made)
        return made

    def _wait(self, mail: Mail, answer: Answer) -> timedelta:
        if answer.verdict in ABOUT_THE_SERVER:
            self._turned_away += 1
            return gap(answer.verdict, self._turned_away)
        self._turned_away = 0
        return timedelta() if answer.verdict in DONE else gap(answer.verdict, mail.tries + 1)

    async def _write_down(self) -> None:
        """Write down how hand-overs went. What the store does not take now stays here: it is not sent again."""
        while self._results:
            result = self._results[0]
            await mails.finish(self._desk, result.mail, result.answer, result.at, result.wait)
            self._results.popleft()

    def _tell(self, mail: Mail, answer: Answer) -> None:
        """One line each, with no address in it."""
        what = f"e-mail {mail.id} ({mail.kind}, {mail.role}, {mail.opd or period_name(period_of(mail.key))})"
        match answer.verdict:
            case Verdict.TAKEN:
                log.info("%s is sent", what)
            case Verdict.NEEDLESS:
                log.info("%s is dropped: %s", what, answer.said)
            case Verdict.LATER | Verdict.REFUSED:
                if mail.error != answer.said:
                    log.warning("%s is not taken and waits: %s", what, answer.said)
            case Verdict.AWAY | Verdict.BARRED:
                self._complaints.tell(SERVER, answer.said)
                return
        if answer.verdict is not Verdict.NEEDLESS and self._complaints.has_gone(SERVER):
            log.info("the mail server is there again")


def _is_cancelled() -> bool:
    """Was this task cancelled? Python 3.11's `wait_for`, as in aiosmtplib, may swallow that when a reply comes then."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
