"""Moments as people type them, in English and Indonesian."""

import re
from datetime import date, datetime, time, timedelta, tzinfo

import click

from depok_agi.cli.language import _

_SPAN = re.compile(r"([+-]?)(\d{1,5})([mhdw])")
_YEARS = range(1970, 2200)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_NOW = frozenset({"now", "sekarang"})
_DAYS = {
    "today": 0,
    "hari ini": 0,
    "yesterday": -1,
    "kemarin": -1,
    "tomorrow": 1,
    "besok": 1,
}
_WEEKDAYS = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    "senin": 0, "selasa": 1, "rabu": 2, "kamis": 3, "jumat": 4, "jum'at": 4, "sabtu": 5, "minggu": 6,
}  # fmt: skip


def moment(text: str, timezone: tzinfo, now: datetime) -> datetime:
    """Read `2026-11-24`, `2026-11-24 10:00`, `10:00` (today), `today`, `yesterday`, `now`, `+90m`, `-2h` or `+1d`.

    Words may be Indonesian (`hari ini`, `kemarin`, `besok`, `sekarang`) and capital. Without a time zone of its own it
    is a moment of `timezone`; a day is its midnight there.

    Raises:
        click.BadParameter: it is none of these.
    """
    found = _read(text, timezone, now)
    if found is None:
        raise click.BadParameter(
            _(
                "{text!r} is no moment: write 2026-11-24, '2026-11-24 10:00', 10:00, today, yesterday, now or +2h"
            ).format(text=text.strip())
        )
    return found


def past(text: str, timezone: tzinfo, now: datetime) -> datetime:
    """Read a moment of the past: as `moment` does, and `monday` (the last one, today if it is one), `7d` (ago).

    Raises:
        click.BadParameter: it is none of these.
    """
    words = text.strip()
    today = now.astimezone(timezone).date()
    last = named_day(words, today)
    if last is not None:
        return datetime.combine(last, time(), tzinfo=timezone)
    ago = _SPAN.fullmatch(words.lower())
    found = _read(f"-{words}" if ago and not ago[1] else words, timezone, now)
    if found is None:
        raise click.BadParameter(
            _(
                "{text!r} is no moment: write 2026-11-24, '2026-11-24 10:00', 10:00, today, yesterday, monday or 7d"
            ).format(text=words)
        )
    return found


def future(text: str, timezone: tzinfo, now: datetime) -> datetime:
    """Read a moment of the future: as `moment` does, and `friday` (the next one, never today), `2h` (from now).

    Raises:
        click.BadParameter: it is none of these.
    """
    words = text.strip().lower()
    today = now.astimezone(timezone).date()
    if words in _WEEKDAYS:
        ahead = (_WEEKDAYS[words] - today.weekday() - 1) % 7 + 1
        return datetime.combine(today + timedelta(days=ahead), time(), tzinfo=timezone)
    span = _SPAN.fullmatch(words)
    return moment(f"+{words}" if span and not span[1] else text, timezone, now)


def named_day(text: str, today: date) -> date | None:
    """The day that is meant by `yesterday`, `kemarin` or a weekday, the last one; None for what is no such word."""
    word = " ".join(text.lower().split())
    if word in _DAYS:
        return today + timedelta(days=_DAYS[word])
    if word in _WEEKDAYS:
        return today - timedelta(days=(today.weekday() - _WEEKDAYS[word]) % 7)
    return None


def _read(text: str, timezone: tzinfo, now: datetime) -> datetime | None:
    text = " ".join(text.lower().split())
    midnight = now.astimezone(timezone).replace(hour=0, minute=0, second=0, microsecond=0)
    if text in _NOW:
        return now
    if text in _DAYS:
        return midnight + timedelta(days=_DAYS[text])
    found: datetime | None
    try:
        if (span := _SPAN.fullmatch(text)) and span[1]:
            found = now + timedelta(**{_UNITS[span[3]]: int(span[1] + span[2])})
        elif re.fullmatch(r"\d{1,2}:\d{2}", text):
            found = datetime.fromisoformat(f"{midnight:%Y-%m-%d}T{text.zfill(5)}")
        else:
            found = datetime.fromisoformat(text.upper())
    except (ValueError, OverflowError):
        found = None
    if found is None or found.year not in _YEARS:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone)
