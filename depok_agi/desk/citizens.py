"""One citizen with all that the centre has had to do with them; and finding one."""

from dataclasses import dataclass

from depok_agi.access.roles import Deed, Person, may
from depok_agi.calls.numbers import to_e164
from depok_agi.desk import Desk, calls
from depok_agi.desk.access import allow, find_citizen
from depok_agi.desk.calls import Listed
from depok_agi.desk.secrecy import SECRET, hidden_calls, hidden_tickets, veiled_callback
from depok_agi.desk.suspended import suspended
from depok_agi.errors import NotFoundError
from depok_agi.store import callbacks as callback_rows
from depok_agi.store import tickets as ticket_rows
from depok_agi.tickets.ticket import Callback, Ticket

CALLS_SHOWN = 10
TICKETS_SHOWN = 10
CALLBACKS_SHOWN = 5
FOUND_SHOWN = 50

LEAST_LETTERS = 3
"""Of a name: fewer are in almost every name."""


@dataclass(frozen=True, slots=True)
class Known:
    """A citizen as the store knows them. `number` is E.164; None for one who never gave any."""

    id: int
    number: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Citizen:
    """One citizen's file, the newest first.

    Attributes:
        known: None for a number that has never called before.
        tickets: those that are not closed.
        hidden: how many more of those are secret, and not assigned to whoever asks: this is the citizen's file, and
            it would tell whose they are (`desk/secrecy.py`).
        closed: how many tickets are closed.
    """

    known: Known | None
    calls: tuple[Listed, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    hidden: int = 0
    closed: int = 0
    callbacks: tuple[Callback, ...] = ()


async def by_number(desk: Desk, number: str) -> Known | None:
    """The citizen with this number (E.164), if they are known. Raises StoreError."""
    store = desk.store
    with store.told():
        citizen = await store.queries.get_citizen(store.reader, number=number)
    return None if citizen is None else await by_id(desk, citizen)


async def by_id(desk: Desk, citizen: int) -> Known:
    """The citizen of this row. Raises NotFoundError."""
    store = desk.store
    with store.told():
        row = await store.queries.get_citizen_by_id(store.reader, id=citizen)
    if row is None:
        raise NotFoundError("there is no such citizen any more")
    return Known(row["id"], row["number"], row["name"])


async def sees_secret(desk: Desk, known: Known, person: Person) -> bool:
    """Does this person see this citizen's secret tickets that are not assigned to them? That is written down.

    Raises:
        StoreError: it cannot be written down.
    """
    if not may(person.role, Deed.SECRET) or not (await file_of(desk, known, person)).hidden:
        return False
    await allow(desk, person, Deed.SECRET, citizen=known.id, detail="desk: file")
    return True


async def file_of(desk: Desk, known: Known, person: Person, *, secret_too: bool = False) -> Citizen:
    """All of one citizen, with secret tickets if `sees_secret` said so.

    Who shows it has written that down before (`desk/access.py`). Raises StoreError.
    """
    store, citizen = desk.store, known.id
    queries, reader = store.queries, store.reader
    with store.told():
        if citizen in await suspended(desk, reader):
            return Citizen(known)
        opened = queries.open_tickets_of_citizen(reader, citizen=citizen, limit=TICKETS_SHOWN)
        numbers = [row["number"] async for row in opened]
        loaded = [await ticket_rows.load(store, reader, number) for number in numbers]
        tickets = [ticket for ticket in loaded if ticket is not None]
        closed = int(await queries.count_closed_tickets_of_citizen(reader, citizen=citizen))
        owed = queries.newest_callbacks_of_citizen(reader, citizen=citizen, limit=CALLBACKS_SHOWN)
        callbacks = await callback_rows.load_all(store, reader, [row["id"] async for row in owed])
    log = [] if known.number is None else await calls.listed(desk, number=known.number, limit=CALLS_SHOWN)
    named = {ticket for callback in callbacks for ticket in callback.tickets}
    hidden = leading = frozenset[str]()
    if not secret_too:
        hidden = await hidden_tickets(desk, person.name, sorted(named | set(numbers)))
        leading = await hidden_calls(desk, person.name, [call.id for call, _ticket, _callback in log])
    veiled = [veiled_callback(callback, hidden) for callback in callbacks]
    seen = tuple(ticket for ticket in tickets if ticket.number not in hidden)
    return Citizen(
        known,
        tuple((call, None, None) if call.id in leading else (call, ticket, owes) for call, ticket, owes in log),
        seen,
        len(tickets) - len(seen),
        closed,
        tuple(callback for callback in veiled if callback.caller != SECRET),
    )


async def find(desk: Desk, text: str, person: Person) -> list[Known]:
    """Citizens with this number as people write it, or with this in their name; at most 50, by name.

    That it was asked is written down; for what, is not.

    Raises:
        NotFoundError: it is no number, and too short for a name.
        RefusedError, StoreError: as `allow`.
    """
    wanted = text.strip()
    number = to_e164(wanted)
    if number is None and len(wanted) < LEAST_LETTERS:
        raise NotFoundError(
            "{least_letters} letters of a name at least, a whole telephone number, or a ticket's",
            least_letters=LEAST_LETTERS,
        )
    if number is not None:
        await find_citizen(desk, person, number, "desk: by number")
        known = await by_number(desk, number)
        return [] if known is None else await _not_suspended(desk, [known])
    escaped = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    await allow(desk, person, Deed.FIND, detail="desk: by name")
    store = desk.store
    with store.told():
        rows = store.queries.find_citizens_by_name(store.reader, pattern=f"%{escaped}%", limit=FOUND_SHOWN)
        found = [Known(row["id"], row["number"], row["name"]) async for row in rows]
    return await _not_suspended(desk, found)


async def _not_suspended(desk: Desk, found: list[Known]) -> list[Known]:
    with desk.store.told():
        left_out = await suspended(desk, desk.store.reader)
    return [one for one in found if one.id not in left_out]
