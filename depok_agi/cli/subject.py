"""`subject`: a citizen's own data (UU 27/2022)."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from depok_agi.access.dossier import Dossier
from depok_agi.access.roles import Deed, may
from depok_agi.calls.numbers import masked, national
from depok_agi.cli import fields
from depok_agi.cli.context import acting, at_desk, settings
from depok_agi.cli.csv_rows import csv_option, show_records
from depok_agi.cli.language import _
from depok_agi.cli.output import hint, json_option, printable, show_json, show_table, when
from depok_agi.cli.subject_retention import retention
from depok_agi.cli.subject_suspend import resume, suspend, suspensions
from depok_agi.cli.sudo import no_path_under_sudo
from depok_agi.config import Settings
from depok_agi.desk import Desk, erasing
from depok_agi.desk.erasing import Erasure, Known
from depok_agi.desk.remains import Remains
from depok_agi.errors import RefusedError


@click.group()
def subject() -> None:
    """A citizen's own data: to give it to them, to erase it, and how long it is kept."""


for command in (retention, suspend, resume, suspensions):
    subject.add_command(command)


@subject.command()
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
        from depok_agi.desk import exporting  # noqa: PLC0415 - no other command needs it

        return await exporting.dossier(desk, e164, person=person, recordings=given.folders.recordings)

    made = at_desk(given, run)
    if form == "html" and not as_json:
        from depok_agi.access import dossier_page  # noqa: PLC0415 - as above

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


@subject.command()
@click.argument("number")
@click.option("--why", required=True, help="The reason, such as the citizen's letter. It may not name them.")
@click.option("--even-open", is_flag=True, help="What the centre owes them yet is closed, and nobody is told.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@json_option
@click.pass_context
def erase(ctx: click.Context, number: str, why: str, *, even_open: bool, yes: bool, as_json: bool) -> None:
    """Destroy all that is known of a citizen: number, name, texts, voice; in the store, its backups and the spool.

    Their calls, tickets and callbacks stay as figures of nobody, and the history of tickets stays whole. The store is
    written anew, so that nobody else can write for some seconds. Interrupted, it goes on when it is run again.

    \b
    Example:
      depok-agi subject erase 0811-0000-1234 --why 'letter of 24 November 2026'
    """
    given, person = settings(ctx), acting()
    e164 = erasing.number_of(number)
    if not yes and may(person.role, Deed.ERASE):  # whoever may not is told nothing
        known = at_desk(given, lambda desk: erasing.known(desk, e164))
        click.confirm(_question(e164, known), abort=True, err=True)

    async def run(desk: Desk) -> tuple[list[Erasure], Remains]:
        from depok_agi.desk import remains  # noqa: PLC0415 - no other command needs it

        made = await erasing.erase(desk, e164, why=why, person=person, even_open=even_open)
        return made, await remains.destroy(desk, made, e164, given.folders, given.journal, hint)

    made, left = at_desk(given, run)
    if as_json:
        show_json(_to_json(made, left))
    else:
        _show(made, left)
    if left.left:
        raise RefusedError(
            _("not finished: {what}. Then run it again").format(what="; ".join(printable(line) for line in left.left))
        )


@subject.command()
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@json_option
@csv_option
@click.pass_context
def erasures(ctx: click.Context, limit: int, *, as_json: bool, as_csv: bool) -> None:
    """What was erased when, by whom and why, newest first; of whom is not known any more.

    \b
    Example:
      depok-agi subject erasures
    """
    given = settings(ctx)
    found = at_desk(given, lambda desk: erasing.listed(desk, limit=limit))
    if as_json or as_csv:
        records = [one.to_json(given.timezone) for one in found]
        show_records(records, fields.ERASURE, as_json=as_json, as_csv=as_csv)
        return
    columns = (_("Erased"), _("By"), _("Why"), _("Destroyed"), _("Finished"))
    show_table(columns, [_row(one, given) for one in found], empty=_("Nobody was erased."))


def _for_oneself(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _row(erasure: Erasure, given: Settings) -> tuple[str, ...]:
    finished = _("no: run it again") if erasure.finished_at is None else when(erasure.finished_at, given.timezone)
    at = when(erasure.at, given.timezone)
    return at, erasure.actor, printable(erasure.why), _counted(erasure.destroyed), finished


def _question(number: str, known: Known | None) -> str:
    if known is None:
        return _("The store knows nothing of {number}. Look for it elsewhere, and erase it there?").format(
            number=masked(number)
        )
    return _(
        "All that is known of {number} is destroyed, in {calls} calls, {tickets} tickets and {callbacks} callbacks, "
        "and in the backups. Nobody can bring it back. Go on?"
    ).format(number=masked(number), calls=known.calls, tickets=known.tickets, callbacks=known.callbacks)


def _show(made: Sequence[Erasure], left: Remains) -> None:
    for erasure in made:
        click.echo(_("erased in the store: {what}").format(what=_counted(erasure.destroyed)))
    click.echo(
        _("deleted: {recordings} recordings, {spool} files that waited; {backups} backups rewritten").format(
            recordings=left.recordings, spool=left.spool, backups=left.backups
        )
    )
    for what in left.mentioned:
        hint(_("{what} is another citizen's and has the number in its text, which stays").format(what=what))
    for said in left.journal:
        hint(_("Asterisk's own {file}: only logrotate deletes it").format(file=printable(said)))


def _counted(destroyed: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in destroyed.items() if count) or _("nothing")


def _to_json(made: Sequence[Erasure], left: Remains) -> dict[str, object]:
    destroyed: dict[str, int] = {}
    for erasure in made:
        for what, count in erasure.destroyed.items():
            destroyed[what] = destroyed.get(what, 0) + count
    return {
        "erasures": [erasure.id for erasure in made],
        "destroyed": destroyed,
        "recordings": left.recordings,
        "spool": left.spool,
        "backups": left.backups,
        "finished": not left.left,
        "left": list(left.left),
        "mentioned": list(left.mentioned),
        "journal": list(left.journal),
    }
