"""Being at the desk: told, and changed by keys alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from depok_agi.access.roles import Person, Role
from depok_agi.desk import Desk, operator_orders, operators
from depok_agi.desk.operator_orders import Order
from depok_agi.operators.state import PauseReason, Standing, State
from tests.unit.console.made import PHONES, WINDA, console_at, log, ringing, stands
from tests.unit.desk.made import Clock

RINI = Person("rini", Role.OPERATOR)


@asynccontextmanager
async def daemon(desk: Desk, fault: str | None = None) -> AsyncIterator[list[Order]]:
    """Ends each order that comes, as the daemon does, and keeps it."""
    seen: list[Order] = []

    async def serve() -> None:
        while True:
            for order in await operator_orders.pending(desk):
                await operator_orders.end(desk, order, fault)
                seen.append(order)
            await asyncio.sleep(0.02)

    task = asyncio.create_task(serve())
    yield seen
    task.cancel()


async def test_a_pause_is_taken_with_its_reason_by_two_keys(path: Path, desk: Desk, clock: Clock) -> None:
    await log(desk)
    async with console_at(path, clock, operators=True) as screen, daemon(desk) as seen:
        await screen.until("Nobody is on your phone.")
        await screen.press("f6")
        await screen.until("Paused: lunch")
        await screen.press("down", "down", "enter")
        await screen.until("siti is paused: lunch.")
        await screen.press("home", "enter")
        await screen.until("siti is signed in: calls come to PJSIP/101.")
        await screen.press("down", "enter")
        await screen.until("siti is signed out.")
    assert [(one.operator, one.device, one.wish, one.reason) for one in seen] == [
        ("siti", "PJSIP/101", "pause", "lunch"),
        ("siti", "PJSIP/101", "in", None),
        ("siti", "PJSIP/101", "out", None),
    ]


async def test_what_could_not_be_done_is_told_in_one_line(
    path: Path, desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operator_orders, "TAKEN_WITHIN", 0.2)
    await log(desk)
    async with console_at(path, clock, operators=True) as screen:
        await screen.until("Nobody is on your phone.")
        await screen.press("6")
        await screen.until("Signed in: calls come to your phone")
        await screen.press("enter")
        await screen.until("the daemon did not take it")
        async with daemon(desk, "PJSIP/101 is not in the queue"):
            await screen.press("enter")
            await screen.until("PJSIP/101 is not in the queue")


async def test_without_the_section_one_signs_in_by_phone(path: Path, desk: Desk, clock: Clock) -> None:
    await log(desk)
    async with console_at(path, clock) as screen:
        await screen.until("Nobody is on your phone.")
        assert "F6" not in screen.text
        await screen.press("f6")
        await screen.until("sign in by phone, *11 in, *12 out, *13 pause")
        assert "[F1 Now]" in screen.text


async def test_the_top_line_says_what_one_is_doing(path: Path, desk: Desk, clock: Clock) -> None:
    await log(desk)
    async with console_at(path, clock) as screen:
        await screen.until("10:00  siti  out")
        await stands(desk, Standing(State.IN))
        await screen.until("10:00  siti  in")
        await stands(desk, Standing(State.PAUSED, PauseReason.PRAYER))
        await screen.until("10:00  siti  paused: prayer")


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing(State.PAUSED, PauseReason.UNANSWERED), "your phone was not picked up"),
        (Standing(State.UNREACHABLE), "your phone cannot be reached"),
    ],
)
async def test_who_gets_no_calls_without_having_asked_for_it_is_told(
    path: Path, desk: Desk, clock: Clock, standing: Standing, said: str
) -> None:
    await log(desk)
    async with console_at(path, clock) as screen:
        await screen.until("Nobody is on your phone.")
        assert said not in screen.status
        await stands(desk, standing)
        await screen.until(said)
        await stands(desk, Standing(State.IN))
        await screen.until_gone(said)


async def test_who_is_entered_while_the_console_is_open_gets_their_calls_shown(
    path: Path, desk: Desk, clock: Clock
) -> None:
    await log(desk)
    async with console_at(path, clock, person=RINI) as screen:
        await screen.until("rini has no phone here")
        await operators.add(desk, WINDA, "rini", "103", PHONES)
        await screen.until("Nobody is on your phone.")
        await log(desk, ringing(device="PJSIP/103"))
        await screen.until("RINGING")
