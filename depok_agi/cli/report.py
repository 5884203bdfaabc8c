"""`report`: the evaluation of a day, a month or a year."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path

import click

from depok_agi.cli.context import at_desk, settings
from depok_agi.cli.output import hint, json_option, show_json, show_table
from depok_agi.cli.sudo import no_path_under_sudo
from depok_agi.cli.when import moment
from depok_agi.desk import reports as desk_reports
from depok_agi.desk import utc_now
from depok_agi.reports.as_csv import to_csv
from depok_agi.reports.as_json import note_text, to_json
from depok_agi.reports.period import Period, PeriodKind
from depok_agi.reports.report import Figure, Report, Table, Unit, Value

FORMATS: dict[str, Callable[[Report, tzinfo], str]] = {"csv": to_csv}
"""What a report is written as, beside tables and JSON: more are added here."""

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_PARTS = {PeriodKind.YEAR: 1, PeriodKind.MONTH: 2, PeriodKind.DAY: 3}
"""How much of a date names a period."""
_YEARS = range(1970, 2200)
_PER_CENT = 100

Command = Callable[..., None]


@click.group()
def report() -> None:
    """The evaluation: calls, tickets, callbacks, SMS, satisfaction, gaps in the call log."""


def _options(command: Command) -> Command:
    for option in (
        click.pass_context,
        json_option,
        click.option(
            "--output",
            type=click.Path(dir_okay=False, path_type=Path),
            callback=no_path_under_sudo,
            help="Write it into this file; never over one that is there.",
        ),
        click.option(
            "--format", "form", type=click.Choice(["table", *FORMATS, "json"]), default="table", show_default=True
        ),
        click.option("--as-of", help="What the report said at this moment: yesterday, '2026-11-24 17:00'."),
        click.argument("date", required=False),
    ):
        command = option(command)
    return command


@report.command()
@_options
def day(
    ctx: click.Context, date: str | None, as_of: str | None, form: str, output: Path | None, *, as_json: bool
) -> None:
    """Today so far, or the day DATE: 2026-11-24, today, yesterday.

    \b
    Examples:
      depok-agi report day
      depok-agi report day yesterday --json
      depok-agi report day 2026-11-24 --as-of '2026-11-24 17:00'
    """
    _report(ctx, PeriodKind.DAY, date, as_of, "json" if as_json else form, output)


@report.command()
@_options
def month(
    ctx: click.Context, date: str | None, as_of: str | None, form: str, output: Path | None, *, as_json: bool
) -> None:
    """This month so far, or the month of DATE: 2026-11, or a day in it.

    \b
    Examples:
      depok-agi report month
      depok-agi report month 2026-10 --format csv
    """
    _report(ctx, PeriodKind.MONTH, date, as_of, "json" if as_json else form, output)


@report.command()
@_options
def year(
    ctx: click.Context, date: str | None, as_of: str | None, form: str, output: Path | None, *, as_json: bool
) -> None:
    """This year so far, or the year of DATE: 2026, or a month or day in it.

    \b
    Examples:
      depok-agi report year
      depok-agi report year 2025 --json
    """
    _report(ctx, PeriodKind.YEAR, date, as_of, "json" if as_json else form, output)


@report.command()
@click.argument("key", required=False)
@click.option("--indonesian", is_flag=True, help="In Indonesian.")
@json_option
def definitions(key: str | None, *, indonesian: bool, as_json: bool) -> None:
    """What each figure means, how odd cases count, and by which rule; or only those whose key begins with KEY.

    \b
    Examples:
      depok-agi report definitions
      depok-agi report definitions tickets.late
      depok-agi report definitions calls --indonesian
    """
    from depok_agi.reports.definitions import load  # noqa: PLC0415 - reads a file that no report needs

    found = [of for name, of in load().items() if key is None or name == key or name.startswith(f"{key}.")]
    if not found:
        raise click.BadParameter(f"no figure has a key like {key!r}; without it all are shown", param_hint="KEY")
    if as_json:
        show_json([{"key": of.key, "en": of.en, "id": of.id, "source": of.source} for of in found])
        return
    for of in found:
        click.echo(f"{click.style(of.key, bold=True)}\n  {of.id if indonesian else of.en}\n  [{of.source}]")


def _report(
    ctx: click.Context, kind: PeriodKind, asked: str | None, as_of: str | None, form: str, output: Path | None
) -> None:
    given = settings(ctx)
    zone, now = given.timezone, utc_now()
    period = _period(kind, asked, now.astimezone(zone).date())
    known = None if as_of is None else moment(as_of, zone, now)
    within = given.reports.answer_within_seconds
    made = at_desk(given, lambda desk: desk_reports.report(desk, period, answer_within=within, as_of=known))
    if output is not None:
        _write(made, zone, form, output)
    elif form == "json":
        show_json(to_json(made, zone))
    elif form == "table":
        _show(made, zone)
    else:
        click.echo(FORMATS[form](made, zone), nl=False)


def _period(kind: PeriodKind, asked: str | None, today: date) -> Period:
    """The period that was asked for.

    Raises:
        click.BadParameter: it is no date, or too little of one.
    """
    words = {None: today, "today": today, "yesterday": today - timedelta(days=1)}
    if asked in words:
        return Period.around(kind, words[asked])
    found = _DATE.fullmatch(asked or "")
    try:
        parts = [int(part) for part in found.groups() if part] if found else []
        first = date(*parts, *[1] * (3 - len(parts))) if parts else None
    except ValueError:
        first = None
    if first is None or first.year not in _YEARS:
        raise click.BadParameter(
            f"{asked!r} is no date: write 2026-11-24, 2026-11, 2026 or yesterday", param_hint="DATE"
        )
    if len(parts) < _PARTS[kind]:
        raise click.BadParameter(f"{asked} is no {kind}: say which {kind} of it", param_hint="DATE")
    return Period.around(kind, first)


def _write(made: Report, zone: tzinfo, form: str, output: Path) -> None:
    """Raises OSError, which the command's edge tells."""
    import json  # noqa: PLC0415 - only for a file

    if form == "table":
        raise click.UsageError(f"--output needs a --format other than table: {', '.join([*FORMATS, 'json'])}")
    text = json.dumps(to_json(made, zone), indent=2, ensure_ascii=False) + "\n" if form == "json" else ""
    with output.open("x", encoding="utf-8", newline="") as file:
        file.write(text or FORMATS[form](made, zone))
    hint(f"Written: {output}")


