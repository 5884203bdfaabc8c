"""`sms`: what citizens wrote by SMS, and what they are written."""

from typing import TYPE_CHECKING

import click

from depok_agi.calls.numbers import masked
from depok_agi.cli.choices import choice_of
from depok_agi.cli.context import at_desk, settings
from depok_agi.cli.output import hint, json_option, printable, show_json, show_table, when
from depok_agi.config import Settings
from depok_agi.desk import sms_queue
from depok_agi.sms.outgoing import Filter, Outgoing, Status

if TYPE_CHECKING:  # only one command shows them
    from depok_agi.desk.sms import Received

EMPTY = {
    Filter.WAITING: "No SMS waits; `depok-agi sms list --status sent` shows those that went out.",
    Filter.SENT: "No SMS was sent yet.",
    Filter.DROPPED: "No SMS was dropped.",
    Filter.ALL: "There is no SMS.",
}


@click.group()
def sms() -> None:
    """What citizens wrote by SMS, and what they are written. Texts are in the tickets alone."""


@sms.command("list")
@click.option(
    "--status",
    type=choice_of(Filter),
    default=Filter.WAITING.value,
    show_default=True,
    help="Those that wait (or are being sent), were sent, or were given up.",
)
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@json_option
@click.pass_context
def list_(ctx: click.Context, status: str, limit: int, *, as_json: bool) -> None:
    """The SMS to citizens, newest first, and why they wait.

    \b
    Examples:
      depok-agi sms list
      depok-agi sms list --status all --limit 200 --json
    """
    given = settings(ctx)
    found = at_desk(given, lambda desk: sms_queue.listed(desk, wanted=Filter(status), limit=limit))
    if as_json:
        show_json([one.to_json(given.timezone) for one in found])
        return
    columns = ("ID", "About", "To", "Ticket", "Status", "When", "Tries", "Why")
    show_table(columns, [_row(one, given) for one in found], empty=EMPTY[Filter(status)])
    if len(found) == limit:
        hint(f"The newest {limit}; more with --limit.")
    if given.sms is None and any(one.status is Status.WAITING for one in found):
        hint("There is no [sms] in the settings: they wait until it is given, for three days at most.")


def _row(one: Outgoing, given: Settings) -> tuple[str, ...]:
    waits = one.status is Status.WAITING
    at = one.next_try_at if waits else one.sent_at or one.queued_at
    return (
        str(one.id),
        one.kind,
        masked(one.number),
        one.ticket or "-",
        f"{one.status} until" if waits else one.status,
        when(at, given.timezone),
        str(one.tries or "-"),
        one.error or "-",
    )


@sms.command()
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@json_option
@click.pass_context
def received(ctx: click.Context, limit: int, *, as_json: bool) -> None:
    """The SMS that came in, newest first, and what was made of each.

    \b
    Example:
      depok-agi sms received --limit 20
    """
    from depok_agi.desk import sms as desk_sms  # noqa: PLC0415 - it takes SMS, too, which is slow to start

    given = settings(ctx)
    found = at_desk(given, lambda desk: desk_sms.listed(desk, limit=limit))
    if as_json:
        show_json([one.to_json(given.timezone) for one in found])
        return
    rows = [_received_row(one, given) for one in found]
    show_table(("ID", "At", "From", "Made", "Ticket", "Answered"), rows, empty="No SMS has come yet.")


def _received_row(one: "Received", given: Settings) -> tuple[str, ...]:
    sender = printable(one.sender) if one.sender else masked(one.number)
    answered = "yes" if one.answered else "no"
    return str(one.id), when(one.at, given.timezone), sender, one.made, one.ticket or "-", answered
