"""`report`: the evaluation of a day, a month or a year."""

import re
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

import click

from depok_agi.cli import fields, paging
from depok_agi.cli.choices import OneOf, choice_of
from depok_agi.cli.context import at_desk, settings
from depok_agi.cli.csv_rows import csv_option, show_records
from depok_agi.cli.language import _, word
from depok_agi.cli.later import Later
from depok_agi.cli.output import hint, is_utf8, json_option, show_json
from depok_agi.cli.progress import working
from depok_agi.cli.report_formats import BINARY, FORMATS
from depok_agi.cli.sudo import no_path_under_sudo
from depok_agi.cli.when import named_day, past
from depok_agi.desk import utc_now
from depok_agi.language import Language
from depok_agi.report_worker import evaluated
from depok_agi.reports.as_json import to_json
from depok_agi.reports.period import Period, PeriodKind
from depok_agi.reports.report import Report
from depok_agi.reports.writers.wording import Wording

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_PARTS = {PeriodKind.YEAR: 1, PeriodKind.MONTH: 2, PeriodKind.DAY: 3}
"""How much of a date names a period."""
_YEARS = range(1970, 2200)

Command = Callable[..., None]


@click.group(
    cls=Later,
    later={
        "public": "depok_agi.cli.report_public:public",
        "schedule": "depok_agi.cli.report_schedule:schedule",
    },
)
def report() -> None:
    """The evaluation: calls, tickets, callbacks, SMS, satisfaction, gaps in the call log."""


def _options(command: Command) -> Command:
    """What `_report` is asked, the same for each kind of period."""
    for option in (
        click.pass_context,
        json_option,
        click.option(
            "--output",
            type=click.Path(readable=False, path_type=Path),
            callback=no_path_under_sudo,
            help="Write it into this file; never over one that is there.",
        ),
        click.option("--format", "form", type=OneOf(["table", *FORMATS]), default="table", show_default=True),
        click.option(
            "--language",
            type=choice_of(Language),
            help="In this language, whatever [centre] language says.",
        ),
        click.option("--as-of", help="What the report said at this moment: yesterday, '2026-11-24 17:00'."),
        click.argument("date", required=False),
    ):
        command = option(command)
    return command


@report.command()
@_options
def day(ctx: click.Context, **asked: Any) -> None:
    """Today so far, or the day DATE: 2026-11-24, today, yesterday.

    \b
    Examples:
      depok-agi report day
      depok-agi report day yesterday --json
      depok-agi report day 2026-11-24 --as-of '2026-11-24 17:00'
    """
    _report(ctx, PeriodKind.DAY, **asked)


@report.command()
@_options
def month(ctx: click.Context, **asked: Any) -> None:
    """This month so far, or the month of DATE: 2026-11, or a day in it.

    \b
    Examples:
      depok-agi report month
      depok-agi report month 2026-10 --format csv
    """
    _report(ctx, PeriodKind.MONTH, **asked)


@report.command()
@_options
def year(ctx: click.Context, **asked: Any) -> None:
    """This year so far, or the year of DATE: 2026, or a month or day in it.

    \b
    Examples:
      depok-agi report year
      depok-agi report year 2025 --json
    """
    _report(ctx, PeriodKind.YEAR, **asked)


@report.command()
@click.argument("key", required=False)
@click.option("--indonesian", is_flag=True, help="In Indonesian.")
@json_option
@csv_option
def definitions(key: str | None, *, indonesian: bool, as_json: bool, as_csv: bool) -> None:
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
        raise click.BadParameter(
            _("no figure has a key like {key!r}; without it all are shown").format(key=key), param_hint="KEY"
        )
    if as_json or as_csv:
        records = [{"key": of.key, "en": of.en, "id": of.id, "source": of.source} for of in found]
        show_records(records, fields.DEFINITION, as_json=as_json, as_csv=as_csv)
        return
    told = [f"{click.style(of.key, bold=True)}\n  {of.id if indonesian else of.en}\n  [{of.source}]" for of in found]
    paging.show("\n".join(told))


def _report(
    ctx: click.Context,
    kind: PeriodKind,
    *,
    date: str | None,
    as_of: str | None,
    language: str | None,
    form: str,
    output: Path | None,
    as_json: bool,
) -> None:
    form = "json" if as_json else form
    if output is not None and form == "table":
        raise click.UsageError(
            _("--output needs a --format other than table: {formats}").format(formats=", ".join(FORMATS))
        )
    given = settings(ctx)
    zone, now = given.timezone, utc_now()
    period = _period(kind, date, now.astimezone(zone).date())
    known = None if as_of is None else past(as_of, zone, now)
    with nullcontext() if kind is PeriodKind.DAY else working(_("counting")):  # a day is counted in no time
        made = at_desk(given, lambda desk: evaluated(desk, given, period, known))
    wording = Wording(Language(language or given.centre.language), zone)
    if form == "table":
        _show(made, wording)
        return
    if form == "json" and output is None:
        show_json(to_json(made, zone))
        return
    written = FORMATS[form](made, wording)
    encoded = written if isinstance(written, bytes) else written.encode()
    if output is not None:
        _write(encoded, output)
    else:
        _print(encoded, form)


def _period(kind: PeriodKind, asked: str | None, today: date) -> Period:
    """The period that was asked for.

    Raises:
        click.BadParameter: it is no date, or too little of one.
    """
    named = today if asked is None else named_day(asked, today)
    if named is not None:
        return Period.around(kind, named)
    found = _DATE.fullmatch(asked or "")
    try:
        parts = [int(part) for part in found.groups() if part] if found else []
        first = date(*parts, *[1] * (3 - len(parts))) if parts else None
    except ValueError:
        first = None
    if first is None or first.year not in _YEARS:
        raise click.BadParameter(
            _("{asked!r} is no date: write 2026-11-24, 2026-11, 2026 or yesterday").format(asked=asked),
            param_hint="DATE",
        )
    if len(parts) < _PARTS[kind]:
        raise click.BadParameter(
            _("{asked} is no {kind}: say which {kind} of it").format(asked=asked, kind=word(kind)), param_hint="DATE"
        )
    return Period.around(kind, first)


def _write(written: bytes, output: Path) -> None:
    """Raises OSError, which the command's edge tells."""
    with output.open("xb") as file:
        file.write(written)
    hint(_("Written: {output}").format(output=output))


def _print(written: bytes, form: str) -> None:
    if form in BINARY and sys.stdout.isatty():
        raise click.UsageError(_("{form} is not for a terminal: --output FILE, or > FILE").format(form=form))
    click.echo(written, nl=False)


def _show(made: Report, wording: Wording) -> None:
    from depok_agi.reports.writers import terminal  # noqa: PLC0415 - only when asked for

    paging.show(terminal.write(made, wording, ascii_only=not is_utf8()).removesuffix("\n"))
    hint(_("The same again, whenever: --as-of {as_of}").format(as_of=made.as_of.isoformat()))
