"""`tickets`: what citizens were promised an answer to. What changes one is in `ticket_changes`."""

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

import click

from depok_agi.cli import completion, fields, ticket_changes
from depok_agi.cli.choices import choice_of
from depok_agi.cli.context import acting, at_desk, command_words, settings
from depok_agi.cli.csv_rows import csv_option, show_records
from depok_agi.cli.ids import ticket_argument
from depok_agi.cli.language import _, word
from depok_agi.cli.later import Later
from depok_agi.cli.next_steps import tell_next_of_ticket
from depok_agi.cli.output import hint, json_option, late, person, printable, show_json, show_table, weekday, when
from depok_agi.cli.progress import working
from depok_agi.cli.span import span, span_options
from depok_agi.cli.ticket_changes import as_shown, show_change, text_given, then_forward
from depok_agi.cli.unmasking import asked, tell_masked, unmask_option
from depok_agi.desk import Desk, opds, operators, showing, showing_calls, utc_now
from depok_agi.desk import tickets as desk_tickets
from depok_agi.desk.secrecy import veiled_history
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import RefusedError
from depok_agi.store.history import Fault
from depok_agi.tickets.clock import Clock
from depok_agi.tickets.status import TicketStatus
from depok_agi.tickets.ticket import HistoryEntry, Ticket, TicketChannel, local_iso

if TYPE_CHECKING:  # only one command explains
    from depok_agi.desk.deadlines import Explanation

TEXT_SHOWN = 60
WIDTH = 10
"""Of what stands before a value."""


@click.group(
    cls=Later,
    later={"import": "depok_agi.cli.tickets_import:import_", "play": "depok_agi.cli.tickets_play:play"},
)
def tickets() -> None:
    """What citizens were promised an answer to."""


for change in ticket_changes.COMMANDS:
    tickets.add_command(change)


@tickets.command()
@click.option("--caller", help="The citizen's number, as people write it; the call's, when not given.")
@click.option("--name", help="The citizen's name.")
@click.option("--category", help="What it is about; it leads to the OPD.")
@click.option("--area", help="The kecamatan.", shell_complete=completion.areas)
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
    given, user = settings(ctx), acting()
    if call is not None and no_call:
        raise click.UsageError(_("give either --call or --no-call"))
    told = text_given(text, None)

    from depok_agi.desk import calls as desk_calls  # noqa: PLC0415 - heavy, and for this command alone

    async def open_(desk: Desk) -> Ticket:
        number, call_id = caller, None
        if call is not None:
            logged = await desk_calls.show(desk, call, given.pbx.name)
            if await showing_calls.one_call(desk, user, logged, command_words()) != logged:
                raise RefusedError("in this call a secret ticket was told that is not assigned to you")
            number, call_id = caller or logged[0].citizen, logged[0].id
        elif channel == TicketChannel.PHONE and not no_call:
            live = await desk_calls.live_of(desk, user.name, await operators.phones(desk, given.pbx.operators))
            if live is not None:
                number, call_id = caller or live.citizen, live.id
                await showing_calls.own_call(desk, user, live, command_words())
                hint(
                    _("of the call with {citizen} on your phone").format(citizen=person(live.citizen, live.caller_raw))
                )
        complaint = Complaint(told, TicketChannel(channel), number, name, category, area, secret, call_id)
        return await desk_tickets.open_ticket(desk, complaint, user.name)

    ticket = as_shown(given, open_, as_json=as_json)
    show_change(ticket, given, then_forward(ticket), as_json=as_json)


