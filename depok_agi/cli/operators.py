"""`operators`: who is at the desk, and at which phone."""

from typing import Any

import click

from depok_agi.cli import fields
from depok_agi.cli.attending import say_nothing_of_a_pause, state_in_words
from depok_agi.cli.context import acting, at_desk, settings
from depok_agi.cli.csv_rows import csv_option, show_records
from depok_agi.cli.language import _
from depok_agi.cli.order_words import done_in_words
from depok_agi.cli.output import hint, json_option, show_table, when
from depok_agi.cli.when import moment
from depok_agi.config import Settings
from depok_agi.desk import Desk, attendance, operator_orders, utc_now
from depok_agi.desk import operators as desk_operators
from depok_agi.desk.attendance import Attended
from depok_agi.desk.operator_orders import Order, Wish
from depok_agi.errors import RefusedError
from depok_agi.operators.state import CHOSEN, SERVING, PauseReason, State
from depok_agi.tickets.ticket import local_iso

whose = click.argument("operator", required=False, metavar="[USER]")


@click.group()
@click.pass_context
def operators(ctx: click.Context) -> None:
    """Who is at the desk. Signed in, you get calls of the queue; by phone it is *11 in, *12 out, *13 pause."""
    say_nothing_of_a_pause(ctx)


@operators.command("list")
@json_option
@csv_option
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool, as_csv: bool) -> None:
    """Each operator: their phone, what they are doing since when, today's calls and time at the desk.

    \b
    Example:
      depok-agi operators list
    """
    given = settings(ctx)
    midnight = moment("today", given.timezone, utc_now())

    async def look(desk: Desk) -> list[Attended]:
        return await attendance.listed(desk, await desk_operators.phones(desk, given.pbx.operators), midnight)

    found = at_desk(given, look)
    if as_json or as_csv:
        show_records([_to_json(one, given) for one in found], fields.OPERATOR, as_json=as_json, as_csv=as_csv)
    else:
        columns = (_("Operator"), _("Phone"), _("State"), _("Since"), _("Calls"), _("Signed in"), _("Paused"))
        show_table(
            columns,
            [_row(one, given) for one in found],
            empty=_("There is no operator: depok-agi operators add USER PHONE"),
        )
    if found and not any(one.now is not None and one.now.state in SERVING for one in found):
        hint(_("Nobody takes calls now."))


def _row(one: Attended, given: Settings) -> tuple[str, ...]:
    now = one.now
    return (
        one.operator,
        one.device.partition("/")[2] or one.device,
        _("out") if now is None else state_in_words(now),
        "-" if now is None else when(now.since, given.timezone),
        str(one.calls or "-"),
        _time(one.signed_in),
        _time(one.seconds.get(State.PAUSED, 0)),
    )


def _time(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}" if seconds else "-"


def _to_json(one: Attended, given: Settings) -> dict[str, Any]:
    now = one.now
    return {
        "operator": one.operator,
        "phone": one.device,
        "state": "out" if now is None else now.state,
        "reason": None if now is None else now.reason,
        "since": None if now is None else local_iso(now.since, given.timezone),
        "calls_today": one.calls,
        "signed_in_seconds": one.signed_in,
        **{f"{state}_seconds": one.seconds.get(state, 0) for state in State},
    }


@operators.command()
@click.argument("operator", metavar="USER")
@click.argument("phone")
@click.pass_context
def add(ctx: click.Context, operator: str, phone: str) -> None:
    """Enter at which phone an operator sits, by extension; it takes the place of the phone that they had.

    \b
    Example:
      depok-agi operators add siti 101
    """
    given = settings(ctx)
    device = at_desk(given, lambda desk: desk_operators.add(desk, acting(), operator, phone, given.pbx.operators))
    hint(_("{operator} sits at {device}.").format(operator=operator, device=device))


@operators.command()
@click.argument("operator", metavar="USER")
@click.pass_context
def remove(ctx: click.Context, operator: str) -> None:
    """Take an operator off. What they did stays on record.

    \b
    Example:
      depok-agi operators remove siti
    """
    given = settings(ctx)
    at_desk(given, lambda desk: desk_operators.remove(desk, acting(), operator, given.pbx.operators))
    hint(_("{operator} is no operator any more.").format(operator=operator))


@operators.command("in")
@whose
@click.pass_context
def in_(ctx: click.Context, operator: str | None) -> None:
    """Sign in, or be back from a pause: from now on calls come to your phone. Supervisors can name somebody.

    \b
    Examples:
      depok-agi operators in
      depok-agi operators in budi
    """
    hint(done_in_words(_have(ctx, operator, Wish.IN)))


@operators.command()
@whose
@click.pass_context
def out(ctx: click.Context, operator: str | None) -> None:
    """Sign out: no more calls of the queue. One that is under way goes on.

    \b
    Example:
      depok-agi operators out
    """
    hint(done_in_words(_have(ctx, operator, Wish.OUT)))


@operators.command()
@whose
@click.option("--why", required=True, type=click.Choice([reason.value for reason in CHOSEN]), help="For the report.")
@click.pass_context
def pause(ctx: click.Context, operator: str | None, why: str) -> None:
    """Pause: no calls until you are back by `operators in` or *11.

    \b
    Example:
      depok-agi operators pause --why lunch
    """
    hint(done_in_words(_have(ctx, operator, Wish.PAUSE, PauseReason(why))))


def _have(ctx: click.Context, operator: str | None, wish: Wish, reason: PauseReason | None = None) -> Order:
    """Order it, and wait until it is done. Raises RefusedError: it was not."""
    given = settings(ctx)
    if given.operators is None:
        raise RefusedError(_("[operators] is not set in the settings: sign in by phone, *11 in, *12 out, *13 pause"))
    person = acting()
    name = operator or person.name

    async def order(desk: Desk) -> Order:
        phones = await desk_operators.phones(desk, given.pbx.operators)
        placed = await operator_orders.place(desk, person, name, wish, phones, reason)
        return await operator_orders.ended(desk, placed)

    return at_desk(given, order)
