"""The report as a workbook (XLSX): a sheet for the key figures, and one for each table.

Rules
-----
1. No cell can run as a formula, whatever it begins with: text is written as text, and marked so that it stays text when
   somebody edits it (what others suffered: govuk-forms 906, iris 443). So a telephone number keeps its + and its 0.
2. A number is a number, rounded as everywhere, so that what can be added up here says what the page says. A duration is
   a part of a day, which Excel shows as [h]:mm:ss. What there is no figure for is an empty cell.
3. Each sheet prints on A4, across where it is wide, with its head on every page.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from depok_agi.reports.report import Column, Report, Section, Table, Unit, Value
from depok_agi.reports.writers.page import titles
from depok_agi.reports.writers.wording import CENTRE, NUMBERS, Wording, one_line, rounded

_A4 = 9
_LONGEST_CELL = 32_000
"""Excel takes 32,767 characters; XlsxWriter leaves out the whole cell when it is longer."""

_LONGEST_NAME = 31
_NOT_IN_A_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_NARROWEST, _WIDEST = 9, 44
_MOST_UPRIGHT = 4
"""Columns that fit A4 upright, where there is room for more rows."""

_OF_A_FIGURE = 20
_LINE_POINTS = 15
_HEAD_ROW = 3
_SECONDS_A_DAY = 86_400
_LENGTH_OF_A_DAY = len("2026-09-30")

_FORMATS = {
    Unit.COUNT: "#,##0",
    Unit.SHARE: "0.0%",
    Unit.SECONDS: "[h]:mm:ss",
    Unit.HOURS: "#,##0.0",
    Unit.SCORE: "0.00",
    Unit.MOMENT: "dd-mm-yyyy hh:mm",
    Unit.DAY: "dd-mm-yyyy",
}


def write(report: Report, wording: Wording, definitions: Mapping[str, str] | None = None) -> bytes:
    """The workbook. Moments are those of the reader's time zone, which Excel does not know.

    Args:
        report: the figures.
        wording: the reader's language and time zone.
        definitions: what a figure, table or column means, in that language, by `section.key`; those of this report get
            a sheet.
    """
    from xlsxwriter import Workbook  # type: ignore[import-untyped] # noqa: PLC0415 - slow, and needed for this alone

    content = io.BytesIO()
    as_it_is = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(content, as_it_is)
    book.set_properties(
        {
            "title": wording.title(report),
            "company": wording.gettext(CENTRE),
            "created": report.as_of.astimezone(wording.timezone).replace(tzinfo=None),
        }
    )
    writer = _Writer(book, report, wording)
    writer.summary()
    for section in report.sections:
        for table in section.tables:
            writer.table(section, table)
    defined = [(title, definitions[key]) for key, title in titles(report) if key in definitions] if definitions else []
    if defined:
        writer.definitions(defined)
    book.close()
    return content.getvalue()


@dataclass(frozen=True, slots=True)
class _Look:
    """How a cell looks: what is in it, whether it sums up or heads others, and on which side it stands."""

    unit: Unit
    is_bold: bool = False
    is_right: bool = False


@dataclass(frozen=True, slots=True)
class _Cell:
    value: Value
    look: _Look


class _Writer:
    """Puts sheets into a workbook."""

    def __init__(self, book: Any, report: Report, wording: Wording) -> None:
        self._book = book
        self._report = report
        self._wording = wording
        self._formats: dict[_Look, Any] = {}
        self._names: set[str] = set()
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 2})
        self._number_head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "align": "right"}
        )
        self._note = book.add_format({"italic": True, "quote_prefix": True})

    def summary(self) -> None:
        """The key figures of all sections, each under its own title, and all that is to be said about the report."""
        wording = self._wording
        gettext = wording.gettext
        heads = [gettext("Figure"), gettext("This period"), gettext("Period before"), gettext("A year before")]
        page = self._sheet(gettext("Key figures"), wording.title(self._report), heads, numbers={1, 2, 3})
        widths = (_WIDEST, *[_OF_A_FIGURE] * 3)
        self._widen(page, heads, widths)
        row = _HEAD_ROW + 1
        for section in self._report.sections:
            if section.figures:
                self._write(page, row, [_Cell(section.title, _Look(Unit.TERM, is_bold=True))], widths)
                row += 1
            for figure in section.figures:
                look = _Look(figure.unit, is_right=True)
                values = (figure.value, figure.before, figure.year_before)
                name = _Cell(figure.title, _Look(Unit.TERM))
                self._write(page, row, [name, *(_Cell(value, look) for value in values)], widths)
                row += 1
        said = (*wording.notes(self._report), *(wording.note(n) for s in self._report.sections for n in s.notes))
        self._notes(page, row + 1, said)

    def table(self, section: Section, table: Table) -> None:
        """A sheet of its own for a table."""
        wording = self._wording
        heads = [self._head_of(column) for column in table.columns]
        numbers = {place for place, column in enumerate(table.columns) if column.unit in NUMBERS}
        title = f"{wording.title(self._report)}, {wording.gettext(section.title)}: {wording.gettext(table.title)}"
        page = self._sheet(wording.gettext(table.title), title, heads, numbers=numbers)
        total = None if table.total is None else ("Total", *table.total[1:])
        rows = [*table.rows, *([total] if total is not None else [])]
        widths = [
            self._width(column, head, [row[place] for row in (rows if place else table.rows)])
            for place, (column, head) in enumerate(zip(table.columns, heads, strict=True))
        ]
        self._widen(page, heads, widths)
        for row, values in enumerate(rows, _HEAD_ROW + 1):
            looks = [_Look(column.unit, is_bold=values is total) for column in table.columns]
            if values is total:
                looks[0] = _Look(Unit.TERM, is_bold=True)
            self._write(page, row, list(map(_Cell, values, looks)), widths)
        self._notes(page, _HEAD_ROW + len(rows) + 2, map(wording.note, table.notes))

    def definitions(self, defined: Sequence[tuple[str, str]]) -> None:
        """A sheet with what the figures mean."""
        gettext = self._wording.gettext
        title = gettext("What the figures mean")
        page = self._sheet(title, title, [gettext("Figure"), gettext("Meaning")], numbers=set())
        wrapped = self._book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
        for row, (name, meaning) in enumerate(defined, _HEAD_ROW + 1):
            page.write_string(row, 0, gettext(name), wrapped)
            page.write_string(row, 1, one_line(meaning)[:_LONGEST_CELL], wrapped)
        page.set_column(0, 0, _WIDEST)
        page.set_column(1, 1, 90)

    def _sheet(self, name: str, title: str, heads: Sequence[str], *, numbers: set[int]) -> Any:
        page = self._book.add_worksheet(self._unused(name))
        if len(heads) > _MOST_UPRIGHT:
            page.set_landscape()
        page.set_paper(_A4)
        page.fit_to_pages(1, 0)
        page.freeze_panes(_HEAD_ROW + 1, 1)
        page.repeat_rows(_HEAD_ROW)
        page.set_footer(f"&L{self._wording.gettext(CENTRE).replace('&', '&&')}&R&P/&N")
        page.write_string(0, 0, title, self._title)
        page.write_string(1, 0, self._wording.as_of(self._report))
        for place, head in enumerate(heads):
            page.write_string(_HEAD_ROW, place, head, self._number_head if place in numbers else self._head)
        return page

    def _unused(self, name: str) -> str:
        """A name as Excel takes it, and takes once: upper and lower case are the same to it."""
        cleaned = " ".join(name.translate(_NOT_IN_A_NAME).split()) or "-"
        tried, count = cleaned[:_LONGEST_NAME].strip(), 1
        while tried.casefold() in self._names:
            count += 1
            ending = f" {count}"
            tried = cleaned[: _LONGEST_NAME - len(ending)].strip() + ending
        self._names.add(tried.casefold())
        return tried

    def _head_of(self, column: Column) -> str:
        title = self._wording.gettext(column.title)
        return f"{title} ({self._wording.gettext('h')})" if column.unit is Unit.HOURS else title

    def _widen(self, page: Any, heads: Sequence[str], widths: Sequence[int]) -> None:
        for place, width in enumerate(widths):
            page.set_column(place, place, width)
        page.set_row(_HEAD_ROW, _height(heads, widths))

    def _write(self, page: Any, row: int, cells: Sequence[_Cell], widths: Sequence[int]) -> None:
        texts = [self._wording.value(cell.value, cell.look.unit) for cell in cells]
        height = _height(texts, widths)
        if height > _LINE_POINTS:  # not every program finds out by itself
            page.set_row(row, height)
        for place, (cell, text) in enumerate(zip(cells, texts, strict=True)):
            value, unit, shape = cell.value, cell.look.unit, self._format(cell.look)
            if value is None:
                page.write_blank(row, place, None, shape)
            elif unit in NUMBERS:
                number = rounded(value, unit)
                page.write_number(row, place, number / _SECONDS_A_DAY if unit is Unit.SECONDS else number, shape)
            elif unit is Unit.MOMENT and isinstance(value, datetime):
                local = value.astimezone(self._wording.timezone).replace(tzinfo=None)
                page.write_datetime(row, place, local, shape)
            elif unit is Unit.DAY and len(str(value)) == _LENGTH_OF_A_DAY:
                page.write_datetime(row, place, date.fromisoformat(str(value)), shape)
            else:
                page.write_string(row, place, text[:_LONGEST_CELL], shape)

    def _format(self, look: _Look) -> Any:
        if look not in self._formats:
            shape: dict[str, object] = {"valign": "top", "bold": look.is_bold, "top": int(look.is_bold)}
            if look.unit in _FORMATS:
                shape["num_format"] = _FORMATS[look.unit]
            else:
                shape |= {"text_wrap": True, "quote_prefix": True}
            if look.is_right or look.unit in NUMBERS:
                shape["align"] = "right"
            else:
                shape |= {"align": "left", "indent": int(look.unit is Unit.MOMENT)}
            self._formats[look] = self._book.add_format(shape)
        return self._formats[look]

    def _width(self, column: Column, head: str, values: Iterable[Value]) -> int:
        longest = max((len(self._wording.value(value, column.unit)) for value in values), default=0)
        return min(max(longest + 2, min(len(head), 14) + 1, _NARROWEST), _WIDEST)

    def _notes(self, page: Any, row: int, said: Iterable[str]) -> None:
        for further, note in enumerate(said):
            page.write_string(row + further, 0, note[:_LONGEST_CELL], self._note)


def _height(texts: Sequence[str], widths: Sequence[int]) -> float:
    """How high a row must be for its texts, in points."""
    return _LINE_POINTS * max((-(-len(text) // width) for text, width in zip(texts, widths, strict=False)), default=1)
