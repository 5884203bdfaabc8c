"""The e-mails of a real desk over a real SMTP server: none is lost, and none comes twice."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import pytest

from depok_agi.config import Ami, Secret, Settings
from depok_agi.config import Mail as MailSettings
from depok_agi.desk import Desk, mails, opds, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import StoreError
from depok_agi.mailing import Mailing
from depok_agi.notify.mail import Kind, Mail, MailFilter, MailStatus
from depok_agi.notify.writing import write
from depok_agi.tickets.ticket import Ticket
from tests.unit.desk.made import Clock, desk_at, new_store, wib
from tests.unit.notify.post_office import CUT, TAKEN, PostOffice, open_office

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")

TICKET = """
INSERT INTO tickets (serial, number, forwarding, status, opened_at, channel, secret, opd, forwarded_at, due_at,
    due_elapsed_at, due_working_days_at)
VALUES (?, ?, ?, 'forwarded', 0, 'phone', 0, 'DLHK', 0, 4000000000000000, 0, 0)
"""
MAIL = """
INSERT INTO mails (key, ticket, forwarding, kind, role, opd, status, queued_at, next_try_at)
VALUES (?, ?, ?, 'forwarded', 'officer', 'DLHK', 'waiting', 0, 0)
"""
SUPERVISORS = ["sri@depok.invalid", "tono@depok.invalid"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return new_store(tmp_path / "store.sqlite")


@pytest.fixture
async def desk(path: Path, clock: Clock) -> AsyncIterator[Desk]:
    async with desk_at(path, clock) as opened:
        await opds.edit(opened, "DLHK", {"email": "pic@dlhk.invalid", "head_email": "kepala@dlhk.invalid"})
        yield opened


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with open_office() as opened:
        yield opened


def settings(office: PostOffice) -> Settings:
    mail = MailSettings(port=office.port, sender="Pusat Panggilan <tiket@depok.invalid>", supervisors=SUPERVISORS)
    return Settings(ami=Ami(secret=Secret("x")), mail=mail)


@pytest.fixture
def mailing(office: PostOffice, desk: Desk) -> Mailing:
    return Mailing(settings(office), desk)


async def forwarded(desk: Desk, text: str = "Sampah menumpuk, hubungi 0811-0000-1234") -> Ticket:
    complaint = Complaint(text, caller="0811-0000-1234", name="Ani Wijaya", category="sampah")
    ticket = await tickets.open_ticket(desk, complaint, "siti")
    return await tickets.forward(desk, ticket.number, "DLHK", "siti")


async def queued(desk: Desk) -> list[Mail]:
    return (await mails.listed(desk))[::-1]


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


class TestDelivery:
    async def test_a_forwarded_ticket_is_told_to_its_opd_once_and_says_nothing_of_the_citizen(
        self, mailing: Mailing, office: PostOffice, desk: Desk
    ) -> None:
        ticket = await forwarded(desk)
        for _ in range(3):
            await mailing.look()
        [message] = office.received
        assert message["To"] == "pic@dlhk.invalid"
        assert ticket.number in message["Subject"]
        whole = message.as_string() + text_of(message)
        assert [trace for trace in ("Ani", "Wijaya", "0811", "811-0000", "+62811") if trace in whole] == []
        [mail] = await queued(desk)
        assert (mail.status, mail.tries, mail.error, mail.address) == (MailStatus.SENT, 1, None, "pic@dlhk.invalid")

    async def test_the_running_task_sees_what_a_command_queues_and_ends_when_told(
        self, mailing: Mailing, office: PostOffice, desk: Desk
    ) -> None:
        arrived = asyncio.Event()
        office.at_data = lambda _: arrived.set()
        task = asyncio.create_task(mailing.run())
        await asyncio.sleep(0.1)
        await forwarded(desk)
        mailing.wake()
        await asyncio.wait_for(arrived.wait(), 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [mail.status for mail in await queued(desk)] == [MailStatus.SENT]

    async def test_without_mail_in_the_settings_all_wait(self, desk: Desk) -> None:
        await forwarded(desk)
        await asyncio.wait_for(Mailing(Settings(ami=Ami(secret=Secret("x"))), desk).run(), 1)
        assert [mail.status for mail in await queued(desk)] == [MailStatus.WAITING]

    async def test_who_is_late_is_told_to_the_head_and_every_supervisor(
        self, mailing: Mailing, office: PostOffice, desk: Desk, clock: Clock
    ) -> None:
        await forwarded(desk)
        await mailing.look()
        clock.at = wib("2026-06-11 10:00:05")
        office.received.clear()
        await mailing.look()
        assert Counter(office.recipients) == Counter(["pic@dlhk.invalid"] * 2 + ["kepala@dlhk.invalid", *SUPERVISORS])
        [sheet] = [message for message in office.received if message.get_content_type() == "multipart/mixed"]
        assert sheet["To"] == "pic@dlhk.invalid"
        [file] = sheet.iter_attachments()
        assert file.get_filename() == "tiket-DLHK-2026-06-11.xlsx"
        assert bytes(file.get_content())[:2] == b"PK"

    async def test_reminders_keep_to_the_first_e_mail(
        self, mailing: Mailing, office: PostOffice, desk: Desk, clock: Clock
    ) -> None:
        await forwarded(desk)
        await mailing.look()
        clock.at = wib("2026-06-10 10:00:05")
        await mailing.look()
        first, *_, last = office.received
        assert last["Subject"].startswith("Pengingat: tiket")
        assert last["References"] == first["Message-ID"] != last["Message-ID"]

    async def test_a_thousand_that_wait_are_all_sent_once_over_few_connections(
        self, mailing: Mailing, office: PostOffice, desk: Desk, clock: Clock
    ) -> None:
        office.most_per_connection = 300
        clock.at = wib("2026-06-08 07:00")  # when there are no sheets yet
        async with desk.store.transaction() as connection:
            for serial in range(200_001, 201_001):
                await connection.execute(TICKET, (serial, f"{serial}0", serial))
                await connection.execute(MAIL, (f"forwarded:{serial}0:{serial}", serial, serial))
        began = time.monotonic()
        await mailing.look()
        print(f"1,000 e-mails in {time.monotonic() - began:.1f} s")
        assert len(office.received) == len(set(office.ids)) == 1000
        assert {mail.status for mail in await mails.listed(desk, limit=2000)} == {MailStatus.SENT}
        assert office.connections == 4


class TestTrouble:
    async def test_while_the_server_is_away_all_wait_and_then_they_go(
        self, mailing: Mailing, office: PostOffice, desk: Desk, clock: Clock, caplog: pytest.LogCaptureFixture
    ) -> None:
        await office.close()
        for _ in range(3):
            await forwarded(desk)
        for _ in range(5):
            await mailing.look()
            clock.later(minutes=5)
        assert [mail.status for mail in await queued(desk)] == [MailStatus.WAITING] * 3
        assert sum(mail.tries for mail in await queued(desk)) == 5, "one is tried for all"
        assert caplog.text.count("e-mails wait for the mail server") == 1
        await office.open()
        with caplog.at_level(logging.INFO):
            await mailing.look()
        assert len(office.received) == len(set(office.ids)) == 3
        assert "the mail server is there again" in caplog.text

    async def test_one_that_is_put_off_by_the_server_goes_later_and_the_others_now(
        self, mailing: Mailing, office: PostOffice, desk: Desk, clock: Clock
    ) -> None:
        first, second = await forwarded(desk), await forwarded(desk)
        office.to_data = lambda message: "451 4.3.0 later" if first.number in message["Subject"] else TAKEN
        await mailing.look()
        assert [second.number in message["Subject"] for message in office.received] == [True]
        assert [(mail.status, mail.error) for mail in await queued(desk)] == [
            (MailStatus.WAITING, "451 4.3.0 later"),
            (MailStatus.SENT, None),
        ]
        office.to_data = lambda _: TAKEN
        await mailing.look()
        assert len(office.received) == 1, "not before a minute is over"
        clock.later(minutes=1)
        await mailing.look()
        assert [first.number in message["Subject"] for message in office.received] == [False, True]
        assert len(set(office.ids)) == 2

    async def test_a_refusal_for_good_is_seen_told_once_and_mended_by_another_address(
        self, mailing: Mailing, office: PostOffice, desk: Desk, clock: Clock, caplog: pytest.LogCaptureFixture
    ) -> None:
        office.to_recipient = lambda to: "550 5.1.1 no such user" if to == "pic@dlhk.invalid" else TAKEN
        await forwarded(desk)
        for _ in range(4):
            await mailing.look()
            clock.later(hours=1)
        [mail] = [mail for mail in await queued(desk) if mail.kind is Kind.FORWARDED]
        assert (mail.status, mail.error, mail.tries) == (MailStatus.WAITING, "550 5.1.1 no such user", 2)
        refusals = [record for record in caplog.records if "(forwarded, officer, DLHK) is not taken" in record.message]
        assert len(refusals) == 1
        assert "pic@" not in caplog.text
        await opds.edit(desk, "DLHK", {"email": "baru@dlhk.invalid"})
        await mails.try_now(desk)
        await mailing.look()
        assert "baru@dlhk.invalid" in office.recipients

    async def test_a_line_that_is_cut_before_the_servers_last_word_means_once_more_with_the_same_id(
        self, mailing: Mailing, office: PostOffice, desk: Desk, clock: Clock
    ) -> None:
        await forwarded(desk)
        office.to_data = lambda _: CUT
        await mailing.look()
        office.to_data = lambda _: TAKEN
        clock.later(minutes=1)
        await mailing.look()
        await mailing.look()
        assert len(office.ids) == 2
        assert len(set(office.ids)) == 1

    async def test_one_on_which_the_server_falls_over_does_not_hold_up_the_others(
        self, mailing: Mailing, office: PostOffice, desk: Desk, clock: Clock
    ) -> None:
        poison = await forwarded(desk)
        others = {(await forwarded(desk)).number for _ in range(3)}
        office.to_data = lambda message: CUT if poison.number in message["Subject"] else TAKEN
        for _ in range(3):
            await mailing.look()
            clock.later(minutes=5)
        arrived = {message["Subject"].split()[1].rstrip(",") for message in office.received}
        assert arrived == others | {poison.number}

    async def test_what_was_taken_is_not_sent_again_though_the_store_did_not_take_that_down(
        self, mailing: Mailing, office: PostOffice, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await forwarded(desk)
        finish = mails.finish

        async def busy(*_: object) -> None:
            raise StoreError("the store is busy")

        monkeypatch.setattr(mails, "finish", busy)
        for _ in range(3):
            await mailing.look()
        assert [mail.status for mail in await queued(desk)] == [MailStatus.SENDING]
        monkeypatch.setattr(mails, "finish", finish)
        await mailing.look()
        assert [mail.status for mail in await queued(desk)] == [MailStatus.SENT]
        assert len(office.received) == 1

    async def test_a_store_that_refuses_is_told_once_and_ends_nothing(
        self, mailing: Mailing, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def broken(*_: object) -> int:
            raise StoreError("disk I/O error")

        monkeypatch.setattr(mails, "queue_due", broken)
        await forwarded(desk)
        for _ in range(3):
            await mailing.look()
        assert caplog.text.count("e-mails cannot be queued: disk I/O error") == 1
        assert [mail.status for mail in await queued(desk)] == [MailStatus.SENT], "what is queued goes all the same"

    async def test_one_that_cannot_be_written_is_a_defect_of_that_one(
        self,
        mailing: Mailing,
        office: PostOffice,
        desk: Desk,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        odd, fine = await forwarded(desk), await forwarded(desk)

        def stumbling(mail: Mail, *given: object) -> object:
            if mail.number == odd.number:
                raise ZeroDivisionError
            return write(mail, *given)  # type: ignore[arg-type]

        monkeypatch.setattr("depok_agi.mailing.write", stumbling)
        await mailing.look()
        assert [fine.number in message["Subject"] for message in office.received] == [True]
        assert "this is a defect" in caplog.text
        assert [mail.error for mail in await queued(desk)] == ["ZeroDivisionError()", None]

    async def test_an_address_that_is_none_is_not_offered_to_the_server(
        self, mailing: Mailing, office: PostOffice, desk: Desk
    ) -> None:
        async with desk.store.transaction() as connection:
            await connection.execute("UPDATE opds SET email = 'pic dlhk' WHERE code = 'DLHK'")
        await forwarded(desk)
        await mailing.look()
        assert office.connections == 0
        assert "no address that mail can be sent to" in ((await queued(desk))[0].error or "")


class TestEnds:
    async def test_told_to_stop_it_finishes_the_one_at_hand(
        self, mailing: Mailing, office: PostOffice, desk: Desk
    ) -> None:
        await forwarded(desk)
        await forwarded(desk)
        at_hand = asyncio.Event()
        office.is_slow.clear()
        office.at_data = lambda _: at_hand.set()
        task = asyncio.create_task(mailing.run())
        await at_hand.wait()
        task.cancel()
        await asyncio.sleep(0.05)
        office.is_slow.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert sorted(mail.status for mail in await queued(desk)) == [MailStatus.SENT, MailStatus.WAITING]
        await Mailing(settings(office), desk).look()
        assert len(office.received) == len(set(office.ids)) == 2

    @pytest.mark.parametrize("moment", range(12))
    async def test_told_to_stop_at_any_moment_it_stops(
        self, mailing: Mailing, office: PostOffice, desk: Desk, moment: int
    ) -> None:
        for _ in range(3):
            await forwarded(desk)
        office.at_data = lambda _: mailing.wake()
        async with asyncio.timeout(10):
            task = asyncio.create_task(mailing.run())
            await asyncio.sleep(moment * 0.004)
            mailing.wake()
            task.cancel()
            await asyncio.wait({task})
        await Mailing(settings(office), desk).look()
        assert len(office.received) == len(set(office.ids)) == 3

    async def test_a_server_that_never_ends_does_not_hold_up_the_stop(
        self, mailing: Mailing, office: PostOffice, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("depok_agi.mailing.LAST_SECONDS", 0.1)
        await forwarded(desk)
        at_hand = asyncio.Event()
        office.is_slow.clear()
        office.at_data = lambda _: at_hand.set()
        task = asyncio.create_task(mailing.run())
        await at_hand.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, 2)
        assert [mail.status for mail in await queued(desk)] == [MailStatus.SENDING]
        office.is_slow.set()
        await Mailing(settings(office), desk).look()
        assert len(set(office.ids)) == 1, "again, by the same id"
        assert [mail.status for mail in await queued(desk)] == [MailStatus.SENT]


PROCESS = """
import asyncio, sys
from pathlib import Path
from tests.unit.desk.made import Clock, desk_at
from tests.unit.test_mailing import settings
from tests.unit.notify.post_office import PostOffice
from depok_agi.mailing import Mailing

