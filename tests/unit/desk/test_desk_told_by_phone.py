"""What the voice menu may know of tickets: how one stands, and which is the caller's own."""

from depok_agi.desk import Desk, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.tickets.status import TicketStatus
from depok_agi.voice.centre import TicketStanding
from tests.unit.desk.made import ANI, BUDI, Clock
from tests.unit.desk.test_desk_tickets import opened


class TestHowATicketStands:
    async def test_a_new_one_is_with_nobody_yet(self, desk: Desk) -> None:
        ticket = await opened(desk)
        assert await tickets.status_of(desk, ticket.number) == TicketStanding(TicketStatus.NEW)

    async def test_a_forwarded_one_says_with_whom_it_is_and_until_when(self, desk: Desk) -> None:
        ticket = await tickets.forward(desk, (await opened(desk)).number, "DLHK", "siti")
        assert ticket.due_at is not None
        standing = TicketStanding(TicketStatus.FORWARDED, "DLHK", ticket.due_at)
        assert await tickets.status_of(desk, ticket.number) == standing

    async def test_one_that_does_not_exist_is_none(self, desk: Desk) -> None:
        assert await tickets.status_of(desk, "1000024") is None


class TestTheCallersOwn:
    async def test_is_the_newest_that_is_open(self, desk: Desk, clock: Clock) -> None:
        first = await opened(desk, Complaint("sampah", caller=ANI))
        clock.later(hours=1)
        second = await opened(desk, Complaint("macet", caller=ANI))
        assert await tickets.newest_open_of(desk, ANI) == second.number
        await tickets.close(desk, second.number, "siti")
        assert await tickets.newest_open_of(desk, ANI) == first.number

    async def test_is_nobody_elses(self, desk: Desk) -> None:
        await opened(desk, Complaint("sampah", caller=ANI))
        assert await tickets.newest_open_of(desk, BUDI) is None

    async def test_is_not_one_whose_citizen_wants_to_stay_unnamed(self, desk: Desk) -> None:
        ticket = await opened(desk, Complaint("pungli", caller=ANI, secret=True))
        assert await tickets.newest_open_of(desk, ANI) is None
        assert await tickets.status_of(desk, ticket.number) == TicketStanding(TicketStatus.NEW)
