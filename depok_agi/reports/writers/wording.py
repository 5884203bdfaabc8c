"""Values as people read them: the one place that rounds, so that figures are equal in all formats.

Rules
-----
1. Halves are rounded away from zero, as people do, on the decimal digits of a number and not on its binary ones.
2. Per cent have one decimal, hours one, scores two. A share that is not all is never shown as 100%, one that is not
   nothing never as 0%: a city that left one complaint of 5,000 unanswered has not answered all.
3. What there is no figure for is a dash, never 0.
4. Indonesian writes 1.234,5 and 10.30; English 1,234.5 and 10:30. Dates are day-month-year in both.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from depok_agi.language import Language, gettext_noop, translate
from depok_agi.reports.period import Period, PeriodKind
from depok_agi.reports.report import Column, Note, Report, Table, Unit, Value

DASH = "\N{EN DASH}"
CENTRE = gettext_noop("Call centre of the City of Depok 1500 664")

MONTHS = (
    gettext_noop("January"),
    gettext_noop("February"),
    gettext_noop("March"),
    gettext_noop("April"),
    gettext_noop("May"),
    gettext_noop("June"),
    gettext_noop("July"),
    gettext_noop("August"),
    gettext_noop("September"),
    gettext_noop("October"),
    gettext_noop("November"),
    gettext_noop("December"),
)
WEEKDAYS = (
    gettext_noop("Monday"),
    gettext_noop("Tuesday"),
    gettext_noop("Wednesday"),
    gettext_noop("Thursday"),
    gettext_noop("Friday"),
    gettext_noop("Saturday"),
    gettext_noop("Sunday"),
)

DECIMALS = {Unit.COUNT: 0, Unit.SHARE: 3, Unit.SECONDS: 0, Unit.HOURS: 1, Unit.SCORE: 2}
"""Of the number itself: a share's three are one of its per cent."""

NUMBERS = frozenset({*DECIMALS})

_LETTERS_OF_A_SHORT_NAME = 3
_LENGTH_OF_A_MONTH = len("2026-09")
_SEPARATORS = {Language.INDONESIAN: str.maketrans(",.", ".,"), Language.ENGLISH: str.maketrans("", "")}
_CLOCK = {Language.INDONESIAN: "%H.%M", Language.ENGLISH: "%H:%M"}


def rounded(value: Value, unit: Unit) -> float | int:
    """The number as it is shown, for the units of `NUMBERS`. Raises ValueError when it is none."""
    exact = Decimal(str(value)) if isinstance(value, int | float) else None
    if exact is None or not exact.is_finite():
        raise ValueError(f"{value!r} is no number")
    step = Decimal(1).scaleb(-DECIMALS[unit])
    shown = exact.quantize(step, ROUND_HALF_UP)
    if unit is Unit.SHARE and 0 < exact < 1:
        shown = min(max(shown, step), 1 - step)
    return float(shown) if DECIMALS[unit] else int(shown)


