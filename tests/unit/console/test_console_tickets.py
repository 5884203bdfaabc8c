"""A ticket from the call, one's own tickets, and one with its history."""

import sqlite3
from contextlib import closing
from pathlib import Path

from depok_agi.desk import Desk, tickets
from depok_agi.desk.tickets import Complaint
from tests.unit.console.made import Screen, console_at, log, ringing, talking
from tests.unit.desk.made import ANI, Clock


async def fill(screen: Screen) -> None:
    """The form is open, with the cursor at the category."""
    await screen.write("samp")
    await screen.press("right", "tab")
    await screen.write("bej")
    await screen.press("right", "tab", "tab")
    await screen.write("Sampah menumpuk di pasar")


async def test_a_ticket_is_filled_from_the_call_and_is_of_it(path: Path, desk: Desk, clock: Clock) -> None:
    async with console_at(path, clock) as screen:
        await log(desk, talking())
        await screen.until("TALKING")
        await screen.press("n")
        await screen.until("New ticket, of call depok-1780000000.1")
        assert screen.lines()[3] == " Number        0811-0000-1234"
        await fill(screen)
        await screen.press("ctrl+s")
        await screen.until("Ticket 1000015 is new.")
        assert "1000015  new  sampah Beji" in screen.text
        await screen.press("f")
        await screen.until("DLHK has until 11-06 10:00 to answer")
        assert "1000015  forwarded  sampah Beji" in screen.text
    ticket = await tickets.show(desk, "1000015")
    assert (ticket.caller, ticket.calls, ticket.text) == (ANI, ("depok-1780000000.1",), "Sampah menumpuk di pasar")
    assert (ticket.channel, ticket.secret, ticket.opd) == ("phone", False, "DLHK")


async def test_keys_that_come_in_one_burst_go_where_they_were_meant_to(path: Path, desk: Desk, clock: Clock) -> None:
    async with console_at(path, clock) as screen:
        await log(desk, talking())
        await screen.until("TALKING")
        await screen.press("n")
        await screen.until("New ticket, of call")
        await screen.burst(*"sampah", "tab", "tab", "tab", *"Menumpuk", "ctrl+s")
        await screen.until("Ticket 1000015 is new.")
    ticket = await tickets.show(desk, "1000015")
    assert (ticket.category, ticket.text) == ("sampah", "Menumpuk")


async def test_what_is_wrong_is_one_line_and_nothing_typed_is_lost(path: Path, desk: Desk, clock: Clock) -> None:
    async with console_at(path, clock) as screen:
        await log(desk, ringing())
        await screen.until("RINGING")
        await screen.press("n")
        await screen.until("New ticket")
        await screen.write("sampa")
        await screen.press("tab", "tab", "tab")
        await screen.write("Menumpuk")
        await screen.press("ctrl+s")
        await screen.until("there is no category 'sampa'; do you mean sampah?")
        assert "Menumpuk" in screen.text
    assert await tickets.listed(desk) == []


async def test_what_is_typed_is_there_again_after_a_look_at_another_view_until_it_is_thrown_away(
    path: Path, desk: Desk, clock: Clock
) -> None:
    async with console_at(path, clock) as screen:
        await log(desk, ringing())
        await screen.until("RINGING")
        await screen.press("n")
        await screen.until("New ticket")
        await fill(screen)
        await screen.press("f3")
        await screen.until("No ticket that you have opened is open.")
        await screen.press("f1")
        await screen.until("n New ticket")
        await screen.press("n")
        await screen.until("Sampah menumpuk di pasar")
        assert "of call depok-1780000000.1" in screen.text
        await screen.press("ctrl+t")
        await screen.until("n New ticket")
        await screen.press("n")
        await screen.until("of call depok-1780000000.1")
        assert "Sampah menumpuk" not in screen.text


async def test_a_secret_ticket_is_made_and_shown_to_whoever_made_it(path: Path, desk: Desk, clock: Clock) -> None:
    async with console_at(path, clock) as screen:
        await screen.until("Nobody is on")
        await screen.press("n")
        await screen.until("of no call")
        await screen.press(*["tab"] * 4)
        await screen.write("ya")
        await screen.press("tab")
        await screen.write("Pungli di kelurahan")
        await screen.press("f9")
        await screen.until("1000015  new secret")
        await screen.press("f3")
        await screen.until("Pungli di kelurahan")
    assert (await tickets.show(desk, "1000015")).secret


async def test_own_tickets_bear_a_sign_when_late_and_enter_shows_one_with_its_history(
    path: Path, desk: Desk, clock: Clock
) -> None:
    complaint = Complaint("Lampu jalan mati", caller=ANI, name="Ani", category="lampu jalan")
    ticket = await tickets.open_ticket(desk, complaint, "siti")
    await tickets.forward(desk, ticket.number, None, "siti")
    await tickets.open_ticket(desk, Complaint("Banjir"), "budi")
    clock.later(days=4)
    async with console_at(path, clock) as screen:
        await screen.until("Nobody is on")
        await screen.press("f3")
        await screen.until("! 11-06 10:00  Lampu jalan mati")
        assert "Banjir" not in screen.text
        await screen.press("enter")
        await screen.until("History")
        assert "0811-0000-1234  Ani" in screen.text
        assert "08-06 10:00  forwarded  siti" in screen.text
        await screen.press("escape")
        await screen.until("About")
    with closing(sqlite3.connect(path)) as connection:
        log_ = connection.execute("SELECT actor, deed, ticket, detail FROM access_log").fetchall()
    assert log_ == [("siti", "show", ticket.serial, "desk: ticket")]