async def main():
    office = PostOffice()
    office.port = int(sys.argv[2])
    async with desk_at(Path(sys.argv[1]), Clock()) as desk:
        await Mailing(settings(office), desk).look()

asyncio.run(main())
"""


async def run_and_kill(path: Path, office: PostOffice, *, at_number: int, before: bool) -> None:
    """A process that sends, killed as it hands the n-th over: before the server has it, or before it says so."""
    process = subprocess.Popen([sys.executable, "-c", PROCESS, str(path), str(office.port)], cwd=os.getcwd())  # noqa: PTH109, ASYNC220
    seen = 0

    def kill() -> None:
        nonlocal seen
        seen += 1
        if seen == at_number:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def at_recipient(_: str) -> str:
        kill()
        return TAKEN

    if before:
        office.to_recipient = at_recipient
    else:
        office.at_data = lambda _: kill()
    assert await asyncio.to_thread(process.wait, 30) == -signal.SIGKILL
    office.to_recipient = lambda _: TAKEN
    office.at_data = lambda _: None
    await asyncio.sleep(0.05)  # the server notices that nobody is there


class TestKilled:
    """With SIGKILL, which leaves no time for anything."""

    @pytest.mark.parametrize("at_number", [1, 2, 3])
    async def test_before_the_server_has_it_each_arrives_exactly_once(
        self, office: PostOffice, desk: Desk, path: Path, at_number: int
    ) -> None:
        for _ in range(3):
            await forwarded(desk)
        await run_and_kill(path, office, at_number=at_number, before=True)
        await Mailing(settings(office), desk).look()
        assert len(office.received) == len(set(office.ids)) == 3
        assert {mail.status for mail in await queued(desk)} == {MailStatus.SENT}

    @pytest.mark.parametrize("at_number", [1, 2, 3])
    async def test_before_the_server_says_so_only_that_one_comes_again_by_the_same_id(
        self, office: PostOffice, desk: Desk, path: Path, at_number: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        for _ in range(3):
            await forwarded(desk)
        await run_and_kill(path, office, at_number=at_number, before=False)
        await Mailing(settings(office), desk).look()
        counts = Counter(office.ids)
        assert sorted(counts.values()) == [1, 1, 2]
        assert "1 e-mails may arrive twice" in caplog.text
        assert len(await mails.listed(desk, wanted=MailFilter.SENT)) == 3
