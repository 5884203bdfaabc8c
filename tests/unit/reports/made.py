"""A centre's few days, at the desk: what the tests of the reports count."""

from datetime import date, datetime

from depok_agi.desk import Desk
from depok_agi.desk import reports as desk_reports
from depok_agi.reports.period import Period, PeriodKind
from depok_agi.reports.report import Figure, Report, Section, Table, Value

ANSWER_WITHIN = 20


def day(text: str) -> Period:
    return Period(PeriodKind.DAY, date.fromisoformat(text))


def month(text: str) -> Period:
    return Period.around(PeriodKind.MONTH, date.fromisoformat(f"{text}-01"))


async def report_of(desk: Desk, period: Period, as_of: datetime | None = None) -> Report:
    return await desk_reports.report(desk, period, answer_within=ANSWER_WITHIN, as_of=as_of)


def section(report: Report, key: str) -> Section:
    [found] = [one for one in report.sections if one.key == key]
    return found


def figure(report: Report, key: str) -> Figure:
    """By `section.key`."""
    of, _, name = key.partition(".")
    [found] = [one for one in section(report, of).figures if one.key == name]
    return found


def values(report: Report, *keys: str) -> tuple[Value, ...]:
    return tuple(figure(report, key).value for key in keys)


def table(report: Report, key: str) -> Table:
    [found] = [one for of in report.sections for one in of.tables if one.key == key]
    return found


def column(of: Table, key: str) -> list[Value]:
    place = [one.key for one in of.columns].index(key)
    return [row[place] for row in of.rows]


def rows(of: Table) -> dict[Value, dict[str, Value]]:
    """The rows by their first value."""
    keys = [one.key for one in of.columns]
    return {row[0]: dict(zip(keys, row, strict=True)) for row in of.rows}
