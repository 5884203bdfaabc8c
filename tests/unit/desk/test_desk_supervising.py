from datetime import timedelta

from depok_agi.calls.record import Outcome
from depok_agi.desk import Desk, calls, supervising, tickets
from depok_agi.desk.supervising import Today
from depok_agi.desk.tickets import Complaint
from tests.unit.desk.made import TEN, Clock, call


async def test_the_day_is_counted_by_the_reports_own_formula(desk: Desk, clock: Clock) -> None:
    await calls.record(
        desk,
        [
            call("1764000000.1", Outcome.ANSWERED),
            call("1764000000.2", Outcome.ABANDONED),
            call("1764000000.3", Outcome.CLOSED),
            call("1764000000.4", Outcome.ANSWERED, began=TEN - timedelta(days=1)),
            call("1764000000.5", None),
        ],
        [],
    )
    clock.later(minutes=5)
    assert await supervising.today(desk, 20) == Today(offered=3, answered=1, missed=1, service_level=0.5)
    assert await supervising.today(desk, 1) == Today(offered=3, answered=1, missed=1, service_level=0.0)


async def test_before_the_first_call_there_is_no_service_level(desk: Desk) -> None:
    assert await supervising.today(desk, 20) == Today(0, 0, 0, None)


async def test_the_opd_that_is_late_with_the_most_comes_first(desk: Desk, clock: Clock) -> None:
    for category in ("macet", "sampah", "sampah"):
        ticket = await tickets.open_ticket(desk, Complaint("Tolong", category=category), "siti")
        await tickets.forward(desk, ticket.number, None, "siti")
    assert await supervising.late_by_opd(desk) == []
    clock.later(hours=72, seconds=1)
    found = await supervising.late_by_opd(desk)
    assert [(one.opd, one.late) for one in found] == [("DLHK", 2), ("DISHUB", 1)]
    assert found[0].since == TEN + timedelta(hours=72)


async def test_owed_calls_are_counted_and_the_late_among_them(desk: Desk, clock: Clock) -> None:
    await calls.record(desk, [call()], [])
    assert await supervising.owed(desk) == supervising.Owed(1, 0)
    clock.later(hours=3)
    assert await supervising.owed(desk) == supervising.Owed(1, 1)
