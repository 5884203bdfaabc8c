"""The report as plain text of at most 80 columns, with small bars: for a terminal, a pipe, the text of an e-mail.

A table that is too wide goes on below itself, each time with its first column. Nothing is told by colour.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from depok_agi.reports.report import Chart, Column, Figure, Report, Section, Table, Unit
from depok_agi.reports.writers.charts import hours_of, shade
from depok_agi.reports.writers.wording import CENTRE, DASH, NUMBERS, Wording

WIDTH = 80
_GAP = "  "
_WIDEST_NAME = 30
_BAR = 16
_FEWEST_FOR_A_BAR = 8


@dataclass(frozen=True, slots=True)
class Signs:
    """What is drawn with."""

    line: str
    double_line: str
    eighths: str
    """A bar's last sign, by how much of it is filled; the last one is all of it."""
    shades: str


BLOCKS = Signs("\N{BOX DRAWINGS LIGHT HORIZONTAL}", "\N{BOX DRAWINGS DOUBLE HORIZONTAL}", " ▏▎▍▌▋▊▉█", " ░▒▓█")
ASCII = Signs("-", "=", " #", " .:+#")
_TO_ASCII = str.maketrans({DASH: "-", "\N{HORIZONTAL ELLIPSIS}": "..."})


def write(report: Report, wording: Wording, *, ascii_only: bool = False, with_tables: bool = True) -> str:
    """The text.

    Args:
        report: the figures.
        wording: the reader's language and time zone.
        ascii_only: for a terminal that has no other signs; each unknown one becomes a question mark.
        with_tables: without them it is the key figures alone.
    """
    signs = ASCII if ascii_only else BLOCKS
    title = wording.title(report)
    lines = [wording.gettext(CENTRE), title, signs.double_line * len(title), *_wrapped(wording.as_of(report))]
    for note in wording.notes(report):
        lines += _wrapped(note)
    for section in report.sections:
        lines += ["", *_section(section, wording, signs, with_tables=with_tables)]
    text = "\n".join(line.rstrip() for line in lines) + "\n"
    return text.translate(_TO_ASCII).encode("ascii", "replace").decode("ascii") if ascii_only else text


def _section(section: Section, wording: Wording, signs: Signs, *, with_tables: bool) -> Iterator[str]:
    title = wording.gettext(section.title)
    yield title
    yield signs.double_line * min(len(title), WIDTH)
    for note in section.notes:
        yield from _wrapped(wording.note(note))
    if section.figures:
        yield ""
        yield from _figures(section.figures, wording, signs)
    for table in section.tables if with_tables else ():
        yield ""
        yield from _wrapped(wording.gettext(table.title))
        yield from _table(table, wording, signs)
        for note in table.notes:
            yield from _wrapped(wording.note(note))


def _figures(figures: Sequence[Figure], wording: Wording, signs: Signs) -> Iterator[str]:
    heads = ["Figure", "This period", "Period before", "A year before"]
    values = [(figure.value, figure.before, figure.year_before) for figure in figures]
    shown = [place for place in range(3) if place == 0 or any(row[place] is not None for row in values)]
    columns = [Column("", heads[0], Unit.TERM), *(Column("", heads[place + 1], Unit.COUNT) for place in shown)]
    rows = [
        [wording.gettext(figure.title), *(wording.value(row[place], figure.unit) for place in shown)]
        for figure, row in zip(figures, values, strict=True)
    ]
    yield from _grid(columns, rows, wording, signs)


def _table(table: Table, wording: Wording, signs: Signs) -> Iterator[str]:
    if not table.rows:
        yield wording.gettext("There is nothing to show.")
    elif table.chart is Chart.HEAT_MAP and hours_of(table):
        yield from _heat_map(table, wording, signs)
    else:
        rows = [wording.row(row, table.columns) for row in table.rows]
        yield from _grid(table.columns, rows, wording, signs, total=wording.total(table), bars=_bars(table))


def _heat_map(table: Table, wording: Wording, signs: Signs) -> Iterator[str]:
    """Weekdays down and hours across, each count with a sign that is darker the more there are."""
    counts = {(int(str(row[0])), int(str(row[1]))): row[2] for row in table.rows}
    most = max((float(count) for count in counts.values() if isinstance(count, int | float)), default=0.0)
    hours, unit = hours_of(table), table.columns[2].unit

    def cell(day: int, hour: int) -> str:
        count = counts.get((day, hour), "")
        if not isinstance(count, int | float):
            return "" if count == "" else DASH + " "
        return wording.value(count, unit) + signs.shades[shade(count, most)]

    heads = [wording.label(hour, Unit.HOUR) for hour in hours]
    rows = [[wording.label(day, Unit.WEEKDAY), *(cell(day, hour) for hour in hours)] for day in range(1, 8)]
    columns = [Column("", head, Unit.COUNT if head else Unit.TEXT) for head in ("", *heads)]
    yield from _grid(columns, rows, wording, signs, gap=" ")


