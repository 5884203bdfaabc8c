"""What a ticket's history says that the ticket is: the check of the one against the other."""

from dataclasses import dataclass, replace
from typing import Final

from depok_agi.tickets.status import TicketAction, TicketStatus
from depok_agi.tickets.ticket import HistoryEntry

OPEN: Final = "open"
DUE: Final = "due"
"""The service worked the dates out anew: the hours or the holidays have changed."""

SERVICE: Final = "depok-agi"
"""Who acts when nobody does."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a ticket stands: what the ticket says of itself and what its history comes to must be the same.

    `due_at` is ISO 8601 as the history wrote it; None where no OPD has the ticket.
    """

    status: TicketStatus = TicketStatus.NEW
    opd: str | None = None
    due_at: str | None = None


def after(before: Standing, entry: HistoryEntry) -> Standing:
    """Where the ticket stands after one more entry of its history."""
    action, detail = entry.action, entry.detail
    if action == TicketAction.FORWARD:
        return Standing(TicketStatus.FORWARDED, detail.get("opd"), detail.get("due_at"))
    if action == TicketAction.ANSWER:
        return replace(before, status=TicketStatus.ANSWERED)
    if action == TicketAction.CLOSE:
        return replace(before, status=TicketStatus.CLOSED)
    if action in {TicketAction.BOUNCE, TicketAction.REOPEN}:
        return Standing()
    if action == DUE:
        return replace(before, due_at=detail.get("due_at"))
    return before
