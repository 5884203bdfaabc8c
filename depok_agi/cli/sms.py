"""`sms`: what citizens wrote by SMS, and what they are written."""

from typing import TYPE_CHECKING

import click

from depok_agi.cli import fields
from depok_agi.cli.choices import choice_of
from depok_agi.cli.context import acting, at_desk, settings
from depok_agi.cli.csv_rows import csv_option, show_records
from depok_agi.cli.language import _, word
from depok_agi.cli.output import hint, json_option, person, printable, show_table, when
from depok_agi.cli.span import span, span_options
from depok_agi.cli.unmasking import asked, tell_masked, unmask_option
from depok_agi.config import Settings
from depok_agi.desk import Desk, numbered, sms_queue
from depok_agi.language import gettext_noop
from depok_agi.sms.outgoing import Filter, Outgoing, Status

if TYPE_CHECKING:  # only one command shows them
    from depok_agi.desk.sms import Received

EMPTY = {
    Filter.WAITING: gettext_noop("No SMS waits; `depok-agi sms list --status sent` shows those that went out."),
    Filter.SENT: gettext_noop("No SMS was sent yet."),
    Filter.DROPPED: gettext_noop("No SMS was dropped."),
    Filter.ALL: gettext_noop("There is no SMS."),
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
@span_options("Those that were queued")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@unmask_option
@json_option
@csv_option
@click.pass_context
def list_(
    ctx: click.Context,
    status: str,
    since: str | None,
    until: str | None,
    limit: int,
    *,
    unmask: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """The SMS to citizens, newest first, and why they wait.

    \b
    Examples:
      depok-agi sms list
      depok-agi sms list --status all --limit 200 --json
    """
    given, user = settings(ctx), acting()
    start, end = span(given, since, until)
    wanted, how = Filter(status), asked(unmask=unmask, for_scripts=as_json or as_csv)

    async def look(desk: Desk) -> list[Outgoing]:
        queue = await sms_queue.listed(desk, wanted=wanted, since=start, until=end, limit=limit)
        return await numbered.sent(desk, user, queue, how)

    found = at_desk(given, look)
    tell_masked(user, how)
    if as_json or as_csv:
        records = [one.to_json(given.timezone) for one in found]
        show_records(records, fields.SMS, as_json=as_json, as_csv=as_csv)
        return
    columns = (_("ID"), _("About"), _("To"), _("Ticket"), _("Status"), _("When"), _("Tries"), _("Why"))
    show_table(columns, [_row(one, given) for one in found], empty=_(EMPTY[wanted]))
    if len(found) == limit:
        hint(_("The newest {limit}; more with --limit.").format(limit=limit))
    if given.sms is None and any(one.status is Status.WAITING for one in found):
        hint(_("There is no [sms] in the settings: they wait until it is given, for three days at most."))


def _row(one: Outgoing, given: Settings) -> tuple[str, ...]:
    waits = one.status is Status.WAITING
    at = one.next_try_at if waits else one.sent_at or one.queued_at
    return (
        str(one.id),
        word(one.kind),
        person(one.number),
        one.ticket or "-",
        _("{status} until").format(status=word(one.status)) if waits else word(one.status),
        when(at, given.timezone),
        str(one.tries or "-"),
        _(one.error or "-"),
    )


@sms.command()
@span_options("Those that came")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@unmask_option
@json_option
@csv_option
@click.pass_context
def received(
    ctx: click.Context,
    since: str | None,
    until: str | None,
    limit: int,
    *,
    unmask: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """The SMS that came in, newest first, and what was made of each.

    \b
    Example:
      depok-agi sms received --limit 20
    """
    from depok_agi.desk import sms as desk_sms  # noqa: PLC0415 - it takes SMS, too, which is slow to start

    given, user = settings(ctx), acting()
    start, end = span(given, since, until)
    how = asked(unmask=unmask, for_scripts=as_json or as_csv)

    async def look(desk: Desk) -> "list[Received]":
        came = await desk_sms.listed(desk, since=start, until=end, limit=limit)
        return await numbered.received(desk, user, came, how)

    found = at_desk(given, look)
    tell_masked(user, how)
    if as_json or as_csv:
        records = [one.to_json(given.timezone) for one in found]
        show_records(records, fields.RECEIVED, as_json=as_json, as_csv=as_csv)
        return
    rows = [_received_row(one, given) for one in found]
    show_table(
        (_("ID"), _("At"), _("From"), _("Made"), _("Ticket"), _("Answered")), rows, empty=_("No SMS has come yet.")
    )
    if len(found) == limit:
        hint(_("The first {limit}; more with --limit.").format(limit=limit))


def _received_row(one: "Received", given: Settings) -> tuple[str, ...]:
    sender = printable(one.sender) if one.sender else person(one.number)
    answered = _("yes") if one.answered else _("no")
    return str(one.id), when(one.at, given.timezone), sender, word(one.made), one.ticket or "-", answered
