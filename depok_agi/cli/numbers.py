"""`numbers`: callers who are refused for a time."""

import click

from depok_agi.calls.numbers import national
from depok_agi.cli import fields
from depok_agi.cli.context import acting, actor, at_desk, settings
from depok_agi.cli.csv_rows import csv_option, show_records
from depok_agi.cli.language import _
from depok_agi.cli.output import hint, json_option, person, printable, show_json, show_table, when
from depok_agi.cli.span import span, span_options
from depok_agi.cli.unmasking import asked, tell_masked, unmask_option
from depok_agi.cli.when import future
from depok_agi.config import Settings
from depok_agi.desk import Desk, blocks, utc_now
from depok_agi.desk.blocks import Block
from depok_agi.desk.numbered import blocked
from depok_agi.tickets.ticket import local_iso


@click.group()
def numbers() -> None:
    """Callers who are refused for a time, such as prank callers. Operators' phones are not concerned."""


@numbers.command()
@click.argument("number")
@click.option("--until", required=True, help="When it ends by itself: 1d, friday, '2026-11-24 15:00'.")
@click.option("--why", required=True, help="The reason, for colleagues' and the citizen's questions.")
@json_option
@click.pass_context
def block(ctx: click.Context, number: str, until: str, why: str, *, as_json: bool) -> None:
    """Refuse a number: who calls from it hears so politely, and reaches nobody. It ends by itself.

    \b
    Example:
      depok-agi numbers block 0811-0000-1234 --until +1d --why 'prank calls'
    """
    given = settings(ctx)
    ends = future(until, given.timezone, utc_now())
    made = at_desk(given, lambda desk: blocks.block(desk, number, until=ends, why=why, by=actor()))
    if as_json:
        show_json(_to_json(made, given))
        return
    hint(
        _("{number} is blocked until {ends:%Y-%m-%d %H:%M}").format(
            number=national(made.number), ends=ends.astimezone(given.timezone)
        )
    )


@numbers.command()
@click.argument("number")
@click.pass_context
def unblock(ctx: click.Context, number: str) -> None:
    """Lift a block now.

    \b
    Example:
      depok-agi numbers unblock 0811-0000-1234
    """
    lifted = at_desk(settings(ctx), lambda desk: blocks.unblock(desk, number))
    hint(_("{lifted} is not blocked any more").format(lifted=national(lifted)))


@numbers.command("list")
@click.option("--all", "every", is_flag=True, help="Those that are over, too, newest first.")
@span_options("Over or not, those that were set")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@unmask_option
@json_option
@csv_option
@click.pass_context
def list_(
    ctx: click.Context,
    since: str | None,
    until: str | None,
    limit: int,
    *,
    every: bool,
    unmask: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Who is blocked, until when, and why; the first to end first.

    \b
    Example:
      depok-agi numbers list
    """
    given, user = settings(ctx), acting()

    start, end = span(given, since, until)
    how = asked(unmask=unmask, for_scripts=as_json or as_csv)

    async def look(desk: Desk) -> list[Block]:
        if every or start is not None or end is not None:
            found = await blocks.all_listed(desk, since=start, until=end, limit=limit)
        else:
            found = (await blocks.listed(desk))[:limit]
        return await blocked(desk, user, found, how)

    found = at_desk(given, look)
    tell_masked(user, how)
    if as_json or as_csv:
        show_records([_to_json(one, given) for one in found], fields.BLOCK, as_json=as_json, as_csv=as_csv)
        return
    zone = given.timezone
    rows = [(person(o.number), when(o.since, zone), when(o.until, zone), o.by, printable(o.why)) for o in found]
    show_table((_("Number"), _("Since"), _("Until"), _("By"), _("Why")), rows, empty=_("Nobody is blocked."))
    if len(found) == limit:
        hint(_("The first {limit}; more with --limit.").format(limit=limit))


def _to_json(block: Block, given: Settings) -> dict[str, object]:
    return {
        "number": block.number,
        "since": local_iso(block.since, given.timezone),
        "until": local_iso(block.until, given.timezone),
        "by": block.by,
        "why": block.why,
    }
