"""One citizen's file as lines: what is open and promised first, then the calls."""

from datetime import datetime, tzinfo

from depok_agi.calls.record import CallRecord
from depok_agi.cli.language import _
from depok_agi.cli.output import late
from depok_agi.console.fitting import INDENT, indented, wrapped
from depok_agi.console.words import duration, in_full, moment_or_dash, plain, term
from depok_agi.desk.citizens import Citizen
from depok_agi.store.times import moment
from depok_agi.tickets.callback import is_overdue
from depok_agi.tickets.ticket import Callback, Ticket


def lines(citizen: Citizen, now: datetime, zone: tzinfo, width: int) -> list[str]:
    """Everything of one citizen, with whole numbers."""
    known = citizen.known
    head = _("never called before") if known is None else in_full(known.number, known.name)
    return [
        head,
        *_tickets(citizen, now, zone, width),
        *_callbacks(citizen.callbacks, now, zone, width),
        *_calls(citizen, zone, width),
    ]


def _tickets(citizen: Citizen, now: datetime, zone: tzinfo, width: int) -> list[str]:
    counts = _("Tickets: {open} open, {closed} closed").format(
        open=len(citizen.tickets) + citizen.hidden, closed=citizen.closed
    )
    found = [counts]
    for ticket in citizen.tickets:
        found += ticket_lines(ticket, now, zone, width)
    if citizen.hidden:
        found.append(INDENT + _("{count} secret, not for you").format(count=citizen.hidden))
    return found


def ticket_lines(ticket: Ticket, now: datetime, zone: tzinfo, width: int, *, most: int | None = 2) -> list[str]:
    """A ticket as it stands, with both due dates and what there is to tell; the first lines of its text, or all."""
    secret = f" {_('secret')}" if ticket.secret else ""
    about = " ".join(filter(None, (ticket.category, ticket.area)))
    status = f"{term(ticket.status)}{secret}"
    found = [f"{INDENT}{ticket.number}  {status}  {about}".rstrip()]
    if ticket.due_at is not None:
        promised = _("{opd} by {due} (72 hours {elapsed}, 3 working days {working})").format(
            opd=ticket.opd,
            due=late(moment_or_dash(ticket.due_at, zone), overdue=ticket.overdue(now)),
            elapsed=moment_or_dash(ticket.due_elapsed_at, zone),
            working=moment_or_dash(ticket.due_working_days_at, zone),
        )
        found.append(f"{INDENT * 2}{promised}")
    found += wrapped(plain(ticket.text), width, deep=2, most=most)
    if ticket.answer:
        found += wrapped(_("tell: {answer}").format(answer=plain(ticket.answer)), width, deep=2)
    return found


def _callbacks(callbacks: tuple[Callback, ...], now: datetime, zone: tzinfo, width: int) -> list[str]:
    if not callbacks:
        return []
    found = [_("Calls back")]
    for callback in callbacks:
        debt = callback.debt
        due = late(moment_or_dash(debt.due_at, zone), overdue=callback.is_open and is_overdue(debt, now))
        by = _("by {operator}").format(operator=debt.claimed_by) if debt.claimed_by else ""
        tries = ", ".join(
            f"{moment_or_dash(attempt.at, zone)} {term(attempt.result)}" for attempt in callback.attempts[-2:]
        )
        status = f"{term(debt.status)} {by}".rstrip()
        what = f"{callback.id}  {term(debt.reason)}  {due}  {status}  {tries}".rstrip()
        found.append(indented((what,), (0,), width))
    return found


def _calls(citizen: Citizen, zone: tzinfo, width: int) -> list[str]:
    return [_("Calls"), *(call_line(call, ticket, zone, width) for call, ticket, _callback in citizen.calls)]


def call_line(call: CallRecord, ticket: str | None, zone: tzinfo, width: int) -> str:
    """One call of the citizen's."""
    talked = "" if call.talk_seconds is None else duration(call.talk_seconds)
    cells = (
        moment_or_dash(moment(call.started_at), zone),
        term(call.direction),
        term(call.outcome) if call.outcome else _("up"),
        call.operator or "-",
        talked,
        ticket or "",
    )
    return indented(cells, (11, 8, 16, 12, 7, 0), width)
