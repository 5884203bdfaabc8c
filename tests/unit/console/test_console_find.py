"""Finding a citizen or a ticket by keys alone."""

import sqlite3
from contextlib import closing
from pathlib import Path

from depok_agi.desk import Desk, tickets
from depok_agi.desk.tickets import Complaint
from tests.unit.console.made import WINDA, console_at
from tests.unit.desk.made import ANI, BUDI, Clock


async def test_a_citizen_is_found_masked_and_shown_whole_when_chosen(path: Path, desk: Desk, clock: Clock) -> None:
    await tickets.open_ticket(desk, Complaint("Sampah", caller=ANI, name="Ani Lestari"), "budi")
    await tickets.open_ticket(desk, Complaint("Macet", caller=BUDI, name="Budi Lesmana"), "budi")
    async with console_at(path, clock) as screen:
        await screen.until("Nobody is on")
        await screen.press("f4")
        await screen.write("les")
        await screen.press("enter")
        await screen.until("2 found")
        assert "0811-xxxx-x234 A. L." in screen.text
        await screen.press("down", "enter")
        await screen.until("0811-0000-5678  Budi Lesmana")
        assert "Macet" in screen.text
        await screen.press("n")
        await screen.until("New ticket, of no call")
        assert "0811-0000-5678" in screen.text
        await screen.press("escape", "escape")
        await screen.until("2 found")


async def test_digits_in_the_line_are_no_keys_of_views_and_a_number_finds_its_citizen(
    path: Path, desk: Desk, clock: Clock
) -> None:
    await tickets.open_ticket(desk, Complaint("Sampah", caller=ANI, name="Ani"), "budi")
    async with console_at(path, clock) as screen:
        await screen.until("Nobody is on")
        await screen.press("4")
        await screen.until("[F4 Find]")
        await screen.write("0811-0000-1234")
        await screen.press("enter")
        await screen.until("1 found")
        await screen.press("1")
        await screen.until("[F1 Now]")


async def test_a_tickets_number_leads_to_the_ticket(path: Path, desk: Desk, clock: Clock) -> None:
    await tickets.open_ticket(desk, Complaint("Sampah menumpuk", caller=ANI), "budi")
    async with console_at(path, clock) as screen:
        await screen.until("Nobody is on")
        await screen.press("f4")
        await screen.write("1000015")
        await screen.press("enter")
        await screen.until("Sampah menumpuk")
        assert "History" in screen.text


async def test_of_a_secret_ticket_an_operator_sees_no_citizen_and_a_supervisor_sees_all_and_both_are_written_down(
    path: Path, desk: Desk, clock: Clock
) -> None:
    await tickets.open_ticket(desk, Complaint("Pungli", caller=ANI, secret=True), "budi")
    async with console_at(path, clock) as screen:
        await screen.until("Nobody is on")
        await screen.press("f4")
        await screen.write("1000015")
        await screen.press("enter")
        await screen.until("1000015  new secret")
        await screen.until("History")
        assert screen.lines()[2] == " secret"
        assert "Pungli" not in screen.text
        assert "0811-" not in screen.text
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT actor, deed, allowed FROM access_log").fetchall() == [("siti", "secret", 0)]
    async with console_at(path, clock, person=WINDA) as screen:
        await screen.until("owed")
        await screen.press("f4")
        await screen.write("1000015")
        await screen.press("enter")
        await screen.until("Pungli")


async def test_who_is_not_known_and_what_is_too_short_are_told_in_one_line(
    path: Path, desk: Desk, clock: Clock
) -> None:
    assert await tickets.listed(desk) == []
    async with console_at(path, clock) as screen:
        await screen.until("Nobody is on")
        await screen.press("f4")
        await screen.write("zz")
        await screen.press("enter")
        await screen.until("3 letters of a name at least")
        await screen.write("zz")
        await screen.press("enter")
        await screen.until("Nobody is found")
