"""What people do with personal data: allowed by their role or refused, and written into the access log either way."""

from collections.abc import AsyncIterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from depok_agi.access.roles import LEAST, Deed, Person, Role, may
from depok_agi.desk import Desk
from depok_agi.errors import RefusedError
from depok_agi.store.times import microseconds, moment, span
from depok_agi.tickets.ticket import local_iso


@dataclass(frozen=True, slots=True)
class Access:
    """One entry of the access log.

    Attributes:
        origin: from where: host and terminal.
        number: the citizen's, E.164, whom it was about; None also where they were erased since.
        ticket: a ticket's number.
        secret: whether that ticket's citizen wants to stay unknown.
        detail: which command, how many rows.
    """

    at: datetime
    actor: str
    role: str
    origin: str | None
    deed: str
    allowed: bool
    number: str | None
    ticket: str | None
    secret: bool
    call: str | None
    detail: str

    def to_json(self, timezone: tzinfo) -> dict[str, Any]:
        """For scripts."""
        return {
            "at": local_iso(self.at, timezone),
            "actor": self.actor,
            "role": self.role,
            "origin": self.origin,
            "deed": self.deed,
            "allowed": self.allowed,
            "caller": self.number,
            "ticket": self.ticket,
            "call": self.call,
            "detail": self.detail,
        }


async def allow(
    desk: Desk,
    person: Person,
    deed: Deed,
    *,
    citizen: int | None = None,
    ticket: int | None = None,
    call: str | None = None,
    detail: str = "",
) -> None:
    """Write down that this person does this, before it is done; or that it was refused.

    `citizen` is the row of the citizen whom it is about, `ticket` a serial, `call` a call's id. `detail` has nothing
    personal in it: it says which command, or how many rows.

    Raises:
        RefusedError: this person's role does not allow it.
        StoreError: it cannot be written down, so it must not be done.
    """
    allowed = may(person.role, deed)
    await write_down(desk, person, deed, allowed=allowed, citizen=citizen, ticket=ticket, call=call, detail=detail)
    if not allowed:
        raise refusal(person, LEAST[deed])


async def write_down(
    desk: Desk,
    person: Person,
    deed: Deed,
    *,
    allowed: bool,
    citizen: int | None = None,
    ticket: int | None = None,
    call: str | None = None,
    detail: str = "",
) -> None:
    """Only write it down, as in `allow`; for what is shown in part. Raises StoreError."""
    async with desk.store.transaction() as connection:
        await desk.store.queries.add_access(
            connection,
            at=microseconds(desk.now()),
            actor=person.name,
            role=person.role.value,
            origin=desk.origin,
            deed=deed.value,
            allowed=int(allowed),
            citizen=citizen,
            ticket=ticket,
            call=call,
            detail=detail,
        )


async def find_citizen(desk: Desk, person: Person, number: str, command: str) -> None:
    """Write down that a list is asked for by a citizen's number (E.164). Raises RefusedError, StoreError."""
    with desk.store.told():
        citizen = await desk.store.queries.get_citizen(desk.store.reader, number=number)
    unknown = "" if citizen is not None else ", of nobody who is known here"
    await allow(desk, person, Deed.FIND, citizen=citizen, detail=f"{command}{unknown}")


async def listed(
    desk: Desk,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    actor: str | None = None,
    number: str | None = None,
    refused: bool = False,
    limit: int = 50,
) -> list[Access]:
    """The access log, newest first. `since` and `until` are aware, half-open; `number` is E.164."""
    queries, reader = desk.store.queries, desk.store.reader
    within = {**span(microseconds(since), microseconds(until)), "limit": limit}
    with desk.store.told():
        if number is not None:
            citizen = await queries.get_citizen(reader, number=number)
            if citizen is None:
                return []
            found = queries.list_access_of(reader, citizen=citizen, actor=actor, refused=int(refused), **within)
        elif refused:
            found = queries.list_access_refused(reader, actor=actor, **within)
        elif actor is not None:
            found = queries.list_access_by(reader, actor=actor, **within)
        else:
            found = queries.list_access(reader, **within)
        return await _entries(found)


async def _entries(rows: AsyncIterable[Any]) -> list[Access]:
    return [
        Access(
            at=moment(row["at"]),
            actor=row["actor"],
            role=row["role"],
            origin=row["origin"],
            deed=row["deed"],
            allowed=bool(row["allowed"]),
            number=row["number"],
            ticket=row["ticket_number"],
            secret=bool(row["secret"]),
            call=row["call"],
            detail=row["detail"],
        )
        async for row in rows
    ]


def refusal(person: Person, least: Role, *, written: bool = True) -> RefusedError:
    """What somebody of a lower role is told; `written` says whether it is in the access log."""
    if written:
        return RefusedError(
            "you are {role} here, and this needs {least}; that it was asked for is written down",
            role=person.role,
            least=least,
        )
    return RefusedError("you are {role} here, and this needs {least}", role=person.role, least=least)
