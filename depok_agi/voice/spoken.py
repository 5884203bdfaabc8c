"""How numbers, dates and times are read out: as lists of prompts, in the order in which they are said.

The words themselves stand in the prompts' script (`dialplan/prompts.toml`). Both languages say a number in the same
order; what they say differently about dates and times is decided here.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time

from depok_agi.tickets.number import spoken_groups
from depok_agi.voice.caller import Caller, Language

DIGIT_PROMPTS = [f"digit-{digit}" for digit in range(10)]
WEEKDAYS = tuple(
    f"weekday-{name}" for name in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
)
MONTHS = tuple(
    f"month-{name}"
    for name in (
        *("january", "february", "march", "april", "may", "june"),
        *("july", "august", "september", "october", "november", "december"),
    )
)
HUNDRED, THOUSAND = "number-hundred", "number-thousand"
AT, OCLOCK, MINUTES_BELOW_TEN = "time-at", "time-oclock", "time-minutes"
AFTERNOON, EVENING, NIGHT = "time-afternoon", "time-evening", "time-night"

PROMPTS = frozenset(
    (
        *DIGIT_PROMPTS,
        *(f"number-{value}" for value in (*range(10, 20), *range(20, 101, 10))),
        *(HUNDRED, THOUSAND),
        *WEEKDAYS,
        *MONTHS,
        *(AT, OCLOCK, MINUTES_BELOW_TEN, AFTERNOON, EVENING, NIGHT),
    )
)
"""All that is put together here."""

SECONDS_BETWEEN_GROUPS = 0.3
_NOON, _EVENING_BEGINS = 12, 18
_YEARS = range(2000, 2100)


def digits(text: str) -> list[str]:
    """The prompts that read a number digit by digit; anything that is no digit is passed over."""
    return [DIGIT_PROMPTS[int(character)] for character in text if character in "0123456789"]


def national(e164: str) -> str:
    """An Indonesian number as people say it: 0 for +62."""
    return "0" + e164[3:] if e164.startswith("+62") else e164


def groups(text: str) -> list[list[str]]:
    """The prompts of a number as it is written, such as `0811-0000-1234`: one list for each group of digits."""
    return [digits(group) for group in re.findall(r"[0-9]+", text)]


def ticket(number: str) -> list[list[str]]:
    """A ticket's number digit by digit, one list for each group (`tickets.number.spoken_groups`)."""
    return [digits(group) for group in spoken_groups(number)]


async def read(caller: Caller, spoken: Sequence[Sequence[str]], keys: str = "") -> str:
    """Play groups with a short pause between them. A key out of `keys` ends it and is returned, else ""."""
    for place, group in enumerate(spoken):
        key = "" if place == 0 else await caller.wait_key(SECONDS_BETWEEN_GROUPS)
        key = key if key and key in keys else await caller.play(group, keys)
        if key:
            return key
    return ""


def number(value: int) -> list[str]:
    """A number from 0 to 999: "dua ratus dua puluh tujuh", "two hundred twenty-seven".

    A hundred is a prompt of its own, since Indonesian says "seratus", not "satu ratus". Raises ValueError.
    """
    if not 0 <= value <= 999:  # noqa: PLR2004 - as the name says
        raise ValueError(f"only numbers from 0 to 999 can be said: {value}")
    hundreds, rest = divmod(value, 100)
    said = [] if hundreds == 0 else ["number-100"] if hundreds == 1 else [DIGIT_PROMPTS[hundreds], HUNDRED]
    return said if said and rest == 0 else said + _below_hundred(rest)


def _below_hundred(value: int) -> list[str]:
    if value < len(DIGIT_PROMPTS):
        return [DIGIT_PROMPTS[value]]
    tens, ones = divmod(value, 10)
    if tens == 1 or ones == 0:
        return [f"number-{value}"]
    return [f"number-{tens}0", DIGIT_PROMPTS[ones]]


def year(value: int, language: Language) -> list[str]:
    """A year of this century: "dua ribu dua puluh enam", "twenty twenty-six". Raises ValueError for another."""
    if value not in _YEARS:
        raise ValueError(f"only years from 2000 to 2099 can be said: {value}")
    rest = value % 100
    if language is Language.ENGLISH and rest >= len(DIGIT_PROMPTS):
        return [*number(20), *number(rest)]
    return [DIGIT_PROMPTS[2], THOUSAND, *(number(rest) if rest else ())]


def day(value: date, today: date, language: Language) -> list[str]:
    """A date: "Jumat, dua puluh tujuh Maret", "Friday, March twenty-seven"; its year only when it is not today's.

    Raises:
        ValueError: its year has to be said and is not of this century.
    """
    month, in_month = MONTHS[value.month - 1], number(value.day)
    said = [month, *in_month] if language is Language.ENGLISH else [*in_month, month]
    years = year(value.year, language) if value.year != today.year else []
    return [WEEKDAYS[value.weekday()], *said, *years]


def clock(value: time, language: Language) -> list[str]:
    """A time of the day, to the minute: "pukul tujuh tiga puluh", "at seven thirty".

    Indonesian announcements count 24 hours, and say "pukul tujuh lewat lima". English counts to twelve and says which
    half of the day it is, but for the morning: office hours begin there.
    """
    if language is not Language.ENGLISH:
        return [AT, *number(value.hour), *_minutes(value.minute)]
    said = [AT, *number(value.hour % _NOON or _NOON), *(_minutes(value.minute) or [OCLOCK])]
    if value.hour >= _EVENING_BEGINS:
        return [*said, EVENING]
    if value.hour >= _NOON:
        return [*said, AFTERNOON]
    return [*said, NIGHT] if value.hour == 0 else said


def _minutes(value: int) -> list[str]:
    if value == 0:
        return []
    return [MINUTES_BELOW_TEN, *number(value)] if value < len(DIGIT_PROMPTS) else number(value)


def moment(at: datetime, now: datetime, language: Language) -> list[str]:
    """The date and the time of a moment; both moments in the time zone in which they are to be said.

    Raises:
        ValueError: as `day`.
    """
    return [*day(at.date(), now.date(), language), *clock(at.time(), language)]
