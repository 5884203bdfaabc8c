"""A report as every writer takes it: sections of figures and of tables, each value with its unit.

Titles, terms and notes are English source strings, which a writer translates; what a person typed or a department is
called is not translated. What each figure means and where it is from is told by its key in `definitions.toml`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from depok_agi.reports.period import Period

Value = str | int | float | datetime | None
"""None: there is no such figure, as the mean of nothing. That is not 0, and is shown as a dash."""


class Unit(StrEnum):
    """What a value is, and so how it is written."""

    TEXT = "text"
    """As it stands: a name, a department's code."""
    TERM = "term"
    """A word of ours, such as an outcome; it is translated."""
    COUNT = "count"
    SHARE = "share"
    """From 0 to 1; shown as per cent."""
    SECONDS = "seconds"
    HOURS = "hours"
    SCORE = "score"
    """Two decimals, such as the satisfaction index."""
    MOMENT = "moment"
    DAY = "day"
    """A calendar day, ISO 8601; or a month of it, as 2026-09."""
    HOUR = "hour"
    """An hour of the day, from 0 to 23."""
    WEEKDAY = "weekday"
    """From 1, Monday, to 7, Sunday."""


class Chart(StrEnum):
    """How a table is drawn where pictures can be."""

    NONE = "none"
    BARS = "bars"
    """A bar for each row: the first column names it, `Table.drawn` is its length."""
    HEAT_MAP = "heat_map"
    """Three columns: weekday, hour, count."""
    TREND = "trend"
    """A line: the first column is the day or month, `Table.drawn` the height."""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence beside figures: how something counts, or what is missing. `text` has {names} for the values."""

    text: str
    values: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the period, beside that of the period before and of the same period last year."""

    key: str
    title: str
    unit: Unit
    value: Value
    before: Value = None
    year_before: Value = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    key: str
    title: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class Table:
    """A table of figures: each row has a value for each column. `total`, where there is one, is one more row."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...] | None = None
    chart: Chart = Chart.NONE
    drawn: str = ""
    """The key of the column that the chart shows."""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """What belongs together: calls, tickets, callbacks, SMS, satisfaction, the log's gaps."""

    key: str
    title: str
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The evaluation of one period, as it was known at `as_of`. `running`: the period was not over then."""

    period: Period
    as_of: datetime
    running: bool
    sections: tuple[Section, ...]
    notes: tuple[Note, ...] = ()
