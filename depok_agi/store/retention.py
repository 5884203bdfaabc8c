"""The destruction of what is older than its retention time: few rows at a time, each kind by its own queries."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import aiosqlite

from depok_agi.access.retention import Kind
from depok_agi.access.traces import impersonal
from depok_agi.store.database import Store

Place = tuple[int, int | str]
"""Where one got to in the order of a query: the time and the id of the last row."""

FIRST: Final[Place] = (-1, -1)
FIRST_CALL: Final[Place] = (-1, "")
"""Calls, and their recordings, have text for an id."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows that are to be destroyed, as JSON, and what is needed for it. Times: microseconds UTC."""

    ids: str
    before: int
    now: int


Destroy = Callable[[Store, aiosqlite.Connection, Batch], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of rows: the query that finds them, what destroys them and tells how many, and where its order begins.

    Attributes:
        recordings: the query of the names of files that go before the rows do, if any.
    """

    kind: Kind
    find: str
    destroy: Destroy
    first: Place = FIRST
    recordings: str | None = None


async def find(
    store: Store, connection: aiosqlite.Connection, step: Step, before: int, after: Place, limit: int
) -> list[Place]:
    """The next rows of a step behind a place, so many at most."""
    query = getattr(store.queries, step.find)
    rows = query(connection, before=before, after_at=after[0], after_id=after[1], limit=limit)
    return [(row["at"], row["id"]) async for row in rows]


async def recordings(store: Store, connection: aiosqlite.Connection, step: Step, ids: Sequence[int | str]) -> list[str]:
    """The names of the files in the folder for recordings that are about these rows of a step."""
    if step.recordings is None:
        return []
    query = getattr(store.queries, step.recordings)
    return [row["recording"] async for row in query(connection, ids=json.dumps(ids))]


async def _recordings(store: Store, connection: aiosqlite.Connection, batch: Batch) -> int:
    return int(await store.queries.destroy_recordings(connection, ids=batch.ids))


async def _talks(store: Store, connection: aiosqlite.Connection, batch: Batch) -> int:
    return int(await store.queries.destroy_talks(connection, ids=batch.ids))


async def _tickets(store: Store, connection: aiosqlite.Connection, batch: Batch) -> int:
    queries, ids = store.queries, batch.ids
    await queries.destroy_texts_of_tickets(connection, ids=ids)
    await queries.destroy_imported_rows(connection, ids=ids)
    await queries.destroy_mail_errors(connection, ids=ids)
    return int(await queries.destroy_tickets(connection, ids=ids, now=batch.now))


async def _callbacks(store: Store, connection: aiosqlite.Connection, batch: Batch) -> int:
    queries, ids = store.queries, batch.ids
    await queries.destroy_notes(connection, ids=ids)
    await queries.destroy_dial_reasons(connection, ids=ids)
    return int(await queries.destroy_callbacks(connection, ids=ids, nobody=await _nobody(store, connection)))


async def _calls(store: Store, connection: aiosqlite.Connection, batch: Batch) -> int:
    queries, ids = store.queries, batch.ids
    async for row in queries.details_of_calls(connection, ids=ids):
        detail = _impersonal(json.loads(row["detail"]))
        if detail is not None:
            await queries.change_call_detail(connection, call=row["id"], detail=json.dumps(detail))
    await queries.destroy_call_states(connection, ids=ids)
    await queries.destroy_talks_of_calls(connection, ids=ids)
    await queries.destroy_citizens_of_calls(connection, ids=ids)
    return int(await queries.destroy_calls(connection, ids=ids))


def _impersonal(detail: dict[str, Any]) -> dict[str, Any] | None:
    """Without numbers in the names of channels; None where there are none."""
    legs = [[impersonal(channel), *rest] for channel, *rest in detail["legs"]]
    talks = [[[impersonal(one) for one in channels], *rest] for channels, *rest in detail["talks"]]
    changed = {**detail, "legs": legs, "talks": talks}
    return None if changed == detail else changed


async def _blocks(store: Store, connection: aiosqlite.Connection, batch: Batch) -> int:
    nobody = await _nobody(store, connection)
    return int(await store.queries.destroy_blocks(connection, ids=batch.ids, before=batch.before, nobody=nobody))


async def _suspensions(store: Store, connection: aiosqlite.Connection, batch: Batch) -> int:
    nobody = await _nobody(store, connection)
    return int(await store.queries.destroy_suspensions(connection, ids=batch.ids, before=batch.before, nobody=nobody))


async def _sms_received(store: Store, connection: aiosqlite.Connection, batch: Batch) -> int:
    return int(await store.queries.destroy_sms_received(connection, ids=batch.ids))


async def _sms_sent(store: Store, connection: aiosqlite.Connection, batch: Batch) -> int:
    nobody = await _nobody(store, connection)
    return int(await store.queries.destroy_sms_sent(connection, ids=batch.ids, nobody=nobody))


async def _access_log(store: Store, connection: aiosqlite.Connection, batch: Batch) -> int:
    await store.queries.let_access_log_begin(connection, before=batch.before)
    return int(await store.queries.destroy_access(connection, ids=batch.ids, before=batch.before))


async def _citizens(store: Store, connection: aiosqlite.Connection, batch: Batch) -> int:
    return int(await store.queries.destroy_citizens(connection, ids=batch.ids))


async def _nobody(store: Store, connection: aiosqlite.Connection) -> int:
    """The row of nobody, to whom belongs what was somebody's: SQLite cannot take NOT NULL from their columns."""
    known = await store.queries.get_nobody(connection)
    return int(known if known is not None else await store.queries.add_citizen(connection, number=None, name=None))


STEPS: Final[Sequence[Step]] = (
    Step(Kind.RECORDINGS, "old_recordings", _recordings, recordings="recordings_of_tickets"),
    Step(Kind.RECORDINGS, "old_talks", _talks, FIRST_CALL, recordings="recordings_of_talks"),
    Step(Kind.TICKETS, "old_tickets", _tickets, recordings="recordings_of_tickets"),
    Step(Kind.CALLBACKS, "old_callbacks", _callbacks),
    Step(Kind.CALLS, "old_calls", _calls, FIRST_CALL, recordings="recordings_of_calls"),
    Step(Kind.BLOCKS, "old_blocks", _blocks),
    Step(Kind.SUSPENSIONS, "old_suspensions", _suspensions),
    Step(Kind.SMS, "old_sms_received", _sms_received),
    Step(Kind.SMS, "old_sms_sent", _sms_sent),
    Step(Kind.ACCESS_LOG, "old_access", _access_log),
    Step(Kind.CITIZENS, "citizens_of_nothing", _citizens),
)
"""In this order: whom nothing is about any more is known at the end."""


def counted(rows: Sequence[Any]) -> Mapping[Kind, tuple[int, int]]:
    """The counts of one run: by kind what is older than when, and how many."""
    return {Kind(row["kind"]): (row["before"], row["destroyed"]) for row in rows if row["kind"] is not None}
