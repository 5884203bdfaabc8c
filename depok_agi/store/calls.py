"""Call records to rows and back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Any

import aiosqlite

from depok_agi.calls.record import (
    CallRecord,
    Direction,
    Leg,
    MenuStep,
    Outcome,
    QueueVisit,
    Role,
    Source,
    Talk,
    Transfer,
    TransferKind,
)
from depok_agi.store.database import Store
from depok_agi.store.times import microseconds


async def put(
    store: Store, connection: aiosqlite.Connection, records: Sequence[CallRecord], recorded_at: datetime
) -> None:
    """Write records over what was known of the same calls. Writing them twice is writing them once.

    `recorded_at` is now: what was known before is kept for the reports as of an earlier moment.
    """
    if not records:
        return
    rows = [{**_row(record), "recorded_at": microseconds(recorded_at)} for record in records]
    queries = store.queries
    await queries.add_citizens(connection, [row for row in rows if row["citizen"] is not None])
    await queries.put_calls(connection, rows)
    await queries.put_call_personal(connection, rows)
    uniqueids = [{"uniqueid": uniqueid, "id": record.id} for record in records for uniqueid in record.uniqueids]
    await queries.put_call_uniqueids(connection, uniqueids)
    recordings = [
        {"uniqueid": one.uniqueid, "recording": one.file, "at": record.started_at or microseconds(recorded_at)}
        for record in records
        for one in record.recordings
    ]
    if recordings:
        await queries.put_talk_recordings(connection, recordings)


async def without_erased(
    store: Store, connection: aiosqlite.Connection, records: Sequence[CallRecord]
) -> list[CallRecord]:
    """Those of which the store has no call yet, or one whose personal data was not destroyed.

    The ledger knows a call for some minutes, and Asterisk's journal for weeks, after what the store knew of it was
    destroyed: nothing of it may come back that way.
    """
    ids = json.dumps([record.id for record in records])
    erased = {row["id"] async for row in store.queries.calls_without_personal(connection, ids=ids)}
    return [record for record in records if record.id not in erased]


async def put_states(
    store: Store, connection: aiosqlite.Connection, records: Sequence[CallRecord], states: Mapping[str, str]
) -> None:
    """Keep what the ledger knows of these calls."""
    rows = [
        {"id": r.id, "until": (r.ended_at or 0) if r.ended else None, "state": states[r.id]}
        for r in records
        if r.id in states
    ]
    if rows:
        await store.queries.put_call_states(connection, rows)


def _row(record: CallRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "direction": record.direction,
        "outcome": record.outcome,
        "started_at": record.started_at,
        "answered_at": record.answered_at,
        "ended_at": record.ended_at,
        "ended": int(record.ended),
        "operator": record.operator,
        "queue": record.queue,
        "wait_seconds": record.wait_seconds,
        "talk_seconds": record.talk_seconds,
        "menu_path": record.menu_path,
        "hangup_cause": record.hangup_cause,
        "source": record.source,
        "citizen": record.citizen,
        "detail": json.dumps(
            {
                "uniqueids": record.uniqueids,
                "linkedids": record.linkedids,
                "facts": record.facts,
                "visits": [astuple(visit) for visit in record.visits],
                "steps": [astuple(step) for step in record.steps],
                "legs": [
                    (_impersonal_name(leg), leg.role, leg.started_at, leg.answered_at, leg.ended_at)
                    for leg in record.legs
                ],
                "talks": [(talk.channels, talk.started_at, talk.ended_at) for talk in record.talks],
                "transfers": [(transfer.kind, transfer.by, transfer.at) for transfer in record.transfers],
            }
        ),
        "caller": record.caller,
        "caller_raw": record.caller_raw,
        "dialled": record.dialled,
        "parties": json.dumps([leg.channel if leg.role is Role.LOCAL else leg.party for leg in record.legs]),
        "transferred_to": json.dumps([transfer.to for transfer in record.transfers]) if record.transfers else None,
    }


def _impersonal_name(leg: Leg) -> str:
    """The name of a Local channel holds what was dialled, so it stands with the personal data, in place of a party."""
    return "" if leg.role is Role.LOCAL else leg.channel


async def drop(
    store: Store, connection: aiosqlite.Connection, old: str, into: str | None, recorded_at: datetime
) -> None:
    """Remove a record that turned out to be part of another call, which takes over its tickets and callbacks.

    `recorded_at` is now: reports as of an earlier moment count it still.
    """
    now = microseconds(recorded_at)
    await store.queries.keep_dropped_call(connection, id=old, replaced_at=now)
    await store.queries.keep_dropped_calls_callback(connection, id=old)
    if into is not None:
        await store.queries.move_ticket_calls(connection, id=old, into=into)
        await store.queries.move_callback_calls(connection, id=old, into=into, recorded_at=now)
        await store.queries.drop_callback_calls(connection, id=old)
    await store.queries.drop_call_state(connection, id=old)
    await store.queries.drop_call_personal(connection, id=old)
    await store.queries.drop_call(connection, id=old)


def from_row(row: Any) -> CallRecord:
    """The record of a row. Personal fields are empty where they were destroyed."""
    detail = json.loads(row["detail"])
    parties = json.loads(row["parties"]) if row["parties"] else [None] * len(detail["legs"])
    transfers = detail.get("transfers", ())
    handed_to = json.loads(row["transferred_to"]) if row["transferred_to"] else [None] * len(transfers)
    return CallRecord(
        id=row["id"],
        direction=Direction(row["direction"]),
        caller=row["caller"],
        caller_raw=row["caller_raw"] or "",
        dialled=row["dialled"] or "",
        started_at=row["started_at"],
        answered_at=row["answered_at"],
        ended_at=row["ended_at"],
        ended=bool(row["ended"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        operator=row["operator"],
        queue=row["queue"],
        wait_seconds=row["wait_seconds"],
        talk_seconds=row["talk_seconds"],
        menu_path=row["menu_path"],
        hangup_cause=row["hangup_cause"],
        source=Source(row["source"]),
        uniqueids=tuple(detail["uniqueids"]),
        linkedids=tuple(detail["linkedids"]),
        facts=tuple(detail["facts"]),
        visits=tuple(QueueVisit(*visit) for visit in detail.get("visits", ())),
        steps=tuple(MenuStep(*step) for step in detail.get("steps", ())),
        legs=tuple(_leg(leg, party) for leg, party in zip(detail["legs"], parties, strict=True)),
        talks=tuple(Talk((first, second), start, end) for (first, second), start, end in detail["talks"]),
        transfers=tuple(
            Transfer(TransferKind(kind), by, to, at) for (kind, by, at), to in zip(transfers, handed_to, strict=True)
        ),
        recording=row["recording"],
    )


def _leg(leg: list[Any], party: str | None) -> Leg:
    channel, role, *times = leg
    if role == Role.LOCAL:
        return Leg(channel or party or "", None, Role.LOCAL, *times)
    return Leg(channel, party, Role(role), *times)
