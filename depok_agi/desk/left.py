"""The calls in which something was left, and the tickets that came of it. The two come to the store in any order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import aiosqlite

from depok_agi.calls.facts import Fact, with_fact
from depok_agi.calls.record import CallRecord
from depok_agi.desk import Desk, callbacks
from depok_agi.store import calls as call_rows


class LeftKind(StrEnum):
    """What becomes a ticket."""

    MESSAGE = "message"
    OPD = "opd"


FACT: Mapping[LeftKind, Fact] = {LeftKind.MESSAGE: Fact.MESSAGE, LeftKind.OPD: Fact.CALLBACK}
"""What is known of a call in which this was left."""


@dataclass(frozen=True, slots=True)
class LeftIn:
    """What was left in a call: the ticket's serial and the callback that it owes, if any."""

    call: str
    ticket: int
    callback: int | None


async def with_left(
    desk: Desk, connection: aiosqlite.Connection, records: Sequence[CallRecord]
) -> tuple[list[CallRecord], list[LeftIn]]:
    """The records, with those marked in which something was left that is in the store; and what it was."""
    if not records:
        return [], []
    began = min(0 if call.started_at is None else call.started_at for call in records)
    rows = [row async for row in desk.store.queries.list_left_since(connection, since=began)]
    if not rows:
        return list(records), []
    of_channel = {uniqueid: call.id for call in records for uniqueid in call.uniqueids}
    left = [
        (LeftIn(of_channel[row["uniqueid"]], row["ticket"], row["callback"]), FACT[LeftKind(row["kind"])])
        for row in rows
        if row["uniqueid"] in of_channel
    ]
    marked = {call.id: call for call in records}
    for found, fact in left:
        marked[found.call] = with_fact(marked[found.call], fact)
    return [marked[call.id] for call in records], [found for found, _ in left]


async def link(desk: Desk, connection: aiosqlite.Connection, left: Sequence[LeftIn]) -> None:
    """Tell tickets and callbacks in which call they were left; doing it twice is doing it once."""
    for found in left:
        await desk.store.queries.add_ticket_call(connection, ticket=found.ticket, call=found.call)
        if found.callback is not None:
            await callbacks.link(desk, connection, found.callback, found.call)


async def mark(desk: Desk, connection: aiosqlite.Connection, call: str, fact: Fact) -> None:
    """A call that is in the log already: this is known of it now."""
    row = await desk.store.queries.get_call(connection, id=call)
    if row is not None:
        known = await call_rows.without_erased(desk.store, connection, [call_rows.from_row(row)])
        await call_rows.put(desk.store, connection, [with_fact(one, fact) for one in known], desk.now())
