"""Open or closed, with the overrides that people have set."""

from dataclasses import replace
from datetime import datetime

from depok_agi.desk import Desk
from depok_agi.errors import RefusedError
from depok_agi.hours.schedule import Override, Schedule
from depok_agi.store.times import microseconds, moment


async def schedule(desk: Desk, *, around: datetime | None = None) -> Schedule:
    """The hours file for a moment (now, when not given), with the overrides that end after it."""
    moment_asked = around or desk.now()
    after = microseconds(moment_asked)
    with desk.store.told():
        rows = desk.store.queries.list_overrides(desk.store.reader, after=after)
        overrides = tuple(
            [
                Override(bool(row["open"]), moment(row["since"]), moment(row["until"]), row["by"], row["why"])
                async for row in rows
            ]
        )
    return replace(desk.schedule_around(moment_asked), overrides=overrides)


async def override(desk: Desk, *, is_open: bool, until: datetime, why: str, by: str) -> Override:
    """Open or close the centre from now until a moment, whatever the hours file says.

    Raises:
        RefusedError: it would end before it begins, or no reason is given.
    """
    now = desk.now()
    if until <= now:
        raise RefusedError("the override would be over already: --until must be in the future")
    if not why.strip():
        raise RefusedError("an override needs a reason")
    async with desk.store.transaction() as connection:
        await desk.store.queries.add_override(
            connection, open=int(is_open), since=microseconds(now), until=microseconds(until), by=by, why=why
        )
    return Override(is_open, now, until, by, why)


async def clear(desk: Desk) -> int:
    """End every override now; gives how many there were. They stay on record for the time that they held."""
    async with desk.store.transaction() as connection:
        return int(await desk.store.queries.end_overrides(connection, at=microseconds(desk.now())))
