"""A store of a whole city after some years, as big as is wanted, the same each time but for when it is made.

The calls are recorded ones with other times and people; the tickets' history is chained as the store chains it; what is
owed follows the rules. Rows go in by the columns of the migrations, many at once.
"""

import asyncio
import gc
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from depok_agi.store.database import Store
from depok_agi.store.times import microseconds
from tests.bench import city_callbacks, city_calls, city_messages, city_people, city_tickets
from tests.bench.bulk import Bulk, filling
from tests.bench.city_times import DAY, HOUR, MINUTE
from tests.bench.size import CitySize

GAPS = 200


def make(path: Path, size: CitySize, now: datetime, seed: int = 1) -> None:
    """Make a store there, with all that happened until now; `now` is aware. Raises ValueError for an odd size."""
    asyncio.run(_empty(path))
    drawn = random.Random(seed)  # noqa: S311 - a seed is the point of it
    # Each has called ten times, unless there must be more of them, so that enough can wait.
    citizens = min(city_people.NUMBERS, max(size.calls // 10, size.pending * 4))
    with _no_collector(), filling(path) as bulk:
        city_people.fill(bulk, citizens, drawn)
        log = city_calls.fill(bulk, size.calls, citizens, now, size.days, drawn)
        told = city_tickets.fill(bulk, size.tickets, log.spoke, citizens, now, size.days, drawn)
        city_callbacks.fill(bulk, size.pending, told, log, now, drawn)
        city_messages.fill(bulk, citizens, now, size.days, drawn)
        _gaps(bulk, microseconds(now), size.days, drawn)


async def _empty(path: Path) -> None:
    await (await Store.open(path, migrate=True)).close()


@contextmanager
def _no_collector() -> Iterator[None]:
    """Millions of rows and no cycle among them: to go through them again and again takes a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _gaps(bulk: Bulk, end: int, days: int, drawn: random.Random) -> None:
    """When the daemon was updated."""
    gaps = bulk.into("gaps", "pbx", "since", "until", "recovered", "unknown", "recorded_at")
    for place in range(GAPS):
        since = end - days * DAY + place * days * DAY // GAPS + int(drawn.uniform(0, HOUR))
        gaps.add("depok", since, since + MINUTE, drawn.randrange(5), 0, since + MINUTE)
