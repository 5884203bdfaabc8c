"""`report public`: the open data of a month, and its line for the running text."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import click

from depok_agi.cli.context import at_desk, settings
from depok_agi.cli.language import _
from depok_agi.cli.output import hint
from depok_agi.cli.sudo import no_path_under_sudo
from depok_agi.desk import utc_now
from depok_agi.language import Language
from depok_agi.report_worker import evaluated
from depok_agi.reports.period import Period, PeriodKind
from depok_agi.reports.schedule import due_at

_MONTH = re.compile(r"(\d{4})-(\d{2})")


@click.command("public")
@click.argument("month", required=False)
@click.option(
    "--into",
    type=click.Path(readable=False, path_type=Path),
    callback=no_path_under_sudo,
    help="Write all files into this folder, over those of the same month.",
)
@click.option("--file", "name", help="Print this file: calls_by_outcome-2026-09.csv, datapackage.json.")
@click.pass_context
def public(ctx: click.Context, month: str | None, into: Path | None, name: str | None) -> None:
    """The line for the running text, in Indonesian and English, and open data: CSV, JSON, and what columns mean.

    MONTH is the last one when it is not given. It is told as it was known on the 1st of the next month, always the
    same. Counts under 5 are withheld, and those by which they could be worked out.

    \b
    Examples:
      depok-agi report public
      depok-agi report public 2026-09 --into /srv/open-data
      depok-agi report public 2026-09 --file calls-2026-09.csv
    """
    from depok_agi.reports.public import datasets, files, running_text  # noqa: PLC0415 - for this command alone

    given = settings(ctx)
    period = _month(month, utc_now().astimezone(given.timezone).date())
    as_of = due_at(period, given.schedule_policy)
    report = at_desk(given, lambda desk: evaluated(desk, given, period, as_of))
    lines = "".join(f"{running_text(report, language)}\n" for language in Language)
    if into is None and name is None:
        click.echo(lines, nl=False)
        hint(_("The open data itself: --into FOLDER, or one file of it: --file NAME."))
        return
    written = files(datasets(report), lines)
    if name is not None:
        click.echo(_one(written, name), nl=False)
    if into is not None:
        _write(written, into)


def _month(asked: str | None, today: date) -> Period:
    """Raises click.BadParameter."""
    if asked is None:
        return Period.around(PeriodKind.MONTH, today).before
    found = _MONTH.fullmatch(asked)
    try:
        period = Period(PeriodKind.MONTH, date(int(found[1]), int(found[2]), 1)) if found else None
    except ValueError:
        period = None
    if period is None or period.first.year == date.max.year:
        raise click.BadParameter(_("{asked!r} is no month: write 2026-09").format(asked=asked), param_hint="MONTH")
    if period.after.first > today:
        raise click.BadParameter(
            _("{asked} is not over yet: open data is of whole months").format(asked=asked), param_hint="MONTH"
        )
    return period


def _one(written: Mapping[str, str], name: str) -> str:
    """Raises click.BadParameter."""
    if name not in written:
        raise click.BadParameter(
            _("there is no {name}; there are {written}").format(name=name, written=", ".join(written)),
            param_hint="--file",
        )
    return written[name]


def _write(written: Mapping[str, str], folder: Path) -> None:
    """Raises OSError, which the command's edge tells."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in written.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            file.write(text)
    hint(_("{count} files written into {folder}").format(count=len(written), folder=folder))
