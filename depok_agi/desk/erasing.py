"""A citizen's personal data is destroyed because they asked for it (UU 27/2022, articles 43 and 44).

Rules
-----
1. Calls, tickets and callbacks stay as figures of nobody; the history of tickets stays whole, since its chain covers
   digests of the texts that are destroyed.
2. What is open cannot be ended by a call any more: it is refused, or, if a person decides so, ended untold. Nothing is
   erased in the middle of a call.
3. All that is in the store goes in one transaction, together with the note of what is left to do in files and backups
   (`desk/remains.py`). Whoever is interrupted there begins again, and it is gone on with.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiosqlite

from depok_agi.access.roles import Deed, Person
from depok_agi.access.traces import Seal, Traces, of_number, sealed
from depok_agi.calls.numbers import masked, to_e164
from depok_agi.desk import Desk
from depok_agi.desk.access import allow
from depok_agi.desk.sms_queue import ERASED
from depok_agi.errors import RefusedError
from depok_agi.sentence import Joined, Sentence
from depok_agi.store import callbacks as callback_rows
from depok_agi.store import history, subject
from depok_agi.store import tickets as ticket_rows
from depok_agi.store.times import microseconds, moment
from depok_agi.tickets import callback as rules
from depok_agi.tickets.callback import ENDED, CallbackStatus
from depok_agi.tickets.status import TicketAction, TicketStatus
from depok_agi.tickets.ticket import HistoryEntry, local_iso

DETAIL = {"erased": True}
"""How the history of a ticket says that it was closed because its citizen was erased."""

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Known:
    """How much the store has of a citizen. `is_open` names what the centre owes them yet."""

    calls: int
    tickets: int
    callbacks: int
    is_open: Sequence[Sentence]


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure.

    Attributes:
        citizen: the row that was the citizen's, nobody's now.
        destroyed: how many of what, in the store.
        recordings: the files that are to be deleted yet.
        seal: by which its number is known again; None once it is finished.
    """

    id: int
    at: datetime
    actor: str
    why: str
    citizen: int
    destroyed: Mapping[str, int]
    recordings: Sequence[str]
    seal: Seal | None
    finished_at: datetime | None

    def to_json(self, timezone: Any) -> dict[str, Any]:
        """For scripts."""
        return {
            "id": self.id,
            "at": local_iso(self.at, timezone),
            "by": self.actor,
            "why": self.why,
            "destroyed": dict(self.destroyed),
            "finished_at": local_iso(self.finished_at, timezone),
        }


def number_of(given: str) -> str:
    """The number in E.164. Raises RefusedError for what is none of a citizen."""
    number = to_e164(given)
    if number is None:
        raise RefusedError("{given} is no telephone number of a citizen", given=masked(given))
    return number


async def known(desk: Desk, number: str) -> Known | None:
    """What there is of the citizen with this number (E.164); None where the store does not know it."""
    queries, reader = desk.store.queries, desk.store.reader
    with desk.store.told():
        citizen = await queries.get_citizen(reader, number=number)
        if citizen is None:
            return None
        tickets = [row async for row in queries.tickets_of_citizen(reader, citizen=citizen)]
        callbacks = [row async for row in queries.callbacks_of_citizen(reader, citizen=citizen)]
        calls = int(await queries.count_calls_of_citizen(reader, citizen=citizen))
    return Known(calls, len(tickets), len(callbacks), _open(tickets, callbacks))


async def erase(desk: Desk, number: str, *, why: str, person: Person, even_open: bool = False) -> list[Erasure]:
    """Destroy what the store has of the citizen with this number (E.164), and note what is left to do.

    Gives the erasures of this number that are not finished: this one, and any that was interrupted before.

    Raises:
        RefusedError: this person may not; there is no reason, or it names the citizen; something is open, or a call
            with them is going on.
        StoreError: it cannot be written.
    """
    traces, queries = of_number(number), desk.store.queries
    with desk.store.told():
        citizen = await queries.get_citizen(desk.store.reader, number=number)
        calls = await subject.calls_with(desk.store, desk.store.reader, traces)
    await allow(desk, person, Deed.ERASE, citizen=citizen, detail="subject erase")
    if not why.strip():
        raise RefusedError("an erasure needs a reason, such as the citizen's letter: it stays when all else is gone")
    seal = sealed(number)
    async with desk.store.transaction() as connection:
        interrupted = [one for one in await unfinished(desk, connection) if one.seal and one.seal.is_of(number)]
        if not interrupted or await queries.get_citizen(connection, number=number) is not None:
            await erase_within(desk, connection, traces, number, calls, seal, why, person.name, even_open=even_open)
        return [one for one in await unfinished(desk, connection) if one.seal in {seal, *(i.seal for i in interrupted)}]


