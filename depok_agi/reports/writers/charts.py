"""What a chart of a table looks like: where its bars, squares and points are, and the words on them.

Lengths are those of the picture's own `viewBox`. Each value stands beside its bar or in its square, so that nothing is
told by colour alone, and each chart has one sentence for those who cannot see it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from depok_agi.reports.report import Chart, Column, Table, Unit, Value
from depok_agi.reports.writers.wording import Wording

BARS_WIDTH = 480
BAR_STEP = 20
_BARS_FROM = 168
_BARS_LONGEST = 230
_LONGEST_LABEL = 21
_MOST_BARS = 40
"""As many as fit a page of A4; more become another picture."""

_BARS_OF_A_PAGE = 30
"""More than these leave no room for anything else on it."""

SQUARES_WIDTH = 720
SQUARE_HEIGHT = 26
_SQUARES_FROM = 44
_DARKEST = 4
_LIGHT_TEXT_FROM = 3
_HOURS_A_DAY = 24
_DAYS_A_WEEK = 7

TREND_WIDTH = 480
TREND_HEIGHT = 190
TREND_LEFT = 64
TREND_RIGHT = 464
_TREND_TOP = 22
TREND_BOTTOM = 160
_MOST_DATES = 8
_NICE = (1, 2, 4, 5, 6, 8, 10)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its row's name and its value. `label` may be cut; `name` is whole."""

    name: str
    label: str
    text: str
    y: float
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bars:
    """A picture of at most 40 bars."""

    description: str
    height: float
    is_tall: bool
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Square:
    """An hour of a weekday. `shade` is from 0, the lightest, to 4."""

    x: float
    y: float
    width: float
    text: str
    shade: int
    is_dark: bool


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The picture, and the same numbers by hour (rows) and weekday (columns)."""

    description: str
    height: float
    hours: tuple[tuple[str, float], ...]
    days: tuple[tuple[str, float], ...]
    squares: tuple[Square, ...]
    day_names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A value of the line. `text` is empty where it would stand too close to others."""

    x: float
    y: float
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Trend:
    """A line, broken where there is no figure; its levels and its dates."""

    description: str
    lines: tuple[tuple[Point, ...], ...]
    levels: tuple[tuple[str, float], ...]
    dates: tuple[tuple[str, float], ...]


def bars(table: Table, wording: Wording) -> Iterator[Bars]:
    """The bars of a table, in its order: a share's against the whole, others against the longest."""
    place, column = _drawn(table)
    rows = [(row[0], _number(row[place])) for row in table.rows]
    most = 1.0 if column.unit is Unit.SHARE else max((number or 0.0 for _, number in rows), default=0.0)
    for first in range(0, len(rows), _MOST_BARS):
        some = rows[first : first + _MOST_BARS]
        drawn = [_bar(table, wording, most, row, line) for line, row in enumerate(some)]
        height, is_tall = len(drawn) * BAR_STEP + 4, len(drawn) > _BARS_OF_A_PAGE
        yield Bars(_described(table, wording), height, is_tall, tuple(drawn))


def _bar(table: Table, wording: Wording, most: float, row: tuple[Value, float | None], line: int) -> Bar:
    name = wording.value(row[0], table.columns[0].unit)
    label = name if len(name) <= _LONGEST_LABEL else f"{name[: _LONGEST_LABEL - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"
    width = 0.0 if row[1] is None or not most else min(max(row[1] / most, 0.0), 1.0) * _BARS_LONGEST
    text = wording.value(row[1], _drawn(table)[1].unit)
    return Bar(name, label, text, line * BAR_STEP + 2, _BARS_FROM, round(width, 1))


def heat_map(table: Table, wording: Wording) -> HeatMap:
    """Weekdays down and hours across, from the first hour with anything in it to the last."""
    counts = {(int(str(row[0])), int(str(row[1]))): _number(row[2]) for row in table.rows}
    hours = hours_of(table)
    days = range(1, _DAYS_A_WEEK + 1)
    most = max((count or 0.0 for count in counts.values()), default=0.0)
    step = (SQUARES_WIDTH - _SQUARES_FROM) / max(len(hours), 1)
    unit = table.columns[2].unit

    def text(day: int, hour: int) -> str:
        return wording.value(counts[day, hour], unit) if (day, hour) in counts else ""

    squares = tuple(
        _square(
            _SQUARES_FROM + step * across, SQUARE_HEIGHT * day, step, text(day, hour), counts.get((day, hour)), most
        )
        for day in days
        for across, hour in enumerate(hours)
    )
    names = tuple(wording.label(day, Unit.WEEKDAY) for day in days)
    return HeatMap(
        description=_described(table, wording),
        height=SQUARE_HEIGHT * (_DAYS_A_WEEK + 1),
        hours=tuple(
            (wording.label(hour, Unit.HOUR), round(_SQUARES_FROM + step * (across + 0.5), 1))
            for across, hour in enumerate(hours)
        ),
        days=tuple((name, SQUARE_HEIGHT * (day + 0.65)) for day, name in zip(days, names, strict=True)),
        squares=squares,
        day_names=names,
        rows=tuple((wording.value(hour, Unit.HOUR), tuple(text(day, hour) for day in days)) for hour in hours),
    )


