"""Numbers that are refused for a time, such as those of prank calls. A block always ends by itself."""

from collections.abc import AsyncIterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from depok_agi.calls.numbers import masked, national, to_e164
from depok_agi.desk import Desk
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.store.citizens import citizen_id
from depok_agi.store.times import microseconds, moment, span


@dataclass(frozen=True, slots=True)
class Block:
    """A number that is refused.

    Attributes:
        number: E.164.
        until: when it ends by itself, or was lifted. All times are aware.
        by: who has set it.
    """

    number: str
    since: datetime
    until: datetime
    by: str
    why: str


async def block(desk: Desk, given: str, *, until: datetime, why: str, by: str) -> Block:
    """Refuse a number from now until a moment; a block that there is already gives way to this one.

    Raises:
        RefusedError: it is no number of a citizen, would be over already, or no reason is given.
    """
    number, now = _number(given), desk.now()
    if until <= now:
        raise RefusedError("the block would be over already: --until must be in the future")
    if not why.strip():
        raise RefusedError("a block needs a reason, for whoever is asked about it")
    async with desk.store.transaction() as connection:
        citizen = await citizen_id(desk.store, connection, number)
        await desk.store.queries.end_blocks(connection, citizen=citizen, at=microseconds(now))
        await desk.store.queries.add_block(
            connection, citizen=citizen, since=microseconds(now), until=microseconds(until), by=by, why=why
        )
    return Block(number, now, until, by, why)


async def unblock(desk: Desk, given: str) -> str:
    """Lift a block now; gives the number in E.164.

    Raises:
        RefusedError: it is no number of a citizen.
        NotFoundError: it is not blocked.
    """
    number = _number(given)
    async with desk.store.transaction() as connection:
        citizen = await desk.store.queries.get_citizen(connection, number=number)
        now = microseconds(desk.now())
        if citizen is None or not await desk.store.queries.end_blocks(connection, citizen=citizen, at=now):
            raise NotFoundError(
                "{number} is not blocked; `depok-agi numbers list` shows who is", number=national(number)
            )
    return number


async def listed(desk: Desk) -> list[Block]:
    """The blocks that hold now, the first to end first."""
    with desk.store.told():
        now = microseconds(desk.now())
        return await _blocks(desk.store.queries.list_blocks(desk.store.reader, now=now))


async def all_listed(desk: Desk, *, since: int | None = None, until: int | None = None, limit: int) -> list[Block]:
    """All blocks, those that are over too, newest first.

    `since` and `until` are microseconds UTC, half-open: those that were set within.
    """
    with desk.store.told():
        found = desk.store.queries.all_blocks(desk.store.reader, **span(since, until), limit=limit)
        return await _blocks(found)


async def _blocks(rows: AsyncIterable[Any]) -> list[Block]:
    return [
        Block(row["number"], moment(row["since"]), moment(row["until"]), row["by"], row["why"]) async for row in rows
    ]


def _number(given: str) -> str:
    number = to_e164(given)
    if number is None:
        raise RefusedError("{given} is no telephone number of a citizen", given=masked(given))
    return number
