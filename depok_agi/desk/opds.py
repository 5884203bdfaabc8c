"""The city departments (OPD), and which of them answers for what."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from email.utils import parseaddr

import aiosqlite

from depok_agi.desk import Desk
from depok_agi.desk.named import named
from depok_agi.errors import RefusedError
from depok_agi.tickets.clock import Clock
from depok_agi.voice.around import OPD_CODE, PHONE


@dataclass(frozen=True, slots=True)
class Opd:
    """A city department.

    Attributes:
        clock: which of the two dates binds it, for tickets that it gets from now on.
        email: of the officer (PIC) who answers.
        head_email: of the head, who is told when an answer is late.
        active: whether it still gets tickets; what it owes already stays owed.
        phone: its extension of the PBX, which the menu rings in working hours.
    """

    code: str
    name: str
    clock: Clock = Clock.ELAPSED
    email: str | None = None
    head_email: str | None = None
    active: bool = True
    phone: str | None = None


async def listed(desk: Desk) -> list[Opd]:
    """All OPDs, by code."""
    with desk.store.told():
        return list((await _all(desk, desk.store.reader)).values())


async def find(desk: Desk, connection: aiosqlite.Connection, code: str) -> Opd:
    """The OPD with this code, whatever the case. Raises NotFoundError."""
    known = await _all(desk, connection)
    return known[named("OPD", code, known)]


async def code_of(desk: Desk, given: str) -> str:
    """The code of the OPD that is meant, whatever the case. Raises NotFoundError, which suggests the nearest."""
    with desk.store.told():
        return (await find(desk, desk.store.reader, given)).code


async def phones(desk: Desk) -> dict[str, str]:
    """The extensions of the OPDs that have one and are not closed, by code."""
    with desk.store.told():
        return {row["code"]: row["phone"] async for row in desk.store.queries.list_opd_phones(desk.store.reader)}


async def add(desk: Desk, opd: Opd) -> Opd:
    """Make a new OPD known.

    Raises:
        RefusedError: the code, the name, an address or the telephone is not one, or the code is taken.
    """
    opd = _checked(replace(opd, code=opd.code.upper()))
    async with desk.store.transaction() as connection:
        if opd.code in await _all(desk, connection):
            raise RefusedError(
                "there is an OPD {code} already: change it by `depok-agi opd edit {code}`", code=opd.code
            )
        await desk.store.queries.add_opd(connection, **_columns(opd))
    return opd


async def edit(desk: Desk, code: str, changes: Mapping[str, object]) -> Opd:
    """Change some of an OPD's fields, by name. An empty address or telephone takes it away.

    Raises:
        RefusedError: the name, an address or the telephone is not one.
        NotFoundError: there is no such OPD.
    """
    async with desk.store.transaction() as connection:
        opd = _checked(replace(await find(desk, connection, code), **dict(changes)))  # type: ignore[arg-type] # by name
        await desk.store.queries.change_opd(connection, **_columns(opd))
        from depok_agi.desk import mails  # noqa: PLC0415 - slow to start, and no other action needs it

        await mails.look_again(desk, connection, opd.code)
    return opd


async def categories(desk: Desk) -> dict[str, str | None]:
    """What citizens call about, and the OPD that it leads to."""
    with desk.store.told():
        return await categories_within(desk, desk.store.reader)


async def categories_within(desk: Desk, connection: aiosqlite.Connection) -> dict[str, str | None]:
    """The same within a transaction."""
    return {row["name"]: row["opd"] async for row in desk.store.queries.list_categories(connection)}


async def put_category(desk: Desk, name: str, code: str | None) -> str | None:
    """Lead a category, a new one too, to an OPD, or to none; gives the OPD's code.

    Raises:
        RefusedError: the name is empty.
        NotFoundError: there is no such OPD.
    """
    if not name.strip() or not name.isprintable():
        raise RefusedError("a category needs a name, in one line")
    async with desk.store.transaction() as connection:
        opd = None if code is None else (await find(desk, connection, code)).code
        known = {known.lower(): known for known in await categories_within(desk, connection)}
        await desk.store.queries.put_category(connection, name=known.get(name.lower(), name.strip()), opd=opd)
    return opd


async def drop_category(desk: Desk, name: str) -> str:
    """Take a category off the list; tickets that have it keep its name. Raises NotFoundError."""
    async with desk.store.transaction() as connection:
        known = named("category", name, await categories_within(desk, connection))
        await desk.store.queries.drop_category(connection, name=known)
    return known


async def _all(desk: Desk, connection: aiosqlite.Connection) -> dict[str, Opd]:
    return {
        row["code"]: Opd(
            row["code"],
            row["name"],
            Clock(row["clock"]),
            row["email"],
            row["head_email"],
            bool(row["active"]),
            row["phone"],
        )
        async for row in desk.store.queries.list_opds(connection)
    }


def _columns(opd: Opd) -> dict[str, object]:
    return {**asdict(opd), "active": int(opd.active)}


def _checked(opd: Opd) -> Opd:
    if not OPD_CODE.fullmatch(opd.code):
        raise RefusedError(
            "{code!r} is no code for an OPD: 2 to 20 capital letters and digits, such as DLHK", code=opd.code
        )
    if not opd.name.strip() or not opd.name.isprintable():
        raise RefusedError("an OPD needs a name, in one line")
    if opd.phone and not PHONE.fullmatch(opd.phone):
        raise RefusedError("{phone!r} is no extension of the PBX: 2 to 6 digits, such as 201", phone=opd.phone)
    return replace(opd, email=_address(opd.email), head_email=_address(opd.head_email), phone=opd.phone or None)


def _address(given: str | None) -> str | None:
    if not given:
        return None
    name, address = parseaddr(given)
    local, _, domain = address.rpartition("@")
    if name or address != given or not given.isprintable() or " " in given or not local or "." not in domain:
        raise RefusedError("{given!r} is no e-mail address", given=given)
    return address
