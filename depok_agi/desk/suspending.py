"""The use of a citizen's data is suspended because they asked for it (UU 27/2022, article 41: within 3 x 24 hours).

Rules
-----
1. Suspended, a citizen is not called back and sent no SMS, is in no list of calls, tickets and callbacks, and their
   complaints are sent to no OPD. What is owed stays owed, and is due when it was.
2. Whoever calls or writes is answered, and it is kept: the law on records binds the centre, too. What follows from it
   waits.
3. It ends at somebody's word, and all goes on. Erasing and exporting are possible meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from depok_agi.access.roles import Deed, Person
from depok_agi.calls.numbers import masked
from depok_agi.desk import Desk
from depok_agi.desk.access import allow
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.store import callbacks as callback_rows
from depok_agi.store.times import microseconds, moment
from depok_agi.tickets import callback as rules
from depok_agi.tickets.ticket import local_iso


@dataclass(frozen=True, slots=True)
class Suspension:
    """One suspension. `number` is E.164, `until` None while it lasts; times are aware."""

    number: str
    since: datetime
    until: datetime | None
    by: str
    why: str

    def to_json(self, timezone: tzinfo) -> dict[str, Any]:
        """For scripts."""
        return {
            "number": self.number,
            "since": local_iso(self.since, timezone),
            "until": local_iso(self.until, timezone),
            "by": self.by,
            "why": self.why,
        }


async def suspend(desk: Desk, number: str, *, why: str, person: Person) -> None:
    """Use nothing of the citizen with this number (E.164) from now on.

    Raises:
        RefusedError: this person may not, no reason is given, it is suspended already, or they are being called now.
        NotFoundError: the store does not know the number.
    """
    queries, now = desk.store.queries, microseconds(desk.now())
    citizen = await _citizen(desk, number, person, "subject suspend")
    if not why.strip():
        raise RefusedError("a suspension needs a reason, such as the citizen's letter")
    async with desk.store.transaction() as connection:
        known = await queries.suspension_of_citizen(connection, citizen=citizen)
        if known is not None:
            raise RefusedError("it is suspended already, by {by}", by=known["by"])
        if await queries.dial_orders_of_citizen(connection, citizen=citizen):
            raise RefusedError("this citizen is being called back just now: try again when the call is over")
        await queries.add_suspension(connection, citizen=citizen, since=now, by=person.name, why=why)
        owed = [row["id"] async for row in queries.callbacks_of_citizen(connection, citizen=citizen)]
        for callback in await callback_rows.load_all(desk.store, connection, owed):
            if callback.debt.claimed_by is not None:
                free = rules.give_back(callback.debt)
                await callback_rows.put(desk.store, connection, citizen, callback.id, free, desk.now())


async def resume(desk: Desk, number: str, *, person: Person) -> None:
    """Use the data of this citizen again.

    Raises:
        RefusedError: this person may not.
        NotFoundError: it is not suspended, or the store does not know the number.
    """
    citizen = await _citizen(desk, number, person, "subject resume")
    async with desk.store.transaction() as connection:
        now = microseconds(desk.now())
        if not await desk.store.queries.end_suspension(connection, citizen=citizen, until=now):
            raise NotFoundError(
                "{number} is not suspended; `depok-agi subject suspensions` shows who is", number=masked(number)
            )


async def listed(desk: Desk, *, person: Person, every: bool = False, limit: int = 50) -> Sequence[Suspension]:
    """Who is suspended now, with `every` who was, too; newest first. Raises RefusedError where this person may not."""
    await allow(desk, person, Deed.SUSPEND, detail="subject suspensions")
    with desk.store.told():
        found = desk.store.queries.list_suspensions(desk.store.reader, every=int(every), limit=limit)
        return [
            Suspension(row["number"], moment(row["since"]), moment(row["until"]), row["by"], row["why"])
            async for row in found
        ]


async def _citizen(desk: Desk, number: str, person: Person, detail: str) -> int:
    with desk.store.told():
        citizen = await desk.store.queries.get_citizen(desk.store.reader, number=number)
    await allow(desk, person, Deed.SUSPEND, citizen=citizen, detail=detail)
    if citizen is None:
        raise NotFoundError("the store knows nothing of this number")
    return int(citizen)
