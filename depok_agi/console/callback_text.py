"""Owed calls as lines: one in the list, and one that is taken with what there is to tell."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from depok_agi.cli.language import _
from depok_agi.cli.output import late
from depok_agi.console.citizen_text import ticket_lines
from depok_agi.console.fitting import INDENT, in_columns, indented
from depok_agi.console.words import in_a_list, in_full, moment_or_dash, plain, term
from depok_agi.desk.dialling import Order, OrderStatus
from depok_agi.tickets.callback import AttemptResult, CallbackStatus, is_overdue, is_waiting
from depok_agi.tickets.ticket import Callback, Ticket

WIDTHS = (6, 0, 10, 13, 14)


def head(width: int) -> str:
    """Over the list."""
    return in_columns((_("ID"), _("Citizen"), _("Why"), _("Due"), _("Status")), WIDTHS, width)


def row(callback: Callback, now: datetime, zone: tzinfo, width: int) -> str:
    """One owed call, its citizen masked already. A late one bears a `!`."""
    debt = callback.debt
    overdue = is_overdue(debt, now) and not is_waiting(debt, now)
    if debt.status is CallbackStatus.CLAIMED:
        status = debt.claimed_by or ""
    elif is_waiting(debt, now) and debt.not_before is not None:
        status = _("from {time}").format(time=f"{debt.not_before.astimezone(zone):%H:%M}")
    else:
        status = term(debt.status)
    cells = (
        str(callback.id),
        in_a_list(callback.caller, callback.name),
        term(debt.reason),
        late(moment_or_dash(debt.due_at, zone), overdue=overdue),
        status,
    )
    return in_columns(cells, WIDTHS, width)


def taken(
    callback: Callback, tickets: Sequence[Ticket], order: Order | None, now: datetime, zone: tzinfo, width: int
) -> list[str]:
    """The call that the operator makes: who, why, what to tell, and how the dialling goes."""
    debt = callback.debt
    found = [f"{in_full(callback.caller, callback.name)}  {term(debt.reason)}"]
    stage = _stage(callback, order)
    if stage:
        found.append(f"{INDENT}{stage}")
    if debt.claimed_until is not None:
        until = f"{debt.claimed_until.astimezone(zone):%H:%M}"
        found.append(INDENT + _("taken by {operator} until {time}").format(operator=debt.claimed_by, time=until))
    for ticket in tickets:
        found += ticket_lines(ticket, now, zone, width, most=None)
    if callback.attempts:
        found.append(_("Tries"))
    for attempt in callback.attempts[-5:]:
        note = f"  {plain(attempt.note)}" if attempt.note else ""
        how = f"{moment_or_dash(attempt.at, zone)}  {attempt.operator}  {term(attempt.result)}{note}"
        found.append(indented((how,), (0,), width))
    return found


def _stage(callback: Callback, order: Order | None) -> str:
    """How the dialling goes."""
    if order is None:
        return ""
    if order.status is OrderStatus.FAILED:
        return _("not called: {reason}").format(reason=_(order.reason or ""))
    talks = order.call is not None and order.call.answered_at is not None
    result = _of_call(callback, order)
    return {
        OrderStatus.ORDERED: _("waiting for the daemon ..."),
        OrderStatus.RINGING: _("ringing your phone ..."),
        OrderStatus.CONNECTED: _("talking ...") if talks else _("calling the citizen ..."),
        OrderStatus.ENDED: _("the call is over: {result}").format(result=term(result) if result else "-"),
    }[order.status]


def _of_call(callback: Callback, order: Order) -> AttemptResult | None:
    call = None if order.call is None else order.call.id
    return next((attempt.result for attempt in reversed(callback.attempts) if attempt.call == call), None)
