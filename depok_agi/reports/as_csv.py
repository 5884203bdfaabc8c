"""A report as one CSV file (RFC 4180): a line for each figure, and for each cell of each table."""

import csv
import io
from collections.abc import Iterator
from datetime import tzinfo

from depok_agi.reports.as_json import note_text, plain
from depok_agi.reports.report import Report, Section, Table, Unit, Value
from depok_agi.reports.spreadsheet_text import inert

HEAD = ("section", "key", "row", "column", "unit", "value", "before", "year_before")
"""`row` and `column` are empty for a figure; for a cell, `key` is the table's and `row` what the row is about."""

_NAMES = frozenset({Unit.TEXT, Unit.TERM, Unit.DAY, Unit.HOUR, Unit.WEEKDAY})
"""Units of the columns that say what a row is about, where they stand first."""

Line = tuple[Value, ...]


def to_csv(report: Report, timezone: tzinfo) -> str:
    """The report. Times are ISO 8601 with the offset of `timezone`; what there is no figure of is empty."""
    text = io.StringIO()
    writer = csv.writer(text)
    for line in (HEAD, *_lines(report, timezone)):
        writer.writerow([_safe(plain(value, timezone)) for value in line])
    return text.getvalue()


def _safe(value: str | float | None) -> str | float | None:
    return inert(value) if isinstance(value, str) else value


def _lines(report: Report, timezone: tzinfo) -> Iterator[Line]:
    period = report.period
    yield "report", "period", "", "", Unit.TERM, period.kind.value, "", ""
    yield "report", "first", "", "", Unit.DAY, period.first.isoformat(), "", ""
    yield "report", "as_of", "", "", Unit.MOMENT, report.as_of, "", ""
    yield "report", "running", "", "", Unit.TERM, "yes" if report.running else "no", "", ""
    for note in report.notes:
        yield "report", "note", "", "", Unit.TEXT, note_text(note, timezone), "", ""
    for section in report.sections:
        yield from _section(section, timezone)


def _section(section: Section, timezone: tzinfo) -> Iterator[Line]:
    for figure in section.figures:
        yield section.key, figure.key, "", "", figure.unit, figure.value, figure.before, figure.year_before
    for table in section.tables:
        yield from _cells(section.key, table, timezone)
    for note in section.notes:
        yield section.key, "note", "", "", Unit.TEXT, note_text(note, timezone), "", ""


def _cells(section: str, table: Table, timezone: tzinfo) -> Iterator[Line]:
    names = 0
    while names < len(table.columns) - 1 and (names == 0 or table.columns[names].unit in _NAMES):
        names += 1
    about = [(_name(row[:names], timezone), row) for row in table.rows]
    if table.total is not None:
        about.append(("total", table.total))
    for name, row in about:
        for column, value in zip(table.columns[names:], row[names:], strict=True):
            yield section, table.key, name, column.key, column.unit, value, "", ""


def _name(values: Line, timezone: tzinfo) -> str:
    return " ".join("-" if value is None else str(plain(value, timezone)) for value in values)
