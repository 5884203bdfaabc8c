"""The two clocks for "3 x 24 hours", and how each day was counted.

`elapsed` is the wording of the law, "3 x 24 (tiga kali dua puluh empat) jam" (as in UU 27/2022): 72 hours, day and
night, holidays or not. `working_days` is what Depok's Diskominfo told the OPDs, "maksimal tiga hari kerja" from the
first disposition. Which one binds is a setting of each OPD; both dates are always shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from depok_agi.errors import RefusedError
from depok_agi.hours.aware import require_aware
from depok_agi.hours.schedule import HORIZON_DAYS, Reason, Schedule
from depok_agi.sentence import Sentence
from depok_agi.tickets.clock import Clock

ELAPSED_HOURS = 72
WORKING_DAYS = 3


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Both dates of a forwarded ticket, and the one that binds."""

    due_at: datetime
    due_elapsed_at: datetime
    due_working_days_at: datetime


@dataclass(frozen=True, slots=True)
class DayCounted:
    """One day between the forwarding and the deadline: whether it counted, and under which rule."""

    day: date
    counted: bool
    rule: Sentence

    @property
    def why(self) -> str:
        """Under which rule, in English, as the history has it."""
        return str(self.rule)


def deadlines(
    forwarded_at: datetime, clock: Clock, schedule: Schedule, hours: int = ELAPSED_HOURS, days: int = WORKING_DAYS
) -> Deadlines:
    """Give both dates for a ticket that an OPD got at this moment. Forwarded again, it starts again."""
    elapsed = elapsed_due(forwarded_at, hours).astimezone(schedule.zone)
    working_days = working_days_due(forwarded_at, schedule, days)
    return Deadlines(elapsed if clock is Clock.ELAPSED else working_days, elapsed, working_days)


def elapsed_due(forwarded_at: datetime, hours: int = ELAPSED_HOURS) -> datetime:
    """Give the moment that many real hours later."""
    require_aware(forwarded_at)
    return (forwarded_at.astimezone(UTC) + timedelta(hours=hours)).astimezone(forwarded_at.tzinfo)


def working_days_due(forwarded_at: datetime, schedule: Schedule, days: int = WORKING_DAYS) -> datetime:
    """Give the same time of day on the n-th working day after the day of forwarding, which is day 0.

    Raises:
        RefusedError: the hours file has too few working days ahead to ever get there.
    """
    require_aware(forwarded_at)
    local = forwarded_at.astimezone(schedule.zone)
    *_, last = _count(local.date(), schedule, days)
    return datetime.combine(last.day, local.time(), tzinfo=schedule.zone)


def explain(forwarded_at: datetime, schedule: Schedule, days: int = WORKING_DAYS) -> list[DayCounted]:
    """List every day from the forwarding to the working-day deadline, with the rule that counted or skipped it."""
    require_aware(forwarded_at)
    return list(_count(forwarded_at.astimezone(schedule.zone).date(), schedule, days))


def is_overdue(due_at: datetime | None, answered_at: datetime | None, now: datetime) -> bool:
    """Tell whether the answer is late, or came late. At the very moment it is due it is in time."""
    require_aware(now)
    return due_at is not None and (answered_at or now) > due_at


def _count(start: date, schedule: Schedule, days: int) -> Iterator[DayCounted]:
    """Yield day 0 and on to the n-th working day, by the same calendar that opens the lines (compare GLPI 10594)."""
    yield DayCounted(start, counted=False, rule=Sentence("day of forwarding"))
    left = days
    for ahead in range(1, HORIZON_DAYS + 1):
        if left == 0:
            return
        answer = schedule.working_day(start + timedelta(days=ahead))
        left -= answer.working
        off = not answer.working and answer.reason is Reason.WEEKLY  # a weekend: the rule itself says when work is
        rule = Sentence("no hours on this day: {rule}", {"rule": answer.rule}) if off else Sentence(answer.rule)
        yield DayCounted(answer.day, answer.working, rule)
    if left:
        raise RefusedError(
            "no {days} working days within {horizon_days} days after {start}: mend the hours file",
            days=days,
            horizon_days=HORIZON_DAYS,
            start=start,
        )
