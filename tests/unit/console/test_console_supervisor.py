"""What a supervisor watches, and an operator does not."""

from dataclasses import replace
from pathlib import Path

from depok_agi.calls.record import Outcome, QueueVisit
from depok_agi.desk import Desk, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.operators.state import PauseReason, Standing, State
from depok_agi.store.times import microseconds
from tests.unit.console.made import WINDA, console_at, log, stands, talking
from tests.unit.desk.made import BUDI, Clock, call


async def test_calls_queue_operators_service_level_and_late_opds_are_on_one_screen(
    path: Path, desk: Desk, clock: Clock
) -> None:
    ticket = await tickets.open_ticket(desk, Complaint("Sampah", category="sampah"), "siti")
    await tickets.forward(desk, ticket.number, None, "siti")
    clock.later(hours=72, minutes=1)
    now = microseconds(clock())
    visit = QueueVisit("warga", now - 42_000_000, None, left=False, hold=None, fact=None)
    waits = replace(call("1780000000.7", None, number=BUDI, began=clock()), visits=(visit,))
    answered = [call(f"1764000000.{place}", Outcome.ANSWERED, began=clock()) for place in range(3)]
    await log(desk, *answered, call("1764000000.8", Outcome.ABANDONED, began=clock()), waits, talking())
    await stands(desk, Standing(State.PAUSED, PauseReason.LUNCH))
    async with console_at(path, clock, person=WINDA) as screen:
        await screen.until("owed")
        await screen.press("f5")
        await screen.until("Late by OPD")
        assert [line for line in screen.lines()[2:16] if line] == [
            " Today: 4 calls, 3 answered, 1 wanted a person and got none",
            "   service level 75%: answered within 20 s, by all answered or abandoned",
            "   1 are owed a call, 0 of those late",
            " Calls now: 2, waiting: 1, the longest for 0:42",
            "   waits         0:42      0811-xxxx-x678    warga           -",
            "   talking       72:01:00  0811-xxxx-x234    warga           siti",
            " Operators: 2",
            "   budi              idle                     out",
            "   siti              talking       72:01:00   paused: lunch  0:00",
            " Late by OPD: 1",
            "   DLHK            ! 1 late          the oldest since 11-06 10:00",
        ]


async def test_an_operator_is_told_that_it_is_not_for_them(path: Path, desk: Desk, clock: Clock) -> None:
    await log(desk)
    async with console_at(path, clock) as screen:
        await screen.until("Nobody is on")
        assert "F5" not in screen.text
        await screen.press("f5")
        await screen.until("this view is for supervisors")
        assert "[F1 Now]" in screen.text
