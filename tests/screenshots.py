"""The pictures of the console in the README: `scripts/screenshots`. Nobody in them exists."""

import asyncio
import re
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from textual.widgets import Input, TextArea

from depok_agi.access.roles import Person, Role
from depok_agi.calls.record import Outcome, QueueVisit
from depok_agi.cli.language import speak
from depok_agi.desk import Desk, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.language import Language
from depok_agi.store.times import microseconds
from tests.unit.console.made import Screen, console_at, log, ringing, talking
from tests.unit.desk.made import ANI, BUDI, Clock, call, desk_at, new_store, wib

FOLDER = Path(__file__).parents[1] / ".pictures"
SITI = Person("siti", Role.SUPERVISOR)
SIZE = (80, 24)
MORNING = wib("2026-06-11 10:42")
"""When the pictures are taken."""

PEOPLE = (
    ("+6281100003001", "Citra Dewi"),
    ("+6281100003002", "Eko Prasetyo"),
    ("+6281100003003", None),
    ("+6281100003004", "Fitri"),
    ("+6281100003005", "Gilang Ramadhan"),
)


async def _fill(desk: Desk, clock: Clock) -> None:
    """Three days at the centre, until this morning."""
    clock.at = wib("2026-06-08 09:10")
    spoke = call("1780880000.1", Outcome.ANSWERED, began=clock(), seconds=190)
    await log(desk, spoke)
    rubbish = Complaint(
        "Sampah menumpuk di depan pasar Kemiri sejak hari Minggu, baunya sampai ke sekolah",
        caller=ANI,
        name="Ani Lestari",
        category="sampah",
        area="Beji",
        call=spoke.id,
    )
    late = await tickets.open_ticket(desk, rubbish, "siti")
    await tickets.forward(desk, late.number, None, "siti")
    clock.at = wib("2026-06-09 14:20")
    lamp = Complaint("Lampu jalan mati di Jalan Margonda 12", caller=ANI, category="lampu jalan", area="Beji")
    answered = await tickets.open_ticket(desk, lamp, "siti")
    await tickets.forward(desk, answered.number, None, "siti")
    hole = Complaint("Jalan berlubang, motor sering jatuh", caller=BUDI, name="Budi", category="jalan berlubang")
    open_ = await tickets.open_ticket(desk, hole, "siti")
    await tickets.forward(desk, open_.number, None, "siti")
    clock.at = wib("2026-06-11 08:05")
    await tickets.answer(desk, answered.number, "Lampu sudah diganti kemarin sore", "siti")
    for place, (number, name) in enumerate(PEOPLE):
        clock.at = wib("2026-06-11 08:40") + timedelta(minutes=17 * place)
        told = await tickets.open_ticket(desk, Complaint("Macet", caller=number, name=name), "budi")
        await tickets.close(desk, told.number, "budi")
        await log(desk, call(f"178114000{place}.1", number=number, began=clock()))
    clock.at = wib("2026-06-11 09:50")
    for place in range(9):
        at = wib("2026-06-11 08:00") + timedelta(minutes=11 * place)
        await log(desk, call(f"178114100{place}.1", Outcome.ANSWERED, number=f"+628110000400{place}", began=at))
    clock.at = MORNING


async def _ring(desk: Desk, clock: Clock) -> None:
    now = microseconds(clock())
    visit = QueueVisit("warga", now - 42_000_000, None, left=False, hold=None, fact=None)
    waits = replace(call("1781149400.3", None, number=PEOPLE[0][0], began=clock()), visits=(visit,))
    rings = ringing("1781149500.1")
    busy = talking("1781149300.1", "PJSIP/102")
    began = now - 4_000_000
    rings = replace(rings, started_at=began, legs=(*rings.legs[:-1], replace(rings.legs[-1], started_at=began)))
    since = now - 134_000_000
    legs = (*busy.legs[:-1], replace(busy.legs[-1], started_at=since, answered_at=since))
    busy = replace(busy, caller=BUDI, caller_raw=BUDI, started_at=since, answered_at=since, legs=legs)
    await log(desk, waits, busy, rings)


def _hold_the_cursor(screen: Screen) -> None:
    """One that blinks makes another picture each time."""
    for field in (*screen.console.query(Input), *screen.console.query(TextArea)):
        field.cursor_blink = False


async def _take(screen: Screen, name: str, language: Language) -> None:
    """The picture as it is on the screen; what textual names at random is named after the picture."""
    svg = screen.console.export_screenshot(title="depok-agi desk")
    name = f"{name}-{language}"
    svg = re.sub(r"terminal-\d+", f"terminal-{name}", svg)
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)  # fetched from elsewhere; any such letters will do
    svg = re.sub(r"\s*<!--.*?-->", "", svg, flags=re.DOTALL)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.svg").write_text(svg, "utf-8")


async def _pictures(language: Language) -> None:
    speak(language)
    with tempfile.TemporaryDirectory() as folder:
        path, clock = new_store(Path(folder) / "store.sqlite"), Clock()
        async with desk_at(path, clock) as desk:
            await _fill(desk, clock)
            async with console_at(path, clock, person=SITI, size=SIZE) as screen:
                await screen.until(" 10:42")
                _hold_the_cursor(screen)
                await _ring(desk, clock)
                await screen.until("Ani Lestari")
                await screen.until("1000015")
                await _take(screen, "now", language)
                await screen.press("n")
                await screen.until("depok-1781149500.1")
                await screen.write("samp")
                await screen.press("right", "tab", *"bej", "right", "tab", "tab")
                await screen.write("Sampah belum diangkut juga")
                await _take(screen, "ticket-form", language)
                for key, wanted, name in (
                    ("f2", "0811-xxxx-x234", "callbacks"),
                    ("f3", "1000015", "my-tickets"),
                    ("f5", "DLHK", "supervisor"),
                ):
                    await screen.press(key)
                    await screen.until(wanted)
                    await _take(screen, name, language)
                await screen.press("f4")
                await screen.write("lest")
                await screen.press("enter")
                await screen.until("0811-xxxx-x234 A.")
                await _take(screen, "find", language)
                await screen.press("f2")
                await screen.until("C. D.")
                await screen.press("end", "up", "enter")
                await screen.until("Lampu sudah diganti")
                await _take(screen, "callback", language)


def main() -> int:
    """Make them all; gives the exit code."""
    for language in Language:
        asyncio.run(_pictures(language))
    print(f"{len(list(FOLDER.glob('*.svg')))} pictures in {FOLDER.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
