"""One citizen's personal data in the store: its destruction, row by row. What is counted of it stays as it was."""

import json
from typing import Any

import aiosqlite

from depok_agi.access.traces import Traces
from depok_agi.store.database import Store

CALLS = "calls"
TEXTS = "texts"
TICKETS = "tickets"
NOTES = "notes"
SMS = "sms"
BLOCKS = "blocks"
SUSPENSIONS = "suspensions"
ELSEWHERE = "calls_of_others"
"""Calls of others in which the citizen was a party, such as one whom a call was handed on to."""


async def destroy(
    store: Store, connection: aiosqlite.Connection, citizen: int, traces: Traces, calls: str, at: int, why: str
) -> dict[str, int]:
    """Destroy the personal data of a citizen, and the row's number and name; tells how many of what.

    `calls` is what `calls_with` gave a moment ago, `at` is now in microseconds UTC, `why` is what stands with an
    SMS that will not be sent.
    """
    queries, of = store.queries, {"citizen": citizen}
    digits = traces.digits
    details = [row async for row in queries.details_of_citizen(connection, digits=digits, **of)]
    for row in details:
        await queries.change_call_detail(connection, call=row["id"], detail=_without(row["detail"], traces))
    await queries.erase_talks_of_citizen(connection, **of)  # while their calls are still known as theirs
    destroyed = {
        CALLS: await queries.erase_calls_of_citizen(connection, **of),
        ELSEWHERE: await _elsewhere(store, connection, traces, calls),
        TICKETS: await queries.erase_tickets_of_citizen(connection, at=at, **of),
        TEXTS: await queries.erase_texts_of_citizen(connection, **of),
        NOTES: await queries.erase_notes_of_citizen(connection, **of),
        SUSPENSIONS: await queries.erase_suspensions_of_citizen(connection, at=at, **of),
        BLOCKS: await queries.erase_blocks_of_citizen(connection, at=at, **of),
        SMS: await queries.erase_sms_received_of_citizen(connection, **of)
        + await queries.erase_sms_queue_of_citizen(connection, at=at, why=why, **of),
    }
    await queries.erase_states_of_citizen(connection, digits=digits, **of)
    await queries.erase_recordings_of_citizen(connection, **of)
    await queries.erase_imported_of_citizen(connection, **of)
    await queries.erase_dial_reasons_of_citizen(connection, **of)
    await queries.erase_mail_errors_of_citizen(connection, **of)
    await queries.erase_citizen(connection, **of)
    return {what: int(count) for what, count in destroyed.items()}


async def calls_with(store: Store, connection: aiosqlite.Connection, traces: Traces) -> str:
    """The calls in which the number stands, as a JSON array. To look through a million calls takes seconds."""
    found = store.queries.calls_with_digits(connection, digits=traces.digits)
    fields = ("caller", "caller_raw", "dialled", "parties", "transferred_to")
    return json.dumps([row["call"] async for row in found if any(traces.stand_in(row[field]) for field in fields)])


async def recordings(store: Store, connection: aiosqlite.Connection, citizen: int) -> list[str]:
    """The names of all files in the folder for recordings that are about a citizen."""
    found = store.queries.recordings_of_citizen(connection, citizen=citizen)
    return sorted({row["recording"] async for row in found})


async def mentions(store: Store, connection: aiosqlite.Connection, citizen: int | None, traces: Traces) -> list[str]:
    """Where a citizen's number stands in what was written about others: numbers of tickets, ids of callbacks."""
    queries, digits = store.queries, traces.digits
    texts = [row async for row in queries.texts_with_digits(connection, digits=digits)]
    notes = [row async for row in queries.notes_with_digits(connection, digits=digits)]
    tickets = {
        row["number"]
        for row in texts
        if traces.stand_in(row["text"]) and (citizen is None or row["citizen"] != citizen)
    }
    callbacks = {row["callback"] for row in notes if traces.stand_in(row["note"])}
    return [*(f"ticket {number}" for number in sorted(tickets)), *(f"callback {one}" for one in sorted(callbacks))]


async def mentions_in_calls(
    store: Store, connection: aiosqlite.Connection, citizen: int, traces: Traces
) -> list[dict[str, Any]]:
    """The calls of others in which the number stands: id and start in microseconds UTC."""
    calls = await calls_with(store, connection, traces)
    return [dict(row) async for row in store.queries.starts_of_others(connection, ids=calls, citizen=citizen)]


async def _elsewhere(store: Store, connection: aiosqlite.Connection, traces: Traces, calls: str) -> int:
    """Take the number out of those of these calls that are left: another citizen's, or an operator's."""
    found = [row async for row in store.queries.personal_of_calls(connection, ids=calls)]
    changed = 0
    for row in found:
        known = {
            "caller": row["caller"],
            "caller_raw": row["caller_raw"],
            "dialled": row["dialled"],
            "parties": row["parties"],
            "transferred_to": row["transferred_to"],
        }
        left = {name: _taken_out(name, value, traces) for name, value in known.items()}
        if left != known:
            changed += 1
            await store.queries.change_call_personal(connection, call=row["call"], **left)
            detail = _without(row["detail"], traces)
            if detail != row["detail"]:
                await store.queries.change_call_detail(connection, call=row["call"], detail=detail)
    return changed


def _taken_out(name: str, value: str | None, traces: Traces) -> str | None:
    if value is None:
        return None
    if name in {"parties", "transferred_to"}:
        return json.dumps(traces.taken_out_of(json.loads(value)))
    if not traces.stand_in(value):
        return value
    return None if name == "caller" else ""


def _without(detail: str, traces: Traces) -> str:
    """The names of channels can hold a number; ids of calls and times only look like one."""
    known: dict[str, Any] = json.loads(detail)
    for part in ("legs", "talks"):
        known[part] = traces.taken_out_of(known.get(part, []))
    return json.dumps(known)
