"""`report schedule`: which reports are mailed when, and which were."""

from datetime import datetime
from typing import Any

import click

from depok_agi.cli import fields
from depok_agi.cli.context import at_desk, settings
from depok_agi.cli.csv_rows import csv_option, show_records
from depok_agi.cli.language import _, word
from depok_agi.cli.output import hint, json_option, show_table
from depok_agi.config import Settings
from depok_agi.desk import Desk
from depok_agi.desk import mails as desk_mails
from depok_agi.language import gettext_noop
from depok_agi.notify.mail import Mail, MailStatus, period_name, period_of
from depok_agi.reports.period import Period, PeriodKind
from depok_agi.reports.schedule import coming, due_at
from depok_agi.tickets.ticket import local_iso

COMING = gettext_noop("coming")


@click.command("schedule")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=20, show_default=True, help="Of those queued.")
@json_option
@csv_option
@click.pass_context
def schedule(ctx: click.Context, limit: int, *, as_json: bool, as_csv: bool) -> None:
    """The reports that the service mails next, and those that it has queued or sent, newest first.

    \b
    Examples:
      depok-agi report schedule
      depok-agi report schedule --limit 200 --json
    """
    given = settings(ctx)

    async def ask(desk: Desk) -> tuple[list[Period], list[Mail]]:
        now = desk.now()
        calendar = desk.schedule_around(now)
        found = [
            coming(kind, now, given.schedule_policy, lambda day: calendar.working_day(day).working)
            for kind in PeriodKind
        ]
        return [period for period in found if period], await desk_mails.reports_listed(desk, limit=limit)

    ahead, queued = at_desk(given, ask)
    rows = [_coming(period, given) for period in ahead] if given.reports.recipients else []
    rows += [_queued(mail, given) for mail in queued]
    if as_json or as_csv:
        show_records(rows, fields.REPORT_MAIL, as_json=as_json, as_csv=as_csv)
        return
    columns = (_("Report"), _("Due"), _("To"), _("Status"), _("Sent"), _("Why"))
    show_table(columns, [_line(row) for row in rows], empty=_("No report is mailed, and none was."))
    if not given.reports.recipients:
        hint(_("No recipients stand in [reports] of the settings: none is mailed."))


def _coming(period: Period, given: Settings) -> dict[str, Any]:
    return {
        **_about(period, given),
        "recipients": list(given.reports.recipients),
        "status": COMING,
        "sent_at": None,
        "error": None,
    }


def _queued(mail: Mail, given: Settings) -> dict[str, Any]:
    return {
        **_about(period_of(mail.key), given),
        "recipients": [mail.address],
        "status": mail.status.value,
        "sent_at": local_iso(mail.sent_at, given.timezone),
        "error": mail.error if mail.status is not MailStatus.SENT else None,
    }


def _about(period: Period, given: Settings) -> dict[str, Any]:
    moment = due_at(period, given.schedule_policy)
    return {
        "kind": period.kind.value,
        "period": period_name(period),
        "due_at": local_iso(moment, given.timezone),
    }


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        f"{word(row['kind'])} {row['period']}",
        _minute(row["due_at"]),
        ", ".join(row["recipients"]),
        word(row["status"]),
        _minute(row["sent_at"]),
        _(row["error"] or "-"),
    )


def _minute(moment: str | None) -> str:
    return "-" if moment is None else f"{datetime.fromisoformat(moment):%d-%m-%Y %H:%M}"
