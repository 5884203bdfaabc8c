"""Reports by e-mail, over a real SMTP server and by a real process: on time, as of their moment, and never twice."""

import asyncio
import io
import pickle
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from depok_agi import report_worker
from depok_agi.config import Ami, Folders, Reports, Secret, Settings
from depok_agi.config import Mail as MailSettings
from depok_agi.desk import Desk, mails
from depok_agi.errors import RefusedError, ReportError
from depok_agi.mailing import Mailing
from depok_agi.notify.letter import Letter
from depok_agi.notify.mail import Kind, Mail, MailStatus, Role, period_name, period_of
from depok_agi.report_worker import Evaluate, Order
from tests.unit.desk.made import Clock, desk_at, new_store, wib
from tests.unit.notify.post_office import CUT, TAKEN, PostOffice, open_office
from tests.unit.reports.evaluated import broken, endless, made_up, refused
from tests.unit.reports.made_up import INDONESIAN, SEPTEMBER

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")

READERS = ["walikota@depok.invalid", "sekda@depok.invalid"]


@pytest.fixture
def clock() -> Clock:
    return Clock(wib("2026-10-01 08:00"))


@pytest.fixture
async def desk(tmp_path: Path, clock: Clock) -> AsyncIterator[Desk]:
    async with desk_at(new_store(tmp_path / "store.sqlite"), clock) as opened:
        yield opened


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with open_office() as opened:
        yield opened


@pytest.fixture
def settings(office: PostOffice, tmp_path: Path) -> Settings:
    return Settings(
        ami=Ami(secret=Secret("x")),
        folders=Folders(store=tmp_path / "store.sqlite"),
        mail=MailSettings(port=office.port, sender="Pusat Panggilan <laporan@depok.invalid>"),
        reports=Reports(recipients=READERS[:1]),
    )


@pytest.fixture
def mailing_with(settings: Settings, desk: Desk) -> Callable[..., Mailing]:
    def make(evaluate: Evaluate = made_up, readers: list[str] | None = None) -> Mailing:
        given = settings if readers is None else _with_readers(settings, readers)
        return Mailing(given, desk, evaluate=evaluate)

    return make


def _with_readers(settings: Settings, readers: list[str]) -> Settings:
    return Settings(ami=settings.ami, folders=settings.folders, mail=settings.mail, reports=Reports(recipients=readers))


async def queued(desk: Desk) -> list[Mail]:
    return (await mails.reports_listed(desk))[::-1]


def periods(found: list[Mail]) -> list[str]:
    return [period_name(period_of(mail.key)) for mail in found]


def attached(message: EmailMessage) -> dict[str, Any]:
    return {str(part.get_filename()): part.get_content() for part in message.iter_attachments()}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> list[str]:
    """Reports are made here and at once, with nothing in them but their moment; gives the periods that were made."""
    made: list[str] = []

    async def letter(order: Order) -> Letter:
        made.append(period_name(order.period))
        whole = await order.evaluate(desk, order.settings, order.period, order.as_of)
        return Letter("Evaluasi", f"{INDONESIAN.as_of(whole)}\n")

    monkeypatch.setattr(report_worker, "letter", letter)
    return made


class TestDelivery:
    async def test_a_months_report_goes_out_on_the_1st_with_its_files_and_once(
        self, mailing_with: Callable[..., Mailing], office: PostOffice, desk: Desk, clock: Clock
    ) -> None:
        clock.at = wib("2026-11-01 08:00")  # a Sunday
        mailing = mailing_with()
        await mailing.look()
        await mailing.look()
        await mailing_with().look()  # as after a restart
        assert periods(await queued(desk)) == ["2026-10"]
        [month] = office.received
        assert month["To"] == READERS[0]
        assert month["Subject"].strip() == "Evaluasi bulanan: Oktober 2026, Pusat Panggilan Kota Depok 1500 664"
        files = attached(month)
        assert {"report-month-2026-10.html", "report-month-2026-10.xlsx"} <= set(files)
        assert "Evaluasi bulanan: Oktober 2026" in str(files["report-month-2026-10.html"])
        assert len(load_workbook(io.BytesIO(files["report-month-2026-10.xlsx"])).sheetnames) == 8
        body = month.get_body(("plain",))
        assert body is not None
        assert "1.472" in body.get_content()


