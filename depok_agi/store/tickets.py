"""Tickets: records to rows and back."""

from datetime import datetime
from typing import Any

import aiosqlite

from depok_agi.store.database import Store
from depok_agi.store.times import microseconds, moment
from depok_agi.tickets.clock import Clock
from depok_agi.tickets.status import TicketStatus
from depok_agi.tickets.ticket import Ticket, TicketChannel


async def load(store: Store, connection: aiosqlite.Connection, number: str) -> Ticket | None:
    """One ticket; None when there is none with this number."""
    row = await store.queries.get_ticket(connection, number=number)
    return None if row is None else _ticket(row)


async def opened_by(
    store: Store, connection: aiosqlite.Connection, actor: str, now: datetime, limit: int
) -> list[Ticket]:
    """The open tickets that somebody has opened, as a list shows them: without their calls, callback and answer."""
    found = store.queries.open_tickets_opened_by(connection, actor=actor, now=microseconds(now), limit=limit)
    return [_ticket(row) async for row in found]


def _ticket(row: Any) -> Ticket:
    return Ticket(
        serial=row["serial"],
        number=row["number"],
        status=TicketStatus(row["status"]),
        opened_at=moment(row["opened_at"]),
        channel=TicketChannel(row["channel"]),
        caller=row["caller"],
        name=row["name"],
        secret=bool(row["secret"]),
        category=row["category"],
        area=row["area"],
        text=row["text"],
        opd=row["opd"],
        forwarded_at=moment(row["forwarded_at"]),
        due_at=moment(row["due_at"]),
        due_elapsed_at=moment(row["due_elapsed_at"]),
        due_working_days_at=moment(row["due_working_days_at"]),
        answered_at=moment(row["answered_at"]),
        answer=row["answer"],
        closed_at=moment(row["closed_at"]),
        calls=_split(row["calls"]),
        callback=row["callback"],
        citizen=row["citizen"],
        clock=None if row["clock"] is None else Clock(row["clock"]),
        forwarding=row["forwarding"],
        revision=row["revision"],
        recording=row["recording"],
    )


async def put_change(store: Store, connection: aiosqlite.Connection, ticket: Ticket) -> None:
    """Write what may change in a ticket."""
    await store.queries.change_ticket(
        connection,
        serial=ticket.serial,
        status=ticket.status,
        opd=ticket.opd,
        clock=ticket.clock,
        forwarded_at=microseconds(ticket.forwarded_at),
        due_at=microseconds(ticket.due_at),
        due_elapsed_at=microseconds(ticket.due_elapsed_at),
        due_working_days_at=microseconds(ticket.due_working_days_at),
        answered_at=microseconds(ticket.answered_at),
        closed_at=microseconds(ticket.closed_at),
    )


def _split(joined: str | None) -> tuple[str, ...]:
    return tuple(joined.split(",")) if joined else ()
