"""`access`: who looked at which citizens, and what was refused."""

import click

from depok_agi.access.roles import Deed
from depok_agi.calls.numbers import to_e164
from depok_agi.cli import fields
from depok_agi.cli.context import acting, at_desk, command_words, settings
from depok_agi.cli.csv_rows import csv_option, show_records
from depok_agi.cli.language import _, word
from depok_agi.cli.output import hint, json_option, person, printable, show_table
from depok_agi.cli.span import span_options
from depok_agi.cli.unmasking import asked, unmask_option
from depok_agi.cli.when import past
from depok_agi.config import Settings
from depok_agi.desk import Desk, utc_now
from depok_agi.desk import access as desk_access
from depok_agi.desk.access import Access
from depok_agi.desk.numbered import looked_at


@click.group()
def access() -> None:
    """Who looked at which citizens."""


@access.command("list")
@span_options("Entries that were written")
@click.option("--actor", help="Of this user of the host.")
@click.option("--number", help="About this citizen, as people write the number.")
@click.option("--refused", is_flag=True, help="Only what was refused.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@unmask_option
@json_option
@csv_option
@click.pass_context
def list_(
    ctx: click.Context,
    since: str | None,
    until: str | None,
    actor: str | None,
    number: str | None,
    limit: int,
    *,
    refused: bool,
    unmask: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """The access log, newest first. That it is read stands in it, too.

    \b
    Examples:
      depok-agi access list --since today
      depok-agi access list --number 0811-0000-1234
      depok-agi access list --refused --actor siti
    """
    given, reader = settings(ctx), acting()
    citizen = None
    if number is not None and (citizen := to_e164(number)) is None:
        raise click.BadParameter(_("{number!r} is no telephone number").format(number=number), param_hint="--number")
    start, end = (past(text, given.timezone, utc_now()) if text else None for text in (since, until))

    async def look(desk: Desk) -> list[Access]:
        await desk_access.allow(desk, reader, Deed.READ_ACCESS_LOG, detail=command_words())
        if citizen is not None:
            await desk_access.find_citizen(desk, reader, citizen, command_words())
        found = await desk_access.listed(
            desk, since=start, until=end, actor=actor, number=citizen, refused=refused, limit=limit
        )
        return await looked_at(desk, reader, found, asked(unmask=unmask, for_scripts=as_json or as_csv))

    found = at_desk(given, look)
    if as_json or as_csv:
        records = [entry.to_json(given.timezone) for entry in found]
        show_records(records, fields.ACCESS, as_json=as_json, as_csv=as_csv)
        return
    columns = (_("At"), _("Who"), _("Role"), _("From"), _("Did"), _("Citizen"), _("Ticket"), _("Call"), _("How"))
    show_table(columns, [_row(entry, given) for entry in found], empty=_("There is no such entry."))
    if len(found) == limit:
        hint(_("The newest {limit}; more with --limit.").format(limit=limit))


def _row(entry: Access, given: Settings) -> tuple[str, ...]:
    return (
        f"{entry.at.astimezone(given.timezone):%d-%m-%Y %H:%M:%S}",
        printable(entry.actor),
        word(entry.role),
        printable(entry.origin or "-"),
        word(entry.deed) if entry.allowed else _("{deed}: refused").format(deed=word(entry.deed)),
        person(entry.number) if entry.number else "-",
        entry.ticket or "-",
        entry.call or "-",
        printable(entry.detail),
    )
