"""Is the memory flat? A logger that runs for months may keep nothing of the calls that are over."""

from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.size import Size
from tests.bench.told_by import ToldBy

TARGET = 1.1
WITHIN = 120.0


def measure(folder: Path, size: Size) -> Iterator[Figure]:  # noqa: ARG001 - every section takes it
    """The process after all events by the process after a tenth of them."""
    with ToldBy("tests.bench.feed_memory", size.memory_events) as feed:
        marks = [feed.wait_for("kilobytes", within=WITHIN) for _ in range(3)]
    tenth, half, all_of_it = (mark["kilobytes"] / 1024 for mark in marks)
    yield Figure(
        "memory",
        f"after {marks[2]['events']:,} events",
        f"{all_of_it:.1f} MB",
        f"{tenth:.1f} MB at a tenth, {half:.1f} MB at the half",
        all_of_it / tenth,
        TARGET,
        at_least=False,
        raw={"marks": marks},
    )
