"""Tickets as lines: one in a list, and one with its history."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from types import MappingProxyType

from depok_agi.cli.language import _
from depok_agi.cli.output import late
from depok_agi.console.citizen_text import ticket_lines
from depok_agi.console.fitting import INDENT, in_columns, wrapped
from depok_agi.console.words import in_full, moment_or_dash, plain, term
from depok_agi.language import gettext_noop
from depok_agi.tickets.history import DUE, OPEN
from depok_agi.tickets.status import TicketAction
from depok_agi.tickets.ticket import HistoryEntry, Ticket

WIDTHS = (9, 10, 12, 13, 0)

HAPPENED: Mapping[str, str] = MappingProxyType(
    {
        OPEN: gettext_noop("opened"),
        TicketAction.FORWARD: gettext_noop("forwarded"),
        TicketAction.ANSWER: gettext_noop("answered"),
        TicketAction.CLOSE: gettext_noop("closed"),
        TicketAction.BOUNCE: gettext_noop("bounced"),
        TicketAction.REOPEN: gettext_noop("reopened"),
        TicketAction.NOTE: gettext_noop("noted"),
        DUE: gettext_noop("dates worked out anew"),
    }
)
"""What an entry of the history says."""


def head(width: int) -> str:
    """Over the list."""
    return in_columns((_("Ticket"), _("Status"), _("OPD"), _("Due"), _("About")), WIDTHS, width)


def row(ticket: Ticket, now: datetime, zone: tzinfo, width: int) -> str:
    """One ticket. A late one bears a `!`."""
    cells = (
        ticket.number,
        term(ticket.status),
        ticket.opd or "-",
        late(moment_or_dash(ticket.due_at, zone), overdue=ticket.overdue(now)),
        plain(ticket.text),
    )
    return in_columns(cells, WIDTHS, width)


def lines(ticket: Ticket, history: Sequence[HistoryEntry], now: datetime, zone: tzinfo, width: int) -> list[str]:
    """One ticket with its citizen, both due dates, and all that happened to it."""
    found = [in_full(ticket.caller, ticket.name), *ticket_lines(ticket, now, zone, width), _("History")]
    for entry in history:
        found.append(
            f"{INDENT}{moment_or_dash(entry.at, zone)}  {_(HAPPENED.get(entry.action, entry.action))}  {entry.actor}"
        )
        found += wrapped(plain(entry.text), width, deep=2)
    return found
