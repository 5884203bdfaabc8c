"""Whom to call back: owing, claiming, finishing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import aiosqlite

from depok_agi.desk import Desk
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.store import tickets as rows
from depok_agi.store.calls import citizen_id
from depok_agi.store.times import microseconds
from depok_agi.tickets import callback as rules
from depok_agi.tickets.callback import AttemptResult, CallbackReason, Debt
from depok_agi.tickets.status import TicketAction, TicketStatus, step
from depok_agi.tickets.ticket import Callback, HistoryEntry


async def owe(
    desk: Desk,
    connection: aiosqlite.Connection,
    number: str,
    reason: CallbackReason,
    at: datetime,
    *,
    call: str | None = None,
    ticket: int | None = None,
) -> int:
    """Owe the citizen with this number a call; merges into the debt that is open. Gives the callback's id."""
    queries = desk.store.queries
    citizen = await citizen_id(desk.store, connection, number)
    row = await queries.get_open_callback(connection, citizen=citizen)
    debt = rules.owe(reason, at, rows.debt_from_row(row) if row else None, desk.policy)
    if row is None:
        owed = int(await queries.add_callback(connection, citizen=citizen, **rows.debt_to_row(debt)))
    else:
        owed = int(row["id"])
        await queries.change_callback(connection, id=owed, **rows.debt_to_row(debt))
    if call is not None:
        await queries.add_callback_call(connection, callback=owed, call=call)
    if ticket is not None:
        await queries.add_callback_ticket(connection, callback=owed, ticket=ticket)
    return owed


async def settle(desk: Desk, connection: aiosqlite.Connection, number: str, spoke_at: datetime, call: str) -> None:
    """The citizen and one of us spoke: a missed call from before that is settled."""
    queries = desk.store.queries
    citizen = await queries.get_citizen(connection, number=number)
    row = await queries.get_open_callback(connection, citizen=citizen)
    if row is None:
        return
    debt = rows.debt_from_row(row)
    settled = rules.settle_by_call(debt)
    if settled != debt and debt.owed_since <= spoke_at:
        await queries.change_callback(connection, id=row["id"], **rows.debt_to_row(settled))
        await queries.add_callback_call(connection, callback=row["id"], call=call)


async def listed(desk: Desk, *, every: bool = False) -> list[Callback]:
    """The callbacks that are owed, most urgent first; with `every`, the ended ones after them, newest first."""
    store, now = desk.store, desk.now()
    with store.told():
        found = [
            await _with_attempts(desk, row)
            async for row in store.queries.list_callbacks(store.reader, every=int(every))
        ]
    owed = sorted((c for c in found if c.is_open), key=lambda c: (*rules.urgency(c.debt, now), c.id))
    return owed + sorted((c for c in found if not c.is_open), key=lambda c: -c.id)


async def _with_attempts(desk: Desk, row: aiosqlite.Row) -> Callback:
    attempts = desk.store.queries.list_attempts(desk.store.reader, callback=row["id"])
    found = rows.callback_from_row(row, tuple([rows.attempt_from_row(attempt) async for attempt in attempts]))
    return replace(found, debt=rules.lapse(found.debt, desk.now()))


async def show(desk: Desk, callback: int) -> Callback:
    """One callback.

    Raises:
        NotFoundError: there is none with this id.
    """
    with desk.store.told():
        row = await desk.store.queries.get_callback(desk.store.reader, id=callback)
        if row is None:
            raise NotFoundError(f"there is no callback {callback}; `depok-agi callbacks list` shows them")
        return await _with_attempts(desk, row)


async def claim(desk: Desk, callback: int, operator: str) -> Callback:
    """Take a callback, so that nobody else calls this citizen. Raises RefusedError, NotFoundError."""
    await _change(desk, callback, lambda debt: rules.claim(debt, operator, desk.now(), desk.policy))
    return await show(desk, callback)


async def claim_next(desk: Desk, operator: str) -> Callback | None:
    """Take the most urgent one that may be called now; None when nobody is to be called."""
    for candidate in await listed(desk):
        debt = candidate.debt
        if rules.is_waiting(debt, desk.now()) or debt.claimed_by not in (None, operator):
            continue
        try:
            return await claim(desk, candidate.id, operator)
        except RefusedError:
            continue  # a colleague was faster
    return None


async def release(desk: Desk, callback: int, operator: str) -> Callback:
    """Give a claimed one back. Raises RefusedError, NotFoundError."""
    await _change(desk, callback, lambda debt: rules.release(debt, operator, desk.now()))
    return await show(desk, callback)


async def done(desk: Desk, callback: int, result: AttemptResult, operator: str, note: str | None) -> Callback:
    """The citizen was called, with this result. Reached: their answered tickets are closed, because they were told.

    Raises:
        RefusedError: a colleague has claimed it, or it has ended.
        NotFoundError: there is none with this id.
    """
    async with desk.store.transaction() as connection:
        now = desk.now()
        before = await _debt(desk, connection, callback)
        held = rules.lapse(before, now)
        if held.claimed_by not in (None, operator):
            raise RefusedError(f"callback {callback} is claimed by {held.claimed_by}: they enter its result")
        debt = rules.attempt(held, result, now, desk.policy)
        await desk.store.queries.change_callback(connection, id=callback, **rows.debt_to_row(debt))
        await desk.store.queries.add_attempt(
            connection,
            callback=callback,
            at=microseconds(now),
            operator=operator,
            result=result,
            call=None,
            note=note,
        )
        if result is AttemptResult.REACHED:
            await close_told(desk, connection, callback, operator, now)
    return await show(desk, callback)


async def close_told(desk: Desk, connection: aiosqlite.Connection, callback: int, actor: str, now: datetime) -> None:
    """Close the answered tickets that the citizen was just told about."""
    queries = desk.store.queries
    row = await queries.get_callback(connection, id=callback)
    for number in rows.callback_from_row(row).tickets:
        ticket = rows.ticket_from_row(await queries.get_ticket(connection, number=number))
        if ticket.status is TicketStatus.ANSWERED:
            closed = step(ticket.status, TicketAction.CLOSE)
            await queries.close_ticket(connection, serial=ticket.serial, status=closed, closed_at=microseconds(now))
            entry = HistoryEntry(now, actor, TicketAction.CLOSE, {"told_by_callback": callback}, None)
            await rows.add_history(desk.store, connection, ticket.serial, entry)


async def _debt(desk: Desk, connection: aiosqlite.Connection, callback: int) -> Debt:
    row = await desk.store.queries.get_callback(connection, id=callback)
    if row is None:
        raise NotFoundError(f"there is no callback {callback}; `depok-agi callbacks list` shows them")
    return rows.debt_from_row(row)


async def _change(desk: Desk, callback: int, change: Callable[[Debt], Debt]) -> None:
    async with desk.store.transaction() as connection:
        debt = change(await _debt(desk, connection, callback))
        await desk.store.queries.change_callback(connection, id=callback, **rows.debt_to_row(debt))
