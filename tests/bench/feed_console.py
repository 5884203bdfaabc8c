"""The console over the store of a city: `python -m tests.bench.feed_console SETTINGS ROUNDS CALLS`.

Tells the seconds from "something was written" until the view is read and drawn anew, each round of every view; then, at
a tenth, the half and the end of so many calls that ring and end, how much memory the process has. The calls are written
as the daemon writes them, by another connection of the same process.
"""

import asyncio
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import msgspec
from textual.pilot import Pilot

from depok_agi.access.roles import Person, Role
from depok_agi.calls.record import CallRecord, Leg
from depok_agi.calls.record import Role as LegRole
from depok_agi.config import Pbx, Settings, load
from depok_agi.console import app
from depok_agi.console.app import Console
from depok_agi.console.view import Choice, Lines
from depok_agi.desk import Desk, calls, journal
from depok_agi.desk.opening import open_desk
from depok_agi.store.times import microseconds
from tests.bench.city_people import OPERATORS
from tests.bench.feed_memory import resident

OPERATOR, DEVICE = OPERATORS[0], "PJSIP/101"
VIEWS = ("now", "callbacks", "tickets", "supervisor")
NUMBERS = 1000
"""So many citizens ring, again and again: most of them are known already."""


def _ringing(template: CallRecord, place: int, at: int) -> CallRecord:
    uniqueid = f"1990000000.{place}"
    number = f"+62811{place % NUMBERS:07}"
    leg = Leg(f"{DEVICE}-{place:08x}", OPERATOR, LegRole.OPERATOR, at, None, None)
    return replace(
        template,
        id=f"depok-{uniqueid}",
        caller=number,
        caller_raw=number,
        started_at=at,
        answered_at=None,
        ended_at=None,
        ended=False,
        outcome=None,
        operator=None,
        uniqueids=(uniqueid,),
        linkedids=(uniqueid,),
        legs=(leg,),
        talks=(),
        visits=(),
        steps=(),
    )


def _ended(rang: CallRecord, at: int, template: CallRecord) -> CallRecord:
    legs = tuple(replace(leg, ended_at=at) for leg in rang.legs)
    return replace(rang, ended=True, ended_at=at, outcome=template.outcome, legs=legs)


async def _drawn(console: Console) -> None:
    """Until what has changed is on the screen."""
    done = asyncio.Event()
    console.call_after_refresh(done.set)
    await done.wait()


async def _redraws(console: Console, pilot: Pilot[None], rounds: int) -> None:
    for name in VIEWS:
        console.open_view(name)
        await pilot.pause(0.5)
        seconds = []
        for _ in range(rounds + 1):
            for rows in console.shown.query(Choice):
                rows.put([])
            for lines in console.shown.query(Lines):
                lines.put([])
            await _drawn(console)
            began = time.perf_counter()
            await console.shown.show()
            await _drawn(console)
            seconds.append(time.perf_counter() - began)
        print(json.dumps({"view": name, "seconds": seconds[1:]}), flush=True)


async def _write(desk: Desk, record: CallRecord, at: int) -> None:
    await calls.record(desk, [record], [], journal.Heard(at, {}))


async def _many_calls(console: Console, desk: Desk, template: CallRecord, count: int) -> None:
    console.open_view("now")
    marks = [count // 10, count // 2, count]
    for place in range(1, count + 1):
        at = microseconds(desk.now())
        rang = _ringing(template, place, at)
        await _write(desk, rang, at)
        while console.now_view.call is None or console.now_view.call.id != rang.id:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.001)
        await _write(desk, _ended(rang, at + 1_000_000, template), at)
        while console.on_phone is not None:  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.001)
        if place == marks[0]:
            print(json.dumps({"calls": marks.pop(0), "kilobytes": resident()}), flush=True)


def _settings(path: Path) -> Settings:
    return msgspec.structs.replace(load(path), pbx=Pbx(operators={DEVICE: OPERATOR}))


async def _main(path: Path, rounds: int, count: int) -> None:
    given = _settings(path)
    app.POLL_SECONDS = 0.002  # a year's calls go by in minutes
    console = Console(given, Person(OPERATOR, Role.SUPERVISOR), lambda: open_desk(given))
    async with open_desk(given) as desk, console.run_test(size=(80, 24)) as pilot:
        (template, _, _), *_ = await calls.listed(desk, limit=1)
        at = microseconds(desk.now())
        rang = _ringing(template, 0, at)
        await _write(desk, rang, at)
        while console.now_view.call is None:
            await pilot.pause(0.05)
        await _redraws(console, pilot, rounds)
        await _write(desk, _ended(rang, at + 1_000_000, template), at)
        await _many_calls(console, desk, template, count)


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
