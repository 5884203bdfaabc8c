"""The evaluation of a city: whole commands, against the same counted in the sqlite3 shell; and the city itself."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from depok_agi.reports.period import Period, PeriodKind
from depok_agi.store.times import microseconds
from tests.bench import city
from tests.bench.city_times import WIB
from tests.bench.figures import Figure
from tests.bench.make_city import SETTINGS
from tests.bench.on_terminal import kept_environment
from tests.bench.peer import REPOSITORY
from tests.bench.size import Size
from tests.bench.whole_process import Took, took

CITY_SECONDS = 180.0
SECONDS = {PeriodKind.MONTH: 2.0, PeriodKind.YEAR: 10.0}
MEGABYTES = 150.0
TARGET_RATIO = 1.5
"""The whole command by the sqlite3 shell, which only counts: in processor time, since either needs nothing else."""

IN_THE_SHELL = Path(__file__).with_name("report_in_the_shell.sql")
OF_THE_PERIOD_ITSELF = frozenset({"first_call", "first_ticket", "inbound_calls_by_quarter"})
"""What is asked once, and not of the periods beside it."""

QUERY = re.compile(r"^-- name: (\w+).*?(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL)

LEAST_SECONDS = 0.25
"""What the shell does in less says nothing of the command, which has to start."""

MEMORY = """\
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""The most memory that a command has at once. A small process asks: the kernel counts in what its parent had."""


def measure(folder: Path, size: Size) -> Iterator[Figure]:
    """The month and the year that are over, in a city of two years; commands and shell in turns, the best of each."""
    now = datetime.now(UTC)
    began = time.perf_counter()
    city.make(folder / "city.sqlite", size.city, now)
    took = time.perf_counter() - began
    yield _against("a whole city by scripts/make-city", took, CITY_SECONDS, "s", {})
    settings = folder / "depok-agi.toml"
    settings.write_text(SETTINGS, "utf-8")
    for kind in SECONDS:
        period = Period.around(kind, now.astimezone(WIB).date()).before
        yield from _report(folder, settings, period, size.report_rounds)


def _report(folder: Path, settings: Path, period: Period, rounds: int) -> Iterator[Figure]:
    """A first round warms up."""
    queries = folder / f"{period.kind}.sql"
    queries.write_text(_queries(period, datetime.now(UTC)), "utf-8")
    program = str(Path(sys.executable).with_name("depok-agi"))
    command = (program, "--config", str(settings), "report", period.kind.value, period.first.isoformat(), "--json")
    shell = ("sqlite3", "-readonly", str(folder / "city.sqlite"), f".read {queries}")
    whole: list[Took] = []
    counted: list[Took] = []
    for _ in range(rounds + 1):
        whole.append(took(*command))
        counted.append(took(*shell))
    best, best_shell = (min(took.of_processor for took in times[1:]) for times in (whole, counted))
    raw = {
        "command": [took.seconds for took in whole[1:]],
        "command, processor": [took.of_processor for took in whole[1:]],
        "shell, processor": [took.of_processor for took in counted[1:]],
    }
    kilobytes = int(_run(sys.executable, "-c", MEMORY, *command))
    name = f"report {period.kind}"
    yield _against(
        f"{name}, the whole command", min(took.seconds for took in whole[1:]), SECONDS[period.kind], "s", raw
    )
    yield Figure(
        "reports",
        f"{name}, by the same in the sqlite3 shell",
        f"{best:.2f} s of CPU",
        f"{best_shell:.2f} s of CPU" if best_shell >= LEAST_SECONDS else f"{best_shell:.2f} s, too little to compare",
        best / best_shell if best_shell >= LEAST_SECONDS else None,
        TARGET_RATIO,
        at_least=False,
        raw=raw,
    )
    yield _against(f"{name}, memory at most", kilobytes / 1024, MEGABYTES, "MB", {})


def _against(what: str, measured: float, limit: float, unit: str, raw: dict[str, list[float]]) -> Figure:
    return Figure(
        "reports",
        what,
        f"{measured:.2f} {unit}",
        f"{limit:g} {unit}",
        measured / limit,
        1.0,
        at_least=False,
        raw={"measured": measured, **raw},
    )


def _queries(period: Period, now: datetime) -> str:
    """What the report counts of its period, of the one before and of a year before, with the values in it."""
    named = {found[1]: found[0] for found in QUERY.finditer(IN_THE_SHELL.read_text("utf-8"))}
    periods = dict.fromkeys(one for one in (period, period.before, period.year_before) if one is not None)
    asked: list[str] = []
    for one in periods:
        until = min(microseconds(one.until(WIB)), microseconds(now))
        values = {
            "since": microseconds(one.since(WIB)),
            "until": microseconds(one.until(WIB)),
            "as_of": microseconds(now),
            "at": until,
            "end": until,
        }
        wanted = named if one == period else named.keys() - OF_THE_PERIOD_ITSELF
        asked += [_with_values(named[name], values) for name in wanted]
    return "\n".join(asked)


def _with_values(query: str, values: Mapping[str, int]) -> str:
    return re.sub(r"(?<!:):(\w+)", lambda found: str(values[found[1]]), query)


def _run(*command: str) -> str:
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env=kept_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
