"""Tickets, their history and callbacks: records to rows and back."""

import hashlib
import json
import secrets
from datetime import datetime
from typing import Any

import aiosqlite

from depok_agi.store.database import Store
from depok_agi.store.times import microseconds, moment
from depok_agi.tickets.callback import CallbackReason, CallbackStatus, Debt
from depok_agi.tickets.status import TicketStatus
from depok_agi.tickets.ticket import Attempt, Callback, HistoryEntry, Ticket, TicketChannel

FIRST_HASH = "0" * 64


def ticket_from_row(row: Any) -> Ticket:
    """The ticket of a row of `get_ticket` or `list_tickets`."""
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
    )


async def put_change(store: Store, connection: aiosqlite.Connection, ticket: Ticket) -> None:
    """Write what may change in a ticket."""
    await store.queries.change_ticket(
        connection,
        serial=ticket.serial,
        status=ticket.status,
        opd=ticket.opd,
        forwarded_at=microseconds(ticket.forwarded_at),
        due_at=microseconds(ticket.due_at),
        due_elapsed_at=microseconds(ticket.due_elapsed_at),
        due_working_days_at=microseconds(ticket.due_working_days_at),
        answered_at=microseconds(ticket.answered_at),
        closed_at=microseconds(ticket.closed_at),
    )


async def add_history(store: Store, connection: aiosqlite.Connection, serial: int, entry: HistoryEntry) -> None:
    """Append to the history. The chain covers a salted digest of the text, so that the text can be destroyed."""
    salt = secrets.token_hex(16)
    row: dict[str, Any] = {
        "ticket": serial,
        "at": microseconds(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "detail": json.dumps(entry.detail, sort_keys=True),
        "text_digest": None if entry.text is None else _digest(salt, entry.text),
        "previous": await store.queries.last_hash(connection) or FIRST_HASH,
    }
    history = await store.queries.add_history(connection, **row, hash=_hash(row))
    if entry.text is not None:
        await store.queries.add_ticket_text(connection, history=history, salt=salt, text=entry.text)


def history_from_row(row: Any) -> HistoryEntry:
    """The entry of a row of `list_history`."""
    return HistoryEntry(moment(row["at"]), row["actor"], row["action"], json.loads(row["detail"]), row["text"])


async def broken_links(store: Store) -> list[int]:
    """The ids of history rows that do not fit the chain: changed, removed before them, or with another text."""
    broken, previous = [], FIRST_HASH
    with store.told():
        async with store.queries.all_history_cursor(store.reader) as cursor:
            async for row in cursor:
                text_fits = row["text"] is None or _digest(row["salt"], row["text"]) == row["text_digest"]
                if row["previous"] != previous or _hash(row) != row["hash"] or not text_fits:
                    broken.append(int(row["id"]))
                previous = row["hash"]
    return broken


def debt_from_row(row: Any) -> Debt:
    """The debt of a row of `callbacks`."""
    return Debt(
        reason=CallbackReason(row["reason"]),
        status=CallbackStatus(row["status"]),
        owed_since=moment(row["owed_since"]),
        due_at=moment(row["due_at"]),
        not_before=moment(row["not_before"]),
        claimed_by=row["claimed_by"],
        claimed_until=moment(row["claimed_until"]),
        attempts=row["attempts"],
    )


def debt_to_row(debt: Debt) -> dict[str, Any]:
    """The columns of `callbacks` that hold the debt."""
    return {
        "reason": debt.reason,
        "status": debt.status,
        "owed_since": microseconds(debt.owed_since),
        "due_at": microseconds(debt.due_at),
        "not_before": microseconds(debt.not_before),
        "claimed_by": debt.claimed_by,
        "claimed_until": microseconds(debt.claimed_until),
        "attempts": debt.attempts,
    }


def callback_from_row(row: Any, attempts: tuple[Attempt, ...] = ()) -> Callback:
    """The callback of a row of `get_callback` or `list_callbacks`."""
    return Callback(
        id=row["id"],
        citizen=row["citizen"],
        caller=row["caller"],
        name=row["name"],
        debt=debt_from_row(row),
        tickets=_split(row["tickets"]),
        calls=_split(row["calls"]),
        attempts=attempts,
    )


def attempt_from_row(row: Any) -> Attempt:
    """The attempt of a row of `list_attempts`."""
    at: datetime = moment(row["at"])
    return Attempt(at, row["operator"], row["result"], row["call"], row["note"])


def _split(joined: str | None) -> tuple[str, ...]:
    return tuple(joined.split(",")) if joined else ()


def _digest(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def _hash(row: Any) -> str:
    columns = ("ticket", "at", "actor", "action", "detail", "text_digest", "previous")
    return hashlib.sha256(json.dumps([row[column] for column in columns]).encode()).hexdigest()
