"""Call records to rows and back."""

import json
from dataclasses import astuple
from typing import Any

import aiosqlite

from depok_agi.calls.record import CallRecord, Direction, Leg, MenuStep, Outcome, QueueVisit, Role, Source, Talk
from depok_agi.store.database import Store


async def put(store: Store, connection: aiosqlite.Connection, record: CallRecord) -> None:
    """Write a record over what was known of the same call. Writing it twice is writing it once."""
    citizen = record.citizen
    row: dict[str, Any] = {
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
        "citizen": None if citizen is None else await citizen_id(store, connection, citizen),
        "detail": json.dumps(
            {
                "uniqueids": record.uniqueids,
                "linkedids": record.linkedids,
                "facts": record.facts,
                "visits": [astuple(visit) for visit in record.visits],
                "steps": [astuple(step) for step in record.steps],
                "legs": [(leg.channel, leg.role, leg.started_at, leg.answered_at, leg.ended_at) for leg in record.legs],
                "talks": [(talk.channels, talk.started_at, talk.ended_at) for talk in record.talks],
            }
        ),
        "caller": record.caller,
        "caller_raw": record.caller_raw,
        "dialled": record.dialled,
        "parties": json.dumps([leg.party for leg in record.legs]),
    }
    await store.queries.put_call(connection, **row)
    await store.queries.put_call_personal(connection, **row)
    for uniqueid in record.uniqueids:
        await store.queries.put_call_uniqueid(connection, uniqueid=uniqueid, id=record.id)


async def drop(store: Store, connection: aiosqlite.Connection, old: str, into: str | None) -> None:
    """Remove a record that turned out to be part of another call, which takes over its tickets and callbacks."""
    if into is not None:
        await store.queries.move_ticket_calls(connection, id=old, into=into)
        await store.queries.move_callback_calls(connection, id=old, into=into)
    await store.queries.drop_call_personal(connection, id=old)
    await store.queries.drop_call(connection, id=old)


def from_row(row: Any) -> CallRecord:
    """The record of a row. Personal fields are empty where they were destroyed."""
    detail = json.loads(row["detail"])
    parties = json.loads(row["parties"]) if row["parties"] else [None] * len(detail["legs"])
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
        legs=tuple(
            Leg(channel, party, Role(role), started_at, answered_at, ended_at)
            for (channel, role, started_at, answered_at, ended_at), party in zip(detail["legs"], parties, strict=True)
        ),
        talks=tuple(Talk((first, second), start, end) for (first, second), start, end in detail["talks"]),
    )


async def citizen_id(store: Store, connection: aiosqlite.Connection, number: str, name: str | None = None) -> int:
    """The citizen with this E.164 number, made known when they are new; a name that is given replaces the old one."""
    known = await store.queries.get_citizen(connection, number=number)
    if known is None:
        return int(await store.queries.add_citizen(connection, number=number, name=name))
    if name:
        await store.queries.name_citizen(connection, id=known, name=name)
    return int(known)
