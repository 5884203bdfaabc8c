"""When things happen in the city: microseconds since 1970 UTC, in the office's hours of Asia/Jakarta."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

from depok_agi.hours.file import load
from depok_agi.store.times import microseconds, moment
from depok_agi.tickets.deadline import working_days_due
from tests.bench.templates import MICROSECONDS

WIB = ZoneInfo("Asia/Jakarta")
MINUTE = 60 * MICROSECONDS
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WIB_AHEAD = 7 * HOUR
"""Of UTC, all year."""

WEEKEND = 0.15
"""How busy a Saturday or Sunday is, by a working day."""

FIRST_HOUR, LAST_HOUR, BUSIEST_HOUR = 6.5, 19.0, 10.0
OPEN_FROM, OPEN_UNTIL = 7.5, 16.0
FRIDAY = 4


def moments(count: int, now: datetime, days_back: int, drawn: random.Random) -> Iterator[int]:
    """So many moments of the days until `now`, in order: mornings are busy, weekends are not."""
    today = now.astimezone(WIB).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [today - timedelta(days=back) for back in reversed(range(days_back))]
    shares = [1.0 if day.weekday() <= FRIDAY else WEEKEND for day in days]
    end, all_shares, share, given = microseconds(now), sum(shares), 0.0, 0
    for day, of_day in zip(days, shares, strict=True):
        share += of_day
        wanted = round(count * share / all_shares) - given
        given += wanted
        midnight = microseconds(day)
        yield from sorted(_moment(midnight, end, drawn) for _ in range(wanted))


def _moment(midnight: int, end: int, drawn: random.Random) -> int:
    at = midnight + int(drawn.triangular(FIRST_HOUR, LAST_HOUR, BUSIEST_HOUR) * HOUR)
    # The day is not over yet: what would come later comes in the part of it that is over.
    return at if at < end else midnight + int(drawn.random() * (end - midnight))


def is_open(at: int) -> bool:
    """Are the lines open, in a usual week without holidays? It decides between a recorded call and another only."""
    since_monday = (at + WIB_AHEAD + 3 * DAY) % (7 * DAY)  # 1970 began on a Thursday
    weekday, of_day = divmod(since_monday, DAY)
    return weekday <= FRIDAY and OPEN_FROM * HOUR <= of_day < OPEN_UNTIL * HOUR


class WorkingDays:
    """The working-day dates of many tickets, worked out once for each day."""

    def __init__(self, now: datetime, days_back: int) -> None:
        first = now - timedelta(days=days_back)
        text = (resources.files("depok_agi.hours") / "depok.toml").read_text("utf-8")
        self._schedule = load(text, "depok.toml", range(first.year - 1, now.year + 2))
        self._after: dict[int, int] = {}

    def due(self, forwarded_at: int) -> int:
        """By when an OPD on that clock has to answer; both in microseconds since 1970 UTC."""
        day = (forwarded_at + WIB_AHEAD) // DAY
        if day not in self._after:
            noon = moment(day * DAY + DAY // 2 - WIB_AHEAD)
            self._after[day] = microseconds(working_days_due(noon, self._schedule)) - microseconds(noon)
        return forwarded_at + self._after[day]
