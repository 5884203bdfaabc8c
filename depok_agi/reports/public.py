"""Open data of a month, and its one line for the running text: counts of calls and tickets, and nothing of anyone.

What is published is named here, table by table and column by column: what a report has besides (operators, moments,
times of answers) stays inside. Small counts are withheld by the rules of `disclosure`. Of departments, categories and
kecamatan, those with few are first put together as `other`, so that most of the table can be shown.

A month is published as it was known at one moment, always the same: two states of one month would tell by their
difference what each withholds.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from depok_agi.errors import RefusedError
from depok_agi.language import Language, gettext_noop, translate
from depok_agi.reports.disclosure import SMALLEST, Sum, withheld
from depok_agi.reports.period import PeriodKind
from depok_agi.reports.report import Column, Report, Table, Unit, Value
from depok_agi.reports.spreadsheet_text import FORMULA
from depok_agi.reports.writers.wording import MONTHS, Wording, one_line

MISSING = "*"
"""What stands in the CSV file for a count that is withheld; in the JSON file it is null."""

OTHER = "other"
NONE = "none"


@dataclass(frozen=True, slots=True)
class _Published:
    """A table of the report that is published."""

    table: str
    section: str
    description: str
    measures: tuple[str, ...]


_OF_CALLS = ("offered",)
_OF_TICKETS = ("received", "answered", "in_process", "late")
_TABLES = (
    _Published("calls_by_outcome", "calls", gettext_noop("Calls of citizens by what became of them"), _OF_CALLS),
    _Published("calls_by_weekday", "calls", gettext_noop("Calls of citizens by weekday"), _OF_CALLS),
    _Published("calls_by_hour", "calls", gettext_noop("Calls of citizens by hour of the day"), _OF_CALLS),
    _Published(
        "tickets_by_opd", "tickets", gettext_noop("Complaints by the city department that has them"), _OF_TICKETS
    ),
    _Published("tickets_by_category", "tickets", gettext_noop("Complaints by what they are about"), _OF_TICKETS),
    _Published("tickets_by_area", "tickets", gettext_noop("Complaints by kecamatan"), _OF_TICKETS),
    _Published("tickets_by_channel", "tickets", gettext_noop("Complaints by the way on which they came"), _OF_TICKETS),
)
_TOTALS = {
    "calls": ("calls", gettext_noop("All calls of citizens")),
    "tickets": ("tickets", gettext_noop("All complaints")),
}

DESCRIPTIONS = {
    "month": gettext_noop("The month in which it came, as year and month"),
    "outcome": gettext_noop("What became of the call; exactly one for each"),
    "weekday": gettext_noop("From 1, Monday, to 7, Sunday"),
    "hour": gettext_noop("The hour in which the call began, from 0 to 23, western Indonesian time (UTC+7)"),
    "opd": gettext_noop("The department that has the complaint or has answered it; none: the call centre itself"),
    "category": gettext_noop("What the complaint is about; none: not said"),
    "area": gettext_noop("The kecamatan; none: not said"),
    "channel": gettext_noop("The way on which the complaint came"),
    "offered": gettext_noop("Calls that began in the month and have ended"),
    "received": gettext_noop("Complaints received in the month"),
    "answered": gettext_noop("Those of them with an answer that stands"),
    "in_process": gettext_noop("Those of them without one; with the answered they make the received"),
    "late": gettext_noop("Those in process of which the department's time to answer is over"),
}
WITHHELD = gettext_noop(
    "Counts under 5 are withheld, and further ones where a withheld one could be worked out from what is left."
)
OTHERS = gettext_noop("Departments, categories and kecamatan with fewer than 5 are put together as other.")

Name = str | int


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table that may be published. A count that is withheld is None.

    Attributes:
        name: of its files, without their endings.
        description: what it is, as a source string.
        dimension: what its rows are about; None for the one row of a total.
        measures: the keys of its counts.
        rows: for each row what it is about and its counts.
    """

    name: str
    month: str
    description: str
    dimension: Column | None
    measures: tuple[str, ...]
    rows: tuple[tuple[Name | None, tuple[int | None, ...]], ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of its columns."""
        return ("month", *([self.dimension.key] if self.dimension else []), *self.measures)

    def records(self) -> list[dict[str, Any]]:
        """Its rows, each by the names of the columns."""
        return [
            dict(zip(self.fields, (self.month, *([name] if self.dimension else []), *counts), strict=True))
            for name, counts in self.rows
        ]


def datasets(report: Report) -> list[Dataset]:
    """The open data of a month.

    Raises:
        RefusedError: the report is not of a month, or its month was not over.
    """
    if report.period.kind is not PeriodKind.MONTH or report.running:
        raise RefusedError("open data is of whole months: this one is not over")
    month = f"{report.period.first:%Y-%m}"
    tables = {table.key: table for section in report.sections for table in section.tables}
    found: list[Dataset] = []
    for section, (name, description) in _TOTALS.items():
        published = [
            one for one in _TABLES if one.section == section and one.table in tables and tables[one.table].rows
        ]
        if not published:
            continue
        parts = {one.table: _rows(tables[one.table], one.measures) for one in published}
        hidden = _hidden(parts, published[0].measures)
        sums = _sums(next(iter(parts.values())))
        shown = _shown(hidden, "", None, published[0].measures, sums)
        found.append(Dataset(name, month, description, None, published[0].measures, ((None, shown),)))
        for one in published:
            rows = tuple(
                (row, _shown(hidden, one.table, row, one.measures, counts)) for row, counts in parts[one.table].items()
            )
            column = tables[one.table].columns[0]
            found.append(Dataset(one.table, month, one.description, column, one.measures, rows))
    return found


_Cell = tuple[str, Name | None, str]
"""The table ("" for the total), the row and the measure."""

_Rows = dict[Name | None, tuple[int, ...]]


def _rows(table: Table, measures: Sequence[str]) -> _Rows:
    """The rows with the measures that are published, small ones of names put together."""
    keys = [column.key for column in table.columns]
    places = [keys.index(measure) for measure in measures]
    is_named = table.columns[0].unit is Unit.TEXT
    rows: _Rows = {}
    for row in table.rows:
        counts = tuple(int(str(row[place])) for place in places)
        name: Name = OTHER if is_named and counts[0] < SMALLEST else _name(row[0])
        before = rows.get(name, (0,) * len(counts))
        rows[name] = tuple(map(sum, zip(before, counts, strict=True)))
    if OTHER in rows:
        rows[OTHER] = rows.pop(OTHER)  # last
    return rows


def _name(value: Value) -> Name:
    if isinstance(value, int):
        return value
    return NONE if value is None else one_line(str(value))


def _sums(rows: _Rows) -> tuple[int, ...]:
    return tuple(map(sum, zip(*rows.values(), strict=True)))


def _hidden(parts: Mapping[str, _Rows], measures: Sequence[str]) -> set[_Cell]:
    """What is withheld of all tables of a section together: their rows add up to the same total."""
    counts: dict[_Cell, int] = {}
    adding_up: list[Sum[_Cell]] = []
    total = _sums(next(iter(parts.values())))
    everything: dict[str, _Rows] = {"": {None: total}, **parts}
    for table, rows in everything.items():
        for name, values in rows.items():
            counts.update({(table, name, measure): value for measure, value in zip(measures, values, strict=True)})
            if {"received", "answered", "in_process"} <= set(measures):
                answered_or_not = ((table, name, "answered"), (table, name, "in_process"))
                adding_up.append(Sum((table, name, "received"), answered_or_not))
        if table:
            adding_up += [
                Sum(("", None, measure), tuple((table, name, measure) for name in rows)) for measure in measures
            ]
    return withheld(counts, adding_up)


def _shown(
    hidden: set[_Cell], table: str, row: Name | None, measures: Sequence[str], counts: Sequence[int]
) -> tuple[int | None, ...]:
    return tuple(
        None if (table, row, measure) in hidden else count for measure, count in zip(measures, counts, strict=True)
    )


def files(found: Sequence[Dataset], running_text: str) -> dict[str, str]:
    """The files to be put on the web, by their names: CSV, JSON, what they are, and the line for the running text."""
    written: dict[str, str] = {}
    for dataset in found:
        written[f"{dataset.name}-{dataset.month}.csv"] = _csv(dataset)
        written[f"{dataset.name}-{dataset.month}.json"] = _json(dataset.records())
    written["datapackage.json"] = _json(_package(found))
    written["running-text.txt"] = running_text
    return written


def _csv(dataset: Dataset) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(dataset.fields)
    for record in dataset.records():
        writer.writerow([MISSING if value is None else _safe(value) for value in record.values()])
    return text.getvalue()


def _safe(value: Name) -> Name:
    """A spreadsheet must not run it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _package(found: Sequence[Dataset]) -> dict[str, Any]:
    """What the files are and what each column means: a Data Package (Frictionless Data, specs.frictionlessdata.io)."""
    month = found[0].month if found else ""
    return {
        "name": f"depok-call-centre-{month}",
        "title": _said(gettext_noop("Call centre of the City of Depok 1500 664")),
        **_described(WITHHELD, OTHERS),
        "resources": [_resource(dataset, form) for dataset in found for form in ("csv", "json")],
    }


def _resource(dataset: Dataset, form: str) -> dict[str, Any]:
    return {
        "name": f"{dataset.name.replace('_', '-')}-{dataset.month}-{form}",
        "path": f"{dataset.name}-{dataset.month}.{form}",
        "format": form,
        "mediatype": "text/csv" if form == "csv" else "application/json",
        "encoding": "utf-8",
        **_described(dataset.description),
        "schema": {
            "fields": [_field(dataset, name) for name in dataset.fields],
            "missingValues": [MISSING] if form == "csv" else [""],
        },
    }


def _field(dataset: Dataset, name: str) -> dict[str, Any]:
    is_count = name in dataset.measures
    kind = "yearmonth" if name == "month" else "integer" if is_count or name in {"hour", "weekday"} else "string"
    described = _described(DESCRIPTIONS[name], *([WITHHELD] if is_count else []))
    return {"name": name, "type": kind, **described, **({"constraints": {"minimum": SMALLEST}} if is_count else {})}


def _described(*texts: str) -> dict[str, str]:
    """In both languages: those who use the data may have either."""
    return {
        "description": " ".join(_sentence(_said(text)) for text in texts),
        "description_en": " ".join(map(_sentence, texts)),
    }


def _said(text: str) -> str:
    return translate(text, Language.INDONESIAN)


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def running_text(report: Report, language: Language) -> str:
    """One line for the running text, such as `September: 453 pengaduan, 92% dijawab OPD dalam 3x24 jam`.

    The share is of the complaints that departments got in the month: those that they answered within 3 x 24 hours of
    the citizen's word. It is rounded down, so that the city promises no more than is so; without it where that is of
    too few.

    Raises:
        RefusedError: the report is not of a month, or its month was not over.
    """
    total = next((dataset.records()[0] for dataset in datasets(report) if dataset.name == "tickets"), {})
    received = total.get("received")
    share = None if None in total.values() else _answered_in_time(report)
    if received is None:
        line = gettext_noop("{month}: only a few complaints")
    elif share is None:
        line = gettext_noop("{month}: {received} complaints")
    else:
        line = gettext_noop("{month}: {received} complaints, {share}% answered by the departments within 3x24 hours")
    wording = Wording(language, report.as_of.tzinfo or UTC)
    month = wording.gettext(MONTHS[report.period.first.month - 1])
    return wording.gettext(line).format(month=month, received=wording.value(received, Unit.COUNT), share=share)


def _answered_in_time(report: Report) -> int | None:
    """Whole per cent; None where the departments got too few."""
    table = next(table for section in report.sections for table in section.tables if table.key == "tickets_by_opd")
    keys = [column.key for column in table.columns]
    received, answered, share = (keys.index(key) for key in ("received", "answered", "within_3_days"))
    rows = [row for row in table.rows if row[0] is not None]
    got = sum(int(str(row[received])) for row in rows)
    in_time = sum(round(float(str(row[share] or 0)) * int(str(row[answered]))) for row in rows)
    return None if got < SMALLEST else in_time * 100 // got
