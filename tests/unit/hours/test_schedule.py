"""Open or closed, and why: the usual week, Ramadan, days off, half days and overrides, for any moment."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import depok_agi.hours
from depok_agi.hours import schedule as hours
from depok_agi.hours.file import load
from depok_agi.hours.schedule import (
    Holiday,
    Override,
    Reason,
    Schedule,
    Span,
    SpecialDay,
    WeeklyPattern,
    from_json,
    to_json,
)

WIB = ZoneInfo("Asia/Jakarta")
DEPOK_FILE = Path(depok_agi.hours.__file__).with_name("depok.toml")
DEPOK = load(DEPOK_FILE.read_text(encoding="utf-8"), DEPOK_FILE.name, range(2025, 2028))
NOTHING: tuple[Span, ...] = ()


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


def span(text: str) -> Span:
    begin, finish = (int(clock[:2]) * 3600 + int(clock[3:]) * 60 for clock in text.split("-"))
    return Span(begin, finish)


def week(
    monday_to_friday: str,
    break_time: str | None = None,
    *,
    title: str = "Usual",
    valid_from: str = "2020-01-01",
    valid_until: str | None = None,
    lines_open_in_break: bool = True,
) -> WeeklyPattern:
    rest = (span(break_time),) if break_time else ()
    return WeeklyPattern(
        valid_from=date.fromisoformat(valid_from),
        valid_until=date.fromisoformat(valid_until) if valid_until else None,
        title=title,
        regulation="R",
        spans=((span(monday_to_friday),),) * 5 + (NOTHING,) * 2,
        breaks=(rest,) * 5 + (NOTHING,) * 2,
        lines_open_in_break=lines_open_in_break,
    )


OFFICE = Schedule("Asia/Jakarta", weekly=(week("07:30-16:00", "12:00-13:00"),))
STRICT = Schedule("Asia/Jakarta", weekly=(week("07:30-16:00", "12:00-13:00", lines_open_in_break=False),))
AFTERNOON_OFF = Override(
    open=False, since=wib("2026-06-08T13:00"), until=wib("2026-06-08T15:00"), by="rina", why="Pelatihan"
)


class TestTheUsualWeek:
    @pytest.mark.parametrize(
        ("at", "is_open"),
        [
            ("2026-06-08T07:29:59.999999", False),
            ("2026-06-08T07:30:00", True),
            ("2026-06-08T15:59:59.999999", True),
            ("2026-06-08T16:00:00", False),
            ("2026-06-12T16:00:00", True),
            ("2026-06-12T16:30:00", False),
            ("2026-06-13T10:00:00", False),
        ],
    )
    def test_opens_at_half_past_seven_sharp_and_is_closed_at_the_last_second(self, at: str, is_open: bool) -> None:
        answer = DEPOK.check(wib(at))
        assert (answer.open, answer.reason) == (is_open, Reason.WEEKLY)
        assert answer.rule == "Hari dan jam kerja (Perpres 21/2023)"

    def test_a_friday_evening_looks_forward_to_monday(self) -> None:
        assert DEPOK.check(wib("2026-06-12T17:00")).next_change_at == wib("2026-06-15T07:30")

    def test_a_moment_in_another_zone_is_answered_in_local_time(self) -> None:
        answer = DEPOK.check(datetime(2026, 6, 8, 0, 30, tzinfo=UTC))
        assert answer.open
        assert answer.at.isoformat() == "2026-06-08T07:30:00+07:00"

    def test_a_moment_without_a_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            DEPOK.check(datetime(2026, 6, 8, 9))  # noqa: DTZ001

    def test_the_lines_stay_open_in_the_break(self) -> None:
        answer = OFFICE.check(wib("2026-06-08T12:30"))
        assert (answer.open, answer.reason) == (True, Reason.WEEKLY)
        assert answer.next_change_at == wib("2026-06-08T16:00")

    def test_the_break_closes_the_lines_where_that_is_set(self) -> None:
        answer = STRICT.check(wib("2026-06-08T12:00"))
        assert (answer.open, answer.reason) == (False, Reason.BREAK)
        assert answer.next_change_at == wib("2026-06-08T13:00")
        assert STRICT.check(wib("2026-06-08T13:00")).open

    def test_days_before_any_pattern_are_closed_and_say_so(self) -> None:
        answer = Schedule("Asia/Jakarta").check(wib("2026-06-08T09:00"))
        assert (answer.open, answer.reason, answer.next_change_at) == (False, Reason.WEEKLY, None)
        assert answer.rule == "no weekly hours cover 2026-06-08"

    def test_a_centre_that_never_closes_has_no_next_change(self) -> None:
        always = replace(week("00:00-24:00"), spans=((Span(0, 86_400),),) * 7)
        answer = Schedule("Asia/Jakarta", weekly=(always,)).check(wib("2026-06-08T09:00"))
        assert (answer.open, answer.next_change_at) == (True, None)

    def test_no_change_is_looked_for_beyond_the_horizon(self) -> None:
        at = wib("2026-06-08T09:00")
        within, beyond = (
            Schedule(
                "Asia/Jakarta", overrides=(Override(open=True, since=start, until=wib("2030-01-01"), by="a", why="b"),)
            )
            for start in (at + timedelta(days=400), at + timedelta(days=400, seconds=1))
        )
        assert within.check(at).next_change_at == at + timedelta(days=400)
        assert beyond.check(at).next_change_at is None


class TestRamadan:
    def test_the_circular_of_the_year_stands_over_the_usual_week_and_gives_it_back(self) -> None:
        assert DEPOK.check(wib("2026-02-18T15:00")).open
        ramadan = DEPOK.check(wib("2026-02-19T15:00"))
        assert (ramadan.open, ramadan.rule) == (False, "Jam kerja Ramadan 1447 H (SE 800/77/Org/2026)")
        assert DEPOK.check(wib("2026-02-19T06:30")).open
        assert DEPOK.check(wib("2026-03-25T15:00")).open

    def test_fridays_in_2025_ended_later_than_in_2026(self) -> None:
        assert DEPOK.check(wib("2025-03-14T14:15")).open
        assert not DEPOK.check(wib("2026-03-06T14:15")).open

    def test_the_pattern_that_began_last_wins_wherever_it_stands_in_the_file(self) -> None:
        usual, ramadan = week("08:00-16:00"), week("06:00-14:00", valid_from="2026-06-01", valid_until="2026-06-30")
        for weekly in ((usual, ramadan), (ramadan, usual)):
            schedule = Schedule("Asia/Jakarta", weekly=weekly)
            assert schedule.check(wib("2026-06-30T06:00")).open
            assert not schedule.check(wib("2026-07-01T06:00")).open

    def test_of_two_that_began_together_the_one_that_ends_sooner_wins(self) -> None:
        usual = week("08:00-16:00", valid_from="2026-06-01")
        short = week("06:00-14:00", valid_from="2026-06-01", valid_until="2026-06-30")
        for weekly in ((usual, short), (short, usual)):
            assert Schedule("Asia/Jakarta", weekly=weekly).check(wib("2026-06-02T06:00")).open


class TestDaysOff:
    def test_collective_leave_closes_the_centre_and_names_itself(self) -> None:
        answer = DEPOK.check(wib("2026-03-18T10:00"))
        assert (answer.open, answer.reason) == (False, Reason.HOLIDAY)
        assert answer.rule == "Cuti Bersama Hari Suci Nyepi (SKB 3 Menteri, cuti bersama)"
        assert answer.next_change_at == wib("2026-03-25T07:30")

    def test_a_half_day_has_its_own_hours_even_on_a_holiday(self) -> None:
        day = date(2026, 6, 8)
        half = SpecialDay(day, "Tutup buku", "SE Sekda", (span("07:30-12:00"),))
        schedule = replace(OFFICE, days=(half,), holidays=(Holiday(day, "Libur", "SE"),))
        morning, afternoon = schedule.check(wib("2026-06-08T08:00")), schedule.check(wib("2026-06-08T12:00"))
        assert (morning.open, afternoon.open) == (True, False)
        assert (afternoon.reason, afternoon.rule) == (Reason.SPECIAL_DAY, "Tutup buku (SE Sekda)")

    def test_working_days_know_their_rule(self) -> None:
        assert DEPOK.working_day(date(2026, 3, 17)).working
        leave = DEPOK.working_day(date(2026, 3, 23))
        assert (leave.working, leave.reason) == (False, Reason.HOLIDAY)
        saturday = DEPOK.working_day(date(2026, 6, 13))
        assert (saturday.working, saturday.reason) == (False, Reason.WEEKLY)

    def test_a_half_day_is_a_working_day_and_a_closed_one_is_not(self) -> None:
        half = SpecialDay(date(2026, 6, 13), "Sabtu kerja", "SE", (span("08:00-12:00"),))
        closed = SpecialDay(date(2026, 6, 8), "Listrik padam", "SE", ())
        schedule = replace(OFFICE, days=(half, closed))
        assert schedule.working_day(half.day).working
        assert not schedule.working_day(closed.day).working


class TestOverrides:
    def test_an_override_closes_now_and_ends_by_itself(self) -> None:
        schedule = replace(OFFICE, overrides=(AFTERNOON_OFF,))
        answer = schedule.check(wib("2026-06-08T13:00"))
        assert (answer.open, answer.reason) == (False, Reason.OVERRIDE)
        assert answer.rule == "Pelatihan (rina, until 2026-06-08 15:00)"
        assert answer.next_change_at == wib("2026-06-08T15:00")
        assert schedule.check(wib("2026-06-08T15:00")).open

    def test_a_coming_override_is_the_next_change(self) -> None:
        schedule = replace(OFFICE, overrides=(AFTERNOON_OFF,))
        assert schedule.check(wib("2026-06-08T09:00")).next_change_at == wib("2026-06-08T13:00")

    def test_the_newest_override_wins_whatever_their_order(self) -> None:
        open_again = replace(AFTERNOON_OFF, open=True, since=wib("2026-06-08T14:00"), until=wib("2026-06-08T20:00"))
        for overrides in ((AFTERNOON_OFF, open_again), (open_again, AFTERNOON_OFF)):
            schedule = replace(OFFICE, overrides=overrides)
            assert schedule.check(wib("2026-06-08T13:30")).next_change_at == wib("2026-06-08T14:00")
            assert schedule.check(wib("2026-06-08T19:59")).open
            assert not schedule.check(wib("2026-06-08T20:00")).open

    def test_a_night_can_be_opened_on_a_holiday(self) -> None:
        flood = Override(open=True, since=wib("2026-03-21T18:00"), until=wib("2026-03-22T06:00"), by="a", why="Banjir")
        schedule = replace(DEPOK, overrides=(flood,))
        assert schedule.check(wib("2026-03-22T05:59:59")).open
        assert schedule.check(wib("2026-03-22T06:00")).reason is Reason.HOLIDAY

    def test_an_override_changes_no_working_day(self) -> None:
        all_day = replace(AFTERNOON_OFF, since=wib("2026-06-08"), until=wib("2026-06-09"))
        assert replace(OFFICE, overrides=(all_day,)).working_day(date(2026, 6, 8)).working

    def test_an_override_needs_zones_and_an_end(self) -> None:
        with pytest.raises(ValueError, match="after it starts"):
            replace(AFTERNOON_OFF, until=AFTERNOON_OFF.since)
        with pytest.raises(ValueError, match="time zone"):
            replace(AFTERNOON_OFF, until=datetime(2026, 6, 9))  # noqa: DTZ001


@pytest.mark.parametrize(("begin", "finish"), [(10, 10), (20, 10), (-1, 10), (0, 86_401)])
def test_a_span_that_is_empty_reversed_or_beyond_the_day_cannot_exist(begin: int, finish: int) -> None:
    with pytest.raises(ValueError, match="within one day"):
        Span(begin, finish)


def test_a_week_has_seven_days() -> None:
    with pytest.raises(ValueError, match="seven"):
        replace(OFFICE.weekly[0], spans=())


moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 1), timezones=st.just(WIB))  # noqa: DTZ001
dates = st.dates(date(2025, 1, 1), date(2027, 6, 1))
names = st.text(min_size=1, max_size=10)


@st.composite
def span_lists(draw: st.DrawFn) -> tuple[Span, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 86_400), max_size=6)))
    return tuple(Span(begin, finish) for begin, finish in list(pairwise(edges))[::2])


@st.composite
def patterns(draw: st.DrawFn) -> WeeklyPattern:
    valid_from = draw(dates)
    return WeeklyPattern(
        valid_from=valid_from,
        valid_until=draw(st.none() | st.integers(0, 300).map(lambda days: valid_from + timedelta(days=days))),
        title=draw(names),
        regulation=draw(names),
        spans=tuple(draw(st.lists(span_lists(), min_size=7, max_size=7))),
        breaks=tuple(draw(st.lists(span_lists(), min_size=7, max_size=7))),
        lines_open_in_break=draw(st.booleans()),
    )


@st.composite
def overrides(draw: st.DrawFn) -> Override:
    since = draw(moments)
    until = since + draw(st.timedeltas(timedelta(microseconds=1), timedelta(days=20)))
    return Override(open=draw(st.booleans()), since=since, until=until.astimezone(UTC), by=draw(names), why=draw(names))


schedules = st.builds(
    Schedule,
    timezone=st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "UTC"]),
    weekly=st.lists(patterns(), max_size=3).map(tuple),
    holidays=st.lists(st.builds(Holiday, dates, names, names), max_size=3).map(tuple),
    days=st.lists(st.builds(SpecialDay, dates, names, names, span_lists()), max_size=3).map(tuple),
    overrides=st.lists(overrides(), max_size=3).map(tuple),
)


class TestAlways:
    @settings(deadline=None)
    @given(schedules, moments, st.lists(st.floats(0, 1, exclude_max=True), max_size=10))
    def test_nothing_changes_before_the_next_change_and_there_it_does(
        self, schedule: Schedule, at: datetime, samples: list[float]
    ) -> None:
        answer = schedule.check(at)
        end = answer.next_change_at or at + timedelta(days=hours.HORIZON_DAYS)
        assert end > at
        before_the_end = end - timedelta(microseconds=1)
        for sample in (before_the_end, *(at + (before_the_end - at) * share for share in samples)):
            assert schedule.check(sample).open == answer.open
        if answer.next_change_at:
            assert schedule.check(answer.next_change_at).open != answer.open

    @settings(deadline=None, max_examples=300)
    @given(
        st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        st.one_of(
            st.integers(0, 86_399),
            st.sampled_from(
                [edge + shift for edge in (23_400, 27_000, 50_400, 57_600, 59_400) for shift in (-1, 0, 1)]
            ),
        ),
    )
    def test_any_second_of_2026_is_as_the_regulations_say(self, day: date, second: int) -> None:
        answer = DEPOK.check(datetime.combine(day, time(), tzinfo=WIB) + timedelta(seconds=second))
        if day in {holiday.day for holiday in DEPOK.holidays} or day.weekday() > 4:
            expected = False
        elif date(2026, 2, 19) <= day <= date(2026, 3, 20):
            expected = 6.5 * 3600 <= second < 14 * 3600
        else:
            expected = 7.5 * 3600 <= second < (16.5 if day.weekday() == 4 else 16) * 3600
        assert answer.open is expected
        assert answer.rule

    @settings(deadline=None)
    @given(schedules)
    def test_publishing_loses_nothing(self, schedule: Schedule) -> None:
        assert from_json(json.loads(json.dumps(to_json(schedule)))) == schedule

    def test_depoks_own_file_survives_publishing(self) -> None:
        copy = from_json(json.loads(json.dumps(to_json(DEPOK))))
        assert copy == DEPOK
        assert copy.check(wib("2026-03-18T10:00")) == DEPOK.check(wib("2026-03-18T10:00"))
