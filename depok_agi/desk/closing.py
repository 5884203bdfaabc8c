"""A ticket ends when its citizen was told: the one place that closes one, whoever told them, and how."""

from typing import Any

import aiosqlite

from depok_agi.desk import Desk
from depok_agi.store import history
from depok_agi.store import tickets as rows
from depok_agi.store.times import microseconds
from depok_agi.tickets.status import TicketAction, TicketStatus, step
from depok_agi.tickets.ticket import HistoryEntry

TOLD_BY_CALLBACK = "told_by_callback"
"""In the history's detail: the callback in which the citizen was told."""


async def close_told(
    desk: Desk,
    connection: aiosqlite.Connection,
    number: str,
    actor: str,
    detail: dict[str, Any],
    text: str | None = None,
) -> None:
    """Close an answered ticket of which a citizen was just told; one that is reopened meanwhile stays open."""
    ticket = await rows.load(desk.store, connection, number)
    if ticket is None or ticket.status is not TicketStatus.ANSWERED:
        return
    now = desk.now()
    await desk.store.queries.close_ticket(
        connection,
        serial=ticket.serial,
        status=step(ticket.status, TicketAction.CLOSE),
        closed_at=microseconds(now),
    )
    entry = HistoryEntry(now, actor, TicketAction.CLOSE, detail, text, desk.origin)
    await history.add(desk.store, connection, ticket.serial, entry)
