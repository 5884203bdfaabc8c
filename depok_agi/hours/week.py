"""A week at a glance: when the lines are open on each day, and by which rules."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from depok_agi.hours.schedule import DAYS_A_WEEK, Schedule


@dataclass(frozen=True, slots=True)
class DayHours:
    """One day as callers meet it, overrides and closing breaks taken in.

    Attributes:
        open: from when to when, by the wall clock; an end at the next midnight belongs to the day.
        rules: what holds on the day, each once, in the order of the clock.
    """

    day: date
    open: tuple[tuple[datetime, datetime], ...]
    rules: tuple[str, ...]

    def is_open(self, at: datetime) -> bool:
        """Are the lines open at this moment of the day?"""
        return any(begin <= at < end for begin, end in self.open)


def week(schedule: Schedule, around: date) -> list[DayHours]:
    """Give Monday to Sunday of the week that a day is in."""
    monday = around - timedelta(days=around.weekday())
    return [day_hours(schedule, monday + timedelta(days=ahead)) for ahead in range(DAYS_A_WEEK)]


def day_hours(schedule: Schedule, day: date) -> DayHours:
    """Give one day, from midnight to midnight."""
    at = datetime.combine(day, time(), tzinfo=schedule.zone)
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=schedule.zone)
    # Whoever closes what is closed has set an override all the same: it holds, though nothing changes by it.
    edges = [edge.astimezone(schedule.zone) for by in schedule.overrides for edge in (by.since, by.until)]
    spans: list[tuple[datetime, datetime]] = []
    rules = []
    while at < midnight:
        answer = schedule.check(at)
        until = min(answer.next_change_at or midnight, midnight, *(edge for edge in edges if edge > at))
        if answer.open:
            goes_on = bool(spans) and spans[-1][1] == at
            spans = [*spans[:-1], (spans[-1][0], until)] if goes_on else [*spans, (at, until)]
        rules.append(answer.rule)
        at = until
    return DayHours(day, tuple(spans), tuple(dict.fromkeys(rules)))
