"""Whom to call back: owing, claiming, finishing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import aiosqlite

from depok_agi.desk import Desk, closing
from depok_agi.desk.suspended import suspended
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.store import callbacks as rows
from depok_agi.store.citizens import citizen_id
from depok_agi.store.times import microseconds, moment, span
from depok_agi.tickets import callback as rules
from depok_agi.tickets.callback import ENDED, TRY_AGAIN, AttemptResult, CallbackReason, Debt
from depok_agi.tickets.ticket import Attempt, Callback

LOOK_BACK = timedelta(days=7)
"""How old a missed call without a number may be and still be listed: nobody can do anything for an older one."""


async def owe(
    desk: Desk,
    connection: aiosqlite.Connection,
    number: str,
    reason: CallbackReason,
    at: datetime,
    *,
    call: str | None = None,
    ticket: str | None = None,
) -> int:
    """Owe the citizen with this number a call; merges into the debt that is open. Gives the callback's id.

    A debt that begins takes over the answers that an expired one never told.
    """
    citizen = await citizen_id(desk.store, connection, number)
    existing = await _open_of(desk, connection, citizen)
    debt = rules.owe(reason, at, existing.debt if existing else None, desk.policy, ticket)
    untold: list[tuple[str, int]] = []
    if existing is None:
        found = desk.store.queries.list_untold(connection, citizen=citizen)
        untold = [(row["number"], row["callback"]) async for row in found if row["number"] != ticket]
        for untold_ticket, _ in untold:
            debt = rules.owe(CallbackReason.ANSWER, at, debt, desk.policy, untold_ticket)
    owed = await rows.put(desk.store, connection, citizen, existing.id if existing else None, debt, desk.now())
    for untold_ticket, expired in untold:
        await withdraw(desk, connection, expired, untold_ticket, at, f"callback {owed}")
    if call is not None:
        await link(desk, connection, owed, call)
    return owed


async def settle(desk: Desk, connection: aiosqlite.Connection, number: str, spoke_at: datetime, call: str) -> None:
    """The citizen has called and spoken with one of us: calls missed before are settled."""
    found = await _open_of_number(desk, connection, number)
    if found is None:
        return
    settled = rules.settle_by_call(found.debt, spoke_at, call)
    if settled != found.debt:
        await rows.put(desk.store, connection, found.citizen, found.id, settled, desk.now())
        await link(desk, connection, found.id, call)


async def called(
    desk: Desk,
    connection: aiosqlite.Connection,
    number: str,
    result: AttemptResult,
    *,
    call: str,
    operator: str | None,
    began_at: datetime,
    at: datetime,
) -> None:
    """One of us has called this citizen, as Asterisk's events tell it: a try of the debt that was open then, once.

    `operator` is who spoke, if anybody; else it was whoever has claimed the debt. `at` is when it ended.
    """
    found = await _open_of_number(desk, connection, number)
    if found is None or began_at < found.debt.owed_since:
        return
    if await desk.store.queries.is_attempt(connection, call=call):
        return
    debt = rules.called(found.debt, result, call, at, desk.policy)
    await rows.put(desk.store, connection, found.citizen, found.id, debt, desk.now())
    await link(desk, connection, found.id, call)
    await _tell_unreached(desk, connection, found, debt, result)
    by = found.debt.claimed_by or operator or "-"
    await _add_attempt(desk, connection, found.id, Attempt(at, by, result, call, None, confirmed=False))


async def withdraw(
    desk: Desk, connection: aiosqlite.Connection, callback: int, ticket: str, at: datetime, why: str
) -> None:
    """The call is not owed for this ticket any more; it may be for other things."""
    found = await _load(desk, connection, callback)
    debt = rules.withdraw(found.debt, ticket, at, why)
    if debt != found.debt:
        await rows.put(desk.store, connection, found.citizen, callback, debt, desk.now())


async def link(desk: Desk, connection: aiosqlite.Connection, callback: int, call: str) -> None:
    """Note that a call is one of those that a callback is about; doing it twice is doing it once."""
    await desk.store.queries.add_callback_call(
        connection, callback=callback, call=call, recorded_at=microseconds(desk.now())
    )


async def listed(
    desk: Desk, *, every: bool = False, since: int | None = None, until: int | None = None, limit: int = 50
) -> list[Callback]:
    """The callbacks that are owed, most urgent first; with `every`, the ended ones after them, newest first.

    `since` and `until` are microseconds UTC, half-open: those that are owed since a moment within.
    """
    store, now = desk.store, desk.now()
    within = span(since, until)
    with store.told():
        urgent = store.queries.most_urgent_callbacks(
            store.reader, operator=None, now=microseconds(now), limit=limit, **within
        )
        ids = [row["id"] async for row in urgent]
        if every and len(ids) < limit:
            ended = store.queries.ended_callbacks(store.reader, limit=limit - len(ids), **within)
            ids += [row["id"] async for row in ended]
        left_out = await suspended(desk, store.reader)
        found = await rows.load_all(store, store.reader, ids)
        return [_as_of(callback, now) for callback in found if callback.citizen not in left_out]


async def open_and_expired(desk: Desk) -> tuple[int, int]:
    """How many callbacks are owed, and how many have expired without anybody reached."""
    store = desk.store
    with store.told():
        return (
            int(await store.queries.count_open_callbacks(store.reader)),
            int(await store.queries.count_expired_callbacks(store.reader)),
        )


async def uncallable(desk: Desk, *, limit: int = 50) -> tuple[list[str], list[tuple[str, datetime, str]]]:
    """Who waits and cannot be called, because there is no number.

    Tickets with an answer (their numbers, oldest answer first), and calls of the last seven days in which a person was
    wanted (id, start, outcome; newest first).
    """
    store = desk.store
    with store.told():
        answered = store.queries.answered_without_number(store.reader, limit=limit)
        tickets = [row["number"] async for row in answered]
        since = microseconds(desk.now() - LOOK_BACK)
        missed = store.queries.missed_without_number(store.reader, since=since, limit=limit)
        calls = [(row["id"], moment(row["started_at"]), row["outcome"]) async for row in missed]
    return tickets, calls


async def show(desk: Desk, callback: int) -> Callback:
    """One callback.

    Raises:
        NotFoundError: there is none with this id.
    """
    with desk.store.told():
        return await show_within(desk, desk.store.reader, callback)


async def show_within(desk: Desk, connection: aiosqlite.Connection, callback: int) -> Callback:
    """The same within a transaction. Raises NotFoundError."""
    return _as_of(await _load(desk, connection, callback), desk.now())


async def claim(desk: Desk, callback: int, operator: str) -> Callback:
    """Take a callback, so that nobody else calls this citizen. Raises RefusedError, NotFoundError."""
    async with desk.store.transaction() as connection:
        return await claim_within(desk, connection, callback, operator)


async def claim_within(desk: Desk, connection: aiosqlite.Connection, callback: int, operator: str) -> Callback:
    """The same within a transaction. Raises RefusedError, NotFoundError."""
    if (await _load(desk, connection, callback)).citizen in await suspended(desk, connection):
        raise RefusedError("the use of this citizen's data is suspended: they are not called")
    return await _change(desk, connection, callback, lambda debt: rules.claim(debt, operator, desk.now(), desk.policy))


async def claim_next(desk: Desk, operator: str) -> Callback | None:
    """Take the most urgent one that may be called now, or go on with the one that the operator has already.

    None when nobody is to be called.
    """
    store = desk.store
    async with store.transaction() as connection:
        now = microseconds(desk.now())
        callback = await store.queries.claimed_callback(connection, operator=operator, now=now)
        if callback is None:
            whenever = span(None, None)
            free = store.queries.most_urgent_callbacks(connection, operator=operator, now=now, limit=1, **whenever)
            callback = next(iter([row["id"] async for row in free]), None)
        return None if callback is None else await claim_within(desk, connection, callback, operator)


async def keep(desk: Desk, callback: int, operator: str) -> None:
    """Hold a claim for longer, while the operator dials or talks. Raises NotFoundError."""
    async with desk.store.transaction() as connection:
        await _change(desk, connection, callback, lambda debt: rules.keep(debt, operator, desk.now(), desk.policy))


async def release(desk: Desk, callback: int, operator: str) -> Callback:
    """Give a claimed one back, but not while it is being dialled. Raises RefusedError, NotFoundError."""
    async with desk.store.transaction() as connection:
        orders = desk.store.queries.dial_orders_in_the_way(connection, callback=callback, device=None)
        if [row async for row in orders]:
            raise RefusedError(
                "callback {callback} is being dialled: give it back when the call is over", callback=callback
            )
        return await _change(desk, connection, callback, lambda debt: rules.release(debt, operator, desk.now()))


async def done(desk: Desk, callback: int, result: AttemptResult, operator: str, note: str | None) -> Callback:
    """The citizen was called, with this result. Reached: they were told the answers, and those tickets are closed.

    Where Asterisk's events have told of the call already, the operator's word counts instead: it is no second try.

    Raises:
        RefusedError: a colleague has claimed it, or it has ended.
        NotFoundError: there is none with this id.
    """
    async with desk.store.transaction() as connection:
        now = desk.now()
        found = await _load(desk, connection, callback)
        held = rules.lapse(found.debt, now)
        if held.claimed_by not in (None, operator):
            raise RefusedError(
                "callback {callback} is claimed by {claimed_by}: they enter its result",
                callback=callback,
                claimed_by=held.claimed_by,
            )
        of_call = _unconfirmed(found, operator, now, desk.policy.lease)
        if of_call is None:
            debt = rules.attempt(held, result, now, desk.policy)
            await _add_attempt(desk, connection, callback, Attempt(now, operator, result, None, note))
        else:
            debt = await _amended(desk, connection, found, of_call, result)
            await desk.store.queries.change_attempt(
                connection, id=of_call.id, result=result, note=note, recorded_at=microseconds(now)
            )
        await rows.put(desk.store, connection, found.citizen, callback, debt, desk.now())
        await _tell_unreached(desk, connection, found, debt, result)
        if result is AttemptResult.REACHED:
            for ticket in _settled_now(found.debt, debt):
                await closing.close_told(desk, connection, ticket, operator, {closing.TOLD_BY_CALLBACK: callback})
        return await show_within(desk, connection, callback)


async def _tell_unreached(
    desk: Desk, connection: aiosqlite.Connection, found: Callback, debt: Debt, result: AttemptResult
) -> None:
    if desk.sends_sms and result in TRY_AGAIN:
        from depok_agi.desk import sms_queue  # noqa: PLC0415 - only where SMS are sent, and after a try in vain

        await sms_queue.tell_unreached(desk, connection, found.id, found.citizen, found.caller, debt)


async def _add_attempt(desk: Desk, connection: aiosqlite.Connection, callback: int, attempt: Attempt) -> None:
    await desk.store.queries.add_attempt(
        connection,
        callback=callback,
        at=microseconds(attempt.at),
        operator=attempt.operator,
        result=attempt.result,
        call=attempt.call,
        note=attempt.note,
        confirmed=int(attempt.confirmed),
        recorded_at=microseconds(desk.now()),
    )


def _unconfirmed(found: Callback, operator: str, now: datetime, lease: timedelta) -> Attempt | None:
    """The call that the operator means, when events have told of it just now and nobody has said yet how it went."""
    last = found.attempts[-1] if found.attempts else None
    if last is None or last.call is None or last.confirmed or last.operator not in (operator, "-"):
        return None
    return last if found.debt.claimed_by == operator or now - last.at <= lease else None


async def _amended(
    desk: Desk, connection: aiosqlite.Connection, found: Callback, of_call: Attempt, result: AttemptResult
) -> Debt:
    if result is of_call.result and result in TRY_AGAIN:
        return found.debt
    if found.debt.status in ENDED:
        newer = await _open_of(desk, connection, found.citizen)
        if newer is not None:
            raise RefusedError(
                "callback {id} has ended, and callback {newer} is owed to the same citizen now",
                id=found.id,
                newer=newer.id,
            )
    assert of_call.call is not None  # noqa: S101 - `_unconfirmed` has seen it
    return rules.amend(found.debt, of_call.call, result, of_call.at, desk.now(), desk.policy)


def _settled_now(before: Debt, after: Debt) -> Sequence[str]:
    """The tickets whose answer was owed before and is not now."""
    return [ticket for ticket in before.untold if ticket not in after.untold]


async def _open_of(desk: Desk, connection: aiosqlite.Connection, citizen: int) -> Callback | None:
    callback = await desk.store.queries.get_open_callback(connection, citizen=citizen)
    return None if callback is None else await _load(desk, connection, callback)


async def _open_of_number(desk: Desk, connection: aiosqlite.Connection, number: str) -> Callback | None:
    citizen = await desk.store.queries.get_citizen(connection, number=number)
    return None if citizen is None else await _open_of(desk, connection, citizen)


async def _load(desk: Desk, connection: aiosqlite.Connection, callback: int) -> Callback:
    found = await rows.load(desk.store, connection, callback)
    if found is None:
        raise NotFoundError("there is no callback {callback}; `depok-agi callbacks list` shows them", callback=callback)
    return found


def _as_of(callback: Callback, now: datetime) -> Callback:
    """Without a claim whose lease is over."""
    return replace(callback, debt=rules.lapse(callback.debt, now))


async def _change(
    desk: Desk, connection: aiosqlite.Connection, callback: int, change: Callable[[Debt], Debt]
) -> Callback:
    found = await _load(desk, connection, callback)
    debt = change(found.debt)
    await rows.put(desk.store, connection, found.citizen, callback, debt, desk.now())
    return replace(found, debt=debt)
