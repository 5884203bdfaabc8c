"""What operators ask most, timed inside a process that is up: `python -m tests.bench.feed_desk SETTINGS ROUNDS`.

It asks the desk as the commands do, with the limits that they have by themselves, and tells each round's seconds as
JSON. A round before the first one warms up. Wall time counts: it is people who wait.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from depok_agi.config import load
from depok_agi.desk import Desk, callbacks, tickets
from depok_agi.desk.opening import open_desk


async def _list_callbacks(desk: Desk, turn: int) -> None:  # noqa: ARG001 - every question takes it
    await callbacks.listed(desk)
    await callbacks.uncallable(desk)
    await callbacks.open_and_expired(desk)


async def _list_overdue(desk: Desk, turn: int) -> None:  # noqa: ARG001 - the same
    await tickets.listed(desk, overdue=True)


async def _claim_next(desk: Desk, turn: int) -> None:
    # Another operator each time: one who has a callback already goes on with it.
    taken = await callbacks.claim_next(desk, f"operator-{turn}")
    assert taken is not None


QUESTIONS: dict[str, Callable[[Desk, int], Awaitable[None]]] = {
    "callbacks list": _list_callbacks,
    "tickets list --overdue": _list_overdue,
    "callbacks next": _claim_next,
}


async def _time(settings: Path, rounds: int) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {question: [] for question in QUESTIONS}
    async with open_desk(load(settings)) as desk:
        for turn in range(rounds + 1):
            for question, ask in QUESTIONS.items():
                began = time.perf_counter()
                await ask(desk, turn)
                seconds[question].append(time.perf_counter() - began)
    return {question: timed[1:] for question, timed in seconds.items()}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_time(Path(sys.argv[1]), int(sys.argv[2])))))
