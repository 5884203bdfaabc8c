"""What operators wait for, in a city after two years: inside the process, and the whole command from its start."""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from depok_agi.cli.context import actor
from depok_agi.config import load
from depok_agi.desk import callbacks
from depok_agi.desk.opening import open_desk
from tests.bench import city
from tests.bench.figures import Figure
from tests.bench.make_city import SETTINGS
from tests.bench.on_terminal import COLUMNS, kept_environment, run_on_terminal
from tests.bench.peer import REPOSITORY
from tests.bench.size import Size

TARGET_SECONDS = 0.05
ROUNDS = 20

TARGET_RATIO = 2.5
"""The whole command by what its interpreter and its libraries take to start alone."""

LIBRARIES = "import click, aiosqlite, rich.table"
NEXT = "callbacks next"
LISTS = ("callbacks list", "tickets list --overdue")

WITHIN = 60.0


def measure(folder: Path, size: Size) -> Iterator[Figure]:
    """The desk's answers against 50 ms; whole commands against the bare imports, in turns, the best of each."""
    city.make(folder / "city.sqlite", size.city, datetime.now(UTC))
    settings = folder / "depok-agi.toml"
    settings.write_text(SETTINGS, "utf-8")
    inside = json.loads(_run(sys.executable, "-m", "tests.bench.feed_desk", str(settings), str(ROUNDS)))
    for question, seconds in inside.items():
        yield _inside(question, seconds)
    yield from _whole(settings, size.command_rounds)


def _inside(question: str, seconds: list[float]) -> Figure:
    median = statistics.median(seconds)
    return Figure(
        "desk",
        f"{question}, inside the process",
        f"median {median * 1000:.1f} ms, best {min(seconds) * 1000:.1f} ms",
        f"{TARGET_SECONDS * 1000:.0f} ms",
        median / TARGET_SECONDS,
        1.0,
        at_least=False,
        raw={"seconds": seconds},
    )


def _whole(settings: Path, rounds: int) -> Iterator[Figure]:
    """A first round warms up: it compiles what has changed."""
    command = (str(Path(sys.executable).with_name("depok-agi")), "--config", str(settings))
    bare: list[float] = []
    whole: dict[str, list[float]] = {what: [] for what in (*LISTS, NEXT)}
    shown: dict[str, list[float]] = {what: [] for what in LISTS}
    for _ in range(rounds + 1):
        bare.append(_seconds(_run, sys.executable, "-c", LIBRARIES))
        for what in LISTS:
            whole[what].append(_seconds(_run, *command, *what.split()))
            shown[what].append(_seconds(run_on_terminal, *command, *what.split()))
        whole[NEXT].append(_seconds(_run, *command, *NEXT.split()))
        asyncio.run(_give_back(settings))
    for where, commands in (("the whole command", whole), (f"on a terminal of {COLUMNS} columns", shown)):
        for what, seconds in commands.items():
            best, best_bare = min(seconds[1:]), min(bare[1:])
            yield Figure(
                "desk",
                f"{what}, {where}",
                f"{best * 1000:.0f} ms",
                f"{LIBRARIES}: {best_bare * 1000:.0f} ms",
                best / best_bare,
                TARGET_RATIO,
                at_least=False,
                raw={"command": seconds[1:], "imports": bare[1:]},
            )


async def _give_back(settings: Path) -> None:
    """What this user has taken, so that the next command takes one again and does not go on with it."""
    async with open_desk(load(settings)) as desk:
        taken = await callbacks.claim_next(desk, actor())
        assert taken is not None
        await callbacks.release(desk, taken.id, actor())


def _seconds(run: Callable[..., str], *command: str) -> float:
    began = time.perf_counter()
    run(*command)
    return time.perf_counter() - began


def _run(*command: str) -> str:
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env=kept_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
