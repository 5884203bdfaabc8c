"""`mails`: the e-mails to OPDs, supervisors and readers of reports."""

import click

from depok_agi.cli import fields
from depok_agi.cli.choices import choice_of
from depok_agi.cli.context import at_desk, settings
from depok_agi.cli.csv_rows import csv_option, show_records
from depok_agi.cli.language import _, word
from depok_agi.cli.output import hint, json_option, show_table, when
from depok_agi.cli.span import span, span_options
from depok_agi.config import Settings
from depok_agi.desk import mails as desk_mails
from depok_agi.language import gettext_noop
from depok_agi.notify.mail import Kind, Mail, MailFilter, MailStatus, period_name, period_of

EMPTY = {
    MailFilter.WAITING: gettext_noop(
        "No e-mail waits; `depok-agi mails list --status sent` shows those that went out."
    ),
    MailFilter.SENT: gettext_noop("No e-mail was sent yet."),
    MailFilter.DROPPED: gettext_noop("No e-mail was dropped."),
    MailFilter.ALL: gettext_noop("There is no e-mail."),
}


@click.group()
def mails() -> None:
    """E-mails to OPDs and supervisors: sent, or waiting for a network, an address or the morning."""


@mails.command("list")
@click.option(
    "--status",
    type=choice_of(MailFilter),
    default=MailFilter.WAITING.value,
    show_default=True,
    help="Those that wait (or are being sent), were sent, or had nothing left to say.",
)
@span_options("Those that were queued")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@json_option
@csv_option
@click.pass_context
def list_(
    ctx: click.Context, status: str, since: str | None, until: str | None, limit: int, *, as_json: bool, as_csv: bool
) -> None:
    """The e-mails, newest first, and why they wait.

    \b
    Examples:
      depok-agi mails list
      depok-agi mails list --status all --limit 200 --json
    """
    given = settings(ctx)
    start, end = span(given, since, until)
    wanted = MailFilter(status)
    found = at_desk(given, lambda desk: desk_mails.listed(desk, wanted=wanted, since=start, until=end, limit=limit))
    if as_json or as_csv:
        records = [mail.to_json(given.timezone) for mail in found]
        show_records(records, fields.MAIL, as_json=as_json, as_csv=as_csv)
        return
    columns = (_("ID"), _("About"), _("OPD"), _("Ticket"), _("To"), _("Status"), _("When"), _("Tries"), _("Why"))
    show_table(columns, [_row(mail, given) for mail in found], empty=_(EMPTY[wanted]))
    if len(found) == limit:
        hint(_("The newest {limit}; more with --limit.").format(limit=limit))
    if given.mail is None and any(mail.status is MailStatus.WAITING for mail in found):
        hint(_("There is no [mail] in the settings: they wait until it is given."))


def _row(mail: Mail, given: Settings) -> tuple[str, ...]:
    waits = mail.status is MailStatus.WAITING
    at = mail.next_try_at if waits else mail.sent_at or mail.queued_at
    return (
        str(mail.id),
        word(mail.kind) if mail.kind is not Kind.REPORT else f"{word(mail.kind)} {period_name(period_of(mail.key))}",
        mail.opd or "-",
        mail.number or "-",
        mail.address or _("({role}: no address)").format(role=word(mail.role)),
        _("{status} until").format(status=word(mail.status)) if waits else word(mail.status),
        when(at, given.timezone),
        str(mail.tries or "-"),
        _(mail.error or "-"),
    )


@mails.command("try-now")
@click.pass_context
def try_now(ctx: click.Context) -> None:
    """Try all that wait at once, as when the network is back or an address was entered. Not at night, though.

    \b
    Example:
      depok-agi mails try-now
    """
    given = settings(ctx)
    count = at_desk(given, desk_mails.try_now)
    text = (
        _("no e-mails had to wait longer; the service tries all within seconds")
        if count == 0
        else _("{count} e-mail had to wait longer; the service tries all within seconds")
        if count == 1
        else _("{count} e-mails had to wait longer; the service tries all within seconds")
    )
    hint(text.format(count=count))
    if given.mail is None:
        hint(_("There is no [mail] in the settings: nothing is sent until it is given."))