@pytest.mark.usefixtures("quick")
class TestTheQueue:
    async def test_it_tells_what_was_known_when_it_was_due_however_late_it_is_sent(
        self, mailing_with: Callable[..., Mailing], office: PostOffice, clock: Clock
    ) -> None:
        clock.later(hours=5, minutes=13)
        await mailing_with().look()
        bodies = [message.get_body(("plain",)) for message in office.received]
        said = [body.get_content() for body in bodies if body is not None]
        assert "Keadaan per 30-09-2026 17.00 WIB" in said[0]
        assert "Keadaan per 01-10-2026 08.00 WIB" in said[1]

    async def test_each_reader_gets_their_own_and_it_is_made_once_for_all(
        self, mailing_with: Callable[..., Mailing], office: PostOffice, quick: list[str]
    ) -> None:
        await mailing_with(readers=READERS).look()
        assert sorted(office.recipients) == sorted(READERS * 2)
        assert len(set(office.ids)) == 4
        assert sorted(quick) == ["2026-09", "2026-09-30"]

    async def test_what_a_server_does_not_take_waits_and_is_sent_once(
        self, mailing_with: Callable[..., Mailing], office: PostOffice, desk: Desk, clock: Clock
    ) -> None:
        mailing = mailing_with()
        office.to_data = lambda _: "451 later"
        await mailing.look()
        assert {mail.status for mail in await queued(desk)} == {MailStatus.WAITING}
        office.to_data = lambda _: TAKEN
        clock.later(hours=2)
        await mailing.look()
        await mailing.look()
        assert len(office.received) == 2
        assert {mail.status for mail in await queued(desk)} == {MailStatus.SENT}

    async def test_a_line_that_is_lost_gives_the_same_message_id_the_second_time(
        self, mailing_with: Callable[..., Mailing], office: PostOffice, clock: Clock
    ) -> None:
        mailing = mailing_with()
        office.to_data = lambda _: CUT
        await mailing.look()
        office.to_data = lambda _: TAKEN
        clock.later(hours=2)
        await mailing.look()
        assert len(set(office.ids)) == 2

    async def test_after_a_downtime_what_fell_due_comes_the_oldest_first(
        self, mailing_with: Callable[..., Mailing], desk: Desk, clock: Clock
    ) -> None:
        await mailing_with().look()
        clock.at = wib("2026-10-05 09:00")  # a Monday: nothing was up since Thursday morning
        await mailing_with().look()
        assert periods(await queued(desk)) == ["2026-09-30", "2026-09", "2026-10-01", "2026-10-02"]

    async def test_a_day_off_has_none(self, mailing_with: Callable[..., Mailing], desk: Desk, clock: Clock) -> None:
        clock.at = wib("2026-10-04 20:00")  # a Sunday
        await mailing_with().look()
        assert await queued(desk) == []

    async def test_a_report_in_the_queue_is_about_no_opd(
        self, mailing_with: Callable[..., Mailing], desk: Desk
    ) -> None:
        await mailing_with().look()
        mail = (await queued(desk))[-1]
        assert (mail.kind, mail.role, mail.opd, mail.number) == (Kind.REPORT, Role.RECIPIENT, None, None)
        assert mail.to_json(desk.policy.zone)["report"] == "2026-09"
        with pytest.raises(ValueError, match="is about no OPD"):
            await mails.department(desk, mail)


@pytest.mark.usefixtures("quick")
class TestTrouble:
    async def test_a_report_that_cannot_be_made_waits_and_hinders_nothing_else(
        self, mailing_with: Callable[..., Mailing], office: PostOffice, desk: Desk, clock: Clock
    ) -> None:
        await mailing_with(refused).look()
        assert [mail.error for mail in await queued(desk)] == [
            "nothing is known of 2026-09-30",
            "nothing is known of 2026-09-01",
        ]
        clock.later(minutes=5)
        await mailing_with(made_up).look()
        assert len(office.received) == 2

    async def test_nobody_gets_reports_where_nobody_is_named(
        self, mailing_with: Callable[..., Mailing], desk: Desk
    ) -> None:
        await mailing_with(made_up, []).look()
        assert await queued(desk) == []


class TestTheProcess:
    @pytest.fixture
    def order(self, settings: Settings, desk: Desk) -> Order:
        assert desk.store.path == settings.folders.store
        return Order(settings, SEPTEMBER, wib("2026-10-01 08:00"), made_up)

    async def test_it_makes_what_would_be_made_here(self, order: Order) -> None:
        there, here = await report_worker.letter(order), await report_worker.make(order)
        assert (there.subject, there.text) == (here.subject, here.text)
        assert [file.name for file in there.attachments] == [file.name for file in here.attachments]
        assert there.attachments[0].content == here.attachments[0].content

    async def test_a_fault_of_the_figures_is_told_in_its_own_words(self, order: Order) -> None:
        with pytest.raises(RefusedError, match="nothing is known of 2026-09-01"):
            await report_worker.letter(replace(order, evaluate=refused))

    async def test_a_defect_is_one_line_here_and_a_trace_in_the_journal(
        self, order: Order, capfd: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(ReportError, match="its process ended with 1"):
            await report_worker.letter(replace(order, evaluate=broken))
        assert "ZeroDivisionError" in capfd.readouterr().err

    async def test_one_that_takes_too_long_is_ended(self, order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(report_worker, "MOST_SECONDS", 0.5)
        with pytest.raises(ReportError, match="not made within"):
            await report_worker.letter(replace(order, evaluate=endless))

    async def test_a_stop_ends_it(self, order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
        started: asyncio.Queue[asyncio.subprocess.Process] = asyncio.Queue()
        real = asyncio.create_subprocess_exec

        async def noted(*words: str, **given: Any) -> asyncio.subprocess.Process:
            process = await real(*words, **given)
            started.put_nowait(process)
            return process

        monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
        task = asyncio.create_task(report_worker.letter(replace(order, evaluate=endless)))
        process = await started.get()
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert process.returncode == -signal.SIGKILL

    def test_an_order_shows_no_password_when_it_is_printed_and_survives_the_way(self, settings: Settings) -> None:
        order = Order(settings, SEPTEMBER, wib("2026-10-01 08:00"), made_up)
        assert pickle.loads(pickle.dumps(order)) == order  # noqa: S301 - our own
        assert "Secret(...)" in repr(order)
