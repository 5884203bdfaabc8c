"""Callbacks: debts with their causes and tries to rows and back."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import aiosqlite

from depok_agi.store.database import Store
from depok_agi.store.times import microseconds, moment
from depok_agi.tickets.callback import AttemptResult, CallbackReason, CallbackStatus, Cause, Debt
from depok_agi.tickets.ticket import Attempt, Callback


async def load(store: Store, connection: aiosqlite.Connection, callback: int) -> Callback | None:
    """One callback with everything that it is about; None when there is none with this id."""
    found = await load_all(store, connection, [callback])
    return found[0] if found else None


async def load_all(store: Store, connection: aiosqlite.Connection, callbacks: Sequence[int]) -> list[Callback]:
    """Callbacks by their ids, in this order, in three queries; one that is not there is left out."""
    ids, queries = json.dumps(callbacks), store.queries
    causes: defaultdict[int, list[Cause]] = defaultdict(list)
    async for row in queries.list_causes_of_many(connection, ids=ids):
        causes[row["callback"]].append(_cause(row))
    attempts: defaultdict[int, list[Attempt]] = defaultdict(list)
    async for row in queries.list_attempts_of_many(connection, ids=ids):
        attempts[row["callback"]].append(_attempt(row))
    rows = {row["id"]: row async for row in queries.get_callbacks(connection, ids=ids)}
    return [_callback(rows[one], causes[one], attempts[one]) for one in callbacks if one in rows]


def _callback(row: Any, causes: list[Cause], attempts: list[Attempt]) -> Callback:
    return Callback(
        id=row["id"],
        citizen=row["citizen"],
        caller=row["caller"],
        name=row["name"],
        debt=Debt(
            status=CallbackStatus(row["status"]),
            causes=tuple(causes),
            not_before=moment(row["not_before"]),
            claimed_by=row["claimed_by"],
            claimed_at=moment(row["claimed_at"]),
            claimed_until=moment(row["claimed_until"]),
            attempts=row["attempts"],
        ),
        tickets=tuple(dict.fromkeys(cause.ticket for cause in causes if cause.ticket is not None)),
        calls=tuple(row["calls"].split(",")) if row["calls"] else (),
        attempts=tuple(attempts),
    )


async def put(
    store: Store,
    connection: aiosqlite.Connection,
    citizen: int,
    callback: int | None,
    debt: Debt,
    recorded_at: datetime,
) -> int:
    """Write a debt; a new one where there is no callback yet. Gives the callback's id.

    `recorded_at` is now: what was known before is kept for the reports as of an earlier moment.
    """
    columns = {
        "reason": debt.reason,
        "status": debt.status,
        "owed_since": microseconds(debt.owed_since),
        "due_at": microseconds(debt.due_at),
        "not_before": microseconds(debt.not_before),
        "claimed_by": debt.claimed_by,
        "claimed_at": microseconds(debt.claimed_at),
        "claimed_until": microseconds(debt.claimed_until),
        "attempts": debt.attempts,
        "recorded_at": microseconds(recorded_at),
    }
    queries = store.queries
    if callback is None:
        callback = int(await queries.add_callback(connection, citizen=citizen, **columns))
        known: list[int] = []
    else:
        await queries.change_callback(connection, id=callback, **columns)
        known = [row["id"] async for row in queries.list_cause_ids(connection, callback=callback)]
    for place, cause in enumerate(debt.causes):
        changing = {
            "since": microseconds(cause.since),
            "due_at": microseconds(cause.due_at),
            "settled_at": microseconds(cause.settled_at),
            "settled_by": cause.settled_by,
        }
        if place < len(known):  # causes are only ever added at the end
            await queries.change_cause(connection, id=known[place], **changing)
        else:
            await queries.add_cause(connection, callback=callback, reason=cause.reason, ticket=cause.ticket, **changing)
    return callback


def _cause(row: Any) -> Cause:
    return Cause(
        CallbackReason(row["reason"]),
        moment(row["since"]),
        moment(row["due_at"]),
        row["ticket"],
        moment(row["settled_at"]),
        row["settled_by"],
    )


def _attempt(row: Any) -> Attempt:
    return Attempt(
        at=moment(row["at"]),
        operator=row["operator"],
        result=AttemptResult(row["result"]),
        call=row["call"],
        note=row["note"],
        id=row["id"],
        confirmed=bool(row["confirmed"]),
    )
