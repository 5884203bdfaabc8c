"""When which report is due, and which of those that are due are still to be sent.

Rules
-----
1. A day's report is due on the day itself, at the end of work (17:00), on working days only. It tells that day until
   then. A month's is due on the 1st of the next month, a year's on 2 January: 1 January is a holiday.
2. A report is made as of the moment at which it was due, whenever it is sent: what happened later is not in it.
3. After a downtime all that fell due meanwhile is sent, the oldest first, but no report of a day that was due more than
   a week ago, and none of a month or year that was due more than two months ago: they can be asked for by hand.
4. Whoever gets reports for the first time gets what fell due within the last day, and nothing older.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from depok_agi.hours.aware import require_aware
from depok_agi.reports.period import Period, PeriodKind

MOST_BACK = {
    PeriodKind.DAY: timedelta(days=7),
    PeriodKind.MONTH: timedelta(days=62),
    PeriodKind.YEAR: timedelta(days=62),
}
"""How long a report that was due is still sent."""

FIRST_BACK = timedelta(days=1)
_MOST_AHEAD = 400
"""Days in which a working day must come: over a year, as the hours look ahead."""

_YEAR_DAY = timedelta(days=1)
"""After 1 January."""


@dataclass(frozen=True, slots=True)
class SchedulePolicy:
    """What an admin sets, by the wall clock of the zone."""

    day_at: time = time(17)
    month_at: time = time(8)
    """For months and years."""
    timezone: str = "Asia/Jakarta"

    @property
    def zone(self) -> ZoneInfo:
        """The wall clock's zone."""
        return ZoneInfo(self.timezone)


def due_at(period: Period, policy: SchedulePolicy) -> datetime:
    """When a period's report is due, in the zone of the wall clock; whether its day is a working day is not asked."""
    match period.kind:
        case PeriodKind.DAY:
            return datetime.combine(period.first, policy.day_at, policy.zone)
        case PeriodKind.MONTH:
            return datetime.combine(period.after.first, policy.month_at, policy.zone)
        case PeriodKind.YEAR:
            return datetime.combine(period.after.first + _YEAR_DAY, policy.month_at, policy.zone)


def due(
    now: datetime, sent: Collection[Period], policy: SchedulePolicy, is_working_day: Callable[[date], bool]
) -> list[Period]:
    """The reports that are to be sent to somebody now, the oldest first.

    Args:
        now: the moment, aware.
        sent: those that were put into the queue for them, ever.
        policy: when reports are due.
        is_working_day: by the centre's calendar.
    """
    require_aware(now)
    since_first = min((due_at(period, policy) for period in sent), default=now - FIRST_BACK)
    found = [
        period
        for kind in PeriodKind
        for period in _back(kind, now, policy)
        if period not in sent
        and max(since_first, now - MOST_BACK[kind]) <= due_at(period, policy) <= now
        and _is_reported(period, is_working_day)
    ]
    return sorted(found, key=lambda period: due_at(period, policy))


def coming(
    kind: PeriodKind, now: datetime, policy: SchedulePolicy, is_working_day: Callable[[date], bool]
) -> Period | None:
    """The next of this kind that falls due after this moment; None when no working day comes within a year."""
    require_aware(now)
    # A month is due in the next one, and a year on the second day of the next.
    period = Period.around(kind, now.astimezone(policy.zone).date()).before
    for _ in range(_MOST_AHEAD):
        if due_at(period, policy) > now and _is_reported(period, is_working_day):
            return period
        period = period.after
    return None


def _back(kind: PeriodKind, now: datetime, policy: SchedulePolicy) -> Iterator[Period]:
    """The periods from today's back to one that was due too long ago."""
    period = Period.around(kind, now.astimezone(policy.zone).date())
    while True:
        yield period
        if due_at(period, policy) < now - MOST_BACK[kind]:
            return
        period = period.before


def _is_reported(period: Period, is_working_day: Callable[[date], bool]) -> bool:
    return period.kind is not PeriodKind.DAY or is_working_day(period.first)
