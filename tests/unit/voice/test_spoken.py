"""How numbers, dates and times are read out; the words are those of the shipped script."""

import tomllib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depok_agi.tickets import number as ticket_number
from depok_agi.voice import spoken
from depok_agi.voice.caller import Language


def test_digit_by_digit() -> None:
    assert spoken.digits("0811-09") == [f"digit-{digit}" for digit in "081109"]


@given(st.text())
def test_what_is_no_digit_is_passed_over(text: str) -> None:
    assert set(spoken.digits(text)) <= set(spoken.DIGIT_PROMPTS)


@pytest.mark.parametrize(
    ("e164", "said"), [("+6281100001234", "081100001234"), ("+12015550123", "+12015550123"), ("", "")]
)
def test_an_indonesian_number_begins_with_nought(e164: str, said: str) -> None:
    assert spoken.national(e164) == said


# ---- reading it back -----------------------------------------------------------------------------------------------

SCRIPT: dict[str, Any] = tomllib.loads((Path(__file__).parents[3] / "dialplan" / "prompts.toml").read_text("utf-8"))
JAKARTA = ZoneInfo("Asia/Jakarta")
LAST_MINUTE = 365 * 24 * 60 - 1
FIRST = datetime(2026, 1, 1, tzinfo=JAKARTA)
SMALL = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
MONTHS = [
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
]
WEEKDAYS = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"]


def text(prompts: Sequence[str], language: Language = Language.INDONESIAN) -> str:
    """What is heard."""
    return " ".join(SCRIPT[name][language] for name in prompts)


def read_back(words: str) -> int:
    """An Indonesian number, as everybody understands it."""
    total = part = 0
    for word in words.split():
        match word:
            case "sepuluh":
                part += 10
            case "sebelas":
                part += 11
            case "belas":
                part += 10
            case "puluh":
                part = part // 100 * 100 + part % 100 * 10
            case "seratus":
                part += 100
            case "ratus":
                part *= 100
            case "ribu":
                total, part = total + part * 1000, 0
            case _:
                part += SMALL.index(word)
    return total + part


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [
        (0, "nol", "zero"),
        (10, "sepuluh", "ten"),
        (11, "sebelas", "eleven"),
        (21, "dua puluh satu", "twenty one"),
        (100, "seratus", "one hundred"),
        (101, "seratus satu", "one hundred one"),
        (227, "dua ratus dua puluh tujuh", "two hundred twenty seven"),
        (999, "sembilan ratus sembilan puluh sembilan", "nine hundred ninety nine"),
    ],
)
def test_numbers_are_said_as_people_say_them(value: int, indonesian: str, english: str) -> None:
    assert text(spoken.number(value)) == indonesian
    assert text(spoken.number(value), Language.ENGLISH) == english


def test_every_indonesian_number_is_understood_as_what_it_is() -> None:
    assert [read_back(text(spoken.number(value))) for value in range(1000)] == list(range(1000))


@pytest.mark.parametrize("value", [-1, 1000])
def test_no_other_number_is_said(value: int) -> None:
    with pytest.raises(ValueError, match="0 to 999"):
        spoken.number(value)


@pytest.mark.parametrize(
    ("at", "day", "indonesian", "english"),
    [
        ("2026-03-27 10:00", "Jumat dua puluh tujuh Maret", "pukul sepuluh", "at ten o'clock"),
        ("2026-03-27 07:30", "Jumat dua puluh tujuh Maret", "pukul tujuh tiga puluh", "at seven thirty"),
        ("2026-06-01 16:05", "Senin satu Juni", "pukul enam belas lewat lima", "at four oh five in the afternoon"),
        ("2026-06-01 12:00", "Senin satu Juni", "pukul dua belas", "at twelve o'clock in the afternoon"),
        ("2026-06-01 00:00", "Senin satu Juni", "pukul nol", "at twelve o'clock at night"),
        ("2026-06-01 20:15", "Senin satu Juni", "pukul dua puluh lima belas", "at eight fifteen in the evening"),
        ("2027-01-04 16:00", "Senin empat Januari dua ribu dua puluh tujuh", "pukul enam belas", None),
    ],
)
def test_moments_are_said_as_people_say_them(at: str, day: str, indonesian: str, english: str | None) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=JAKARTA)
    assert text(spoken.moment(moment, FIRST, Language.INDONESIAN)) == f"{day} {indonesian}"
    if english is not None:
        assert text(spoken.clock(moment.time(), Language.ENGLISH), Language.ENGLISH) == english


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 3, 27), "Friday March twenty seven"),
        (date(2027, 1, 4), "Monday January four twenty twenty seven"),
        (date(2005, 1, 3), "Monday January three two thousand five"),
    ],
)
def test_english_says_the_month_first(day: date, said: str) -> None:
    assert text(spoken.day(day, FIRST.date(), Language.ENGLISH), Language.ENGLISH) == said


