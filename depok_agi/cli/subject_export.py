"""`subject export`: all that is known of a citizen, to be given to them."""

import json
import os
from pathlib import Path

import click

from depok_agi.access import dossier_page
from depok_agi.access.dossier import Dossier
from depok_agi.calls.numbers import national
from depok_agi.cli.context import acting, at_desk, settings
from depok_agi.cli.language import _
from depok_agi.cli.output import hint, json_option, show_json
from depok_agi.cli.sudo import no_path_under_sudo
from depok_agi.desk import Desk, erasing, exporting


@click.command()
@click.argument("number")
@click.option("--format", "form", type=click.Choice(["html", "json"]), default="html", show_default=True)
@click.option(
    "--output",
    type=click.Path(readable=False, path_type=Path),
    callback=no_path_under_sudo,
    help="Write it into this file, for yourself alone; never over one that is there.",
)
@json_option
@click.pass_context
def export(ctx: click.Context, number: str, form: str, output: Path | None, *, as_json: bool) -> None:
    """All that is known of a citizen, to be given to them: one file, with who did what with it.

    To standard output, so that `> data.html` makes it a file of your own. The citizen has a right to it within 3 x 24
    hours of asking (UU 27/2022). Make sure first that it is they who ask.

    \b
    Example:
      depok-agi subject export 0811-0000-1234 --format json
    """
    given, person = settings(ctx), acting()
    e164 = erasing.number_of(number)

    async def run(desk: Desk) -> Dossier:
        return await exporting.dossier(desk, e164, person=person, recordings=given.folders.recordings)

    made = at_desk(given, run)
    if form == "html" and not as_json:
        written = dossier_page.write(made, national(e164))
    elif output is None:
        show_json(made.to_json())
        return
    else:
        written = f"{json.dumps(made.to_json(), indent=2, ensure_ascii=False)}\n"
    if output is None:
        click.echo(written.encode(), nl=False)
        return
    with open(output, "x", encoding="utf-8", opener=_for_oneself) as file:
        file.write(written)
    hint(_("Written: {file}").format(file=output))


def _for_oneself(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
