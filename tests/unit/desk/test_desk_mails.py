"""The queue of e-mails: what gets into it, what leaves it unsaid, and that nothing is in it twice."""

import asyncio
import sqlite3
import tempfile
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from depok_agi.desk import Desk, deadlines, mails, opds, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import RefusedError
from depok_agi.hours.schedule import SpecialDay
from depok_agi.notify.mail import Kind, Mail, MailFilter, MailStatus, Role, forwarded_key
from depok_agi.notify.reminders import MailPolicy, decent
from depok_agi.notify.tries import ABOUT_THE_SERVER, DONE, Answer, Verdict
from depok_agi.tickets.clock import Clock as DueClock
from depok_agi.tickets.status import TicketStatus
from depok_agi.tickets.ticket import Ticket
from tests.unit.desk.made import SCHEDULE, Clock, desk_at, wib

POLICY = MailPolicy(supervisors=("sri@depok.invalid", "tono@depok.invalid"))
TAKEN = Answer(Verdict.TAKEN, "OK")


@pytest.fixture
async def with_addresses(desk: Desk) -> Desk:
    await opds.edit(desk, "DLHK", {"email": "pic@dlhk.invalid", "head_email": "kepala@dlhk.invalid"})
    await opds.edit(desk, "DISHUB", {"email": "pic@dishub.invalid"})
    return desk


async def forwarded(desk: Desk, opd: str = "DLHK", text: str = "Sampah menumpuk") -> Ticket:
    ticket = await tickets.open_ticket(desk, Complaint(text, caller="0811-0000-1234", name="Ani"), "siti")
    return await tickets.forward(desk, ticket.number, opd, "siti")


async def waiting(desk: Desk) -> list[Mail]:
    return await mails.to_send(desk, POLICY)


async def send_all(desk: Desk, policy: MailPolicy = POLICY) -> list[tuple[Kind, Role, str | None]]:
    """Look once as the daemon does, with a server that takes everything."""
    await mails.queue_due(desk, policy)
    await mails.queue_sheets(desk, policy)
    sent = []
    while found := await mails.to_send(desk, policy):
        for mail in found:
            assert await mails.begin(desk, mail)
            await mails.finish(desk, mail, TAKEN, desk.now(), timedelta())
            sent.append((mail.kind, mail.role, mail.address))
    return sent


async def dropped(desk: Desk) -> list[tuple[Kind, str | None]]:
    return [(mail.kind, mail.error) for mail in await mails.listed(desk, wanted=MailFilter.DROPPED)]


OFFICER = (Role.OFFICER, "pic@dlhk.invalid")


class TestForwarding:
    async def test_the_officer_is_told_at_once_and_once(self, with_addresses: Desk, clock: Clock) -> None:
        clock.at = wib("2026-06-08 23:30")
        await forwarded(with_addresses)
        assert await send_all(with_addresses) == [(Kind.FORWARDED, *OFFICER)]
        assert await send_all(with_addresses) == []

    async def test_when_the_forwarding_fails_nobody_is_told(self, with_addresses: Desk) -> None:
        ticket = replace(await forwarded(with_addresses), forwarding=4711)

        async def forward_and_fail() -> None:
            async with with_addresses.store.transaction() as connection:
                await mails.queue_forwarded(with_addresses, connection, ticket)
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await forward_and_fail()
        assert 4711 not in [mail.forwarding for mail in await mails.listed(with_addresses)]

    async def test_a_ticket_that_is_with_no_opd_is_told_to_nobody(self, with_addresses: Desk) -> None:
        ticket = await tickets.open_ticket(with_addresses, Complaint("Sampah"), "siti")
        async with with_addresses.store.transaction() as connection:
            with pytest.raises(ValueError, match="is with no OPD"):
                await mails.queue_forwarded(with_addresses, connection, ticket)

    async def test_forwarded_anew_only_the_new_opd_is_told(self, with_addresses: Desk) -> None:
        ticket = await forwarded(with_addresses)
        await tickets.bounce(with_addresses, ticket.number, "bukan kewenangan", "siti")
        await tickets.forward(with_addresses, ticket.number, "DISHUB", "siti")
        assert await send_all(with_addresses) == [(Kind.FORWARDED, Role.OFFICER, "pic@dishub.invalid")]
        assert await dropped(with_addresses) == [(Kind.FORWARDED, mails.ANSWERED)]

    async def test_forwarded_to_the_same_opd_again_it_is_a_new_forwarding(self, with_addresses: Desk) -> None:
        ticket = await forwarded(with_addresses)
        assert len(await send_all(with_addresses)) == 1
        await tickets.bounce(with_addresses, ticket.number, "salah alamat", "siti")
        await tickets.forward(with_addresses, ticket.number, "DLHK", "siti")
        assert await send_all(with_addresses) == [(Kind.FORWARDED, *OFFICER)]


