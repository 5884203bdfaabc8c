"""Secret tickets: their citizen is known to those to whom the ticket is assigned, and not to other operators.

Rules
-----
1. A secret ticket is assigned to whoever took it down; and to whoever has claimed a callback in which its citizen is
   told, for as long as the claim lasts.
2. For all others the citizen is hidden: number, name and voice, and what was written, for a complaint or an answer can
   tell who it is about. What the ticket is about by category and area, where it is and until when, is not.
3. A call or a callback would lead from the ticket to the citizen, so the ticket names none. A callback names such a
   ticket to nobody else, and where it is owed for no other ticket, its citizen is hidden, too: the time of the answer
   could tell which ticket it is. So is the citizen of a call in which the ticket was told, or of such a callback.
4. Supervisors and admins are shown it when they ask for this one ticket or for whole numbers; it is written down.
"""

import json
from collections import defaultdict
from collections.abc import AsyncIterable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from depok_agi.desk import Desk
from depok_agi.desk.closing import TOLD_BY_CALLBACK
from depok_agi.store.times import microseconds
from depok_agi.tickets.ticket import Callback, HistoryEntry, Ticket

SECRET = "secret"  # noqa: S105 - what stands in place of a citizen who is hidden

Id = TypeVar("Id", str, int)


async def hidden_tickets(desk: Desk, actor: str, numbers: Sequence[str]) -> frozenset[str]:
    """Those of these tickets that are secret, and not assigned to this user."""
    return await _hidden(desk, actor, numbers, desk.store.queries.secret_tickets_among)


async def hidden_calls(desk: Desk, actor: str, calls: Sequence[str]) -> frozenset[str]:
    """Those of these calls that lead to such a ticket."""
    return await _hidden(desk, actor, calls, desk.store.queries.secret_tickets_of_calls)


async def hidden_callbacks(desk: Desk, actor: str, callbacks: Sequence[int]) -> frozenset[int]:
    """Those of these callbacks in which the citizen of such a ticket is told."""
    return await _hidden(desk, actor, callbacks, desk.store.queries.secret_tickets_of_callbacks)


async def _hidden(desk: Desk, actor: str, ids: Sequence[Id], query: Callable[..., AsyncIterable[Any]]) -> frozenset[Id]:
    if not ids:
        return frozenset()
    store = desk.store
    with store.told():
        of: defaultdict[str, set[Id]] = defaultdict(set)
        async for row in query(store.reader, ids=json.dumps(ids)):
            of[row["number"]].add(row["of_id"])
        if not of:
            return frozenset()
        assigned = store.queries.tickets_assigned_to(
            store.reader, numbers=json.dumps(list(of)), actor=actor, now=microseconds(desk.now())
        )
        known = {row["number"] async for row in assigned}
    return frozenset(one for number, found in of.items() if number not in known for one in found)


def veiled_ticket(ticket: Ticket) -> Ticket:
    """The ticket without what tells whose it is."""
    caller = SECRET if ticket.caller else None
    return replace(
        ticket, caller=caller, name=None, text=None, answer=None, calls=(), callback=None, recording=None, citizen=None
    )


def veiled_history(history: Iterable[HistoryEntry]) -> list[HistoryEntry]:
    """The history without what was written, and without the callback by which the ticket was closed."""
    return [
        replace(entry, text=None, detail={key: value for key, value in entry.detail.items() if key != TOLD_BY_CALLBACK})
        for entry in history
    ]


def veiled_callback(callback: Callback, hidden: frozenset[str]) -> Callback:
    """The callback without these tickets, if it is owed for any of them; without its citizen, if it is for no other."""
    if hidden.isdisjoint(callback.tickets):
        return callback
    others = tuple(ticket for ticket in callback.tickets if ticket not in hidden)
    causes = tuple(replace(cause, ticket=None) if cause.ticket in hidden else cause for cause in callback.debt.causes)
    unlinked = replace(
        callback,
        caller=callback.caller if others else SECRET,
        name=callback.name if others else None,
        tickets=others,
        debt=replace(callback.debt, causes=causes),
        attempts=tuple(replace(attempt, note=None) for attempt in callback.attempts),
    )
    return without_calls(unlinked, frozenset(calls_of(callback)))


def calls_of(callback: Callback) -> list[str]:
    """All calls that a callback names."""
    tried = [attempt.call for attempt in callback.attempts if attempt.call is not None]
    settling = [cause.settled_by for cause in callback.debt.causes if cause.settled_by is not None]
    return [*callback.calls, *tried, *settling]


def without_calls(callback: Callback, hidden: frozenset[str]) -> Callback:
    """The callback without these calls."""
    attempts = tuple(
        replace(attempt, call=None) if attempt.call in hidden else attempt for attempt in callback.attempts
    )
    causes = tuple(
        replace(cause, settled_by=SECRET) if cause.settled_by in hidden else cause for cause in callback.debt.causes
    )
    calls = tuple(call for call in callback.calls if call not in hidden)
    return replace(callback, calls=calls, attempts=attempts, debt=replace(callback.debt, causes=causes))
