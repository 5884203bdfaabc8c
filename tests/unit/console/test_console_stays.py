"""The console stays, whatever becomes of the store, the daemon and the terminal; and speaks both languages."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from textual.strip import Strip

from depok_agi.cli.language import speak
from depok_agi.console.app import Console
from depok_agi.console.view import Choice
from depok_agi.desk import Desk, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.language import Language
from tests.unit.console.made import SITI, WINDA, console_at, log, ringing, settings
from tests.unit.desk.made import ANI, BUDI, Clock, call, desk_at, new_store


async def test_a_missing_store_is_told_and_taken_up_when_it_is_there(path: Path, clock: Clock) -> None:
    later = path.with_name("none") / "store.sqlite"
    async with console_at(later, clock) as screen:
        await screen.until("No such file or directory")
        await screen.press("f2")
        await screen.until("[F2 Callbacks]")
        later.parent.mkdir()
        shutil.copy(path, later)
        await screen.until("Nobody is owed a call.")
        assert "No such file" not in screen.status


async def test_a_store_that_was_restored_is_looked_at_from_then_on(path: Path, desk: Desk, clock: Clock) -> None:
    await log(desk, call("1764000000.1"))
    async with console_at(path, clock) as screen:
        await screen.until("1 are owed a call")
        other = new_store(path.with_name("other.sqlite"))
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        other.rename(path)
        async with desk_at(path, clock) as restored:
            await log(restored, call("1764000000.2"), call("1764000000.3", number="+6281100005678"))
        await screen.until("2 are owed a call")


async def test_a_store_of_a_newer_software_is_told_in_one_line(path: Path, clock: Clock) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")
    async with console_at(path, clock) as screen:
        await screen.until("is of a newer depok-agi")
        assert "Traceback" not in screen.text


async def test_a_daemon_that_is_silent_is_told_and_forgotten_when_it_is_back(
    path: Path, desk: Desk, clock: Clock
) -> None:
    await log(desk)
    async with console_at(path, clock) as screen:
        await screen.until("Nobody is on your phone.")
        assert "daemon" not in screen.text
        clock.later(seconds=16)
        await screen.until("The daemon is not running, or cut off from Asterisk: calls are not shown")
        await log(desk, ringing())
        await screen.until("RINGING")
        await screen.until_gone("The daemon is not running")


async def test_an_operator_without_a_phone_is_told_why_nobody_is_shown(path: Path, desk: Desk, clock: Clock) -> None:
    await log(desk)
    async with console_at(path, clock, person=WINDA) as screen:
        await screen.until("winda has no phone here, so who calls is not shown")


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (20, 6), (200, 60)])
async def test_every_view_can_be_opened_at_any_size(
    path: Path, desk: Desk, clock: Clock, size: tuple[int, int]
) -> None:
    await tickets.open_ticket(desk, Complaint("Sampah menumpuk " * 30, caller=ANI, name="Ani"), "winda")
    await log(desk, call("1764000000.1"))
    async with console_at(path, clock, person=WINDA, size=size) as screen:
        for place, key in enumerate(("f2", "f3", "f4", "f5", "f1")):
            await screen.press(key)
            await screen.pilot.pause(0.1)
            assert (screen.console.shown.id or "") == ("callbacks", "tickets", "find", "supervisor", "now")[place]
        assert all(len(line) <= size[0] for line in screen.lines())


async def test_indonesian_is_spoken_in_every_view(path: Path, desk: Desk, clock: Clock) -> None:
    speak(Language.INDONESIAN)
    await tickets.open_ticket(desk, Complaint("Sampah", caller=ANI, name="Ani", category="sampah"), "winda")
    await log(desk, call("1764000000.1"))
    async with console_at(path, clock, person=WINDA) as screen:
        await screen.until("1 harus ditelepon balik, 0 di antaranya terlambat")
        for key, wanted in (
            ("f2", "Alasan"),
            ("f3", "Perihal"),
            ("f4", "Nomor telepon, huruf dari nama, atau nomor tiket."),
            ("f5", "Hari ini: 1 panggilan, 0 terjawab"),
        ):
            await screen.press(key)
            await screen.until(wanted)
        await screen.press("f1", "n")
        await screen.until("Tiket baru, tanpa panggilan")
        assert "Rahasia (y)" in screen.text


async def test_a_list_is_drawn_anew_only_when_it_changed(
    path: Path, desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log(desk, call("1764000000.1"))
    async with console_at(path, clock) as screen:
        await screen.press("f2")
        await screen.until("0811-xxxx-x234")
        rows = screen.console.query_one("#callbacks Choice", Choice)
        drawn: list[str] = []

        def render_line(y: int) -> Strip:
            drawn.append(str(y))
            return Strip.blank(10)

        monkeypatch.setattr(rows, "render_line", render_line)
        await log(desk, call("1764000000.2", None))
        await screen.pilot.pause(0.5)
        assert drawn == []
        await log(desk, call("1764000000.3", number=BUDI))
        await screen.pilot.pause(0.5)
        assert drawn != []


async def test_what_goes_wrong_is_told_in_the_commands_language(path: Path, desk: Desk, clock: Clock) -> None:
    speak(Language.INDONESIAN)
    await log(desk)
    async with console_at(path, clock) as screen:
        await screen.until("F4 Cari")
        await screen.press("f4")
        await screen.write("zz")
        await screen.press("enter")
        await screen.until("huruf")
        assert "letters" not in screen.status
        assert screen.status.startswith("paling sedikit 3 huruf")


async def test_the_store_is_closed_before_the_console_is_gone(path: Path, desk: Desk) -> None:
    closed = asyncio.Event()

    @asynccontextmanager
    async def opened() -> AsyncIterator[Desk]:
        try:
            yield desk
        finally:
            await asyncio.sleep(0.3)  # as a store takes that is being read
            closed.set()

    async with Console(settings(path.parent), SITI, opened).run_test() as pilot:
        await pilot.pause(0.3)
    assert closed.is_set()
