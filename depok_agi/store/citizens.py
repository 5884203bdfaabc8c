"""Citizens, whom calls, tickets and callbacks have in common."""

import aiosqlite

from depok_agi.store.database import Store


async def citizen_id(store: Store, connection: aiosqlite.Connection, number: str, name: str | None = None) -> int:
    """The citizen with this E.164 number, made known when they are new; a name that is given replaces the old one."""
    known = await store.queries.get_citizen(connection, number=number)
    if known is None:
        return int(await store.queries.add_citizen(connection, number=number, name=name))
    if name:
        await store.queries.name_citizen(connection, id=known, name=name)
    return int(known)
