"""The calls of citizens: how many, what became of them, how long they waited and talked, when, and with whom."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from depok_agi.calls.record import Outcome
from depok_agi.reports.distribution import Distribution, rounded, share
from depok_agi.reports.period import Period, PeriodKind
from depok_agi.reports.report import Chart, Column, Figure, Note, Section, Table, Unit, Value

INBOUND_OUTCOMES = tuple(
    outcome for outcome in Outcome if outcome not in {Outcome.NO_ANSWER, Outcome.BUSY, Outcome.CANCELLED}
)
"""What can become of a call of a citizen, in the order in which it is shown."""

MISSED = (Outcome.ABANDONED, Outcome.TIMEOUT, Outcome.FULL, Outcome.NO_OPERATOR)
"""They wanted a person and got none."""

SHORT_SECONDS = 5
"""Who hangs up sooner may not have wanted to wait at all. They count as abandoned all the same, and are told apart."""

QUARTER = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Load(NamedTuple):
    """How many calls began in a time, and what became of them."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0

    def plus(self, other: "Load") -> "Load":
        """Both together."""
        return Load(self.offered + other.offered, self.answered + other.answered, self.abandoned + other.abandoned)


@dataclass(frozen=True, slots=True)
class Calls:
    """What is counted of the inbound calls that began in a period and have ended.

    Attributes:
        waits: the seconds in queues, by outcome. Who stood in no queue waited 0 seconds.
        talks: the seconds of talk of the answered calls, by operator; None where it is not known who answered.
        quarters: the load by quarters of an hour since 1970 UTC, of those with a call. Asked for a report's own period.
        called_back: abandoned calls after which the centre tried to reach the citizen.
        called_back_reached: those of them in which somebody was reached.
        recovered: calls that are wholly or partly from Asterisk's journal, because nobody listened.
    """

    waits: Mapping[Outcome, Distribution] = field(default_factory=dict)
    talks: Mapping[str | None, Distribution] = field(default_factory=dict)
    quarters: Mapping[int, Load] = field(default_factory=dict)
    called_back: int = 0
    called_back_reached: int = 0
    recovered: int = 0

    def of(self, outcome: Outcome) -> int:
        """How many came to this."""
        found = self.waits.get(outcome)
        return 0 if found is None else found.count

    @property
    def offered(self) -> int:
        """All of them."""
        return sum(found.count for found in self.waits.values())


def figures(calls: Calls, answer_within: int) -> tuple[Figure, ...]:
    """The figures of one period. `answer_within` is the service level's limit, in seconds."""
    answered, abandoned = calls.of(Outcome.ANSWERED), calls.of(Outcome.ABANDONED)
    waits = calls.waits.get(Outcome.ANSWERED, Distribution())
    lost = calls.waits.get(Outcome.ABANDONED, Distribution())
    talks = Distribution.together(calls.talks.values())
    level = share(waits.up_to(answer_within), answered + abandoned)
    return (
        Figure("offered", "Calls offered", Unit.COUNT, calls.offered),
        Figure("answered", "Answered", Unit.COUNT, answered),
        Figure("answered_share", "Answered, of the offered", Unit.SHARE, share(answered, calls.offered)),
        Figure("service_level", "Service level", Unit.SHARE, level),
        Figure("abandoned", "Abandoned while waiting", Unit.COUNT, abandoned),
        Figure("abandoned_short", "Abandoned within 5 seconds", Unit.COUNT, lost.up_to(SHORT_SECONDS)),
        Figure("missed", "Wanted a person and got none", Unit.COUNT, sum(calls.of(outcome) for outcome in MISSED)),
        Figure("called_back", "Abandoned and called back", Unit.COUNT, calls.called_back),
        Figure("called_back_reached", "Abandoned and reached", Unit.COUNT, calls.called_back_reached),
        Figure("called_back_share", "Called back, of the abandoned", Unit.SHARE, share(calls.called_back, abandoned)),
        Figure("wait_mean", "Wait, mean", Unit.SECONDS, rounded(waits.mean)),
        Figure("wait_median", "Wait, median", Unit.SECONDS, waits.percentile(50)),
        Figure("wait_p90", "Wait, 90th percentile", Unit.SECONDS, waits.percentile(90)),
        Figure("talk_mean", "Talk, mean", Unit.SECONDS, rounded(talks.mean)),
        Figure("talk_median", "Talk, median", Unit.SECONDS, talks.percentile(50)),
        Figure("talk_p90", "Talk, 90th percentile", Unit.SECONDS, talks.percentile(90)),
        Figure("recovered", "Recovered from the journal", Unit.COUNT, calls.recovered),
    )


def section(
    calls: Calls, compared: tuple[Figure, ...], period: Period, timezone: tzinfo, answer_within: int
) -> Section:
    """The section with the figures as they were compared, and the tables of the period."""
    local = _by_local_hour(calls.quarters, timezone)
    formula = Note(
        "Service level: answered within {seconds} seconds, by all that were answered or abandoned.",
        (("seconds", answer_within),),
    )
    return Section(
        "calls",
        "Calls",
        compared,
        (
            _by_outcome(calls),
            _by_hour(local),
            _by_weekday(local),
            *_over_time(local, period),
            _by_weekday_and_hour(local),
            _by_operator(calls),
        ),
        (formula,),
    )


