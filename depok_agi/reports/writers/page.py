"""The report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere.

Jinja2 writes it, since it escapes whatever is put in by itself: what citizens and officers typed cannot become markup.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from depok_agi.reports.report import Chart, Report, Table
from depok_agi.reports.writers import charts
from depok_agi.reports.writers.wording import CENTRE, NUMBERS, Wording

if TYPE_CHECKING:
    from jinja2 import Environment

_FEW_COLUMNS = 3
"""A table of no more is only as wide as it must be, so that the eye finds its way across."""

_MOST_COLUMNS = 7
"""More than these are set in smaller letters, so that they fit a page of A4."""


def write(report: Report, wording: Wording, definitions: Mapping[str, str] | None = None) -> str:
    """The page, for screens from a telephone's on and for A4.

    Args:
        report: the figures.
        wording: the reader's language and time zone.
        definitions: what a figure, table or column means, in that language, by `section.key`; those of this report are
            put at the end.
    """
    known = definitions or {}
    return (
        _environment()
        .get_template("page.html")
        .render(
            report=report,
            wording=wording,
            _=wording.gettext,
            centre=CENTRE,
            numbers=NUMBERS,
            pictures={
                (section.key, table.key): _picture(table, wording)
                for section in report.sections
                for table in section.tables
            },
            charts=charts,
            breadth=_breadth,
            definitions=[(title, known[key]) for key, title in titles(report) if key in known],
        )
    )


def titles(report: Report) -> list[tuple[str, str]]:
    """What a reader may want defined: its key after that of its section, and its title (a source string), each once."""
    found: dict[str, str] = {}
    for section in report.sections:
        for figure in section.figures:
            found.setdefault(f"{section.key}.{figure.key}", figure.title)
        for table in section.tables:
            found.setdefault(f"{section.key}.{table.key}", table.title)
            for column in table.columns:
                found.setdefault(f"{section.key}.{column.key}", column.title)
    return list(found.items())


def _breadth(table: Table) -> str:
    if len(table.columns) > _MOST_COLUMNS:
        return "dense"
    return "few" if len(table.columns) <= _FEW_COLUMNS else "usual"


@dataclass(frozen=True, slots=True)
class _Picture:
    bars: tuple[charts.Bars, ...] = ()
    heat_map: charts.HeatMap | None = None
    trend: charts.Trend | None = None


def _picture(table: Table, wording: Wording) -> _Picture:
    match table.chart if table.rows else Chart.NONE:
        case Chart.BARS:
            return _Picture(bars=tuple(charts.bars(table, wording)))
        case Chart.HEAT_MAP if charts.hours_of(table):
            return _Picture(heat_map=charts.heat_map(table, wording))
        case Chart.TREND:
            return _Picture(trend=charts.trend(table, wording))
        case _:
            return _Picture()


def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - heavy, and needed for this alone

    return Environment(
        loader=PackageLoader("depok_agi.reports.writers", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
