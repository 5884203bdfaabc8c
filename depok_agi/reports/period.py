"""The day, month or year that a report is about, by the wall clock of the centre."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum


class PeriodKind(StrEnum):
    """How long a period is."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """A day, month or year of the calendar. `first` is its first day; `around` makes it from any day in it."""

    kind: PeriodKind
    first: date

    @classmethod
    def around(cls, kind: PeriodKind, day: date) -> "Period":
        """The period of this kind that the day lies in."""
        if kind is PeriodKind.DAY:
            return cls(kind, day)
        return cls(kind, day.replace(day=1) if kind is PeriodKind.MONTH else day.replace(month=1, day=1))

    @property
    def after(self) -> "Period":
        """The next period. Raises OverflowError after the year 9999."""
        if self.kind is PeriodKind.DAY:
            return Period(self.kind, self.first + timedelta(days=1))
        longest = 31 if self.kind is PeriodKind.MONTH else 366
        return Period.around(self.kind, self.first + timedelta(days=longest))

    @property
    def before(self) -> "Period":
        """The period before."""
        return Period.around(self.kind, self.first - timedelta(days=1))

    @property
    def year_before(self) -> "Period | None":
        """The same period a year earlier; None for 29 February, which no other year beside it has."""
        try:
            return Period(self.kind, self.first.replace(year=self.first.year - 1))
        except ValueError:
            return None

    def since(self, timezone: tzinfo) -> datetime:
        """When it begins: this moment belongs to it."""
        return datetime.combine(self.first, time.min, timezone)

    def until(self, timezone: tzinfo) -> datetime:
        """When it ends: this moment belongs to the next one."""
        return self.after.since(timezone)
