"""Who calls is on the screen before the operator says hello."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from depok_agi.calls.record import CallRecord, Outcome
from depok_agi.desk import Desk, tickets
from depok_agi.desk.tickets import Complaint
from tests.unit.console.made import console_at, log, ringing, talking
from tests.unit.desk.made import ANI, BUDI, Clock, call


def ended(record: CallRecord) -> CallRecord:
    done = call(record.uniqueids[0], Outcome.ANSWERED)
    return replace(done, legs=(*done.legs, replace(record.legs[-1], ended_at=done.ended_at)))


def looked_at(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT actor, deed, citizen, call, detail FROM access_log ORDER BY id").fetchall()


async def test_who_rings_is_shown_with_tickets_promised_dates_owed_calls_and_history(
    path: Path, desk: Desk, clock: Clock
) -> None:
    ticket = await tickets.open_ticket(desk, Complaint("Sampah", caller=ANI, name="Ani", category="sampah"), "budi")
    await tickets.forward(desk, ticket.number, None, "budi")
    await log(desk, call("1764000000.1"))
    async with console_at(path, clock) as screen:
        await screen.until("Nobody is on your phone.")
        await log(desk, ringing())
        await screen.until("RINGING")
        assert screen.lines()[:12] == [
            " RINGING 0:00  0811-0000-1234  Ani",
            " [F1 Now] F2 Callbacks  F3 My tickets  F4 Find",
            " 0811-0000-1234  Ani",
            " Tickets: 1 open, 0 closed",
            "   1000015  forwarded  sampah",
            "     DLHK by 11-06 10:00 (72 hours 11-06 10:00, 3 working days 11-06 10:00)",
            "     Sampah",
            " Calls back",
            "   1  missed  08-06 11:01  pending",
            " Calls",
            "   08-06 10:00  inbound   up                -",
            "   08-06 10:00  inbound   abandoned         -",
        ]


async def test_that_a_citizen_was_shown_is_written_down_once(path: Path, desk: Desk, clock: Clock) -> None:
    async with console_at(path, clock) as screen:
        await log(desk, ringing())
        await screen.until("RINGING")
        await log(desk, talking())
        await screen.until("TALKING")
        await log(desk, ended(talking()))
        await screen.until("is over")
    assert looked_at(path) == [("siti", "show", 1, "depok-1780000000.1", "desk: on the phone")]


async def test_the_last_citizen_stays_after_the_call_until_the_next_one_rings(
    path: Path, desk: Desk, clock: Clock
) -> None:
    async with console_at(path, clock) as screen:
        await log(desk, talking())
        await screen.until("TALKING 0:00  0811-0000-1234")
        await log(desk, ended(talking()))
        await screen.until("(the call of 08-06 10:00 is over)")
        assert screen.lines()[0] == " 10:00  siti  out"
        await log(desk, ringing("1780000000.9", number=BUDI))
        await screen.until("RINGING 0:00  0811-0000-5678")
        assert "0811-0000-1234" not in screen.text


async def test_a_call_for_a_colleague_is_not_shown(path: Path, desk: Desk, clock: Clock) -> None:
    async with console_at(path, clock) as screen:
        await screen.until("Nobody is on your phone.")
        await log(desk, ringing(device="PJSIP/102"), call("1764000000.1"))
        await screen.until("1 are owed a call")
        assert "RINGING" not in screen.text
    assert looked_at(path) == []


async def test_a_pop_comes_over_a_list_but_never_over_what_is_being_typed(path: Path, desk: Desk, clock: Clock) -> None:
    async with console_at(path, clock) as screen:
        await screen.until("Nobody is on your phone.")
        await screen.press("n")
        await screen.until("New ticket, of no call")
        await screen.press(*["tab"] * 5)
        await screen.write("Lampu jalan")
        await log(desk, ringing())
        await screen.until("RINGING 0:00  0811-0000-1234")
        await screen.write(" mati")
        assert "Lampu jalan mati" in screen.text
        await screen.press("f2")
        await screen.until("Nobody is owed a call.")
        await log(desk, ended(ringing()), ringing("1780000000.9", number=BUDI))
        await screen.until("RINGING 0:00  0811-0000-5678")
        assert "[F1 Now]" in screen.text


async def test_a_caller_without_a_number_is_told_as_such(path: Path, desk: Desk, clock: Clock) -> None:
    withheld = replace(ringing(), caller=None, caller_raw="anonymous")
    async with console_at(path, clock) as screen:
        await log(desk, withheld)
        await screen.until("RINGING 0:00  anonymous")
        await screen.until("anonymous  never called before")


async def test_what_a_citizen_wrote_cannot_steer_the_terminal(path: Path, desk: Desk, clock: Clock) -> None:
    complaint = Complaint("Sampah \x1b[2J[red]menumpuk[/]", caller=ANI, name="Ani\x1b[31m[b]")
    await tickets.open_ticket(desk, complaint, "budi")
    async with console_at(path, clock) as screen:
        await log(desk, ringing())
        await screen.until("RINGING")
        assert "[red]menumpuk[/]" in screen.text
        assert "0811-0000-1234  Ani[31m[b]" in screen.text
        assert "\x1b" not in screen.text
