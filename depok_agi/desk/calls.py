"""Calls into the store, and what the centre owes for them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import aiosqlite

from depok_agi.calls.facts import Fact, with_fact
from depok_agi.calls.record import CallRecord, Direction, Outcome
from depok_agi.desk import Desk, callbacks, ids, journal, left
from depok_agi.desk.suspended import suspended
from depok_agi.errors import RefusedError
from depok_agi.store import calls as call_rows
from depok_agi.store.times import microseconds, moment, span
from depok_agi.tickets.callback import AttemptResult, CallbackReason

if TYPE_CHECKING:  # what is said to callers is no command's, but the daemon's
    from depok_agi.voice.centre import CallbackRequest

OWED_FOR = frozenset({Outcome.ABANDONED, Outcome.TIMEOUT, Outcome.FULL, Outcome.NO_OPERATOR})
"""Inbound calls that ended so wanted a person and got none."""

TRIED = {
    Outcome.ANSWERED: AttemptResult.REACHED,
    Outcome.NO_ANSWER: AttemptResult.NO_ANSWER,
    Outcome.BUSY: AttemptResult.BUSY,
    Outcome.FAILED: AttemptResult.FAILED,
    Outcome.CANCELLED: AttemptResult.NO_ANSWER,
}
"""What an outbound call was for the citizen who was owed one."""

RANG_SECONDS = 10
"""An outbound call that was given up sooner did not really try: a slip of the finger is no attempt."""

Listed = tuple[CallRecord, str | None, int | None]
"""A call, its newest ticket's number, its callback's id."""


async def record(
    desk: Desk,
    records: list[CallRecord],
    dropped: list[str],
    heard: journal.Heard | None = None,
    states: Mapping[str, str] | None = None,
) -> None:
    """Write what the ledger says, and what follows from it, in one transaction. Doing it twice is doing it once.

    `heard` says how far Asterisk's own journal is covered by these records: it commits with them or not at all.
    `states` is what the ledger needs to go on with these calls after a restart, by their ids.
    """
    from depok_agi.calls.ledger import REMEMBER  # noqa: PLC0415 - only the daemon has a ledger, and it is slow to start

    async with desk.store.transaction() as connection:
        records = await call_rows.without_erased(desk.store, connection, records)
        records, asked_in = await _with_requests(desk, connection, records)
        records, left_in = await left.with_left(desk, connection, records)
        await call_rows.put(desk.store, connection, records, desk.now())
        await call_rows.put_states(desk.store, connection, records, states or {})
        for asking, callback in asked_in.items():
            await callbacks.link(desk, connection, callback, asking)
        await left.link(desk, connection, left_in)
        for old in dropped:
            into = await _taken_over_by(desk, connection, old)
            await call_rows.drop(desk.store, connection, old, into, desk.now())
        # Only now, with the callbacks of the dropped ones in place: what was owed for them is not owed again.
        for call in records:
            if call.ended and call.citizen is not None and call.ended_at is not None:
                await _owe_or_settle(desk, connection, call, call.citizen, call.ended_at)
        if heard is not None:
            await journal.put(desk, connection, heard)
            await desk.store.queries.forget_call_states(connection, before=heard.until - REMEMBER)


async def _with_requests(
    desk: Desk, connection: aiosqlite.Connection, records: list[CallRecord]
) -> tuple[list[CallRecord], dict[str, int]]:
    """The records, with those marked in which a callback was asked for; and in which callback it is, by call."""
    if not records:
        return [], {}
    began = min(0 if call.started_at is None else call.started_at for call in records)
    found = desk.store.queries.list_requests_since(connection, since=began)
    requests = {row["uniqueid"]: int(row["callback"]) async for row in found}
    asked_in = {call.id: requests[uniqueid] for call in records for uniqueid in call.uniqueids if uniqueid in requests}
    return [with_fact(call, Fact.CALLBACK) if call.id in asked_in else call for call in records], asked_in


async def _owe_or_settle(
    desk: Desk, connection: aiosqlite.Connection, call: CallRecord, number: str, ended_at: int
) -> None:
    if call.direction is Direction.OUTBOUND:
        await _tried(desk, connection, call, number, ended_at)
        return
    if call.outcome is Outcome.ANSWERED:
        spoke_at = moment(call.answered_at or ended_at)
        await callbacks.settle(desk, connection, number, spoke_at, call.id)
        return
    if _wanted_a_person(call) and not await desk.store.queries.is_call_of_callback(connection, call=call.id):
        await callbacks.owe(desk, connection, number, CallbackReason.MISSED, moment(ended_at), call=call.id)


async def _tried(desk: Desk, connection: aiosqlite.Connection, call: CallRecord, number: str, ended_at: int) -> None:
    result = None if call.outcome is None else TRIED.get(call.outcome)
    began_at = ended_at if call.started_at is None else call.started_at
    if result is None:
        return
    if call.outcome is Outcome.CANCELLED and ended_at - began_at < RANG_SECONDS * 1_000_000:
        return
    await callbacks.called(
        desk,
        connection,
        number,
        result,
        call=call.id,
        operator=call.operator,
        began_at=moment(began_at),
        at=moment(ended_at),
    )


def _wanted_a_person(call: CallRecord) -> bool:
    """And got none. Who stood in the queue when Asterisk went down did, too, though nobody knows how it ended."""
    unknown = call.outcome is Outcome.UNKNOWN and Fact.QUEUEING in call.facts
    return call.direction is Direction.INBOUND and (call.outcome in OWED_FOR or unknown)


async def _taken_over_by(desk: Desk, connection: aiosqlite.Connection, old: str) -> str | None:
    row = await desk.store.queries.get_call(connection, id=old)
    if row is None:
        return None
    for uniqueid in call_rows.from_row(row).uniqueids:
        owner: str | None = await desk.store.queries.get_call_of_channel(connection, uniqueid=uniqueid)
        if owner not in (None, old):
            return owner
    return None


async def take_request(desk: Desk, request: "CallbackRequest") -> None:
    """A citizen asked in the menu to be called back. Taking the same request twice is taking it once."""
    async with desk.store.transaction() as connection:
        if await desk.store.queries.get_request_of_channel(connection, uniqueid=request.uniqueid) is not None:
            return
        call = await desk.store.queries.get_call_of_channel(connection, uniqueid=request.uniqueid)
        callback = await callbacks.owe(desk, connection, request.number, CallbackReason.REQUEST, request.at, call=call)
        await desk.store.queries.put_request(
            connection, uniqueid=request.uniqueid, at=microseconds(request.at), callback=callback
        )
        if call is not None:
            await left.mark(desk, connection, call, Fact.CALLBACK)


async def listed(
    desk: Desk,
    *,
    since: int | None = None,
    until: int | None = None,
    outcome: Outcome | None = None,
    number: str | None = None,
    limit: int = 50,
) -> list[Listed]:
    """The call log, newest first. `since` and `until` are microseconds UTC, half-open; `number` is E.164.

    Raises:
        RefusedError: the use of this citizen's data is suspended.
    """
    store = desk.store
    with store.told():
        citizen, left_out = None, await suspended(desk, store.reader)
        if number is not None:
            citizen = await store.queries.get_citizen(store.reader, number=number)
            if citizen is None:
                return []
            if citizen in left_out:
                raise RefusedError("the use of this citizen's data is suspended: their calls are not listed")
        # Never without bounds, so that the index leads to the first of an old year as fast as to today's.
        within = {**span(since, until), "limit": limit}
        if citizen is not None:
            rows = store.queries.list_calls_of_citizen(store.reader, citizen=citizen, outcome=outcome, **within)
        elif outcome is not None:
            rows = store.queries.list_calls_of_outcome(store.reader, outcome=outcome, **within)
        else:
            rows = store.queries.list_calls(store.reader, **within)
        return [
            (call_rows.from_row(row), row["ticket"], row["callback"])
            async for row in rows
            if row["citizen"] not in left_out
        ]


async def show(desk: Desk, given: str, pbx: str = "") -> Listed:
    """One call by its id, or by enough of it (`desk.ids`).

    Raises:
        NotFoundError: there is none.
        RefusedError: there are several.
    """
    store = desk.store
    found = await ids.call(desk, given, pbx)
    with store.told():
        row = await store.queries.get_call(store.reader, id=found)
    return call_rows.from_row(row), row["ticket"], row["callback"]


async def live_of(desk: Desk, operator: str, phones: Mapping[str, str]) -> CallRecord | None:
    """The call with a citizen that an operator has on the phone just now; the newest, when there are several.

    `phones` says whose each telephone is: device to operator.
    """
    store = desk.store
    with store.told():
        ids = [row["id"] async for row in store.queries.live_calls(store.reader)]
        for call in ids:
            record = call_rows.from_row(await store.queries.get_call(store.reader, id=call))
            if record.direction is not Direction.INTERNAL and operator in _on_the_phone(record, phones):
                return record
    return None


def _on_the_phone(call: CallRecord, phones: Mapping[str, str]) -> set[str]:
    """Who takes part: by their own phones that are up, and whom the queue has given the call."""
    devices = {leg.channel.rpartition("-")[0] for leg in call.legs if leg.answered_at and leg.ended_at is None}
    operators = {phones[device] for device in devices if device in phones}
    return operators | {call.operator} if call.operator else operators


async def unsettled(desk: Desk, ended_since: int) -> list[tuple[str, str]]:
    """What the ledger knew of the calls that are up, and of those that ended since (microseconds UTC): ids, states."""
    store = desk.store
    with store.told():
        rows = store.queries.list_call_states(store.reader, ended_since=ended_since)
        return [(row["call"], row["state"]) async for row in rows]