@given(st.integers(0, LAST_MINUTE), st.sampled_from([2026, 2028]))
@settings(max_examples=1000)
def test_every_minute_of_a_year_is_understood_as_what_it_is(minute: int, year: int) -> None:
    at = datetime(year, 1, 1, tzinfo=JAKARTA) + timedelta(minutes=minute)
    day, clock = text(spoken.moment(at, FIRST, Language.INDONESIAN)).split(" pukul ")
    weekday, *in_month = day.split()
    month = next(place for place, word in enumerate(in_month) if word in MONTHS)
    said_year = read_back(" ".join(in_month[month + 1 :])) or FIRST.year
    understood = date(said_year, MONTHS.index(in_month[month]) + 1, read_back(" ".join(in_month[:month])))
    assert (understood, WEEKDAYS.index(weekday)) == (at.date(), at.weekday())
    assert clock in {f"{hour}{minute}" for hour, minute in _clocks(at)}


def _clocks(at: datetime) -> Iterator[tuple[str, str]]:
    hour, minute = text(spoken.number(at.hour)), text(spoken.number(at.minute))
    yield hour, "" if at.minute == 0 else f" lewat {minute}" if at.minute < 10 else f" {minute}"


@pytest.mark.parametrize("language", Language)
def test_every_minute_of_a_year_has_words_and_no_two_have_the_same(language: Language) -> None:
    days = {tuple(spoken.day(FIRST.date() + timedelta(days=day), FIRST.date(), language)) for day in range(365)}
    clocks = {tuple(spoken.clock(time(minute // 60, minute % 60), language)) for minute in range(24 * 60)}
    assert (len(days), len(clocks)) == (365, 24 * 60)
    assert {name for words in (*days, *clocks) for name in words} <= SCRIPT.keys() & spoken.PROMPTS


@pytest.mark.parametrize("year", range(2000, 2100))
def test_every_year_of_the_century_is_understood(year: int) -> None:
    assert read_back(text(spoken.year(year, Language.INDONESIAN))) == year
    assert set(spoken.year(year, Language.ENGLISH)) <= spoken.PROMPTS


@pytest.mark.parametrize("year", [1999, 2100])
def test_no_other_year_is_said(year: int) -> None:
    with pytest.raises(ValueError, match="2000 to 2099"):
        spoken.year(year, Language.ENGLISH)


def test_everything_that_is_put_together_here_is_used_for_something() -> None:
    said = {name for value in range(1000) for name in spoken.number(value)}
    for language in Language:
        said |= {
            name for hour in range(24) for minute in range(60) for name in spoken.clock(time(hour, minute), language)
        }
        said |= {
            name
            for day in range(365)
            for name in spoken.day(date(2026, 1, 1) + timedelta(day), date(2026, 1, 1), language)
        }
        said |= set(spoken.year(2026, language))
    assert said == spoken.PROMPTS


@given(st.integers(ticket_number.FIRST_SERIAL, 10**9).map(ticket_number.make))
def test_a_tickets_number_is_read_whole_in_groups(number: str) -> None:
    groups = spoken.ticket(number)
    assert [name for group in groups for name in group] == spoken.digits(number)
    assert all(2 <= len(group) <= 4 for group in groups)