class TestDueDates:
    async def test_through_the_life_of_a_ticket_that_nobody_answers(self, with_addresses: Desk, clock: Clock) -> None:
        """Forwarded on Monday at 10:00, so due on Thursday at 10:00."""
        await forwarded(with_addresses)
        told: dict[str, list[tuple[Kind, Role, str | None]]] = {}
        while clock.at < wib("2026-06-12 12:00"):
            if sent := [mail for mail in await send_all(with_addresses) if mail[0] is not Kind.SHEET]:
                told[f"{clock.at:%a %H:%M}"] = sent
            clock.later(minutes=30)
        assert told == {
            "Mon 10:00": [(Kind.FORWARDED, *OFFICER)],
            "Wed 10:00": [(Kind.REMINDER, *OFFICER)],
            "Thu 10:00": [(Kind.DUE, *OFFICER)],
            "Thu 10:30": [
                (Kind.LATE, Role.HEAD, "kepala@dlhk.invalid"),
                (Kind.LATE, Role.SUPERVISOR, "sri@depok.invalid"),
                (Kind.LATE, Role.SUPERVISOR, "tono@depok.invalid"),
            ],
        }

    async def test_at_night_nobody_is_reminded_until_the_morning(self, with_addresses: Desk, clock: Clock) -> None:
        clock.at = wib("2026-06-08 22:00")
        await forwarded(with_addresses)
        await send_all(with_addresses)
        clock.at = wib("2026-06-10 22:00:01")
        assert await send_all(with_addresses) == []
        assert await mails.try_now(with_addresses) == 1
        assert await send_all(with_addresses) == [], "not even when an operator wants it"
        clock.at = wib("2026-06-11 07:30")
        assert (Kind.REMINDER, *OFFICER) in await send_all(with_addresses)
        clock.at = wib("2026-06-11 22:00:01")
        assert await send_all(with_addresses) == []
        clock.at = wib("2026-06-12 07:00")
        assert [kind for kind, *_ in await send_all(with_addresses)].count(Kind.LATE) == 3

    async def test_an_answer_silences_the_reminder_that_waits(self, with_addresses: Desk, clock: Clock) -> None:
        ticket = await forwarded(with_addresses)
        await send_all(with_addresses)
        clock.later(hours=49)
        await mails.queue_due(with_addresses, POLICY)
        await tickets.answer(with_addresses, ticket.number, "Sudah diangkut", "siti")
        assert await send_all(with_addresses) == []
        assert await dropped(with_addresses) == [(Kind.REMINDER, mails.ANSWERED)]

    async def test_an_answer_in_the_last_moment_silences_it_too(self, with_addresses: Desk) -> None:
        ticket = await forwarded(with_addresses)
        [mail] = await waiting(with_addresses)
        await tickets.answer(with_addresses, ticket.number, "Sudah diangkut", "siti")
        assert not await mails.begin(with_addresses, mail)

    async def test_a_due_date_that_moves_takes_its_reminder_along(self, with_addresses: Desk, clock: Clock) -> None:
        await opds.edit(with_addresses, "DLHK", {"clock": DueClock.WORKING_DAYS})
        ticket = await forwarded(with_addresses)  # due on Thursday at 10:00
        await send_all(with_addresses)
        clock.later(hours=47.99)
        assert [kind for kind, *_ in await send_all(with_addresses)] == [Kind.SHEET]
        clock.later(hours=0.02)
        await mails.queue_due(with_addresses, POLICY)
        day_off = SpecialDay(wib("2026-06-10").date(), "Pilkada", "Keppres 1/2026", ())
        decreed = replace(SCHEDULE, days=(*SCHEDULE.days, day_off))
        assert await deadlines.recompute(replace(with_addresses, schedule_around=lambda _: decreed)) == [ticket.number]
        assert await send_all(with_addresses) == []
        assert await dropped(with_addresses) == [(Kind.REMINDER, mails.MOVED)]
        clock.later(hours=24)
        assert (Kind.REMINDER, *OFFICER) in await send_all(with_addresses)

    async def test_a_reminder_that_comes_too_late_is_not_sent(self, with_addresses: Desk, clock: Clock) -> None:
        await forwarded(with_addresses)
        await send_all(with_addresses)
        clock.later(hours=50)
        await mails.queue_due(with_addresses, POLICY)  # and then there was no network for a day
        clock.later(hours=23)
        assert Kind.REMINDER not in [kind for kind, *_ in await send_all(with_addresses)]
        assert (Kind.REMINDER, mails.TOO_LATE) in await dropped(with_addresses)

    async def test_after_a_week_without_the_service_all_that_is_late_is_told_once(
        self, with_addresses: Desk, clock: Clock
    ) -> None:
        for _ in range(mails.AT_ONCE + 5):
            await forwarded(with_addresses)
        await send_all(with_addresses)
        clock.later(days=7)
        sent = await send_all(with_addresses)
        assert len([1 for kind, role, _ in sent if (kind, role) == (Kind.LATE, Role.HEAD)]) == mails.AT_ONCE + 5
        assert len([1 for kind, *_ in sent if kind is Kind.DUE]) == mails.AT_ONCE + 5
        assert await send_all(with_addresses) == []


