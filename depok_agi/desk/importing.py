"""Complaints that came by other ways, many at once: all of them become tickets, or none does, and none twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from depok_agi.calls.numbers import to_e164
from depok_agi.desk import Desk, opds, tickets
from depok_agi.desk.named import named
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.store.times import microseconds
from depok_agi.tickets.import_rows import Cell, Entry, Fault, check
from depok_agi.tickets.ticket import AREAS

MOST_ROWS = 500
"""At once: while they are written nobody else can write, and a command waits for five seconds at most."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The numbers of the new tickets, and of those that had been imported before, in the file's order."""

    new: Sequence[str]
    known: Sequence[str]


async def checked(desk: Desk, rows: Sequence[tuple[int, dict[str, Cell]]]) -> tuple[list[Entry], list[Fault]]:
    """Check every row, without writing anything.

    Raises:
        RefusedError: there are too many.
    """
    if len(rows) > MOST_ROWS:
        raise RefusedError(
            "{count} rows are too many at once: {most_rows} at most, so divide the file",
            count=len(rows),
            most_rows=MOST_ROWS,
        )
    known = await opds.categories(desk)

    def category(given: str) -> str:
        return _meant("category", given, list(known))

    def area(given: str) -> str:
        return _meant("area", given, AREAS)

    return check(rows, desk.now(), desk.policy.zone, category=category, area=area, telephone=to_e164)


async def take(desk: Desk, entries: Sequence[Entry], actor: str) -> Imported:
    """Make tickets of them in one transaction, leaving out what was imported before. Raises StoreError."""
    new, known = [], []
    async with desk.store.transaction() as connection:
        for entry in entries:
            before = await desk.store.queries.imported_as(connection, key=entry.key)
            if before is not None:
                known.append(before)
                continue
            ticket = await tickets.open_within(desk, connection, _complaint(entry, desk.now()), actor)
            at = microseconds(desk.now())
            await desk.store.queries.add_imported_row(connection, key=entry.key, ticket=ticket.serial, at=at, by=actor)
            new.append(ticket.number)
    return Imported(new, known)


def _complaint(entry: Entry, now: datetime) -> Complaint:
    return Complaint(
        text=entry.text,
        channel=entry.channel,
        caller=entry.caller,
        name=entry.name,
        category=entry.category,
        area=entry.area,
        secret=entry.secret,
        at=entry.received_at or now,
    )


def _meant(what: str, given: str, known: Sequence[str]) -> str:
    try:
        return named(what, given, known)
    except NotFoundError as error:
        raise ValueError(str(error)) from error
