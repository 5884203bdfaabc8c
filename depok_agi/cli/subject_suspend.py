"""`subject suspend`, `resume` and `suspensions`: a citizen's data is kept, and not used for now."""

import click

from depok_agi.calls.numbers import masked, national
from depok_agi.cli import fields
from depok_agi.cli.context import acting, at_desk, settings
from depok_agi.cli.csv_rows import csv_option, show_records
from depok_agi.cli.language import _
from depok_agi.cli.output import hint, json_option, printable, show_table, when
from depok_agi.desk import suspending
from depok_agi.desk.erasing import number_of


@click.command()
@click.argument("number")
@click.option("--why", required=True, help="The reason, such as the citizen's letter.")
@click.pass_context
def suspend(ctx: click.Context, number: str, why: str) -> None:
    """Use nothing of a citizen's data for now: no call back, no SMS, no e-mail about it, not in lists.

    Their calls are answered and logged. The citizen has a right to it within 3 x 24 hours of asking (UU 27/2022).

    \b
    Example:
      depok-agi subject suspend 0811-0000-1234 --why 'letter of 24 November 2026'
    """
    e164, person = number_of(number), acting()
    at_desk(settings(ctx), lambda desk: suspending.suspend(desk, e164, why=why, person=person))
    hint(_("{number} is suspended; to end it: depok-agi subject resume").format(number=masked(e164)))


@click.command()
@click.argument("number")
@click.pass_context
def resume(ctx: click.Context, number: str) -> None:
    """Use the data of a citizen again who was suspended.

    \b
    Example:
      depok-agi subject resume 0811-0000-1234
    """
    e164, person = number_of(number), acting()
    at_desk(settings(ctx), lambda desk: suspending.resume(desk, e164, person=person))
    hint(_("{number} is not suspended any more").format(number=masked(e164)))


@click.command()
@click.option("--all", "every", is_flag=True, help="Those that have ended, too.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@json_option
@csv_option
@click.pass_context
def suspensions(ctx: click.Context, limit: int, *, every: bool, as_json: bool, as_csv: bool) -> None:
    """Who is suspended, since when and why, newest first.

    \b
    Example:
      depok-agi subject suspensions
    """
    given, person = settings(ctx), acting()
    found = at_desk(given, lambda desk: suspending.listed(desk, person=person, every=every, limit=limit))
    zone = given.timezone
    if as_json or as_csv:
        show_records([one.to_json(zone) for one in found], fields.SUSPENSION, as_json=as_json, as_csv=as_csv)
        return
    rows = [
        (national(one.number), when(one.since, zone), when(one.until, zone), one.by, printable(one.why))
        for one in found
    ]
    columns = (_("Number"), _("Since"), _("Until"), _("By"), _("Why"))
    show_table(columns, rows, empty=_("Nobody is suspended."))