class TestSheets:
    async def test_each_opd_that_owes_something_gets_one_a_morning(self, with_addresses: Desk, clock: Clock) -> None:
        ticket = await forwarded(with_addresses)
        await forwarded(with_addresses, "DISHUB")
        await send_all(with_addresses)
        clock.at = wib("2026-06-09 07:29")
        assert await send_all(with_addresses) == []
        clock.at = wib("2026-06-09 07:30")
        assert await send_all(with_addresses) == [
            (Kind.SHEET, Role.OFFICER, "pic@dishub.invalid"),
            (Kind.SHEET, *OFFICER),
        ]
        await tickets.answer(with_addresses, ticket.number, "Sudah", "siti")
        clock.later(hours=3)
        assert await send_all(with_addresses) == []
        clock.at = wib("2026-06-10 07:30")
        assert await send_all(with_addresses) == [(Kind.SHEET, Role.OFFICER, "pic@dishub.invalid")]

    async def test_a_start_at_noon_does_not_list_what_came_since_the_morning(
        self, with_addresses: Desk, clock: Clock
    ) -> None:
        clock.at = wib("2026-06-08 11:00")
        await forwarded(with_addresses)
        assert [kind for kind, *_ in await send_all(with_addresses)] == [Kind.FORWARDED]

    async def test_one_that_waited_till_the_next_day_is_dropped_for_the_new_one(
        self, with_addresses: Desk, clock: Clock
    ) -> None:
        await forwarded(with_addresses)
        await send_all(with_addresses)
        clock.at = wib("2026-06-09 07:30")
        await mails.queue_sheets(with_addresses, POLICY)
        clock.at = wib("2026-06-10 07:30")
        assert [kind for kind, *_ in await send_all(with_addresses)] == [Kind.SHEET]
        assert await dropped(with_addresses) == [(Kind.SHEET, mails.DAY_OVER)]


