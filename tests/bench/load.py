"""What a busy centre takes: the daemon's share of a core at an even thousand events a second."""

import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.pipeline import SETTLES, lost, write_stream
from tests.bench.serving import Serving
from tests.bench.size import Size
from tests.bench.stream import at_once_for, calls_for
from tests.bench.told_by import ToldBy

EVENTS_PER_SECOND = 1_000
TARGET = 0.15
SLACK = 20.0


def measure(folder: Path, size: Size) -> Iterator[Figure]:
    """CPU time by wall time, from the first byte until the last call is committed."""
    calls = calls_for(EVENTS_PER_SECOND * size.load_seconds)
    events, path = write_stream(folder / "load.ami", calls, at_once_for(EVENTS_PER_SECOND))
    with ToldBy("tests.bench.fake_ami", path, "--rate", EVENTS_PER_SECOND) as ami:
        port = ami.wait_for("port", within=10)["port"]
        with Serving(folder, port) as daemon:
            daemon.until_ready()
            ami.wait_for("action", "CoreShowChannels", within=10)
            time.sleep(SETTLES)
            before = daemon.cpu_seconds
            ami.say("pour")
            poured = ami.wait_for("first", within=size.load_seconds + SLACK)
            last = daemon.until_ended(calls, SLACK)
            used = daemon.cpu_seconds - before
            kept = daemon.count()
    wall = last - float(poured["first"])
    rate = events / (float(poured["last"]) - float(poured["first"]))
    yield Figure(
        "load",
        f"the daemon at {rate:,.0f} events/s",
        f"{used:.2f} s of CPU",
        f"{wall:.1f} s of one core",
        used / wall,
        TARGET,
        at_least=False,
        raw={"events": events, "calls": calls, "cpu": used, "wall": wall, "events_per_second": rate},
    )
    yield lost(*kept, calls, "load")
