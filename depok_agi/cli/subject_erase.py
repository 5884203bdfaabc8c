"""`subject erase`, `erasures`: the destruction of all that is known of a citizen."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from depok_agi.access.roles import Deed, may
from depok_agi.calls.numbers import masked
from depok_agi.cli import fields
from depok_agi.cli.context import acting, at_desk, settings
from depok_agi.cli.csv_rows import csv_option, show_records
from depok_agi.cli.language import _
from depok_agi.cli.output import hint, json_option, printable, show_json, show_table, when
from depok_agi.config import Settings
from depok_agi.desk import Desk, erasing
from depok_agi.desk.erasing import Erasure, Known
from depok_agi.errors import RefusedError

if TYPE_CHECKING:  # only the erasure itself needs it
    from depok_agi.desk.remains import Remains


@click.command()
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

    async def run(desk: Desk) -> "tuple[list[Erasure], Remains]":
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


@click.command()
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


def _show(made: Sequence[Erasure], left: "Remains") -> None:
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


def _to_json(made: Sequence[Erasure], left: "Remains") -> dict[str, object]:
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
