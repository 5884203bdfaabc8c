"""A report for scripts: the model as it stands, in JSON."""

from datetime import datetime, tzinfo
from typing import Any

from depok_agi.reports.report import Figure, Note, Report, Section, Table, Value


def to_json(report: Report, timezone: tzinfo) -> dict[str, Any]:
    """The report. Moments are ISO 8601 with the offset of `timezone`, exact, so that `--as-of` takes them."""
    period = report.period
    return {
        "period": period.kind.value,
        "first": period.first.isoformat(),
        "since": period.since(timezone).isoformat(),
        "until": period.until(timezone).isoformat(),
        "as_of": report.as_of.astimezone(timezone).isoformat(),
        "running": report.running,
        "sections": {section.key: _section(section, timezone) for section in report.sections},
        "notes": [note_text(note, timezone) for note in report.notes],
    }


def note_text(note: Note, timezone: tzinfo) -> str:
    """The sentence with its values, in English."""
    return note.text.format(**{name: plain(value, timezone) for name, value in note.values})


def plain(value: Value, timezone: tzinfo) -> str | float | None:
    """A value as JSON has it."""
    return value.astimezone(timezone).isoformat() if isinstance(value, datetime) else value


def _section(section: Section, timezone: tzinfo) -> dict[str, Any]:
    return {
        "figures": {figure.key: _figure(figure, timezone) for figure in section.figures},
        "tables": {table.key: _table(table, timezone) for table in section.tables},
        "notes": [note_text(note, timezone) for note in section.notes],
    }


def _figure(figure: Figure, timezone: tzinfo) -> dict[str, Any]:
    return {
        "unit": figure.unit.value,
        "value": plain(figure.value, timezone),
        "before": plain(figure.before, timezone),
        "year_before": plain(figure.year_before, timezone),
    }


def _table(table: Table, timezone: tzinfo) -> dict[str, Any]:
    names = [column.key for column in table.columns]

    def row(values: tuple[Value, ...]) -> dict[str, Any]:
        return dict(zip(names, (plain(value, timezone) for value in values), strict=True))

    return {
        "columns": {column.key: column.unit.value for column in table.columns},
        "rows": [row(values) for values in table.rows],
        "total": None if table.total is None else row(table.total),
    }