class TestTries:
    async def test_without_an_address_it_waits_and_is_seen_to_wait(self, desk: Desk, clock: Clock) -> None:
        await forwarded(desk)
        assert await waiting(desk) == []
        [mail] = await mails.listed(desk, wanted=MailFilter.WAITING)
        assert (mail.error, mail.address, mail.tries) == (mails.NO_ADDRESS, None, 0)
        assert mail.next_try_at - clock.at == timedelta(hours=1)
        await opds.edit(desk, "DLHK", {"email": "pic@dlhk.invalid"})
        assert await send_all(desk) == [(Kind.FORWARDED, *OFFICER)]

    async def test_a_new_address_is_tried_at_once(self, desk: Desk) -> None:
        await forwarded(desk)
        await forwarded(desk, "DISHUB")
        assert await waiting(desk) == []
        await opds.edit(desk, "DLHK", {"email": "pic@dlhk.invalid"})
        assert [mail.opd for mail in await waiting(desk)] == ["DLHK"]

    async def test_a_refused_one_lets_the_others_go(self, with_addresses: Desk, clock: Clock) -> None:
        await forwarded(with_addresses)
        await forwarded(with_addresses)
        first, second = await waiting(with_addresses)
        await mails.begin(with_addresses, first)
        await mails.finish(with_addresses, first, Answer(Verdict.LATER, "451 nanti"), clock.at, timedelta(minutes=1))
        assert [mail.id for mail in await waiting(with_addresses)] == [second.id]
        clock.later(minutes=1)
        found = await waiting(with_addresses)
        assert [(mail.id, mail.tries) for mail in found] == [(second.id, 0), (first.id, 1)], "the fresher one first"

    async def test_when_the_server_is_away_all_wait(self, with_addresses: Desk, clock: Clock) -> None:
        await forwarded(with_addresses)
        await forwarded(with_addresses)
        first, _ = await waiting(with_addresses)
        await mails.begin(with_addresses, first)
        await mails.finish(with_addresses, first, Answer(Verdict.AWAY, "no route"), clock.at, timedelta(minutes=1))
        assert await waiting(with_addresses) == []
        assert {mail.error for mail in await mails.listed(with_addresses)} == {"no route"}
        clock.later(minutes=1)
        assert len(await waiting(with_addresses)) == 2

    async def test_one_that_is_being_sent_is_nobody_elses(self, with_addresses: Desk) -> None:
        await forwarded(with_addresses)
        [mail] = await waiting(with_addresses)
        assert await mails.begin(with_addresses, mail)
        assert not await mails.begin(with_addresses, mail)
        assert await waiting(with_addresses) == []
        assert [found.status for found in await mails.listed(with_addresses)] == [MailStatus.SENDING]

    async def test_after_a_crash_it_is_sent_again(self, with_addresses: Desk) -> None:
        await forwarded(with_addresses)
        [mail] = await waiting(with_addresses)
        await mails.begin(with_addresses, mail)
        assert await mails.resume(with_addresses) == 1
        [again] = await waiting(with_addresses)
        assert (again.key, again.tries, again.error) == (mail.key, 1, mails.INTERRUPTED)

    async def test_a_result_that_comes_twice_changes_nothing(self, with_addresses: Desk, clock: Clock) -> None:
        await forwarded(with_addresses)
        [mail] = await waiting(with_addresses)
        await mails.begin(with_addresses, mail)
        at = clock.at
        for answer in (TAKEN, TAKEN, Answer(Verdict.AWAY, "x")):
            await mails.finish(with_addresses, mail, answer, clock.later(hours=1), timedelta())
        [found] = await mails.listed(with_addresses)
        assert (found.status, found.sent_at) == (MailStatus.SENT, at + timedelta(hours=1))


ACTIONS = st.one_of(
    st.tuples(st.sampled_from(["forward", "answer", "bounce", "reopen"]), st.integers(0, 2)),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.tuples(st.just("server says"), st.sampled_from([Verdict.TAKEN, *sorted(set(Verdict) - DONE)])),
)


