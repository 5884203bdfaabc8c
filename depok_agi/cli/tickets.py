"""`tickets`: what citizens were promised an answer to."""

import sys

import click

from depok_agi.cli.choices import choice_of
from depok_agi.cli.context import actor, at_desk, settings
from depok_agi.cli.output import hint, json_option, late, person, printable, show_json, show_table, when
from depok_agi.config import Settings
from depok_agi.desk import Desk, utc_now
from depok_agi.desk import calls as desk_calls
from depok_agi.desk import tickets as desk_tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.tickets.status import TicketStatus
from depok_agi.tickets.ticket import HistoryEntry, Ticket, TicketChannel

TEXT_SHOWN = 60


@click.group()
def tickets() -> None:
    """What citizens were promised an answer to."""


@tickets.command()
@click.option("--caller", help="The citizen's number, as people write it. With --call: the call's, when not given.")
@click.option("--name", help="The citizen's name.")
@click.option("--category", help="What it is about; it leads to the OPD.")
@click.option("--area", help="The kecamatan.")
@click.option("--channel", type=choice_of(TicketChannel), default=TicketChannel.PHONE.value, show_default=True)
@click.option("--secret", is_flag=True, help="The citizen must not be known outside.")
@click.option("--call", help="The call in which it was told (its id, or its end).")
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
    as_json: bool,
) -> None:
    """Take a complaint down.

    \b
    Example:
      depok-agi tickets new --caller 0811-0000-1234 --category sampah --area Beji --text 'Sampah menumpuk'
    """
    given = settings(ctx)
    told = _text(text)

    async def open_(desk: Desk) -> Ticket:
        number, call_id = caller, None
        if call is not None:
            record, _, _ = await desk_calls.show(desk, call)
            number, call_id = caller or record.citizen, record.id
        complaint = Complaint(told, TicketChannel(channel), number, name, category, area, secret, call_id)
        return await desk_tickets.open_ticket(desk, complaint, actor())

    ticket = at_desk(given, open_)
    _show_change(ticket, given, f"Then: depok-agi tickets forward {ticket.number} --opd CODE", as_json=as_json)


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
    """Tickets, newest first.

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

    async def look(desk: Desk) -> tuple[Ticket, list[HistoryEntry]]:
        ticket = await desk_tickets.show(desk, number)
        return ticket, await desk_tickets.history(desk, ticket)

    ticket, history = at_desk(given, look)
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
        click.echo(f"  {when(entry.at, given.timezone)}  {entry.action} by {entry.actor}  {printable(about)}".rstrip())
        for line in (entry.text or "").splitlines():
            click.echo(f"      {printable(line)}")


@tickets.command()
@click.argument("number")
@click.option("--opd", help="The OPD's code; that of the ticket's category when not given.")
@json_option
@click.pass_context
def forward(ctx: click.Context, number: str, opd: str | None, *, as_json: bool) -> None:
    """Pass a ticket on to an OPD: its 3 x 24 hours begin.

    \b
    Example:
      depok-agi tickets forward 1000015 --opd DLHK
    """
    given = settings(ctx)
    ticket = at_desk(given, lambda desk: desk_tickets.forward(desk, number, opd, actor()))
    _show_change(
        ticket, given, f"{ticket.opd} has until {when(ticket.due_at, given.timezone)} to answer.", as_json=as_json
    )


@tickets.command()
@click.argument("number")
@click.option("--text", help="The answer; read from standard input when not given.")
@json_option
@click.pass_context
def answer(ctx: click.Context, number: str, text: str | None, *, as_json: bool) -> None:
    """Enter the OPD's answer: the citizen is owed a call.

    \b
    Example:
      depok-agi tickets answer 1000015 --text 'Sampah diangkut hari ini'
    """
    given = settings(ctx)
    told = _text(text)
    ticket = at_desk(given, lambda desk: desk_tickets.answer(desk, number, told, actor()))
    owed = f"The citizen is owed a call: callback {ticket.callback}." if ticket.callback else "Nobody can be called."
    _show_change(ticket, given, owed, as_json=as_json)


@tickets.command()
@click.argument("number")
@click.option("--told", is_flag=True, help="The citizen knows the answer by other means than the call that is owed.")
@json_option
@click.pass_context
def close(ctx: click.Context, number: str, *, told: bool, as_json: bool) -> None:
    """Close a ticket whose citizen was told.

    \b
    Example:
      depok-agi tickets close 1000015 --told
    """
    given = settings(ctx)
    ticket = at_desk(given, lambda desk: desk_tickets.close(desk, number, actor(), told=told))
    _show_change(ticket, given, "", as_json=as_json)


def _show_change(ticket: Ticket, given: Settings, next_: str, *, as_json: bool) -> None:
    if as_json:
        show_json(ticket.to_json(given.timezone, utc_now()))
        return
    click.echo(f"Ticket {ticket.number} is {ticket.status}.")
    if next_:
        hint(next_)


def _text(given: str | None) -> str:
    if given is not None:
        return given
    if sys.stdin is None:
        return ""
    if sys.stdin.isatty():
        hint("Type the text, end with Ctrl-D:")
    return sys.stdin.buffer.read().decode("utf-8", "replace").replace("\r\n", "\n").strip()


def _short(text: str | None) -> str:
    line = printable((text or "").replace("\n", " "))
    return line if len(line) <= TEXT_SHOWN else line[: TEXT_SHOWN - 1] + "…"
