"""`subject retention`: what is older than its retention time is destroyed."""

from collections.abc import Mapping

import click

from depok_agi.access.retention import Kind
from depok_agi.cli.context import acting, at_desk, settings
from depok_agi.cli.language import _, word
from depok_agi.cli.output import hint, json_option, show_json, show_table, when
from depok_agi.config import Settings
from depok_agi.desk import retention as runs
from depok_agi.desk.retention import Run


@click.command()
@click.option("--dry-run", is_flag=True, help="Say how much would be destroyed, and destroy nothing.")
@click.option("--list", "listing", is_flag=True, help="The runs, newest first, the daemon's too.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="For --list.")
@json_option
@click.pass_context
def retention(ctx: click.Context, limit: int, *, dry_run: bool, listing: bool, as_json: bool) -> None:
    """Destroy the personal data whose retention time is over ([retention] in the settings).

    The daemon does so each day by itself. Figures and the history of what was done when stay. It can be interrupted at
    any moment: the next run goes on with it.

    \b
    Example:
      depok-agi subject retention --dry-run
    """
    given = settings(ctx)
    if dry_run and listing:
        raise click.UsageError(_("--dry-run and --list exclude each other"))
    if listing:
        found = at_desk(given, lambda desk: runs.listed(desk, limit=limit))
        _show(found, given, as_json=as_json)
    elif dry_run:
        counts = at_desk(given, lambda desk: runs.would_destroy(desk, given.retention_periods))
        if as_json:
            show_json(dict(counts))
            return
        click.echo(_("would be destroyed: {what}").format(what=_counted(counts)))
        hint(_("and the number and name of each citizen who is in nothing any more then"))
    else:
        person = acting()
        made = at_desk(given, lambda desk: runs.run(desk, given.retention_periods, given.folders.recordings, person))
        if as_json:
            show_json(made.to_json(given.timezone))
            return
        click.echo(_("destroyed: {what}").format(what=_counted(made.destroyed)))


def _show(found: list[Run], given: Settings, *, as_json: bool) -> None:
    if as_json:
        show_json([one.to_json(given.timezone) for one in found])
        return
    rows = [
        (
            when(one.began_at, given.timezone),
            _("interrupted") if one.ended_at is None else when(one.ended_at, given.timezone),
            one.actor,
            _counted(one.destroyed),
        )
        for one in found
    ]
    show_table((_("Began"), _("Ended"), _("By"), _("Destroyed")), rows, empty=_("Nothing was destroyed yet."))


def _counted(destroyed: Mapping[Kind, int]) -> str:
    return ", ".join(f"{count} {word(kind)}" for kind, count in destroyed.items() if count) or _("nothing")
