"""`tickets import`: complaints that came by other ways, out of a CSV file or a workbook."""

import csv
import io
import sys
from pathlib import Path

import click

from depok_agi.cli import table_file
from depok_agi.cli.context import actor, at_desk, settings
from depok_agi.cli.language import _
from depok_agi.cli.output import hint, json_option, printable, show_json
from depok_agi.cli.progress import working
from depok_agi.cli.sudo import no_path_under_sudo
from depok_agi.desk import Desk, importing
from depok_agi.desk.importing import Imported
from depok_agi.errors import RefusedError
from depok_agi.tickets.import_rows import COLUMNS, EXAMPLE, Fault, heading_faults

MOST_FAULTS_SHOWN = 100


@click.command("import")
@click.argument(
    "file",
    required=False,
    type=click.Path(readable=False, path_type=Path, allow_dash=True),
    callback=no_path_under_sudo,
)
@click.option("--check", is_flag=True, help="Only say what is wrong; import nothing.")
@click.option("--template", is_flag=True, help="Print a CSV file to begin with, with two examples in it.")
@json_option
@click.pass_context
def import_(ctx: click.Context, file: Path | None, *, check: bool, template: bool, as_json: bool) -> None:
    """Make tickets of the rows of a CSV or XLSX file: letters, visits, web, Twitter, Facebook. All rows, or none.

    Every row is checked first. A row that was imported before is left out, so the same file can be given again.
    FILE - is standard input.

    \b
    Examples:
      depok-agi tickets import --template
      depok-agi tickets import laporan.csv --check
      depok-agi tickets import -
    """
    if template:
        if file is not None:
            raise click.UsageError(_("give either --template or FILE"))
        click.echo(_template(), nl=False)
        return
    if file is None:
        raise click.UsageError(_("Missing argument 'FILE'."))
    given = settings(ctx)
    table = _table(file)

    async def run(desk: Desk) -> Imported:
        entries, faults = await importing.checked(desk, table.rows)
        if faults:
            _show(faults)
            wrong = len({fault.line for fault in faults})
            raise RefusedError(
                "{wrong} of {count} rows are wrong: nothing was imported", wrong=wrong, count=len(table.rows)
            )
        return Imported((), ()) if check else await importing.take(desk, entries, actor())

    with working(_("checking the rows") if check else _("importing")):
        found = at_desk(given, run)
    if as_json:
        show_json({"imported": list(found.new), "known": list(found.known)})
    else:
        for number in found.new:
            click.echo(number)
    if check:
        hint(_("{count} rows, all of them right; nothing was imported, as you asked").format(count=len(table.rows)))
    else:
        hint(
            _("{count} imported, {count_2} had been imported before").format(
                count=len(found.new), count_2=len(found.known)
            )
        )


def _table(file: Path) -> table_file.Table:
    """Raises RefusedError, OSError."""
    table = table_file.read(_content(file))
    wrong = heading_faults(table.heading)
    if wrong:
        _show(wrong)
        raise RefusedError("the heading is wrong: nothing was imported")
    if not table.rows:
        raise RefusedError("the file has no rows but the heading")
    return table


def _show(faults: list[Fault]) -> None:
    for fault in faults[:MOST_FAULTS_SHOWN]:
        hint(printable(fault.text(_)))
    if len(faults) > MOST_FAULTS_SHOWN:
        hint(_("and {count} more").format(count=len(faults) - MOST_FAULTS_SHOWN))


def _template() -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([COLUMNS, *EXAMPLE])
    return written.getvalue()


def _content(file: Path) -> bytes:
    """Raises RefusedError when it is too large, OSError when it cannot be read."""
    if str(file) != "-":
        with file.open("rb") as opened:
            return opened.read(table_file.MOST_BYTES + 1)
    return b"" if sys.stdin is None else sys.stdin.buffer.read(table_file.MOST_BYTES + 1)
