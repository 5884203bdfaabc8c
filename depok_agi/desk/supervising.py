"""What a supervisor watches: the service level of the day, and the OPDs that are late."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from depok_agi.calls.record import Outcome
from depok_agi.desk import Desk
from depok_agi.reports.calls import MISSED, Calls, figures
from depok_agi.reports.distribution import Distribution
from depok_agi.reports.period import Period, PeriodKind
from depok_agi.store.times import microseconds, moment


@dataclass(frozen=True, slots=True)
class Today:
    """The calls of citizens that began today and have ended.

    `service_level` is by the reports' own formula (`reports/definitions.toml`); None before anybody was answered or
    gave up.
    """

    offered: int
    answered: int
    missed: int
    service_level: float | None


@dataclass(frozen=True, slots=True)
class LateOpd:
    """How many tickets an OPD is late with, and since when it is with the oldest."""

    opd: str
    late: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Owed:
    """How many citizens are owed a call, and how many of those calls are late."""

    open: int
    late: int


async def today(desk: Desk, answer_within: int) -> Today:
    """The figures of today until now, by the centre's wall clock. `answer_within` is in seconds. Raises StoreError."""
    now, zone = desk.now(), desk.policy.zone
    period = Period.around(PeriodKind.DAY, now.astimezone(zone).date())
    store = desk.store
    waits: defaultdict[Outcome, Distribution] = defaultdict(Distribution)
    with store.told():
        rows = store.queries.inbound_calls_by_wait(
            store.reader,
            since=microseconds(period.since(zone)),
            until=microseconds(period.until(zone)),
            as_of=microseconds(now) + 1,
        )
        async for row in rows:
            waits[Outcome(row["outcome"])].counts[row["wait_seconds"] or 0] += row["calls"]
    calls = Calls(waits)
    level = next(figure.value for figure in figures(calls, answer_within) if figure.key == "service_level")
    return Today(
        calls.offered,
        calls.of(Outcome.ANSWERED),
        sum(calls.of(outcome) for outcome in MISSED),
        float(level) if isinstance(level, float | int) else None,
    )


async def late_by_opd(desk: Desk) -> list[LateOpd]:
    """The OPDs that are late with a ticket, those with the most first. Raises StoreError."""
    store = desk.store
    with store.told():
        rows = store.queries.late_tickets_by_opd(store.reader, now=microseconds(desk.now()))
        return [LateOpd(row["opd"] or "-", row["late"], moment(row["oldest"])) async for row in rows]


async def owed(desk: Desk) -> Owed:
    """The calls that are owed. Raises StoreError."""
    store = desk.store
    with store.told():
        return Owed(
            int(await store.queries.count_open_callbacks(store.reader)),
            int(await store.queries.count_late_callbacks(store.reader, now=microseconds(desk.now()))),
        )
