"""The hours file: TOML that an admin edits, into a `Schedule`, or every fault at once.

Import this module where it is used: most commands need no hours. `depok.toml` beside it shows every kind of row.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import combinations
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Meta, field

from depok_agi.errors import SettingsError
from depok_agi.hours.holidays import national_holidays
from depok_agi.hours.schedule import SECONDS_A_DAY, Holiday, Schedule, Span, SpecialDay, WeeklyPattern
from depok_agi.toml_file import Fault, Path, Table, parse, read, text

_SPAN = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_LAST_MINUTE = 59

MOST_FAULTS = 200
"""That are told at once: for each, the file is looked through for its line."""


def load(content: str, source: str, years: Iterable[int]) -> Schedule:
    """Read an hours file.

    Args:
        content: the file's text.
        source: what to call the file in a fault.
        years: the years to fill with national holidays.

    Raises:
        SettingsError: one line for each fault, `source:line: path: what is wrong`.
    """
    try:
        raw = parse(content)
    except ValueError as error:
        raise SettingsError("{source}: {error}", source=source, error=error) from error
    faults: list[Fault] = []
    top = read(_File, raw, (), faults)
    weekly = _rows(_Weekly, raw, "weekly", faults)
    holidays = _rows(_Holiday, raw, "holiday", faults)
    working = _rows(_Working, raw, "working", faults)
    days = _rows(_Day, raw, "day", faults)
    faults += _faults_between_weekly(weekly)
    if top and len(weekly) == len(top.weekly):
        faults += _faults_of_coverage(weekly.values())
    faults += [*_repeated("holiday", holidays), *_repeated("working", working), *_repeated("day", days)]
    faults += _contradictions(holidays, working)
    if top is None or faults:
        lines = content.splitlines()
        first = faults[:MOST_FAULTS]
        ordered = sorted((_line_of(fault.path, lines), _show(fault.path), fault.text) for fault in first)
        told = [f"{source}:{line}: {path}: {what}" for line, path, what in ordered]
        if len(faults) > len(first):
            told.append(f"{source}: and {len(faults) - len(first)} more faults")
        raise SettingsError("\n".join(told))
    off = {holiday.day: holiday for holiday in (national_holidays(years) if top.national_holidays else ())}
    for taken_away in working.values():
        off.pop(taken_away.day, None)
    off |= {row.day: Holiday(row.day, row.name, row.regulation) for row in holidays.values()}
    return Schedule(
        timezone=top.timezone,
        weekly=tuple(row.pattern(lines_open_in_break=top.lines_open_in_break) for row in weekly.values()),
        holidays=tuple(off[day] for day in sorted(off)),
        days=tuple(SpecialDay(row.day, row.title, row.regulation, tuple(row.open)) for row in days.values()),
    )


def _span(written: object) -> Span:
    found = _SPAN.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        raise ValueError(f'{written!r} is no span: write it as "07:30-16:00"')
    start = _second(found[1], found[2])
    end = _second(found[3], found[4])
    if start == end:
        raise ValueError(f"{written} is empty")
    if end == 0:
        raise ValueError(f"{written} ends before it starts: write 24:00 for the end of the day")
    if end < start:
        raise ValueError(
            f"{written} ends before it starts: a span cannot cross midnight, split it into two days "
            f"({found[1]}:{found[2]}-24:00 and, on the next, 00:00-{found[3]}:{found[4]})"
        )
    return Span(start, end)


def _second(hour: str, minute: str) -> int:
    second = int(hour) * 3600 + int(minute) * 60
    if int(minute) > _LAST_MINUTE or second > SECONDS_A_DAY:
        raise ValueError(f"{hour}:{minute} is no time of day")
    return second


def _in_order(spans: list[Span]) -> list[Span]:
    for one, other in combinations(spans, 2):
        if one.start < other.end and other.start < one.end:
            raise ValueError(f"{one} and {other} overlap")
    return sorted(spans, key=lambda span: span.start)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise ValueError(f'{name!r} is no time zone: write it as "Asia/Jakarta"') from error
    return name


def _stripped(given: str) -> str:
    if not given.strip():
        raise ValueError("must not be empty")
    return given.strip()


def _date(given: object) -> date:
    if not isinstance(given, date) or isinstance(given, datetime):
        raise ValueError("must be a date without quotes, such as 2026-02-19")  # noqa: TRY004 - toml_file takes no other
    return given


_Text = Annotated[str, text, _stripped]
_Date = Annotated[date, _date]
_Spans = Annotated[
    list[Annotated[Span, _span]], Meta(description='a list, such as ["07:30-12:00", "13:00-16:00"]'), _in_order
]
_Rows = Annotated[list[Any], Meta(description="rows, each written below two brackets, such as [[weekly]]")]


class _File(Table, frozen=True, kw_only=True):
    timezone: Annotated[str, text, _zone] = "Asia/Jakarta"
    lines_open_in_break: bool = True
    national_holidays: bool = True
    weekly: _Rows
    holiday: _Rows = field(default_factory=list)
    working: _Rows = field(default_factory=list)
    day: _Rows = field(default_factory=list)


class _Weekdays(Table, frozen=True):
    monday: _Spans = field(default_factory=list)
    tuesday: _Spans = field(default_factory=list)
    wednesday: _Spans = field(default_factory=list)
    thursday: _Spans = field(default_factory=list)
    friday: _Spans = field(default_factory=list)
    saturday: _Spans = field(default_factory=list)
    sunday: _Spans = field(default_factory=list)

    def week(self) -> dict[str, tuple[Span, ...]]:
        return {name: tuple(getattr(self, name)) for name in _Weekdays.__struct_fields__}


class _Weekly(_Weekdays, frozen=True, kw_only=True):
    title: _Text
    regulation: _Text
    valid_from: _Date
    valid_until: _Date | None = None
    breaks: _Weekdays = _Weekdays()

    def faults(self) -> Iterator[Fault]:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            yield Fault(("valid_until",), f"{self.valid_until} is before valid_from, {self.valid_from}")
        spans = self.week()
        for weekday, breaks in self.breaks.week().items():
            for position, rest in enumerate(breaks):
                if not any(span.start <= rest.start and rest.end <= span.end for span in spans[weekday]):
                    yield Fault(("breaks", weekday, position), f"{rest} is not within an open span")

    def pattern(self, *, lines_open_in_break: bool) -> WeeklyPattern:
        return WeeklyPattern(
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            title=self.title,
            regulation=self.regulation,
            spans=tuple(self.week().values()),
            breaks=tuple(self.breaks.week().values()),
            lines_open_in_break=lines_open_in_break,
        )


class _Dated(Table, frozen=True):
    day: _Date
    regulation: _Text


class _Holiday(_Dated, frozen=True):
    name: _Text


class _Working(_Dated, frozen=True):
    """Names its decree for whoever reads the file; on the day itself the weekly pattern speaks again."""


class _Day(_Dated, frozen=True):
    title: _Text
    open: _Spans = field(default_factory=list)


_Row = TypeVar("_Row", bound=Table)
_DatedRow = TypeVar("_DatedRow", bound=_Dated)


def _rows(kind: type[_Row], raw: Mapping[str, Any], name: str, faults: list[Fault]) -> dict[int, _Row]:
    """Read the `[[name]]` tables one by one, so that a fault in one does not hide those of another."""
    tables = raw.get(name)
    if not isinstance(tables, list):
        return {}
    rows = {index: read(kind, table, (name, index), faults) for index, table in enumerate(tables)}
    return {index: row for index, row in rows.items() if row is not None}


def _faults_between_weekly(rows: dict[int, _Weekly]) -> Iterator[Fault]:
    firsts: dict[tuple[date, date | None], int] = {}
    for index, row in rows.items():
        first = firsts.setdefault((row.valid_from, row.valid_until), index)
        if first != index:
            end = f"until {row.valid_until}" if row.valid_until else "with no valid_until"
            what = f"from {row.valid_from} {end}, exactly as weekly[{first}]: which one is meant?"
            yield Fault(("weekly", index, "valid_from"), what)


def _faults_of_coverage(rows: Iterable[_Weekly]) -> Iterator[Fault]:
    """Without a week that goes on, the centre would one day be closed for good and no working-day clock would end."""
    if not any(row.valid_until is None and any(row.week().values()) for row in rows):
        yield Fault(("weekly",), "one row must be open on some day and have no valid_until")


def _repeated(name: str, rows: dict[int, _DatedRow]) -> Iterator[Fault]:
    firsts: dict[date, int] = {}
    for index, row in rows.items():
        first = firsts.setdefault(row.day, index)
        if first != index:
            yield Fault((name, index, "day"), f"{row.day} is already {name}[{first}]")


def _contradictions(holidays: dict[int, _Holiday], working: dict[int, _Working]) -> Iterator[Fault]:
    off = {row.day: index for index, row in holidays.items()}
    for index, row in working.items():
        if row.day in off:
            yield Fault(("working", index, "day"), f"{row.day} is a day off by holiday[{off[row.day]}]")


def _show(path: Path) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _line_of(path: Path, lines: list[str]) -> int:
    """Find the line that a path stands on, or that of its table: tomllib tells no lines."""
    table, index, *_ = (*path, 0)
    header = re.compile(rf"\s*\[+\s*{re.escape(str(table))}\s*]")
    headers = [number for number, line in enumerate(lines, 1) if header.match(line)]
    start, keys = (headers[int(index)], path[2:]) if headers else (0, path)
    key = r"\s*\.\s*".join(re.escape(part) for part in keys if isinstance(part, str))
    for number, line in enumerate(lines[start:], start + 1):
        if key and re.match(rf"\s*{key}\s*=", line):
            return number
        if re.match(r"\s*\[", line):
            break
    return max(start, 1)
