"""When which e-mail falls due: never at night, never too late, never to the wrong people."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.notify.mail import Kind, Role
from depok_agi.notify.reminders import MailPolicy, Planned, decent, earliest, planned, sheet_since
from depok_agi.notify.tries import ABOUT_THE_SERVER, DONE, Verdict, gap
from tests.unit.desk.made import TEN, wib

POLICY = MailPolicy(supervisors=("sri@depok.invalid", "tono@depok.invalid"))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=TEN.tzinfo))  # noqa: DTZ001 - the zone comes next
HOURS = st.tuples(st.times(), st.times()).filter(lambda pair: pair[0] < pair[1])


def is_decent(at: datetime, policy: MailPolicy) -> bool:
    return policy.decent_from <= at.astimezone(policy.zone).time() < policy.decent_until


class TestDecentHours:
    @given(MOMENTS, HOURS)
    def test_whatever_the_hour_it_comes_at_a_decent_one_and_no_day_later(
        self, at: datetime, hours: tuple[time, time]
    ) -> None:
        policy = MailPolicy(decent_from=hours[0], decent_until=hours[1])
        moved = decent(at, policy)
        assert is_decent(moved, policy)
        assert timedelta() <= moved - at < timedelta(days=1)
        assert decent(moved, policy) == moved

    @pytest.mark.parametrize(
        ("at", "moved"),
        [
            ("2026-06-08 06:59:59", "2026-06-08 07:00"),
            ("2026-06-08 07:00", "2026-06-08 07:00"),
            ("2026-06-08 17:59:59", "2026-06-08 17:59:59"),
            ("2026-06-08 18:00", "2026-06-09 07:00"),
            ("2026-06-08 23:30", "2026-06-09 07:00"),
        ],
    )
    def test_the_night_ends_in_the_morning(self, at: str, moved: str) -> None:
        assert decent(wib(at), POLICY) == wib(moved)

    @given(MOMENTS, MOMENTS, HOURS)
    def test_nothing_about_a_due_date_is_planned_for_the_night(
        self, due_at: datetime, now: datetime, hours: tuple[time, time]
    ) -> None:
        policy = MailPolicy(("sri@depok.invalid",), *hours)
        for plan in planned(due_at, now, policy):
            assert is_decent(plan.at, policy)
            assert plan.at < due_at if plan.kind is Kind.REMINDER else plan.at >= due_at

    def test_the_forwarding_itself_is_told_at_any_hour_and_a_report_at_its_own(self) -> None:
        night = wib("2026-06-08 23:30")
        assert earliest(Kind.FORWARDED, night, POLICY) == earliest(Kind.REPORT, night, POLICY) == night
        for kind in set(Kind) - {Kind.FORWARDED, Kind.REPORT}:
            assert earliest(kind, night, POLICY) == wib("2026-06-09 07:00")


class TestPlans:
    DUE_AT = wib("2026-06-11 10:00")

    def at(self, text: str) -> list[Planned]:
        return planned(self.DUE_AT, wib(text), POLICY)

    def test_before_the_last_day_nothing_is_said(self) -> None:
        assert self.at("2026-06-10 09:59:59") == []

    def test_a_day_before_the_officer_is_reminded(self) -> None:
        assert self.at("2026-06-10 10:00") == [Planned(Kind.REMINDER, Role.OFFICER, wib("2026-06-10 10:00"))]

    def test_at_the_due_date_the_officer_is_told_and_nobody_is_late_yet(self) -> None:
        assert self.at("2026-06-11 10:00") == [Planned(Kind.DUE, Role.OFFICER, self.DUE_AT)]

    def test_then_the_head_and_every_supervisor(self) -> None:
        assert [(plan.kind, plan.role, plan.address) for plan in self.at("2026-06-11 10:00:01")] == [
            (Kind.DUE, Role.OFFICER, None),
            (Kind.LATE, Role.HEAD, None),
            (Kind.LATE, Role.SUPERVISOR, "sri@depok.invalid"),
            (Kind.LATE, Role.SUPERVISOR, "tono@depok.invalid"),
        ]

    def test_what_falls_due_at_night_is_told_in_the_morning(self) -> None:
        plans = planned(wib("2026-06-11 23:00"), wib("2026-06-12 02:00"), POLICY)
        assert {plan.at for plan in plans} == {wib("2026-06-12 07:00")}

    def test_a_reminder_that_would_come_no_sooner_than_the_due_date_is_none(self) -> None:
        policy = MailPolicy(decent_from=time(8), decent_until=time(9), remind_before=timedelta(hours=2))
        due_at = wib("2026-06-11 08:00")
        assert planned(due_at, wib("2026-06-11 06:30"), policy) == []


class TestSheets:
    @pytest.mark.parametrize(
        ("now", "since"),
        [
            ("2026-06-08 07:29:59", None),
            ("2026-06-08 07:30", "2026-06-08 07:30"),
            ("2026-06-08 17:59", "2026-06-08 07:30"),
            ("2026-06-08 18:00", None),
        ],
    )
    def test_they_are_of_the_morning_and_of_no_use_in_the_evening(self, now: str, since: str | None) -> None:
        assert sheet_since(wib(now), POLICY) == (wib(since) if since else None)


class TestTries:
    def test_gaps_grow_and_the_longest_repeats(self) -> None:
        for verdict in set(Verdict) - DONE:
            gaps = [gap(verdict, times) for times in range(1, 50)]
            assert gaps == sorted(gaps)
            assert gaps[-1] == gaps[-2] > timedelta()

    def test_a_server_that_is_back_is_found_within_five_minutes(self) -> None:
        assert max(gap(Verdict.AWAY, times) for times in range(1, 50)) == timedelta(minutes=5)

    def test_a_refusal_for_good_is_not_asked_about_every_hour(self) -> None:
        assert [gap(Verdict.REFUSED, times) for times in (1, 2, 3, 9)] == [timedelta(hours=h) for h in (1, 4, 24, 24)]

    def test_one_for_now_waits_as_operators_expect(self) -> None:
        minutes = [gap(Verdict.LATER, times) / timedelta(minutes=1) for times in range(1, 7)]
        assert minutes == [1, 5, 15, 60, 60, 60]

    def test_only_a_fault_of_the_server_makes_all_wait(self) -> None:
        assert {Verdict.AWAY, Verdict.BARRED} == ABOUT_THE_SERVER
