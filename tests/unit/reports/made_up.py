"""A report as the evaluation of a month gives it, made up: of the usual size, of a great one, and of nothing."""

from datetime import date, datetime

from depok_agi.calls.record import Outcome
from depok_agi.language import Language
from depok_agi.reports.period import Period, PeriodKind
from depok_agi.reports.report import Chart, Column, Figure, Note, Report, Section, Table, Unit, Value
from depok_agi.reports.writers.wording import Wording
from tests.unit.desk.made import WIB, wib

INDONESIAN = Wording(Language.INDONESIAN, WIB)
ENGLISH = Wording(Language.ENGLISH, WIB)
SEPTEMBER = Period(PeriodKind.MONTH, date(2026, 9, 1))
OPDS = [
    "DISDIK",
    "DINKES",
    "DPUPR",
    "DISRUMKIM",
    "SATPOLPP",
    "DISDAMKAR",
    "DINSOS",
    "DISNAKER",
    "DKP3",
    "DLHK",
    "DISDUKCAPIL",
    "DP3AP2KB",
    "DISHUB",
    "DISKOMINFO",
    "DPMPTSP",
    "DISKARPUS",
    "DKUM",
    "DISPORYATA",
    "DISPERDAGIN",
    "RSUD",
    "BAPPEDA",
    "BKD",
    "BKPSDM",
    "BAKESBANGPOL",
    "PLN",
    "PDAM",
    "POLRES",
    "BPJS",
    "IMIGRASI",
]
LONG = "Dinas Pemberdayaan Perempuan, Perlindungan Anak, Pengendalian Penduduk dan Keluarga Berencana"
NASTY = '=HYPERLINK("https://example.invalid"),<script>alert(1)</script> & "quoted"'


def column(title: str, unit: Unit) -> Column:
    return Column(title.lower().replace(" ", "_"), title, unit)


def table_of(unit: Unit, *values: Value, chart: Chart = Chart.BARS, names: Unit = Unit.TEXT) -> Table:
    """A table of two columns: a name (a letter) and the value."""
    columns = (Column("name", "OPD", names), Column("value", "Received", unit))
    rows = tuple((chr(ord("a") + place), value) for place, value in enumerate(values))
    return Table("some", "Tickets by OPD", columns, rows, chart=chart, drawn="value")


def report(*, opds: int = 12, many: int = 1, first_name: str = "DISDIK", running: bool = False) -> Report:
    """The evaluation of September 2026; `many` times as many calls and tickets as a usual month has."""
    return Report(
        SEPTEMBER,
        wib("2026-10-01 08:00"),
        running,
        (_calls(many), _tickets(opds, many, first_name), _satisfaction()),
        (Note("A call that ended unseen counts as unknown."),),
    )


def empty() -> Report:
    """A month in which nothing happened."""
    full = report()
    sections = tuple(
        Section(
            section.key,
            section.title,
            tuple(
                Figure(figure.key, figure.title, figure.unit, 0 if figure.unit is Unit.COUNT else None)
                for figure in section.figures
            ),
            tuple(
                Table(table.key, table.title, table.columns, (), None, table.chart, table.drawn)
                for table in section.tables
            ),
        )
        for section in full.sections
    )
    return Report(SEPTEMBER, full.as_of, running=True, sections=sections)


