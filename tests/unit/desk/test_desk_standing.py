"""How much is to be done is counted by the store itself."""

from pathlib import Path

from depok_agi.desk import callbacks, opds, standing, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.tickets.callback import CallbackReason
from tests.unit.desk.made import ANI, TEN, Clock, desk_at


async def test_what_is_owed_and_late_is_counted(tmp_path: Path) -> None:
    clock = Clock(TEN)
    async with desk_at(tmp_path / "store.sqlite", clock) as desk:
        assert set((await standing.counted(desk)).values()) == {0}
        known = await opds.listed(desk)
        ticket = await tickets.open_ticket(desk, Complaint("Lampu padam", caller=ANI), "siti")
        await tickets.forward(desk, ticket.number, known[0].code, "siti")
        async with desk.store.transaction() as connection:
            await callbacks.owe(desk, connection, ANI, CallbackReason.REQUEST, clock.at)
        found = await standing.counted(desk)
        assert (found["owed"], found["owed_late"], found["tickets_late"]) == (1, 0, 0)
        clock.later(days=10)
        found = await standing.counted(desk)
        assert (found["owed"], found["owed_late"], found["tickets_late"], found["expired"]) == (1, 1, 1, 0)
        assert found["gaps"] == 0
