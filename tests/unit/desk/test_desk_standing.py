"""How much is to be done is counted by the store itself."""

from pathlib import Path

from depok_agi.desk import callbacks, opds, standing, tickets
from depok_agi.desk.standing import Standing
from depok_agi.desk.tickets import Complaint
from depok_agi.tickets.callback import CallbackReason
from tests.unit.desk.made import ANI, TEN, Clock, desk_at


async def test_what_is_owed_and_late_is_counted(tmp_path: Path) -> None:
    clock = Clock(TEN)
    async with desk_at(tmp_path / "store.sqlite", clock) as desk:
        assert await standing.counted(desk) == Standing(0, 0, 0, 0, 0, 0)
        known = await opds.listed(desk)
        ticket = await tickets.open_ticket(desk, Complaint("Lampu padam", caller=ANI), "siti")
        await tickets.forward(desk, ticket.number, known[0].code, "siti")
        async with desk.store.transaction() as connection:
            await callbacks.owe(desk, connection, ANI, CallbackReason.REQUEST, clock.at)
        found = await standing.counted(desk)
        assert (found.owed, found.owed_late, found.tickets_late) == (1, 0, 0)
        clock.later(days=10)
        found = await standing.counted(desk)
        assert (found.owed, found.owed_late, found.tickets_late, found.expired) == (1, 1, 1, 0)
        assert found.gaps == 0


def test_in_words_only_what_there_is_is_said() -> None:
    assert Standing(12, 0, 0, 0, 0, 0).in_words() == "12 citizens owed a call"
    assert Standing(12, 2, 1, 3, 4, 0).in_words() == "12 citizens owed a call, 2 late; 3 tickets late; 4 e-mails wait"
    assert Standing(0, 0, 0, 0, 0, 0, 3, 2).in_words() == "0 citizens owed a call; 2 of 3 operators take calls"