@tickets.command("list")
@click.option("--status", type=choice_of(TicketStatus))
@click.option("--opd", help="Only those that this OPD has.")
@click.option("--overdue", is_flag=True, help="Only those that an OPD is late with.")
@span_options("Tickets that were opened")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@unmask_option
@json_option
@csv_option
@click.pass_context
def list_(
    ctx: click.Context,
    status: TicketStatus | None,
    opd: str | None,
    since: str | None,
    until: str | None,
    limit: int,
    *,
    overdue: bool,
    unmask: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Tickets, newest first; with --overdue the most late first.

    \b
    Examples:
      depok-agi tickets list
      depok-agi tickets list --overdue --opd DPUPR
      depok-agi tickets list --since kemarin --csv
    """
    given, user = settings(ctx), acting()
    start, end = span(given, since, until)
    how = asked(unmask=unmask, for_scripts=as_json or as_csv)

    async def look(desk: Desk) -> list[Ticket]:
        found = await desk_tickets.listed(
            desk,
            status=TicketStatus(status) if status else None,
            opd=await opds.code_of(desk, opd) if opd is not None else None,
            overdue=overdue,
            since=start,
            until=end,
            limit=limit,
        )
        return await showing.tickets(desk, user, found, how)

    found = at_desk(given, look)
    tell_masked(user, how)
    now = utc_now()
    if as_json or as_csv:
        records = [ticket.to_json(given.timezone, now) for ticket in found]
        show_records(records, fields.TICKET, as_json=as_json, as_csv=as_csv)
        return
    rows = [
        (
            ticket.number,
            word(ticket.status),
            when(ticket.opened_at, given.timezone),
            ticket.opd or "-",
            late(when(ticket.due_at, given.timezone), overdue=ticket.overdue(now)),
            when(ticket.due_working_days_at, given.timezone),
            person(ticket.caller),
            _short(ticket.text),
        )
        for ticket in found
    ]
    columns = (_("Ticket"), _("Status"), _("Opened"), _("OPD"), _("Due"), _("3 working days"), _("Citizen"), _("About"))
    show_table(columns, rows, empty=_("There is no such ticket."))
    if len(found) == limit:
        hint(_("The first {limit}; more with --limit.").format(limit=limit))


@tickets.command()
@ticket_argument
@json_option
@click.pass_context
def show(ctx: click.Context, number: str, *, as_json: bool) -> None:
    """One ticket with its history.

    \b
    Example:
      depok-agi tickets show 1000015
    """
    given, user = settings(ctx), acting()

    async def look(desk: Desk) -> tuple[Ticket, list[HistoryEntry], bool]:
        ticket, history = await desk_tickets.look(desk, number, user.name)
        shown = await showing.one_ticket(desk, user, ticket, command_words())
        hidden = shown != ticket
        return shown, veiled_history(history) if hidden else history, hidden

    ticket, history, hidden = at_desk(given, look)
    if hidden:
        hint(_("This ticket is secret and not assigned to you: what could tell whose it is, is hidden."))
    if as_json:
        entries = [entry.to_json(given.timezone) for entry in history]
        show_json({**ticket.to_json(given.timezone, utc_now()), "history": entries})
        return
    secret = _(", secret") if ticket.secret else ""
    click.echo(_("Ticket {number}: {status}").format(number=ticket.number, status=word(ticket.status)) + secret)
    click.echo(f"  {_('citizen'):{WIDTH}}{person(ticket.caller)} {printable(ticket.name or '')}".rstrip())
    about = _("{category}, {area}, by {channel}").format(
        category=ticket.category or "-", area=ticket.area or "-", channel=word(ticket.channel)
    )
    click.echo(f"  {_('about'):{WIDTH}}{about}")
    if ticket.due_at is not None:
        due = late(when(ticket.due_at, given.timezone), overdue=ticket.overdue(utc_now()))
        both = _("{opd}, due {due} (72 hours: {elapsed}, 3 working days: {working_days})").format(
            opd=ticket.opd,
            due=due,
            elapsed=when(ticket.due_elapsed_at, given.timezone),
            working_days=when(ticket.due_working_days_at, given.timezone),
        )
        click.echo(f"  {'OPD':{WIDTH}}{both}")
    for entry in history:
        about = ", ".join(f"{key}: {value}" for key, value in entry.detail.items() if value is not None)
        origin = f" ({printable(entry.origin)})" if entry.origin else ""
        by = _("{action} by {actor}").format(action=word(entry.action), actor=entry.actor) + origin
        click.echo(f"  {when(entry.at, given.timezone)}  {by}  {printable(about)}".rstrip())
        for line in (entry.text or "").splitlines():
            click.echo(f"      {printable(line)}")
    if ticket.callback is not None and ticket.status is TicketStatus.ANSWERED:
        hint(_("The citizen is to be told: depok-agi callbacks claim {callback}").format(callback=ticket.callback))
    tell_next_of_ticket(ticket.number, ticket.status)


@tickets.command()
@ticket_argument
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
    click.echo(
        _("Ticket {number} went to {opd} on {day_and_time}.").format(
            number=ticket.number, opd=ticket.opd, day_and_time=_day_and_time(found.forwarded_at, zone)
        )
    )
    _show_clock(
        _("{count} hours").format(count=ELAPSED_HOURS), found.due_elapsed_at, zone, binds=ticket.clock is Clock.ELAPSED
    )
    said = _("3 x 24 hours from there, day and night, whatever day it is: {count} hours").format(count=ELAPSED_HOURS)
    click.echo(f"      {said}")
    days = _("{count} working days").format(count=WORKING_DAYS)
    _show_clock(days, found.due_working_days_at, zone, binds=ticket.clock is Clock.WORKING_DAYS)
    counted = 0
    for day in found.days:
        counted += day.counted
        numbered = day.counted or day is found.days[0]
        mark = _("day {number}").format(number=counted if day.counted else 0) if numbered else _("skipped")
        click.echo(f"      {weekday(day.day)} {day.day:%d-%m-%Y}  {mark:8} {printable(day.rule.text(_))}")
    if found.due_working_days_at != ticket.due_working_days_at:
        was = _day_and_time(ticket.due_working_days_at, zone) if ticket.due_working_days_at else "-"
        hint(
            _("When the ticket was answered, {days} were counted to {was}: the calendar has changed since.").format(
                days=days, was=was
            )
        )


def _show_clock(name: str, due: datetime, zone: tzinfo, *, binds: bool) -> None:
    click.echo(f"  {name:15} {_day_and_time(due, zone)}{_('   <- binds this OPD') if binds else ''}")


def _day_and_time(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{weekday(local)} {local:%d-%m-%Y %H:%M:%S}"


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
    with working(_("checking the history of tickets")):
        found = at_desk(settings(ctx), desk_tickets.verify)
    if as_json:
        show_json([{"entry": fault.entry, "ticket": fault.ticket, "what": fault.what} for fault in found])
    for fault in found if not as_json else []:
        click.echo(f"{_where(fault)}: {fault.said.text(_)}")
    if found:
        raise RefusedError(
            "the history of tickets has {count} fault"
            if len(found) == 1
            else "the history of tickets has {count} faults",
            count=len(found),
        )
    if not as_json:
        hint(_("the history of tickets is whole"))


def _where(fault: Fault) -> str:
    if fault.ticket:
        return _("ticket {number}").format(number=fault.ticket)
    return _("entry {number}").format(number=fault.entry) if fault.entry else _("the end")


def _short(text: str | None) -> str:
    line = printable((text or "").replace("\n", " "))
    return line if len(line) <= TEXT_SHOWN else line[: TEXT_SHOWN - 1] + "…"