def _calls(many: int) -> Section:
    outcomes = {Outcome.ANSWERED: 1180, Outcome.ABANDONED: 143, Outcome.LEFT_MENU: 88, Outcome.CLOSED: 61}
    rows = [(outcome.value, count * many, count / 1472) for outcome, count in outcomes.items()]
    heat = tuple(
        (day, hour, (hour * 7 + day * 13) % 29 * many + (12 * many if hour in {9, 10} else 0))
        for day in range(1, 6)
        for hour in range(7, 16)
    )
    days = [(f"2026-09-{day:02}", None if day in {6, 13} else (31 + day * 17 % 43) * many) for day in range(1, 31)]
    operators = [("siti", 512 * many, 3.4, 221.0, 298), ("budi", 668 * many, 12.6, 187.5, 251)]
    return Section(
        "calls",
        "Calls",
        (
            Figure("offered", "Calls offered", Unit.COUNT, 1472 * many, 1390 * many, 1204 * many),
            Figure("answered", "Calls answered", Unit.COUNT, 1180 * many, 1103 * many, 911 * many),
            Figure("service_level", "Service level", Unit.SHARE, 0.8919123, 0.86, None),
            Figure("mean_wait", "Mean wait", Unit.SECONDS, 23.5, 31.2, 65),
            Figure("longest_talk", "Longest talk", Unit.SECONDS, 3725, 1800, 59),
        ),
        (
            Table(
                "outcomes",
                "Calls by outcome",
                (column("Outcome", Unit.TERM), column("Calls", Unit.COUNT), column("Share", Unit.SHARE)),
                tuple(rows),
                ("Total", 1472 * many, 1.0),
                Chart.BARS,
                "calls",
            ),
            Table(
                "hours",
                "Calls by hour and weekday",
                (column("Weekday", Unit.WEEKDAY), column("Hour", Unit.HOUR), column("Calls", Unit.COUNT)),
                heat,
                chart=Chart.HEAT_MAP,
                drawn="calls",
            ),
            Table(
                "by_hour",
                "Calls by hour",
                (column("Hour", Unit.HOUR), column("Calls", Unit.COUNT)),
                tuple((hour, hour * many) for hour in range(24)),
                ("total", 276 * many),
                Chart.BARS,
                "calls",
            ),
            Table(
                "trend",
                "Calls by day",
                (column("Day", Unit.DAY), column("Calls", Unit.COUNT)),
                tuple(days),
                chart=Chart.TREND,
                drawn="calls",
            ),
            Table(
                "operators",
                "Calls by operator",
                (
                    column("Operator", Unit.TEXT),
                    column("Calls answered", Unit.COUNT),
                    column("Mean wait", Unit.SECONDS),
                    column("Mean talk", Unit.SECONDS),
                    column("Longest talk", Unit.SECONDS),
                ),
                tuple(operators),
            ),
        ),
        (Note("The log had {gaps} gaps; {lost} calls ended unseen.", (("gaps", 2), ("lost", 1234))),),
    )


def _tickets(opds: int, many: int, first_name: str) -> Section:
    names = [first_name, *(OPDS[place % len(OPDS)] + ("" if place < len(OPDS) else "2") for place in range(1, opds))]
    rows = [
        (
            name,
            (61 - place) * many,
            (48 - place) * many,
            (place % 5) * many,
            (8 + place % 5) * many,
            None if place == 3 else 0.995 - place * 0.021 if place else 0.99991,
            19.25 + place,
            0.41,
            datetime(2026, 9, 1 + place % 28, 10, 30, tzinfo=WIB),
        )
        for place, name in enumerate(names)
    ]
    total = ("Total", sum(row[1] for row in rows), sum(row[2] for row in rows), None, None, 0.92, 26.0, 0.4, None)
    return Section(
        "tickets",
        "Tickets",
        (
            Figure("received", "Tickets received", Unit.COUNT, 453 * many, 470 * many, 0),
            Figure("on_time", "Answered on time", Unit.SHARE, 0.9213, 0.9, None),
            Figure("oldest", "Oldest open ticket", Unit.MOMENT, datetime(2026, 8, 3, 7, 45, tzinfo=WIB)),
            Figure("median_answer", "Median time to answer", Unit.HOURS, 26.04, 27.25, 30),
        ),
        (
            Table(
                "by_opd",
                "Tickets by OPD",
                (
                    column("OPD", Unit.TEXT),
                    column("Received", Unit.COUNT),
                    column("Answered", Unit.COUNT),
                    column("Late", Unit.COUNT),
                    column("In process", Unit.COUNT),
                    column("Answered on time", Unit.SHARE),
                    column("Median time to answer", Unit.HOURS),
                    column("Within 24 hours", Unit.SHARE),
                    column("Oldest open ticket", Unit.MOMENT),
                ),
                tuple(rows),
                total,
                Chart.BARS,
                "answered_on_time",
                (Note("A ticket that was bounced counts for the OPD that it is with."),),
            ),
        ),
    )


def _satisfaction() -> Section:
    return Section(
        "satisfaction",
        "Satisfaction",
        (
            Figure("index", "Satisfaction index", Unit.SCORE, 81.705, 80.0, None),
            Figure("grade", "Grade", Unit.TEXT, "B", "B"),
        ),
    )