def _show(made: Report, zone: tzinfo) -> None:
    period = made.period
    running = ", not over yet" if made.running else ""
    click.echo(f"{period.kind} of {period.first.isoformat()}{running}, as known at {made.as_of.isoformat(' ')}")
    for note in made.notes:
        click.echo(f"  {note_text(note, zone)}")
    for section in made.sections:
        click.echo(f"\n{click.style(section.title, bold=True)}")
        for note in section.notes:
            click.echo(f"  {note_text(note, zone)}")
        columns = ("", f"this {period.kind}", f"{period.kind} before", "year before")
        show_table(columns, [_line(figure, zone) for figure in section.figures], empty="")
        for table in section.tables:
            if table.rows and table.chart.value != "heat_map":  # too long for a terminal
                click.echo(f" {table.title}")
                show_table([column.title for column in table.columns], list(_rows(table, zone)), empty="")


def _line(figure: Figure, zone: tzinfo) -> tuple[str, ...]:
    values = (figure.value, figure.before, figure.year_before)
    return figure.title, *(_text(value, figure.unit, zone) for value in values)


def _rows(table: Table, zone: tzinfo) -> list[tuple[str, ...]]:
    units = [column.unit for column in table.columns]
    rows = table.rows if table.total is None else (*table.rows, table.total)
    return [tuple(_text(value, unit, zone) for value, unit in zip(row, units, strict=True)) for row in rows]


def _text(value: Value, unit: Unit, zone: tzinfo) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    if isinstance(value, float) and unit is Unit.SHARE:
        return f"{value * _PER_CENT:.1f} %"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
