"""`numbers`: callers who are refused for a time."""

import click

from depok_agi.calls.numbers import national
from depok_agi.cli.context import acting, actor, at_desk, settings
from depok_agi.cli.output import hint, json_option, person, printable, show_json, show_table, when
from depok_agi.cli.unmasking import asked, tell_masked, unmask_option
from depok_agi.cli.when import moment
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
@click.option("--until", required=True, help="When it ends by itself: +1d, '2026-11-24 15:00'.")
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
    ends = moment(until, given.timezone, utc_now())
    made = at_desk(given, lambda desk: blocks.block(desk, number, until=ends, why=why, by=actor()))
    if as_json:
        show_json(_to_json(made, given))
        return
    hint(f"{national(made.number)} is blocked until {ends.astimezone(given.timezone):%Y-%m-%d %H:%M}")


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
    hint(f"{national(lifted)} is not blocked any more")


@numbers.command("list")
@click.option("--all", "every", is_flag=True, help="Those that are over, too, newest first.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@unmask_option
@json_option
@click.pass_context
def list_(ctx: click.Context, limit: int, *, every: bool, unmask: bool, as_json: bool) -> None:
    """Who is blocked, until when, and why; the first to end first.

    \b
    Example:
      depok-agi numbers list
    """
    given, user = settings(ctx), acting()

    async def look(desk: Desk) -> list[Block]:
        found = await blocks.all_listed(desk, limit=limit) if every else (await blocks.listed(desk))[:limit]
        return await blocked(desk, user, found, asked(unmask=unmask, as_json=as_json))

    found = at_desk(given, look)
    tell_masked(user, as_json=as_json)
    if as_json:
        show_json([_to_json(one, given) for one in found])
        return
    zone = given.timezone
    rows = [(person(o.number), when(o.since, zone), when(o.until, zone), o.by, printable(o.why)) for o in found]
    show_table(("Number", "Since", "Until", "By", "Why"), rows, empty="Nobody is blocked.")


def _to_json(block: Block, given: Settings) -> dict[str, object]:
    return {
        "number": block.number,
        "since": local_iso(block.since, given.timezone),
        "until": local_iso(block.until, given.timezone),
        "by": block.by,
        "why": block.why,
    }
