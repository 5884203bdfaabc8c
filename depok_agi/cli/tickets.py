"""`tickets`: what citizens were promised an answer to. What changes one is in `ticket_changes`."""

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

import click

from depok_agi.cli import ticket_changes
from depok_agi.cli.choices import choice_of
from depok_agi.cli.context import actor, at_desk, settings
from depok_agi.cli.later import Later
from depok_agi.cli.output import hint, json_option, late, person, printable, show_json, show_table, when
from depok_agi.cli.ticket_changes import show_change, text_given
from depok_agi.desk import Desk, utc_now
from depok_agi.desk import tickets as desk_tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import RefusedError
from depok_agi.tickets.clock import Clock
from depok_agi.tickets.status import TicketStatus
from depok_agi.tickets.ticket import Ticket, TicketChannel, local_iso

if TYPE_CHECKING:  # only one command explains
    from depok_agi.desk.deadlines import Explanation

TEXT_SHOWN = 60


@click.group(cls=Later, later={"import": "depok_agi.cli.tickets_import:import_"})
def tickets() -> None:
    """What citizens were promised an answer to."""


for change in ticket_changes.COMMANDS:
    tickets.add_command(change)


@tickets.command()
@click.option("--caller", help="The citizen's number, as people write it; the call's, when not given.")
@click.option("--name", help="The citizen's name.")
@click.option("--category", help="What it is about; it leads to the OPD.")
@click.option("--area", help="The kecamatan.")
@click.option("--channel", type=choice_of(TicketChannel), default=TicketChannel.PHONE.value, show_default=True)
@click.option("--secret", is_flag=True, help="The citizen must not be known outside.")
@click.option(
    "--call", help="The call in which it was told (its id, or its end); the one on your phone, when not given."
)
@click.option("--no-call", is_flag=True, help="It has nothing to do with the call on your phone.")
@click.option("--text", help="The complaint; read from standard input when not given.")
@json_option
@click.pass_context
def new(
    ctx: click.Context,
    caller: str | None,
    name: str | None,
    category: str | None,
    area: str | None,
    channel: TicketChannel,
    call: str | None,
    text: str | None,
    *,
    secret: bool,
    no_call: bool,
    as_json: bool,
) -> None:
    """Take a complaint down. While you talk with a citizen, the ticket is of that call and has its number.

    \b
    Examples:
      depok-agi tickets new --category sampah --area Beji --text 'Sampah menumpuk di Jalan Margonda'
      depok-agi tickets new --caller 0811-0000-1234 --channel in_person --text 'Lampu jalan mati'
    """
    given = settings(ctx)
    if call is not None and no_call:
        raise click.UsageError("give either --call or --no-call")
    told = text_given(text, None)

    from depok_agi.desk import calls as desk_calls  # noqa: PLC0415 - heavy, and for this command alone

    async def open_(desk: Desk) -> Ticket:
        number, call_id = caller, None
        if call is not None:
            record, _, _ = await desk_calls.show(desk, call)
            number, call_id = caller or record.citizen, record.id
        elif channel == TicketChannel.PHONE and not no_call:
            live = await desk_calls.live_of(desk, actor(), given.pbx.operators)
            if live is not None:
                number, call_id = caller or live.citizen, live.id
                hint(f"of the call with {person(live.citizen, live.caller_raw)} on your phone")
        complaint = Complaint(told, TicketChannel(channel), number, name, category, area, secret, call_id)
        return await desk_tickets.open_ticket(desk, complaint, actor())

    ticket = at_desk(given, open_)
    show_change(ticket, given, f"Then: depok-agi tickets forward {ticket.number} --opd CODE", as_json=as_json)


