"""Moments as people type them."""

import re
from datetime import datetime, timedelta, tzinfo

import click

from depok_agi.cli.language import _

_AHEAD = re.compile(r"\+(\d{1,5})([mhd])")
_YEARS = range(1970, 2200)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def moment(text: str, timezone: tzinfo, now: datetime) -> datetime:
    """Read `2026-11-24`, `2026-11-24 10:00`, `10:00` (today), `today`, `yesterday`, `now`, `+90m`, `+2h` or `+1d`.

    Without a time zone of its own it is a moment of `timezone`.

    Raises:
        click.BadParameter: it is none of these.
    """
    text = text.strip()
    midnight = now.astimezone(timezone).replace(hour=0, minute=0, second=0, microsecond=0)
    words = {"now": now, "today": midnight, "yesterday": midnight - timedelta(days=1)}
    if text in words:
        return words[text]
    found: datetime | None
    try:
        if ahead := _AHEAD.fullmatch(text):
            found = now + timedelta(**{_UNITS[ahead[2]]: int(ahead[1])})
        elif re.fullmatch(r"\d{1,2}:\d{2}", text):
            found = datetime.fromisoformat(f"{midnight:%Y-%m-%d}T{text.zfill(5)}")
        else:
            found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        raise click.BadParameter(
            _(
                "{text!r} is no moment: write 2026-11-24, '2026-11-24 10:00', 10:00, today, yesterday, now or +2h"
            ).format(text=text)
        )
    return found if found.tzinfo else found.replace(tzinfo=timezone)