class TestAnyOrder:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(ACTIONS, min_size=10, max_size=40))
    def test_nothing_is_said_twice_at_night_or_after_it_is_over(self, actions: list[tuple[str, Any]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(self.live_through(Path(folder), actions))

    async def live_through(self, folder: Path, actions: list[tuple[str, Any]]) -> None:
        clock = Clock()
        said: list[str] = []
        verdict = Verdict.TAKEN
        async with desk_at(folder / "store.sqlite", clock) as desk:
            await opds.edit(desk, "DLHK", {"email": "pic@dlhk.invalid", "head_email": "kepala@dlhk.invalid"})
            numbers = [(await tickets.open_ticket(desk, Complaint("x"), "siti")).number for _ in range(3)]
            for action, given_to in actions:
                clock.later(minutes=7)
                with suppress(RefusedError):
                    match action:
                        case "forward":
                            await tickets.forward(desk, numbers[given_to], "DLHK", "siti")
                        case "answer":
                            await tickets.answer(desk, numbers[given_to], "sudah", "siti")
                        case "bounce":
                            await tickets.bounce(desk, numbers[given_to], "bukan", "siti")
                        case "reopen":
                            await tickets.reopen(desk, numbers[given_to], "belum", "siti")
                        case "wait":
                            clock.later(hours=given_to)
                        case _:
                            verdict = given_to
                said += await self.look(desk, verdict)
            clock.at = datetime.combine(clock.at.date() + timedelta(days=9), time(12), tzinfo=clock.at.tzinfo)
            said += await self.look(desk, Verdict.TAKEN)
            assert len(said) == len(set(said))
            for number in numbers:
                ticket = await tickets.show(desk, number)
                if ticket.status is TicketStatus.FORWARDED:
                    assert forwarded_key(number, ticket.forwarding or 0) in said, "none is lost"
                    assert len([key for key in said if f":{number}:{ticket.forwarding}:" in key and "late" in key]) == 3

    async def look(self, desk: Desk, verdict: Verdict) -> list[str]:
        await mails.queue_due(desk, POLICY)
        await mails.queue_sheets(desk, POLICY)
        said, now = [], desk.now()
        while found := await mails.to_send(desk, POLICY):
            for mail in found:
                if not await mails.begin(desk, mail):
                    continue
                assert mail.kind is Kind.FORWARDED or decent(now, POLICY) == now
                matters = await mails.matters(desk, mail)
                about = matters[0] if matters else None
                assert about is not None or mail.kind is Kind.SHEET
                if about is not None and mail.kind is Kind.REMINDER:
                    assert about.due_at - POLICY.remind_before <= now < about.due_at
                if about is not None and mail.kind in {Kind.DUE, Kind.LATE}:
                    assert now >= about.due_at
                await mails.finish(desk, mail, Answer(verdict, "x"), now, timedelta(minutes=5))
                if verdict is Verdict.TAKEN:
                    said.append(mail.key)
                if verdict in ABOUT_THE_SERVER:
                    break
        return said


class TestListing:
    async def test_it_shows_what_became_of_each_newest_first(self, with_addresses: Desk) -> None:
        first = await forwarded(with_addresses)
        await send_all(with_addresses)
        second = await forwarded(with_addresses, "DISHUB")
        third = await forwarded(with_addresses, "DINKES")
        await tickets.answer(with_addresses, third.number, "Sudah", "siti")
        await waiting(with_addresses)
        listed = await mails.listed(with_addresses)
        assert [(mail.number, mail.status, mail.address) for mail in listed] == [
            (third.number, MailStatus.DROPPED, None),
            (second.number, MailStatus.WAITING, "pic@dishub.invalid"),
            (first.number, MailStatus.SENT, "pic@dlhk.invalid"),
        ]
        for wanted, number in (
            (MailFilter.WAITING, second.number),
            (MailFilter.SENT, first.number),
            (MailFilter.DROPPED, third.number),
        ):
            assert [mail.number for mail in await mails.listed(with_addresses, wanted=wanted)] == [number]
        assert len(await mails.listed(with_addresses, limit=2)) == 2

    async def test_what_was_sent_shows_where_it_went_then(self, with_addresses: Desk) -> None:
        await forwarded(with_addresses)
        await send_all(with_addresses)
        await opds.edit(with_addresses, "DLHK", {"email": "baru@dlhk.invalid"})
        assert [mail.address for mail in await mails.listed(with_addresses)] == ["pic@dlhk.invalid"]


class TestCost:
    def test_looking_when_nothing_is_due_reads_by_an_index(self, desk: Desk, path: Path) -> None:
        asked = (
            ("tickets_coming_due", {"now": 0, "until": 0, "limit": 1}, "tickets_by_status"),
            ("mails_to_send", {"now": 0, "limit": 1}, "mails_waiting"),
            ("drop_mails_of_answered", {"now": 0, "why": ""}, "mails_waiting"),
            ("put_off_mails_without_address", {"now": 0, "next_try_at": 0, "why": ""}, "mails_waiting"),
            ("put_off_all_mails", {"now": 0, "next_try_at": 0, "why": ""}, "mails_waiting"),
            ("resume_mails", {"now": 0, "why": ""}, "mails_waiting"),
        )
        with closing(sqlite3.connect(path)) as connection:
            for name, given, index in asked:
                sql = getattr(desk.store.queries, name).sql
                plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", given))
                assert f"USING INDEX {index}" in plan, (name, plan)