async def erase_within(
    desk: Desk,
    connection: aiosqlite.Connection,
    traces: Traces,
    number: str,
    calls: str,
    seal: Seal | None,
    why: str,
    actor: str,
    *,
    even_open: bool,
) -> None:
    """The same within a transaction, with a line of its own in `erasures`; without a seal nothing is left to do.

    `calls` is what `subject.calls_with` gave a moment ago.
    """
    queries, now = desk.store.queries, desk.now()
    citizen = await queries.get_citizen(connection, number=number)
    if citizen is None:  # not a citizen's own call, ticket or callback; it may stand elsewhere
        citizen = int(await queries.add_citizen(connection, number=number, name=None))
    if seal is not None:
        await _must_not_be_named(desk, connection, citizen, traces, why)
        await _must_not_be_on_the_phone(desk, connection, citizen)
    await _end_what_is_open(desk, connection, citizen, actor, even_open=even_open)
    recordings = await subject.recordings(desk.store, connection, citizen)
    destroyed = await subject.destroy(desk.store, connection, citizen, traces, calls, microseconds(now), ERASED)
    erasure = await queries.add_erasure(
        connection,
        at=microseconds(now),
        actor=actor,
        why=why,
        citizen=citizen,
        destroyed=json.dumps(destroyed),
        recordings=json.dumps(recordings),
        salt=None if seal is None else seal.salt,
        digest=None if seal is None else seal.digest,
    )
    if seal is None:
        await queries.finish_erasure(connection, id=erasure, at=microseconds(now))


async def unfinished(desk: Desk, connection: aiosqlite.Connection) -> list[Erasure]:
    """The erasures of which something is left to do, the oldest first."""
    return [_erasure(row) async for row in desk.store.queries.unfinished_erasures(connection)]


async def finish(desk: Desk, erasures: Sequence[Erasure]) -> None:
    """Nothing is left to do: nothing by which the number could be known stays. Raises StoreError."""
    async with desk.store.transaction() as connection:
        for erasure in erasures:
            await desk.store.queries.finish_erasure(connection, id=erasure.id, at=microseconds(desk.now()))


async def listed(desk: Desk, *, limit: int = 50) -> list[Erasure]:
    """All erasures, newest first."""
    with desk.store.told():
        return [_erasure(row) async for row in desk.store.queries.list_erasures(desk.store.reader, limit=limit)]


async def _must_not_be_named(
    desk: Desk, connection: aiosqlite.Connection, citizen: int, traces: Traces, why: str
) -> None:
    name: str | None = await desk.store.queries.get_citizen_name(connection, citizen=citizen)
    is_named = name is not None and re.search(rf"\b{re.escape(name)}\b", why, re.IGNORECASE)
    if traces.stand_in(why) or is_named:
        raise RefusedError("the reason stays when all else is gone: it may not name the citizen or their number")


async def _must_not_be_on_the_phone(desk: Desk, connection: aiosqlite.Connection, citizen: int) -> None:
    if await desk.store.queries.calls_up_of_citizen(connection, citizen=citizen):
        raise RefusedError("a call with this citizen is going on: try again when it has ended")
    if await desk.store.queries.dial_orders_of_citizen(connection, citizen=citizen):
        raise RefusedError("this citizen is being called back just now: try again when the call is over")


async def _end_what_is_open(
    desk: Desk, connection: aiosqlite.Connection, citizen: int, actor: str, *, even_open: bool
) -> None:
    queries, store, now = desk.store.queries, desk.store, desk.now()
    tickets = [row async for row in queries.tickets_of_citizen(connection, citizen=citizen)]
    callbacks = [row async for row in queries.callbacks_of_citizen(connection, citizen=citizen)]
    still = _open(tickets, callbacks)
    if still and not even_open:
        more = [Sentence("...")] if len(still) > MOST_NAMED else []
        named = Joined(", ", [*still[:MOST_NAMED], *more])
        raise RefusedError(
            "the centre owes this citizen something yet: {named}. Finish it first, or say "
            "--even-open: then it is closed, and nobody is told",
            named=named,
        )
    for row in callbacks:
        found = await callback_rows.load(store, connection, row["id"])
        if found is not None and found.debt.status not in ENDED:
            debt = rules.give_up(found.debt, now, "erased")
            await callback_rows.put(store, connection, citizen, found.id, debt, now)
    for row in tickets:
        ticket = await ticket_rows.load(store, connection, row["number"])
        if ticket is not None and ticket.status is not TicketStatus.CLOSED:
            await queries.close_ticket(
                connection, serial=ticket.serial, status=TicketStatus.CLOSED, closed_at=microseconds(now)
            )
            entry = HistoryEntry(now, actor, TicketAction.CLOSE, DETAIL, None, desk.origin)
            await history.add(store, connection, ticket.serial, entry)


def _open(tickets: Sequence[Any], callbacks: Sequence[Any]) -> list[Sentence]:
    return [
        *(
            Sentence("ticket {number} ({status})", {"number": row["number"], "status": TicketStatus(row["status"])})
            for row in tickets
            if row["status"] != TicketStatus.CLOSED
        ),
        *(
            Sentence("callback {id} ({status})", {"id": row["id"], "status": CallbackStatus(row["status"])})
            for row in callbacks
            if row["status"] not in ENDED
        ),
    ]


def _erasure(row: Any) -> Erasure:
    return Erasure(
        id=row["id"],
        at=moment(row["at"]),
        actor=row["actor"],
        why=row["why"],
        citizen=row["citizen"],
        destroyed=json.loads(row["destroyed"]),
        recordings=json.loads(row["recordings"]),
        seal=None if row["salt"] is None else Seal(row["salt"], row["digest"]),
        finished_at=moment(row["finished_at"]),
    )
