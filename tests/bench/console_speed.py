"""The operators' console in a city after two years: how fast a view is drawn anew, and whether its memory is flat."""

import statistics
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import city
from tests.bench.feed_console import VIEWS
from tests.bench.figures import Figure
from tests.bench.make_city import SETTINGS
from tests.bench.size import Size
from tests.bench.told_by import ToldBy

TARGET_SECONDS = 0.05
TARGET_GROWTH = 1.1
ROUNDS = 20
REDRAWN_WITHIN = 120.0
CALLED_WITHIN = 1800.0


def measure(folder: Path, size: Size) -> Iterator[Figure]:
    """Each view against 50 ms; the process after all calls by the process after a tenth of them."""
    city.make(folder / "city.sqlite", size.city, datetime.now(UTC))
    settings = folder / "depok-agi.toml"
    settings.write_text(SETTINGS, "utf-8")
    with ToldBy("tests.bench.feed_console", settings, ROUNDS, size.console_calls) as feed:
        for _ in VIEWS:
            told = feed.wait_for("view", within=REDRAWN_WITHIN)
            yield _redraw(told["view"], told["seconds"])
        marks = [feed.wait_for("kilobytes", within=CALLED_WITHIN) for _ in range(3)]
    tenth, half, all_of_it = (mark["kilobytes"] / 1024 for mark in marks)
    yield Figure(
        "console",
        f"after {marks[2]['calls']:,} calls that rang and ended",
        f"{all_of_it:.1f} MB",
        f"{tenth:.1f} MB at a tenth, {half:.1f} MB at the half",
        all_of_it / tenth,
        TARGET_GROWTH,
        at_least=False,
        raw={"marks": marks},
    )


def _redraw(view: str, seconds: list[float]) -> Figure:
    median = statistics.median(seconds)
    return Figure(
        "console",
        f"{view}, read and drawn anew",
        f"median {median * 1000:.1f} ms, worst {max(seconds) * 1000:.1f} ms",
        f"{TARGET_SECONDS * 1000:.0f} ms",
        median / TARGET_SECONDS,
        1.0,
        at_least=False,
        raw={"seconds": seconds},
    )
