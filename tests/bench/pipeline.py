"""The whole way of the events, from the socket to committed rows, against the library that only parses them."""

import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.serving import Serving
from tests.bench.size import Size
from tests.bench.stream import Stream, calls_for, wire
from tests.bench.templates import MICROSECONDS
from tests.bench.told_by import ToldBy

TARGET = 0.5
AT_ONCE = 50
WITHIN = 60.0
SETTLES = 0.3
"""Seconds in which the daemon does what it does after it has listed the channels."""


def measure(folder: Path, size: Size) -> Iterator[Figure]:
    """Our daemon and the bare library take turns; the best of each counts."""
    calls = calls_for(size.pipeline_events)
    events, path = write_stream(folder / "pipeline.ami", calls, AT_ONCE)
    ours, theirs, kept = [], [], (0, 0)
    for turn in range(size.pipeline_rounds):
        theirs.append(_bare(path, events))
        home = folder / f"daemon-{turn}"
        home.mkdir()
        seconds, kept = _daemon(home, path, calls)
        ours.append(seconds)
    raw = {"events": events, "calls": calls, "ours": ours, "panoramisk": theirs}
    yield Figure(
        "pipeline",
        "socket to committed rows",
        f"{events / min(ours):,.0f} events/s",
        f"bare panoramisk {events / min(theirs):,.0f} events/s",
        min(theirs) / min(ours),
        TARGET,
        raw=raw,
    )
    yield lost(*kept, calls)


def lost(kept: int, ended: int, calls: int, section: str = "pipeline") -> Figure:
    """Is every call there, and has it ended? One too many is as wrong as one too few."""
    whole = kept == ended == calls
    return Figure(
        section,
        "calls in the store, ended",
        f"{kept:,}, {ended:,}",
        f"{calls:,} calls",
        ended / calls if whole else 0.0,
        1.0,
    )


def write_stream(path: Path, calls: int, at_once: int) -> tuple[int, Path]:
    """Write the stream as the manager sends it, from now on; how many events it has."""
    events = 0
    with path.open("wb") as file:
        for event in Stream(calls, at_once, began=int(time.time()) * MICROSECONDS).events():
            file.write(wire(event))
            events += 1
    return events, path


def _bare(path: Path, events: int) -> float:
    with ToldBy("tests.bench.fake_ami", path) as ami:
        port = ami.wait_for("port", within=10)["port"]
        with ToldBy("tests.bench.feed_panoramisk", port, events) as library:
            library.wait_for("up", within=10)
            ami.say("pour")
            last: float = library.wait_for("last", within=WITHIN)["last"]
        return last - float(ami.wait_for("first", within=5)["first"])


def _daemon(home: Path, path: Path, calls: int) -> tuple[float, tuple[int, int]]:
    with ToldBy("tests.bench.fake_ami", path) as ami:
        port = ami.wait_for("port", within=10)["port"]
        with Serving(home, port) as daemon:
            daemon.until_ready()
            ami.wait_for("action", "CoreShowChannels", within=10)
            time.sleep(SETTLES)
            ami.say("pour")
            last = daemon.until_ended(calls, WITHIN)
            first = float(ami.wait_for("first", within=5)["first"])
            kept = daemon.count()
        return last - first, kept
