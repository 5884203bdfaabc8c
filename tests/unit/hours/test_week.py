"""A week at a glance agrees with every moment in it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from depok_agi.hours.file import load
from depok_agi.hours.schedule import Override
from depok_agi.hours.week import DayHours, day_hours, week

WIB = ZoneInfo("Asia/Jakarta")
DEPOK = load((resources.files("depok_agi.hours") / "depok.toml").read_text("utf-8"), "depok.toml", range(2025, 2028))


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


def test_the_week_of_idul_fitri() -> None:
    found = week(DEPOK, date(2026, 3, 19))
    assert [day.day.day for day in found] == list(range(16, 23))
    assert [len(day.open) for day in found] == [1, 1, 0, 0, 0, 0, 0]
    assert found[0].open == ((wib("2026-03-16 06:30"), wib("2026-03-16 14:00")),)
    assert found[0].rules == ("Jam kerja Ramadan 1447 H (SE 800/77/Org/2026)",)
    assert found[3].rules == ("Hari Suci Nyepi (SKB 3 Menteri, libur nasional)",)


def test_an_override_is_drawn_where_it_holds_and_names_itself() -> None:
    until = wib("2026-06-08 12:00")
    closed = Override(open=False, since=wib("2026-06-08 10:00"), until=until, by="siti", why="listrik padam")
    monday = day_hours(replace(DEPOK, overrides=(closed,)), date(2026, 6, 8))
    assert [(begin.hour, end.hour) for begin, end in monday.open] == [(7, 10), (12, 16)]
    assert any("listrik padam" in rule for rule in monday.rules)


def test_an_override_that_changes_nothing_names_itself_too() -> None:
    def monday(override: Override) -> DayHours:
        return day_hours(replace(DEPOK, overrides=(override,)), date(2026, 6, 8))

    spans = ((wib("2026-06-08 07:30"), wib("2026-06-08 16:00")),)
    since, until = wib("2026-06-08 16:27"), wib("2026-06-08 17:27")
    closed = monday(Override(open=False, since=since, until=until, by="siti", why="listrik padam"))
    assert closed.open == spans
    assert any("listrik padam" in rule for rule in closed.rules)
    since, until = wib("2026-06-08 10:00").astimezone(UTC), wib("2026-06-08 11:00").astimezone(UTC)
    opened = monday(Override(open=True, since=since, until=until, by="siti", why="ramai"))
    assert opened.open == spans
    assert any("ramai" in rule for rule in opened.rules)


def test_a_day_that_never_closes_reaches_midnight() -> None:
    open_all_day = Override(open=True, since=wib("2026-06-07 20:00"), until=wib("2026-06-10 02:00"), by="a", why="b")
    monday = day_hours(replace(DEPOK, overrides=(open_all_day,)), date(2026, 6, 8))
    assert monday.open == ((wib("2026-06-08 00:00"), wib("2026-06-09 00:00")),)


@settings(deadline=None, max_examples=200)
@given(st.dates(date(2025, 1, 6), date(2027, 12, 20)), st.integers(0, 86_399))
def test_it_says_of_every_second_what_a_check_says(day: date, second: int) -> None:
    at = datetime.combine(day, datetime.min.time(), tzinfo=WIB) + timedelta(seconds=second)
    assert day_hours(DEPOK, day).is_open(at) == DEPOK.check(at).open