def hours_of(table: Table) -> range:
    """The hours of a heat map from the first with a count to the last; none where there is none."""
    with_any = [int(str(row[1])) for row in table.rows if row[2]]
    return range(min(with_any), max(with_any) + 1) if with_any else range(0)


def shade(number: float | None, most: float, darkest: int = _DARKEST) -> int:
    """How dark a number is, from 0 to `darkest`; anything but nothing is at least 1."""
    if not number or not most:
        return 0
    return max(1, min(darkest, round(number / most * darkest)))


def _square(x: float, y: float, width: float, text: str, number: float | None, most: float) -> Square:
    dark = shade(number, most)
    return Square(round(x, 1), y, round(width, 1), text, dark, is_dark=dark >= _LIGHT_TEXT_FROM)


def trend(table: Table, wording: Wording) -> Trend:
    """The line from the first row to the last, above 0."""
    place, column = _drawn(table)
    numbers = [_number(row[place]) for row in table.rows]
    top = _nice(max((number or 0.0 for number in numbers), default=0.0), column.unit)
    step = (TREND_RIGHT - TREND_LEFT) / max(len(numbers) - 1, 1)
    known = [index for index, number in enumerate(numbers) if number is not None]
    told = {known[-1], max(known, key=lambda index: numbers[index] or 0.0)} if known else set()

    def x(index: int) -> float:
        return round(TREND_LEFT + step * index, 1)

    def y(number: float) -> float:
        return round(TREND_BOTTOM - number / top * (TREND_BOTTOM - _TREND_TOP), 1)

    lines: list[list[Point]] = [[]]
    for index, number in enumerate(numbers):
        if number is None:
            lines.append([])
            continue
        text = wording.value(number, column.unit) if index in told else ""
        anchor = "end" if index == len(numbers) - 1 and index else "start" if index == 0 else "middle"
        lines[-1].append(Point(x(index), y(number), text, anchor))
    if len(told) > 1 and max(told) - min(told) < len(numbers) / 5:
        lines = [[_without_text(point) if point.x == x(known[-1]) else point for point in line] for line in lines]
    every = -(-len(table.rows) // _MOST_DATES) or 1
    return Trend(
        description=_described(table, wording),
        lines=tuple(tuple(line) for line in lines if line),
        levels=tuple((wording.value(level, column.unit), y(level)) for level in (0.0, top / 2, top)),
        dates=tuple(
            (wording.label(row[0], table.columns[0].unit), x(index))
            for index, row in enumerate(table.rows)
            if index % every == 0
        ),
    )


def _without_text(point: Point) -> Point:
    return Point(point.x, point.y, "", point.anchor)


def _nice(most: float, unit: Unit) -> float:
    """A round number that is no less."""
    if unit is Unit.SHARE:
        return 1.0
    if most <= 0:
        return 2.0
    size = 1.0
    while size * 10 < most:
        size *= 10
    while size > most:
        size /= 10
    if unit in {Unit.COUNT, Unit.SECONDS}:
        size = max(size, 1.0)
    return next(times * size for times in _NICE if times * size >= most and (size > 1 or times > 1))


def _described(table: Table, wording: Wording) -> str:
    """One sentence on what is to be seen."""
    place, _column = _drawn(table)
    known = [(number, row) for row in table.rows if (number := _number(row[place])) is not None]
    if not known:
        return wording.gettext("There is nothing to show.")
    most, least = max(known, key=_first), min(known, key=_first)
    return wording.gettext("Highest: {most}; lowest: {least}. The table beside it has every number.").format(
        most=_said(table, wording, most[1], place), least=_said(table, wording, least[1], place)
    )


def _first(known: tuple[float, Sequence[Value]]) -> float:
    return known[0]


def _said(table: Table, wording: Wording, row: Sequence[Value], place: int) -> str:
    names = row[:2] if table.chart is Chart.HEAT_MAP else row[:1]
    told = [wording.value(value, column.unit) for value, column in zip(names, table.columns, strict=False)]
    return f"{' '.join(told)}, {wording.value(row[place], table.columns[place].unit)}"


def _drawn(table: Table) -> tuple[int, Column]:
    """The column that is drawn. Raises ValueError when there is none of that key."""
    if table.chart is Chart.HEAT_MAP:
        return 2, table.columns[2]
    keys = [column.key for column in table.columns]
    if table.drawn not in keys:
        raise ValueError(f"table {table.key} has no column {table.drawn} to be drawn")
    place = keys.index(table.drawn)
    return place, table.columns[place]


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) else None