def one_line(text: str) -> str:
    """The text as one line, without anything that is not shown."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


@dataclass(frozen=True, slots=True)
class Wording:
    """How a reader's language and wall clock say things."""

    language: Language
    timezone: tzinfo

    def gettext(self, text: str) -> str:
        """A source string in this language."""
        return translate(text, self.language)

    def value(self, value: Value, unit: Unit) -> str:
        """A value in words and digits, on one line; a dash where there is none."""
        if value is None:
            return DASH
        return self._figure(rounded(value, unit), unit) if unit in NUMBERS else self._named(value, unit)

    def _figure(self, number: float, unit: Unit) -> str:
        match unit:
            case Unit.SHARE:
                return f"{self._number(number * 100, 1)}%"
            case Unit.SECONDS:
                return self._duration(int(number))
            case Unit.HOURS:
                return f"{self._number(number, 1)} {self.gettext('h')}"
            case _:
                return self._number(number, DECIMALS[unit])

    def _named(self, value: Value, unit: Unit) -> str:
        match unit:
            case Unit.TERM:
                return self.term(str(value))
            case Unit.MOMENT | Unit.DAY:
                return self._moment(value) if isinstance(value, datetime) else self._day(str(value))
            case Unit.HOUR:
                return f"{int(str(value)):02}{_CLOCK[self.language][2]}00"
            case Unit.WEEKDAY:
                return self.gettext(WEEKDAYS[int(str(value)) - 1])
            case _:
                return one_line(str(value))

    def row(self, values: Sequence[Value], columns: Sequence[Column]) -> list[str]:
        """A row of a table."""
        return [self.value(value, column.unit) for value, column in zip(values, columns, strict=True)]

    def total(self, table: Table) -> list[str] | None:
        """The row of a table that sums the others up, under its own name whatever its first column holds."""
        if table.total is None:
            return None
        return [self.gettext("Total"), *self.row(table.total[1:], table.columns[1:])]

    def label(self, value: Value, unit: Unit) -> str:
        """A value as short as the axis of a chart needs it."""
        if unit is Unit.DAY and isinstance(value, str):
            month = self.gettext(MONTHS[int(value[5:7]) - 1])[:_LETTERS_OF_A_SHORT_NAME]
            return month if len(value) == _LENGTH_OF_A_MONTH else f"{int(value[8:])} {month}"
        if unit is Unit.HOUR:
            return f"{int(str(value)):02}"
        text = self.value(value, unit)
        return text[:_LETTERS_OF_A_SHORT_NAME] if unit is Unit.WEEKDAY else text

    def term(self, term: str) -> str:
        """A word of ours, such as `left_menu`."""
        return one_line(self.gettext(term).replace("_", " "))

    def note(self, note: Note) -> str:
        """A sentence with its values in it."""
        return one_line(self.gettext(note.text).format_map({name: self._in_sentence(v) for name, v in note.values}))

    def period(self, period: Period) -> str:
        """Such as `Wednesday, 30 September 2026`, `September 2026` or `2026`."""
        first = period.first
        if period.kind is PeriodKind.YEAR:
            return str(first.year)
        month = f"{self.gettext(MONTHS[first.month - 1])} {first.year}"
        if period.kind is PeriodKind.MONTH:
            return month
        return f"{self.gettext(WEEKDAYS[first.weekday()])}, {first.day} {month}"

    def title(self, report: Report) -> str:
        """What the report is called."""
        return f"{self.gettext(_TITLES[report.period.kind])}: {self.period(report.period)}"

    def as_of(self, report: Report) -> str:
        """From when its knowledge is, and whether the period was over then."""
        local = report.as_of.astimezone(self.timezone)
        text = self.gettext("As of {moment}.").format(moment=f"{self._moment(local)} {local.tzname()}")
        return " ".join((text, self.gettext("The period was not over then."))) if report.running else text

    def notes(self, report: Report) -> Iterator[str]:
        """The sentences beside the whole report."""
        return (self.note(note) for note in report.notes)

    def _in_sentence(self, value: Value) -> str:
        match value:
            case None | str():
                return self.value(value, Unit.TEXT)
            case datetime():
                return self._moment(value)
            case int():
                return self._number(value, 0)
            case float():
                return re.sub(r"[.,]?0+$", "", self._number(rounded(value, Unit.SCORE), 2))

    def _number(self, number: float, decimals: int) -> str:
        return f"{number:,.{decimals}f}".translate(_SEPARATORS[self.language])

    def _duration(self, seconds: int) -> str:
        """Such as `1 h 2 min 5 s`, to the second, so that it says what a workbook says."""
        minutes, rest = divmod(abs(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        parts = ((hours, "h"), (minutes, "min"), (rest, "s"))
        said = [f"{self._number(count, 0)} {self.gettext(unit)}" for count, unit in parts if count]
        return ("-" if seconds < 0 else "") + (" ".join(said) or f"0 {self.gettext('s')}")

    def _moment(self, at: datetime) -> str:
        local = at.astimezone(self.timezone)
        return f"{local:%d-%m-%Y} {local:{_CLOCK[self.language]}}"

    def _day(self, text: str) -> str:
        if len(text) == _LENGTH_OF_A_MONTH:
            return f"{self.gettext(MONTHS[int(text[5:]) - 1])} {text[:4]}"
        return f"{date.fromisoformat(text):%d-%m-%Y}"


_TITLES = {
    PeriodKind.DAY: gettext_noop("Daily evaluation"),
    PeriodKind.MONTH: gettext_noop("Monthly evaluation"),
    PeriodKind.YEAR: gettext_noop("Yearly evaluation"),
}
UNITS_OF_TIME = (gettext_noop("h"), gettext_noop("min"), gettext_noop("s"))
