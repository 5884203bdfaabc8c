"""Whose data is not used for now, because they asked for that: whoever lists or calls leaves them out."""

import aiosqlite

from depok_agi.desk import Desk


async def suspended(desk: Desk, connection: aiosqlite.Connection) -> frozenset[int]:
    """The citizens, by their rows; few at any time, and mostly none."""
    return frozenset([row["citizen"] async for row in desk.store.queries.list_suspended(connection)])