def _by_local_hour(quarters: Mapping[int, Load], timezone: tzinfo) -> list[tuple[datetime, Load]]:
    """The load by the hours of the wall clock, of those with a call: what the tables add up."""
    sums: dict[datetime, Load] = {}
    for quarter, load in quarters.items():
        hour = (_EPOCH + quarter * QUARTER).astimezone(timezone).replace(minute=0)
        known = sums.get(hour)
        sums[hour] = load if known is None else known.plus(load)
    return list(sums.items())


def _by_outcome(calls: Calls) -> Table:
    whole = calls.offered
    return Table(
        "calls_by_outcome",
        "Calls by outcome",
        (
            Column("outcome", "Outcome", Unit.TERM),
            Column("offered", "Calls", Unit.COUNT),
            Column("offered_share", "Share", Unit.SHARE),
        ),
        tuple((outcome.value, calls.of(outcome), share(calls.of(outcome), whole)) for outcome in INBOUND_OUTCOMES),
        ("total", whole, share(whole, whole)),
        Chart.BARS,
        "offered",
    )


_LOAD = (
    Column("offered", "Offered", Unit.COUNT),
    Column("answered", "Answered", Unit.COUNT),
    Column("abandoned", "Abandoned", Unit.COUNT),
)


def _by_hour(local: list[tuple[datetime, Load]]) -> Table:
    rows = _summed(local, range(24), lambda at: at.hour)
    columns = (Column("hour", "Hour", Unit.HOUR), *_LOAD)
    return Table("calls_by_hour", "Calls by hour", columns, rows, _total(rows), Chart.BARS, "offered")


def _by_weekday(local: list[tuple[datetime, Load]]) -> Table:
    rows = _summed(local, range(1, 8), datetime.isoweekday)
    columns = (Column("weekday", "Weekday", Unit.WEEKDAY), *_LOAD)
    return Table("calls_by_weekday", "Calls by weekday", columns, rows, _total(rows), Chart.BARS, "offered")


def _over_time(local: list[tuple[datetime, Load]], period: Period) -> tuple[Table, ...]:
    """The days of a month or the months of a year; a day has its hours already."""
    if period.kind is PeriodKind.DAY:
        return ()
    if period.kind is PeriodKind.MONTH:
        rows = _summed(local, [day.isoformat() for day in _days(period)], lambda at: at.date().isoformat())
        columns = (Column("day", "Day", Unit.DAY), *_LOAD)
        return (Table("calls_by_day", "Calls by day", columns, rows, _total(rows), Chart.TREND, "offered"),)
    months = [f"{period.first.year}-{month:02}" for month in range(1, 13)]
    rows = _summed(local, months, lambda at: f"{at:%Y-%m}")
    columns = (Column("month", "Month", Unit.DAY), *_LOAD)
    return (Table("calls_by_month", "Calls by month", columns, rows, _total(rows), Chart.TREND, "offered"),)


def _days(period: Period) -> list[date]:
    days = (period.after.first - period.first).days
    return [period.first + timedelta(days=ahead) for ahead in range(days)]


def _by_weekday_and_hour(local: list[tuple[datetime, Load]]) -> Table:
    counted: Counter[tuple[int, int]] = Counter()
    for at, load in local:
        counted[at.isoweekday(), at.hour] += load.offered
    return Table(
        "calls_by_weekday_and_hour",
        "Calls by weekday and hour",
        (
            Column("weekday", "Weekday", Unit.WEEKDAY),
            Column("hour", "Hour", Unit.HOUR),
            Column("offered", "Offered", Unit.COUNT),
        ),
        tuple((weekday, hour, counted[weekday, hour]) for weekday in range(1, 8) for hour in range(24)),
        None,
        Chart.HEAT_MAP,
        "offered",
    )


def _by_operator(calls: Calls) -> Table:
    by_name = sorted(calls.talks.items(), key=lambda one: (one[0] is None, one[0] or ""))
    return Table(
        "calls_by_operator",
        "Answered calls by operator",
        (
            Column("operator", "Operator", Unit.TEXT),
            Column("answered", "Answered", Unit.COUNT),
            Column("talk_mean", "Talk, mean", Unit.SECONDS),
            Column("talk_median", "Talk, median", Unit.SECONDS),
            Column("talk_p90", "Talk, 90th percentile", Unit.SECONDS),
        ),
        tuple((operator, *_talk(talks)) for operator, talks in by_name),
        ("total", *_talk(Distribution.together(calls.talks.values()))),
    )


def _talk(talks: Distribution) -> tuple[Value, ...]:
    return talks.count, rounded(talks.mean), talks.percentile(50), talks.percentile(90)


def _summed(
    local: Iterable[tuple[datetime, Load]], names: Iterable[Value], name_of: Callable[[datetime], Value]
) -> tuple[tuple[Value, ...], ...]:
    """A row for each name, with the loads that are of it; a name without calls has zeros."""
    sums = dict.fromkeys(names, Load())
    for at, load in local:
        name = name_of(at)
        sums[name] = sums[name].plus(load)
    return tuple((name, *load) for name, load in sums.items())


def _total(rows: tuple[tuple[Value, ...], ...]) -> tuple[Value, ...]:
    columns = list(zip(*rows, strict=True))[1:]
    return ("total", *(sum(value for value in column if isinstance(value, int)) for column in columns))
