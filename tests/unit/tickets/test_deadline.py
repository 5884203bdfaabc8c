"""Three times twenty-four hours, by both clocks, and how each day was counted."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import depok_agi.hours
from depok_agi.errors import RefusedError
from depok_agi.hours.file import load
from depok_agi.hours.schedule import Override, Schedule
from depok_agi.tickets.clock import Clock
from depok_agi.tickets.deadline import (
    Deadlines,
    deadlines,
    elapsed_due,
    explain,
    is_overdue,
    working_days_due,
)

WIB = ZoneInfo("Asia/Jakarta")
DEPOK_FILE = Path(depok_agi.hours.__file__).with_name("depok.toml")
DEPOK = load(DEPOK_FILE.read_text(encoding="utf-8"), DEPOK_FILE.name, range(2025, 2028))


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


@pytest.mark.parametrize(
    ("forwarded", "elapsed", "working_days"),
    [
        ("2026-06-12T15:00", "2026-06-15T15:00", "2026-06-18T15:00"),  # Friday; Tuesday the 16th is Tahun Baru Islam
        ("2026-07-10T15:00", "2026-07-13T15:00", "2026-07-15T15:00"),  # Friday: Monday, and Wednesday
        ("2026-03-17T10:00", "2026-03-20T10:00", "2026-03-27T10:00"),  # Idul Fitri with its collective leave
        ("2026-12-23T09:30", "2026-12-26T09:30", "2026-12-30T09:30"),  # Christmas: the 24th is collective leave
        ("2026-07-10T20:15", "2026-07-13T20:15", "2026-07-15T20:15"),  # Friday evening, after the lines have closed
        ("2026-07-10T16:30", "2026-07-13T16:30", "2026-07-15T16:30"),  # at the very second of closing
        ("2026-07-10T16:29:59", "2026-07-13T16:29:59", "2026-07-15T16:29:59"),  # and one before it
        ("2026-02-20T13:30", "2026-02-23T13:30", "2026-02-25T13:30"),  # Friday in Ramadan: a shorter day is a day
        ("2026-03-13T20:00", "2026-03-16T20:00", "2026-03-25T20:00"),  # Friday evening before the long leave
        ("2026-07-11T20:15", "2026-07-14T20:15", "2026-07-15T20:15"),  # Saturday evening: Monday is the first day
    ],
)
def test_the_worked_examples(forwarded: str, elapsed: str, working_days: str) -> None:
    both = wib(elapsed), wib(working_days)
    assert deadlines(wib(forwarded), Clock.ELAPSED, DEPOK) == Deadlines(both[0], *both)
    assert deadlines(wib(forwarded), Clock.WORKING_DAYS, DEPOK) == Deadlines(both[1], *both)


def test_each_day_around_idul_fitri_is_explained() -> None:
    days = explain(wib("2026-03-17T10:00"), DEPOK)
    assert [(day.day.day, day.counted, day.why) for day in days] == [
        (17, False, "day of forwarding"),
        (18, False, "Cuti Bersama Hari Suci Nyepi (SKB 3 Menteri, cuti bersama)"),
        (19, False, "Hari Suci Nyepi (SKB 3 Menteri, libur nasional)"),
        (20, False, "Cuti Bersama Hari Raya Idul Fitri (SKB 3 Menteri, cuti bersama)"),
        (21, False, "Hari Raya Idul Fitri (SKB 3 Menteri, libur nasional)"),
        (22, False, "Hari kedua dari Hari Raya Idul Fitri (SKB 3 Menteri, libur nasional)"),
        (23, False, "Cuti Bersama Hari Raya Idul Fitri (SKB 3 Menteri, cuti bersama)"),
        (24, False, "Cuti Bersama Hari Raya Idul Fitri (SKB 3 Menteri, cuti bersama)"),
        (25, True, "Hari dan jam kerja (Perpres 21/2023)"),
        (26, True, "Hari dan jam kerja (Perpres 21/2023)"),
        (27, True, "Hari dan jam kerja (Perpres 21/2023)"),
    ]


def test_the_day_is_the_local_one() -> None:
    late_on_sunday_in_utc = datetime(2026, 7, 12, 23, 0, tzinfo=UTC)  # Monday 06:00 in Depok
    assert working_days_due(late_on_sunday_in_utc, DEPOK) == wib("2026-07-16T06:00")


def test_closing_the_lines_for_a_day_gives_nobody_another_day() -> None:
    closed = Override(open=False, since=wib("2026-07-13"), until=wib("2026-07-14"), by="a", why="b")
    forwarded = wib("2026-07-10T15:00")
    assert working_days_due(forwarded, replace(DEPOK, overrides=(closed,))) == working_days_due(forwarded, DEPOK)


def test_hours_without_any_working_day_are_a_refusal_not_an_endless_search() -> None:
    with pytest.raises(RefusedError, match="mend the hours file"):
        working_days_due(wib("2026-07-10T15:00"), Schedule("Asia/Jakarta"))


def test_moments_without_a_zone_are_refused() -> None:
    naive = datetime(2026, 7, 10, 15)  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        elapsed_due(naive)
    with pytest.raises(ValueError, match="time zone"):
        working_days_due(naive, DEPOK)
    with pytest.raises(ValueError, match="time zone"):
        explain(naive, DEPOK)
    with pytest.raises(ValueError, match="time zone"):
        is_overdue(None, None, naive)


def test_late_begins_after_the_due_moment() -> None:
    due, second = wib("2026-07-13T15:00"), timedelta(seconds=1)
    assert not is_overdue(due, None, due)
    assert is_overdue(due, None, due + second)


def test_an_answer_in_time_is_never_late_and_a_late_one_stays_late() -> None:
    due, later = wib("2026-07-13T15:00"), wib("2027-01-01T00:00")
    assert not is_overdue(due, due, later)
    assert is_overdue(due, due + timedelta(seconds=1), later)


def test_what_was_not_forwarded_is_not_late() -> None:
    assert not is_overdue(None, None, wib("2027-01-01T00:00"))


@settings(deadline=None)
@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 11, 1), timezones=st.sampled_from([UTC, WIB])),  # noqa: DTZ001
    st.integers(1, 10),
)
def test_the_deadline_is_the_last_of_exactly_n_working_days(forwarded: datetime, days: int) -> None:
    counted = explain(forwarded, DEPOK, days)
    due = working_days_due(forwarded, DEPOK, days)
    assert [day.day for day in counted if day.counted][-1] == due.date()
    assert sum(day.counted for day in counted) == days
    assert [day.day for day in counted] == [counted[0].day + timedelta(days=ahead) for ahead in range(len(counted))]
    assert due.timetz() == forwarded.astimezone(WIB).timetz()
    assert elapsed_due(forwarded) - forwarded == timedelta(hours=72)
    assert date(2025, 1, 1) <= due.date()
