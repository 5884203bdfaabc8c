"""A console in a centre of the test's own, and its screen as plain text."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from textual.events import Key
from textual.pilot import Pilot

from depok_agi.access.roles import Person, Role
from depok_agi.calls.record import CallRecord, Leg
from depok_agi.calls.record import Role as LegRole
from depok_agi.config import Ami, Dial, Folders, Operators, Pbx, Secret, Settings
from depok_agi.console.app import Console
from depok_agi.desk import Desk, attendance, calls, journal
from depok_agi.operators.board import Turn
from depok_agi.operators.state import Standing
from depok_agi.store.times import microseconds
from tests.unit.desk.made import TEN, Clock, call, desk_at

PHONES = {"PJSIP/101": "siti", "PJSIP/102": "budi"}
SITI = Person("siti", Role.OPERATOR)
WINDA = Person("winda", Role.SUPERVISOR)
WAIT_ROUNDS = 200


def settings(folder: Path, *, dial: bool = True, operators: bool = False) -> Settings:
    secret = Secret("of no account")
    return Settings(
        ami=Ami(secret=secret),
        pbx=Pbx(operators=PHONES),
        dial=Dial(secret=secret) if dial else None,
        operators=Operators(secret=secret) if operators else None,
        folders=Folders(store=folder / "store.sqlite"),
    )


@dataclass
class Screen:
    """The console under test, driven by keys alone."""

    console: Console
    pilot: Pilot[None]

    def lines(self) -> list[str]:
        width = self.console.size.width
        strips = self.console.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).ljust(width)[:width].rstrip() for strip in strips]

    def reversed_rows(self) -> list[int]:
        """The rows of a list that are shown in reverse video, as lines of the screen; the keys at the end left out."""
        strips = self.console.screen._compositor.render_strips()[:-3]
        return [
            place
            for place, strip in enumerate(strips)
            if any(segment.style and segment.style.reverse and segment.text.strip() for segment in strip)
        ]

    @property
    def text(self) -> str:
        return "\n".join(self.lines())

    @property
    def status(self) -> str:
        return " ".join(str(self.console._around["status"].content).split())

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def burst(self, *keys: str) -> None:
        """Keys that come in together, as over a slow line."""
        for key in keys:
            self.console.post_message(Key(key, key if len(key) == 1 else None))
        await self.pilot.pause()

    async def write(self, text: str) -> None:
        await self.press(*({" ": "space", "-": "minus", ".": "full_stop"}.get(letter, letter) for letter in text))

    async def until(self, wanted: str) -> None:
        """Wait until this is on the screen."""
        for _ in range(WAIT_ROUNDS):
            await self.pilot.pause(0.05)
            if wanted in self.text or wanted in self.status:
                return
        raise AssertionError(f"{wanted!r} is not on the screen:\n{self.text}")

    async def until_gone(self, unwanted: str) -> None:
        for _ in range(WAIT_ROUNDS):
            await self.pilot.pause(0.05)
            if unwanted not in self.text:
                return
        raise AssertionError(f"{unwanted!r} is still on the screen:\n{self.text}")


@asynccontextmanager
async def console_at(
    path: Path,
    clock: Clock | None = None,
    *,
    person: Person = SITI,
    size: tuple[int, int] = (80, 24),
    dial: bool = True,
    operators: bool = False,
) -> AsyncIterator[Screen]:
    """The console on this store; whoever sits there is siti, at PJSIP/101, unless another person is named."""
    given = settings(path.parent, dial=dial, operators=operators)
    console = Console(given, person, lambda: desk_at(path, clock or Clock()))
    async with console.run_test(size=size) as pilot:
        yield Screen(console, pilot)


def ringing(uniqueid: str = "1780000000.1", device: str = "PJSIP/101", number: str | None = None) -> CallRecord:
    """A citizen waits, and this telephone rings for them."""
    began = call(uniqueid, None) if number is None else call(uniqueid, None, number=number)
    at = began.started_at
    return replace(began, legs=(*began.legs, Leg(f"{device}-0000000a", "siti", LegRole.OPERATOR, at, None, None)))


def talking(uniqueid: str = "1780000000.1", device: str = "PJSIP/101") -> CallRecord:
    before = ringing(uniqueid, device)
    leg = replace(before.legs[-1], answered_at=before.started_at)
    return replace(before, legs=(*before.legs[:-1], leg), answered_at=before.started_at, operator=PHONES[device])


async def log(desk: Desk, *records: CallRecord) -> None:
    """As the daemon writes them: with how far it has heard."""
    await calls.record(desk, list(records), [], journal.Heard(microseconds(desk.now()), {}))


async def stands(desk: Desk, standing: Standing | None, device: str = "PJSIP/101") -> None:
    """As the daemon writes down what somebody does in the queue."""
    await attendance.write(desk, [Turn(microseconds(desk.now()), device, device, standing)], PHONES)


__all__ = ["PHONES", "SITI", "TEN", "WINDA", "Screen", "console_at", "log", "ringing", "settings", "stands", "talking"]