@dataclass(frozen=True, slots=True)
class _Bars:
    """The bars beside a column: how long each is, from 0 to 1."""

    column: int
    lengths: tuple[float, ...]


def _bars(table: Table) -> _Bars | None:
    keys = [column.key for column in table.columns]
    if table.chart not in {Chart.BARS, Chart.TREND} or table.drawn not in keys:
        return None
    place = keys.index(table.drawn)
    values = [row[place] for row in table.rows]
    numbers = [float(value) if isinstance(value, int | float) else 0.0 for value in values]
    most = 1.0 if table.columns[place].unit is Unit.SHARE else max(numbers) or 1.0
    return _Bars(place, tuple(number / most for number in numbers))


def bar(length: float, signs: Signs, width: int) -> str:
    """A bar of a length from 0 to 1, as so many signs at most; for more than nothing, it is something."""
    parts = len(signs.eighths) - 1
    filled = 0 if length <= 0 else max(1, min(round(length * width * parts), width * parts))
    whole, rest = divmod(filled, parts)
    return signs.eighths[-1] * whole + (signs.eighths[rest] if rest else "")


def _grid(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    wording: Wording,
    signs: Signs,
    *,
    total: Sequence[str] | None = None,
    bars: _Bars | None = None,
    gap: str = _GAP,
) -> Iterator[str]:
    """The table, in as many parts below each other as its width takes."""
    heads = [wording.gettext(column.title) for column in columns]
    everything = [*rows, *([total] if total is not None else [])]
    widths = [
        min(max((len(row[place]) for row in everything), default=0), _WIDEST_NAME if place == 0 else WIDTH)
        for place in range(len(columns))
    ]
    widths = [max(width, _longest_word(head)) for width, head in zip(widths, heads, strict=True)]
    for number, part in enumerate(_parts(widths, len(gap))):
        if number:
            yield ""
        taken = [widths[place] for place in part]
        room = WIDTH - sum(taken) - len(gap) * len(part)
        has_bars = bars is not None and bars.column in part and room >= _FEWEST_FOR_A_BAR
        drawn = [bar(length, signs, min(room, _BAR)) for length in bars.lengths] if bars and has_bars else []
        yield from _lines([heads[place] for place in part], taken, _numbers(columns, part), gap)
        rule = signs.line * min(sum(taken) + len(gap) * (len(part) - 1), WIDTH)
        yield rule
        for place, row in enumerate(rows):
            beside = drawn[place] if place < len(drawn) else ""
            yield from _lines([row[cell] for cell in part], taken, _numbers(columns, part), gap, beside)
        if total is not None:
            yield rule
            yield from _lines([total[cell] for cell in part], taken, _numbers(columns, part), gap)


def _parts(widths: Sequence[int], gap: int) -> Iterator[list[int]]:
    """The columns of each part; the first column is in all of them."""
    part, used = [0], widths[0]
    for place in range(1, len(widths)):
        if len(part) > 1 and used + gap + widths[place] > WIDTH:
            yield part
            part, used = [0], widths[0]
        part.append(place)
        used += gap + widths[place]
    yield part


def _numbers(columns: Sequence[Column], part: Iterable[int]) -> list[bool]:
    return [columns[place].unit in NUMBERS for place in part]


def _lines(
    cells: Sequence[str], widths: Sequence[int], numbers: Sequence[bool], gap: str, beside: str = ""
) -> Iterator[str]:
    """A row, folded into as many lines as its longest cell takes; a bar stands beside the first."""
    folded = [_fold(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for line in range(max(map(len, folded))):
        texts = [part[line] if line < len(part) else "" for part in folded]
        aligned = [
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(texts, widths, numbers, strict=True)
        ]
        yield gap.join([*aligned, *([beside] if beside and line == 0 else [])])


def _fold(text: str, width: int) -> list[str]:
    return [text] if len(text) <= width else wrap(text, width)


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)


def _wrapped(text: str) -> list[str]:
    return wrap(text, WIDTH) or [""]
