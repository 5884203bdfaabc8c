"""How much is to be done: counted for whoever watches the centre."""

from depok_agi.desk import Desk
from depok_agi.store.times import microseconds


async def counted(desk: Desk) -> dict[str, int]:
    """By name: calls owed, late and given up, late tickets, waiting e-mails, gaps in the log. Raises StoreError."""
    queries, reader, now = desk.store.queries, desk.store.reader, microseconds(desk.now())
    with desk.store.told():
        return {
            "owed": int(await queries.count_open_callbacks(reader)),
            "owed_late": int(await queries.count_late_callbacks(reader, now=now)),
            "expired": int(await queries.count_expired_callbacks(reader)),
            "tickets_late": int(await queries.count_late_tickets(reader, now=now)),
            "mails_waiting": int(await queries.count_waiting_mails(reader)),
            "gaps": int(await queries.count_gaps(reader)),
        }
