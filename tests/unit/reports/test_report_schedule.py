"""When reports are due: never twice, none forgotten, not too many after a downtime."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depok_agi.reports.period import Period, PeriodKind
from depok_agi.reports.schedule import MOST_BACK, SchedulePolicy, coming, due, due_at
from tests.unit.desk.made import SCHEDULE, wib

POLICY = SchedulePolicy()
MOMENTS = st.datetimes(datetime(2026, 2, 1), datetime(2027, 9, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis asks for them so
STEPS = st.lists(st.timedeltas(timedelta(minutes=1), timedelta(days=20)), min_size=1, max_size=25)


def is_working_day(day: date) -> bool:
    return SCHEDULE.working_day(day).working


def day(text: str) -> Period:
    return Period(PeriodKind.DAY, date.fromisoformat(text))


def month(text: str) -> Period:
    return Period(PeriodKind.MONTH, date.fromisoformat(f"{text}-01"))


def year(number: int) -> Period:
    return Period(PeriodKind.YEAR, date(number, 1, 1))


def at(text: str, *sent: Period, policy: SchedulePolicy = POLICY) -> list[Period]:
    return due(wib(text), sent, policy, is_working_day)


class TestDue:
    def test_a_days_report_is_due_at_17_o_clock_to_the_second(self) -> None:
        monday = day("2026-06-08")
        assert at("2026-06-09 16:59:59", monday) == []
        assert at("2026-06-09 17:00:00", monday) == [day("2026-06-09")]

    @pytest.mark.parametrize(
        ("moment", "why"),
        [("2026-06-13 18:00", "Saturday"), ("2026-03-19 18:00", "Nyepi"), ("2026-03-20 18:00", "cuti bersama")],
    )
    def test_a_day_off_has_no_report(self, moment: str, why: str) -> None:
        assert at(moment) == [], why

    def test_a_months_report_is_due_on_the_1st_whatever_day_that_is(self) -> None:
        assert at("2026-08-01 08:00", day("2026-07-31")) == [month("2026-07")]  # a Saturday
        assert at("2027-01-01 08:00", day("2026-12-31")) == [month("2026-12")]

    def test_a_years_report_is_due_on_2_january(self) -> None:
        sent = [day("2026-12-31"), month("2026-12")]
        assert at("2027-01-02 07:59", *sent) == []
        assert at("2027-01-02 08:00", *sent) == [year(2026)]

    def test_the_hours_are_the_admins_to_set(self) -> None:
        policy = SchedulePolicy(day_at=time(15, 30), month_at=time(6))
        assert at("2026-06-09 15:30", day("2026-06-08"), policy=policy) == [day("2026-06-09")]
        assert at("2026-07-01 06:00", day("2026-06-30"), policy=policy) == [month("2026-06")]

    def test_what_fell_due_while_it_was_down_comes_the_oldest_first(self) -> None:
        found = at("2027-01-04 09:00", day("2026-12-29"))
        assert found == [day("2026-12-30"), day("2026-12-31"), month("2026-12"), year(2026)]

    def test_after_a_long_downtime_only_the_last_weeks_days_are_caught_up(self) -> None:
        found = at("2026-09-09 12:00", day("2026-05-04"))
        assert found == [
            month("2026-07"),
            month("2026-08"),
            day("2026-09-02"),
            day("2026-09-03"),
            day("2026-09-04"),
            day("2026-09-07"),
            day("2026-09-08"),
        ]

    def test_who_gets_reports_for_the_first_time_gets_nothing_old(self) -> None:
        assert at("2026-06-10 18:00") == [day("2026-06-10")]
        assert at("2026-06-10 12:00") == [day("2026-06-09")]
        assert at("2026-06-10 18:00", day("2026-06-10")) == []

    @settings(deadline=None, max_examples=50)
    @given(MOMENTS, STEPS)
    def test_looking_at_any_moments_none_comes_twice_and_none_too_late_or_too_soon(
        self, start: datetime, steps: list[timedelta]
    ) -> None:
        now, sent = start, list[Period]()
        for step in steps:
            for period in due(now, sent, POLICY, is_working_day):
                assert now - MOST_BACK[period.kind] <= due_at(period, POLICY) <= now
                sent.append(period)
            now += step
        assert [period for period, times in Counter(sent).items() if times > 1] == []

    @settings(deadline=None, max_examples=20)
    @given(MOMENTS, st.integers(1, 90))
    def test_looking_often_enough_none_is_forgotten(self, start: datetime, days: int) -> None:
        sent: list[Period] = []
        for hours in range(0, days * 24, 24):
            sent += due(start + timedelta(hours=hours), sent, POLICY, is_working_day)
        last = start + timedelta(days=days - 1)
        expected = [
            period
            for ahead in range(-1, days)
            if is_working_day(first := (start + timedelta(days=ahead)).astimezone(POLICY.zone).date())
            and start - timedelta(days=1) <= due_at(period := Period(PeriodKind.DAY, first), POLICY) <= last
        ]
        first_sent = min((due_at(period, POLICY) for period in sent), default=last)
        assert {p for p in expected if due_at(p, POLICY) >= first_sent} <= set(sent)


class TestComing:
    @pytest.mark.parametrize(
        ("kind", "moment", "period"),
        [
            (PeriodKind.DAY, "2026-06-09 16:00", day("2026-06-09")),
            (PeriodKind.DAY, "2026-06-12 17:00", day("2026-06-15")),
            (PeriodKind.MONTH, "2026-07-01 07:00", month("2026-06")),
            (PeriodKind.MONTH, "2026-07-01 08:00", month("2026-07")),
            (PeriodKind.YEAR, "2027-01-01 08:00", year(2026)),
            (PeriodKind.YEAR, "2027-01-02 08:00", year(2027)),
        ],
    )
    def test_the_next_one_is_named(self, kind: PeriodKind, moment: str, period: Period) -> None:
        assert coming(kind, wib(moment), POLICY, is_working_day) == period

    def test_without_any_working_day_none_comes(self) -> None:
        assert coming(PeriodKind.DAY, wib("2026-06-09 16:00"), POLICY, lambda _: False) is None
