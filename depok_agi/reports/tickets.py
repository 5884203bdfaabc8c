"""The tickets of citizens: how many came, how they stand, and how long their answers took."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from depok_agi.language import gettext_noop
from depok_agi.reports.distribution import Ranked, rounded, share
from depok_agi.reports.report import Chart, Column, Figure, Section, Table, Unit, Value

HOUR = 3600
DAY = 24 * HOUR
SECOND = 1_000_000


class Way(NamedTuple):
    """What became of one ticket until the report's moment. Its times are microseconds since 1970 UTC.

    Attributes:
        opd: the one that has it, or whose answer stands; None where the centre has it, or answered itself.
        answered_at: when the answer that stands was given; None while there is none.
        due: by when the OPD had to answer, in seconds since 1970 UTC: the history has whole ones.
        bounces: how often an OPD was not in charge.
        reopenings: how often an answer did not do.
    """

    channel: str
    category: str | None
    area: str | None
    opd: str | None
    opened_at: int
    answered_at: int | None
    due: int | None
    bounces: int
    reopenings: int


@dataclass(slots=True)
class Standing:
    """How some tickets stand, counted up."""

    received: int = 0
    late: int = 0
    with_due: int = 0
    """Those with an answer of an OPD, which was due at a moment."""
    on_time: int = 0
    bounced: int = 0
    reopened: int = 0
    times: list[int] = field(default_factory=list)
    """Seconds from the citizen's word to the answer, of the answered."""

    def add(self, way: Way, as_of: int) -> None:
        """One more, as it stood at `as_of` (microseconds since 1970 UTC)."""
        self.received += 1
        self.bounced += way.bounces > 0
        self.reopened += way.reopenings > 0
        due, answered_at = way.due, way.answered_at
        if answered_at is None:
            self.late += due is not None and as_of // SECOND > due
            return
        self.times.append((answered_at - way.opened_at) // SECOND)
        if due is not None:
            self.with_due += 1
            self.on_time += answered_at // SECOND <= due

    def take(self, other: "Standing") -> None:
        """Count those of another in."""
        self.received += other.received
        self.late += other.late
        self.with_due += other.with_due
        self.on_time += other.on_time
        self.bounced += other.bounced
        self.reopened += other.reopened
        self.times += other.times

    @property
    def answered(self) -> int:
        """Those with an answer that stands."""
        return len(self.times)

    @property
    def in_process(self) -> int:
        """Those without an answer that stands."""
        return self.received - self.answered


@dataclass(frozen=True, slots=True)
class Backlog:
    """What stood open at a moment, of all tickets: how many, how many of them late, and since when the oldest."""

    open: int = 0
    late: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tickets:
    """What is counted of the tickets that were received in a period; and what stood open at its end."""

    whole: Standing = field(default_factory=Standing)
    by_opd: dict[str | None, Standing] = field(default_factory=dict)
    by_category: dict[str | None, Standing] = field(default_factory=dict)
    by_area: dict[str | None, Standing] = field(default_factory=dict)
    by_channel: dict[str | None, Standing] = field(default_factory=dict)
    backlog: Backlog = Backlog()


_Kind = tuple[str | None, str | None, str | None, str]
"""OPD, category, kecamatan, channel."""


class Count:
    """Counts the tickets of a period, one by one, as they stood at `as_of` (microseconds since 1970 UTC).

    Each is counted once, among those of the same OPD, category, kecamatan and channel, and these are added up in the
    end: a year has a hundred thousand tickets, and not many such kinds.
    """

    def __init__(self, as_of: int) -> None:
        self._as_of = as_of
        self._of_a_kind: defaultdict[_Kind, Standing] = defaultdict(Standing)

    def add(self, way: Way) -> None:
        """One more."""
        self._of_a_kind[way.opd, way.category, way.area, way.channel].add(way, self._as_of)

    def tickets(self, backlog: Backlog) -> Tickets:
        """What was counted."""
        whole = Standing()
        by_opd, by_category, by_area, by_channel = (_by_name(), _by_name(), _by_name(), _by_name())
        for (opd, category, area, channel), standing in self._of_a_kind.items():
            for counted in (whole, by_opd[opd], by_category[category], by_area[area], by_channel[channel]):
                counted.take(standing)
        return Tickets(whole, dict(by_opd), dict(by_category), dict(by_area), dict(by_channel), backlog)


def _by_name() -> defaultdict[str | None, Standing]:
    return defaultdict(Standing)


def figures(tickets: Tickets) -> tuple[Figure, ...]:
    """The figures of one period."""
    whole, backlog = tickets.whole, tickets.backlog
    times = Ranked(whole.times)
    return (
        Figure("received", "Tickets received", Unit.COUNT, whole.received),
        Figure("answered", "Answered", Unit.COUNT, whole.answered),
        Figure("in_process", "In process", Unit.COUNT, whole.in_process),
        Figure("late", "In process and late", Unit.COUNT, whole.late),
        Figure("on_time_share", "Answered on time, of the OPDs' answers", Unit.SHARE, _on_time(whole)),
        Figure("answer_mean", "Time to answer, mean", Unit.HOURS, _hours(times.mean)),
        Figure("answer_median", "Time to answer, median", Unit.HOURS, _hours(times.percentile(50))),
        Figure("answer_p90", "Time to answer, 90th percentile", Unit.HOURS, _hours(times.percentile(90))),
        Figure("within_24_hours", "Answered within 24 hours", Unit.SHARE, share(times.up_to(DAY), times.count)),
        Figure("within_3_days", "Answered within 3 days", Unit.SHARE, share(times.up_to(3 * DAY), times.count)),
        Figure("bounced", "Bounced by an OPD", Unit.COUNT, whole.bounced),
        Figure("reopened", "Reopened", Unit.COUNT, whole.reopened),
        Figure("open_at_end", "Open at the end", Unit.COUNT, backlog.open),
        Figure("late_at_end", "Late at the end", Unit.COUNT, backlog.late),
        Figure("oldest_open", "Oldest open since", Unit.MOMENT, backlog.oldest),
    )


def section(tickets: Tickets, compared: tuple[Figure, ...]) -> Section:
    """The section with the figures as they were compared, and the tables of the period."""
    return Section(
        "tickets",
        "Tickets",
        compared,
        (
            _by(
                "tickets_by_opd",
                gettext_noop("Tickets by OPD"),
                Column("opd", "OPD", Unit.TEXT),
                tickets.by_opd,
                tickets.whole,
                drawn="on_time_share",
            ),
            _by(
                "tickets_by_category",
                gettext_noop("Tickets by category"),
                Column("category", "Category", Unit.TEXT),
                tickets.by_category,
                tickets.whole,
            ),
            _by(
                "tickets_by_area",
                gettext_noop("Tickets by kecamatan"),
                Column("area", "Kecamatan", Unit.TEXT),
                tickets.by_area,
                tickets.whole,
            ),
            _by(
                "tickets_by_channel",
                gettext_noop("Tickets by channel"),
                Column("channel", "Channel", Unit.TERM),
                tickets.by_channel,
                tickets.whole,
            ),
        ),
    )


_MEASURES = (
    Column("received", "Received", Unit.COUNT),
    Column("answered", "Answered", Unit.COUNT),
    Column("in_process", "In process", Unit.COUNT),
    Column("late", "Late", Unit.COUNT),
    Column("on_time_share", "On time", Unit.SHARE),
    Column("answer_median", "Time to answer, median", Unit.HOURS),
    Column("answer_p90", "Time to answer, 90th percentile", Unit.HOURS),
    Column("within_24_hours", "Within 24 hours", Unit.SHARE),
    Column("within_3_days", "Within 3 days", Unit.SHARE),
)


def _by(
    key: str,
    title: str,
    column: Column,
    standings: dict[str | None, Standing],
    whole: Standing,
    drawn: str = "received",
) -> Table:
    rows = tuple((name, *_measures(standing)) for name, standing in sorted(standings.items(), key=_most_received))
    columns = (column, *_MEASURES)
    return Table(key, title, columns, rows, ("total", *_measures(whole)), Chart.BARS, drawn)


def _most_received(one: tuple[str | None, Standing]) -> tuple[int, bool, str]:
    name, standing = one
    return -standing.received, name is None, name or ""


def _measures(standing: Standing) -> Sequence[Value]:
    times = Ranked(standing.times)
    return (
        standing.received,
        standing.answered,
        standing.in_process,
        standing.late,
        _on_time(standing),
        _hours(times.percentile(50)),
        _hours(times.percentile(90)),
        share(times.up_to(DAY), times.count),
        share(times.up_to(3 * DAY), times.count),
    )


def _on_time(standing: Standing) -> float | None:
    return share(standing.on_time, standing.with_due)


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else rounded(seconds / HOUR)