@tickets.command("list")
@click.option("--status", type=choice_of(TicketStatus))
@click.option("--opd", help="Only those that this OPD has.")
@click.option("--overdue", is_flag=True, help="Only those that an OPD is late with.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@json_option
@click.pass_context
def list_(
    ctx: click.Context, status: TicketStatus | None, opd: str | None, limit: int, *, overdue: bool, as_json: bool
) -> None:
    """Tickets, newest first; with --overdue the most late first.

    \b
    Examples:
      depok-agi tickets list
      depok-agi tickets list --overdue --opd DPUPR
    """
    given = settings(ctx)
    found = at_desk(
        given,
        lambda desk: desk_tickets.listed(
            desk,
            status=TicketStatus(status) if status else None,
            opd=opd.upper() if opd else None,
            overdue=overdue,
            limit=limit,
        ),
    )
    now = utc_now()
    if as_json:
        show_json([ticket.to_json(given.timezone, now) for ticket in found])
        return
    rows = [
        (
            ticket.number,
            ticket.status,
            when(ticket.opened_at, given.timezone),
            ticket.opd or "-",
            late(when(ticket.due_at, given.timezone), overdue=ticket.overdue(now)),
            when(ticket.due_working_days_at, given.timezone),
            person(ticket.caller),
            _short(ticket.text),
        )
        for ticket in found
    ]
    columns = ("Ticket", "Status", "Opened", "OPD", "Due", "3 working days", "Citizen", "About")
    show_table(columns, rows, empty="There is no such ticket.")


@tickets.command()
@click.argument("number")
@json_option
@click.pass_context
def show(ctx: click.Context, number: str, *, as_json: bool) -> None:
    """One ticket with its history.

    \b
    Example:
      depok-agi tickets show 1000015
    """
    given = settings(ctx)
    ticket, history = at_desk(given, lambda desk: desk_tickets.look(desk, number, actor()))
    if as_json:
        entries = [entry.to_json(given.timezone) for entry in history]
        show_json({**ticket.to_json(given.timezone, utc_now()), "history": entries})
        return
    click.echo(f"Ticket {ticket.number}: {ticket.status}{', secret' if ticket.secret else ''}")
    click.echo(f"  citizen   {person(ticket.caller)} {printable(ticket.name or '')}".rstrip())
    click.echo(f"  about     {ticket.category or '-'}, {ticket.area or '-'}, by {ticket.channel}")
    if ticket.due_at is not None:
        due = late(when(ticket.due_at, given.timezone), overdue=ticket.overdue(utc_now()))
        both = f"72 hours: {when(ticket.due_elapsed_at, given.timezone)}"
        both += f", 3 working days: {when(ticket.due_working_days_at, given.timezone)}"
        click.echo(f"  OPD       {ticket.opd}, due {due} ({both})")
    for entry in history:
        about = ", ".join(f"{key}: {value}" for key, value in entry.detail.items() if value is not None)
        origin = f" ({printable(entry.origin)})" if entry.origin else ""
        by = f"{entry.action} by {entry.actor}{origin}"
        click.echo(f"  {when(entry.at, given.timezone)}  {by}  {printable(about)}".rstrip())
        for line in (entry.text or "").splitlines():
            click.echo(f"      {printable(line)}")
    if ticket.callback is not None and ticket.status is TicketStatus.ANSWERED:
        hint(f"The citizen is to be told: depok-agi callbacks claim {ticket.callback}")


@tickets.command()
@click.argument("number")
@json_option
@click.pass_context
def explain(ctx: click.Context, number: str, *, as_json: bool) -> None:
    """How a ticket's due date comes about: both clocks, day by day, with the rule for each skipped day.

    \b
    Example:
      depok-agi tickets explain 1000015
    """
    from depok_agi.desk import deadlines as desk_deadlines  # noqa: PLC0415 - heavy, as is the next, and for this alone
    from depok_agi.tickets.deadline import ELAPSED_HOURS, WORKING_DAYS  # noqa: PLC0415

    given = settings(ctx)
    found = at_desk(given, lambda desk: desk_deadlines.explained(desk, number))
    if as_json:
        show_json(_explanation_to_json(found, given.timezone))
        return
    ticket, zone = found.ticket, given.timezone
    click.echo(f"Ticket {ticket.number} went to {ticket.opd} on {_day_and_time(found.forwarded_at, zone)}.")
    _show_clock(f"{ELAPSED_HOURS} hours", found.due_elapsed_at, zone, binds=ticket.clock is Clock.ELAPSED)
    click.echo(f"      3 x 24 hours from there, day and night, whatever day it is: {ELAPSED_HOURS} hours")
    days = f"{WORKING_DAYS} working days"
    _show_clock(days, found.due_working_days_at, zone, binds=ticket.clock is Clock.WORKING_DAYS)
    counted = 0
    for day in found.days:
        counted += day.counted
        mark = f"day {counted}" if day.counted else "day 0" if day is found.days[0] else "skipped"
        click.echo(f"      {day.day:%a %d-%m-%Y}  {mark:8} {printable(day.why)}")
    if found.due_working_days_at != ticket.due_working_days_at:
        was = _day_and_time(ticket.due_working_days_at, zone) if ticket.due_working_days_at else "-"
        hint(f"When the ticket was answered, {days} were counted to {was}: the calendar has changed since.")


def _show_clock(name: str, due: datetime, zone: tzinfo, *, binds: bool) -> None:
    click.echo(f"  {name:15} {_day_and_time(due, zone)}{'   <- binds this OPD' if binds else ''}")


def _day_and_time(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%a %d-%m-%Y %H:%M:%S}"


def _explanation_to_json(found: "Explanation", zone: tzinfo) -> dict[str, object]:
    return {
        "number": found.ticket.number,
        "opd": found.ticket.opd,
        "clock": found.ticket.clock,
        "forwarded_at": local_iso(found.forwarded_at, zone),
        "due_at": local_iso(found.ticket.due_at, zone),
        "due_elapsed_at": local_iso(found.due_elapsed_at, zone),
        "due_working_days_at": local_iso(found.due_working_days_at, zone),
        "days": [{"day": day.day.isoformat(), "counted": day.counted, "why": day.why} for day in found.days],
    }


@tickets.command()
@json_option
@click.pass_context
def verify(ctx: click.Context, *, as_json: bool) -> None:
    """Check that nobody has changed the history of any ticket behind the centre's back; exit code 1 when somebody has.

    \b
    Example:
      depok-agi tickets verify
    """
    found = at_desk(settings(ctx), desk_tickets.verify)
    if as_json:
        show_json([{"entry": fault.entry, "ticket": fault.ticket, "what": fault.what} for fault in found])
    for fault in found if not as_json else []:
        where = f"ticket {fault.ticket}" if fault.ticket else f"entry {fault.entry}" if fault.entry else "the end"
        click.echo(f"{where}: {fault.what}")
    if found:
        raise RefusedError(f"the history of tickets has {len(found)} fault{'' if len(found) == 1 else 's'}")
    if not as_json:
        hint("the history of tickets is whole")


def _short(text: str | None) -> str:
    line = printable((text or "").replace("\n", " "))
    return line if len(line) <= TEXT_SHOWN else line[: TEXT_SHOWN - 1] + "…"
