"""Open or closed, for any moment past or coming, and under which rule.

Rules
-----
1. For one moment exactly one rule speaks: an override, else the row of that one day, else a holiday, else the weekly
   pattern. A day that no weekly pattern covers is closed.
2. Of several overrides that cover the moment the newest (latest `since`) wins. An override ends by itself.
3. Of several weekly patterns that cover the day the one that began last wins; if two began together, the one that ends
   sooner. So a Ramadan row stands over the usual week and gives it back by itself.
4. Every span is half-open: with 07:30-16:00 it is open at 07:30:00 and closed at 16:00:00. No span crosses midnight.
5. Working days, which the `working_days` clock counts, follow the same rules without the overrides: closing the lines
   for an afternoon does not give an OPD another day.

The forked AGI script reads a schedule by `from_json`, so this module imports only what starts fast.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from heapq import merge
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from depok_agi.hours.aware import require_aware

SECONDS_A_DAY = 86_400

HORIZON_DAYS = 400
"""How far ahead the next change is looked for: over a year, so that a yearly closure is seen through."""


class Reason(StrEnum):
    """Which kind of rule decided."""

    WEEKLY = "weekly"
    BREAK = "break"
    HOLIDAY = "holiday"
    SPECIAL_DAY = "special_day"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True)
class Span:
    """A part of one day in seconds since its midnight, half-open; 86400 as the end is 24:00."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= SECONDS_A_DAY:
            raise ValueError(f"a span must end after it starts, within one day: {self.start} to {self.end}")

    def __contains__(self, second: int) -> bool:
        return self.start <= second < self.end

    def __str__(self) -> str:
        return f"{_clock(self.start)}-{_clock(self.end)}"


Week = tuple[tuple[Span, ...], ...]
"""The spans of Monday to Sunday, in this order."""

DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class WeeklyPattern:
    """The usual week while a regulation is in force (Perpres 21/2023; in Ramadan the city's own circular).

    Attributes:
        valid_from: its first day.
        valid_until: its last day, itself included; None where no end is set.
        title: what people call it.
        regulation: the decree or circular that says so.
        spans: when the centre is open.
        breaks: when its staff rest, within the open spans.
        lines_open_in_break: whether the lines stay open then (they do, by default: direct service may go on).
    """

    valid_from: date
    valid_until: date | None
    title: str
    regulation: str
    spans: Week
    breaks: Week
    lines_open_in_break: bool

    def __post_init__(self) -> None:
        if len(self.spans) != DAYS_A_WEEK or len(self.breaks) != DAYS_A_WEEK:
            raise ValueError("a weekly pattern has seven days")

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day off: national holiday, collective leave (cuti bersama) or a local one."""

    day: date
    name: str
    regulation: str


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """One day with hours of its own: a half day, a closed day (no spans), a Saturday that a decree has people work."""

    day: date
    title: str
    regulation: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """Open or closed from now until a given moment, whatever the rules say: by whom, and why."""

    open: bool
    since: datetime
    until: datetime
    by: str
    why: str

    def __post_init__(self) -> None:
        require_aware(self.since)
        require_aware(self.until)
        if self.until <= self.since:
            raise ValueError("an override must end after it starts")


@dataclass(frozen=True, slots=True)
class Answer:
    """Open or closed at a moment, and why.

    Attributes:
        at: the moment asked about, in the schedule's time zone.
        open: whether the lines are open.
        reason: which kind of rule decided; `weekly` stands for both open and closed by the usual week.
        rule: the rule's title and its regulation.
        next_change_at: the next moment at which `open` flips; None when it does not within `HORIZON_DAYS`.
    """

    at: datetime
    open: bool
    reason: Reason
    rule: str
    next_change_at: datetime | None


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """Whether a day is a working day (hari kerja), and which rule says so."""

    day: date
    working: bool
    reason: Reason
    rule: str


class _DayRules(NamedTuple):
    spans: tuple[Span, ...]
    closing_breaks: tuple[Span, ...]
    reason: Reason
    rule: str


class _State(NamedTuple):
    open: bool
    reason: Reason
    rule: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything that decides about a moment. `dataclasses.replace` puts in the overrides of the moment."""

    timezone: str
    weekly: tuple[WeeklyPattern, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    days: tuple[SpecialDay, ...] = ()
    overrides: tuple[Override, ...] = ()
    zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _strongest_weekly: tuple[WeeklyPattern, ...] = field(init=False, repr=False, compare=False)
    _holiday_of: dict[date, Holiday] = field(init=False, repr=False, compare=False)
    _special_day_of: dict[date, SpecialDay] = field(init=False, repr=False, compare=False)
    _newest_overrides: tuple[Override, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        derive = object.__setattr__  # the look-up tables of a frozen record
        derive(self, "zone", ZoneInfo(self.timezone))
        derive(self, "_strongest_weekly", tuple(sorted(self.weekly, key=_strength))[::-1])
        derive(self, "_holiday_of", {holiday.day: holiday for holiday in self.holidays})
        derive(self, "_special_day_of", {special.day: special for special in self.days})
        derive(self, "_newest_overrides", tuple(sorted(self.overrides, key=lambda override: override.since))[::-1])

    def check(self, at: datetime) -> Answer:
        """Say whether the lines are open at this moment, and why. Refuses a moment without a time zone (ValueError)."""
        require_aware(at)
        local = at.astimezone(self.zone)
        state = self._state(local)
        return Answer(local, state.open, state.reason, state.rule, self._next_change(local, is_open=state.open))

    def working_day(self, day: date) -> DayAnswer:
        """Say whether the day counts for a working-day clock; a half day does, overrides change nothing."""
        rules = self._rules(day)
        return DayAnswer(day, bool(rules.spans), rules.reason, rules.rule)

    def _rules(self, day: date) -> _DayRules:
        special = self._special_day_of.get(day)
        if special is not None:
            return _DayRules(special.spans, (), Reason.SPECIAL_DAY, _cite(special.title, special.regulation))
        holiday = self._holiday_of.get(day)
        if holiday is not None:
            return _DayRules((), (), Reason.HOLIDAY, _cite(holiday.name, holiday.regulation))
        for pattern in self._strongest_weekly:
            if pattern.covers(day):
                weekday = day.weekday()
                breaks = () if pattern.lines_open_in_break else pattern.breaks[weekday]
                rule = _cite(pattern.title, pattern.regulation)
                return _DayRules(pattern.spans[weekday], breaks, Reason.WEEKLY, rule)
        return _DayRules((), (), Reason.WEEKLY, f"no weekly hours cover {day}")

    def _state(self, local: datetime) -> _State:
        for override in self._newest_overrides:
            if override.since <= local < override.until:
                until = override.until.astimezone(self.zone)
                return _State(
                    override.open, Reason.OVERRIDE, f"{override.why} ({override.by}, until {until:%Y-%m-%d %H:%M})"
                )
        rules = self._rules(local.date())
        second = local.hour * 3600 + local.minute * 60 + local.second
        if not any(second in span for span in rules.spans):
            return _State(open=False, reason=rules.reason, rule=rules.rule)
        if any(second in rest for rest in rules.closing_breaks):
            return _State(open=False, reason=Reason.BREAK, rule=rules.rule)
        return _State(open=True, reason=rules.reason, rule=rules.rule)

    def _next_change(self, local: datetime, *, is_open: bool) -> datetime | None:
        limit = local + timedelta(days=HORIZON_DAYS)
        for edge in merge(self._override_edges(), self._day_edges(local.date())):
            if edge > limit:
                return None
            if edge > local and self._state(edge).open != is_open:
                return edge
        return None

    def _override_edges(self) -> list[datetime]:
        ends = (end for override in self.overrides for end in (override.since, override.until))
        return sorted(end.astimezone(self.zone) for end in ends)

    def _day_edges(self, first: date) -> Iterator[datetime]:
        for ahead in range(HORIZON_DAYS + 1):
            day = first + timedelta(days=ahead)
            rules = self._rules(day)
            midnight = datetime.combine(day, time(), tzinfo=self.zone)
            spans = (*rules.spans, *rules.closing_breaks)
            for second in sorted({second for span in spans for second in (span.start, span.end)}):
                yield midnight + timedelta(seconds=second)


def to_json(schedule: Schedule) -> dict[str, Any]:
    """Give the schedule as plain JSON values, nothing lost: what the daemon publishes for the forked AGI script."""
    return {
        "timezone": schedule.timezone,
        "weekly": [
            {
                "valid_from": pattern.valid_from.isoformat(),
                "valid_until": pattern.valid_until.isoformat() if pattern.valid_until else None,
                "title": pattern.title,
                "regulation": pattern.regulation,
                "spans": [_spans_to_json(spans) for spans in pattern.spans],
                "breaks": [_spans_to_json(spans) for spans in pattern.breaks],
                "lines_open_in_break": pattern.lines_open_in_break,
            }
            for pattern in schedule.weekly
        ],
        "holidays": [
            {"day": holiday.day.isoformat(), "name": holiday.name, "regulation": holiday.regulation}
            for holiday in schedule.holidays
        ],
        "days": [
            {
                "day": special.day.isoformat(),
                "title": special.title,
                "regulation": special.regulation,
                "spans": _spans_to_json(special.spans),
            }
            for special in schedule.days
        ],
        "overrides": [
            {
                "open": override.open,
                "since": override.since.isoformat(),
                "until": override.until.isoformat(),
                "by": override.by,
                "why": override.why,
            }
            for override in schedule.overrides
        ],
    }


def from_json(published: dict[str, Any]) -> Schedule:
    """Read what `to_json` wrote."""
    return Schedule(
        timezone=published["timezone"],
        weekly=tuple(
            WeeklyPattern(
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_until=date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
                title=row["title"],
                regulation=row["regulation"],
                spans=tuple(_spans_from_json(spans) for spans in row["spans"]),
                breaks=tuple(_spans_from_json(spans) for spans in row["breaks"]),
                lines_open_in_break=row["lines_open_in_break"],
            )
            for row in published["weekly"]
        ),
        holidays=tuple(
            Holiday(date.fromisoformat(row["day"]), row["name"], row["regulation"]) for row in published["holidays"]
        ),
        days=tuple(
            SpecialDay(date.fromisoformat(row["day"]), row["title"], row["regulation"], _spans_from_json(row["spans"]))
            for row in published["days"]
        ),
        overrides=tuple(
            Override(
                open=row["open"],
                since=datetime.fromisoformat(row["since"]),
                until=datetime.fromisoformat(row["until"]),
                by=row["by"],
                why=row["why"],
            )
            for row in published["overrides"]
        ),
    )


def _spans_to_json(spans: tuple[Span, ...]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]


def _spans_from_json(pairs: list[list[int]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in pairs)


def _strength(pattern: WeeklyPattern) -> tuple[date, int]:
    return pattern.valid_from, -(pattern.valid_until or date.max).toordinal()


def _cite(title: str, regulation: str) -> str:
    return f"{title} ({regulation})"


def _clock(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}"
