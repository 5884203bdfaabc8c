"""The hours file: TOML that an admin edits, into a `Schedule`, or every fault at once.

Import this module where it is used: pydantic is slow to start. `depok.toml` beside it shows every kind of row.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from depok_agi.errors import SettingsError
from depok_agi.hours.holidays import national_holidays
from depok_agi.hours.schedule import SECONDS_A_DAY, Holiday, Schedule, Span, SpecialDay, WeeklyPattern

_SPAN = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_LAST_MINUTE = 59

Path = tuple[str | int, ...]


def load(text: str, source: str, years: Iterable[int]) -> Schedule:
    """Read an hours file.

    Args:
        text: the file's text.
        source: what to call the file in a fault.
        years: the years to fill with national holidays.

    Raises:
        SettingsError: one line for each fault, `source:line: path: what is wrong`.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{source}: {error}") from error
    faults: list[_Fault] = []
    top = _read(_File, raw, (), faults)
    weekly = _rows(_Weekly, raw, "weekly", faults)
    holidays = _rows(_Holiday, raw, "holiday", faults)
    working = _rows(_Working, raw, "working", faults)
    days = _rows(_Day, raw, "day", faults)
    for index, row in weekly.items():
        faults += _faults_of_weekly(row, index)
    faults += _faults_between_weekly(weekly)
    if top and len(weekly) == len(top.weekly):
        faults += _faults_of_coverage(weekly.values())
    faults += [*_repeated("holiday", holidays), *_repeated("working", working), *_repeated("day", days)]
    faults += _contradictions(holidays, working)
    if top is None or faults:
        lines = text.splitlines()
        ordered = sorted((_line_of(fault.path, lines), _show(fault.path), fault.text) for fault in faults)
        raise SettingsError("\n".join(f"{source}:{line}: {path}: {text}" for line, path, text in ordered))
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


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Spans = Annotated[list[Annotated[Span, PlainValidator(_span)]], AfterValidator(_in_order)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _File(_Table):
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Jakarta"
    lines_open_in_break: bool = True
    national_holidays: bool = True
    weekly: list[Any]
    holiday: list[Any] = Field(default_factory=list)
    working: list[Any] = Field(default_factory=list)
    day: list[Any] = Field(default_factory=list)


class _Weekdays(_Table):
    monday: _Spans = Field(default_factory=list)
    tuesday: _Spans = Field(default_factory=list)
    wednesday: _Spans = Field(default_factory=list)
    thursday: _Spans = Field(default_factory=list)
    friday: _Spans = Field(default_factory=list)
    saturday: _Spans = Field(default_factory=list)
    sunday: _Spans = Field(default_factory=list)

    def week(self) -> dict[str, tuple[Span, ...]]:
        return {name: tuple(getattr(self, name)) for name in _Weekdays.model_fields}


class _Weekly(_Weekdays):
    title: _Text
    regulation: _Text
    valid_from: date
    valid_until: date | None = None
    breaks: _Weekdays = Field(default_factory=_Weekdays)

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


class _Dated(_Table):
    day: date
    regulation: _Text


class _Holiday(_Dated):
    name: _Text


class _Working(_Dated):
    """Names its decree for whoever reads the file; on the day itself the weekly pattern speaks again."""


class _Day(_Dated):
    title: _Text
    open: _Spans = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Fault:
    path: Path
    text: str


_Model = TypeVar("_Model", bound=_Table)
_DatedRow = TypeVar("_DatedRow", bound=_Dated)


def _read(model: type[_Model], raw: object, path: Path, faults: list[_Fault]) -> _Model | None:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        faults += [_Fault((*path, *detail["loc"]), _explain(detail)) for detail in error.errors()]
        return None


def _rows(model: type[_Model], raw: Mapping[str, Any], name: str, faults: list[_Fault]) -> dict[int, _Model]:
    """Read the `[[name]]` tables one by one, so that a fault in one does not hide those of another."""
    tables = raw.get(name)
    if not isinstance(tables, list):
        return {}
    read = {index: _read(model, table, (name, index), faults) for index, table in enumerate(tables)}
    return {index: row for index, row in read.items() if row is not None}


_EXPLANATIONS = {
    "missing": "is missing",
    "extra_forbidden": "unknown key",
    "string_type": "must be text in quotes",
    "string_too_short": "must not be empty",
    "bool_type": "must be true or false",
    "date_type": "must be a date without quotes, such as 2026-02-19",
    "list_type": "must be a list (and a kind of row is written in two brackets, such as [[weekly]])",
    "model_type": "must be a table",
}


def _explain(detail: ErrorDetails) -> str:
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    return _EXPLANATIONS.get(detail["type"], detail["msg"])


def _faults_of_weekly(row: _Weekly, index: int) -> Iterator[_Fault]:
    if row.valid_until is not None and row.valid_until < row.valid_from:
        yield _Fault(("weekly", index, "valid_until"), f"{row.valid_until} is before valid_from, {row.valid_from}")
    spans = row.week()
    for weekday, breaks in row.breaks.week().items():
        for position, rest in enumerate(breaks):
            if not any(span.start <= rest.start and rest.end <= span.end for span in spans[weekday]):
                yield _Fault(("weekly", index, "breaks", weekday, position), f"{rest} is not within an open span")


def _faults_between_weekly(rows: dict[int, _Weekly]) -> Iterator[_Fault]:
    for (one, first), (other, second) in combinations(rows.items(), 2):
        if (first.valid_from, first.valid_until) == (second.valid_from, second.valid_until):
            end = f"until {first.valid_until}" if first.valid_until else "with no valid_until"
            text = f"from {first.valid_from} {end}, exactly as weekly[{one}]: which one is meant?"
            yield _Fault(("weekly", other, "valid_from"), text)


def _faults_of_coverage(rows: Iterable[_Weekly]) -> Iterator[_Fault]:
    """Without a week that goes on, the centre would one day be closed for good and no working-day clock would end."""
    if not any(row.valid_until is None and any(row.week().values()) for row in rows):
        yield _Fault(("weekly",), "one row must be open on some day and have no valid_until")


def _repeated(name: str, rows: dict[int, _DatedRow]) -> Iterator[_Fault]:
    for (one, first), (other, second) in combinations(rows.items(), 2):
        if first.day == second.day:
            yield _Fault((name, other, "day"), f"{second.day} is already {name}[{one}]")


def _contradictions(holidays: dict[int, _Holiday], working: dict[int, _Working]) -> Iterator[_Fault]:
    off = {row.day: index for index, row in holidays.items()}
    for index, row in working.items():
        if row.day in off:
            yield _Fault(("working", index, "day"), f"{row.day} is a day off by holiday[{off[row.day]}]")


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
