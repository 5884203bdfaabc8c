"""What is older than its retention time is destroyed, while the centre goes on.

Rules
-----
1. A few rows are one transaction, with their count in it, and then as long a pause: nobody waits for the store, and
   whatever kills a run, what it has destroyed is counted once. The next run goes on with it.
2. A file goes before the row that names it: after a kill the row is found again, and there is nothing left to delete.
3. What reports count is not touched, and the chain of the tickets' history covers digests: reports stay as they were,
   as of any moment, and `tickets verify` finds nothing.
4. What is deleted is overwritten in the store's file at once (SQLite's secure_delete); backups from before go with the
   oldest of them (`backup.keep`).
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from depok_agi.access.retention import Kind, Periods
from depok_agi.access.roles import Deed, Person
from depok_agi.desk import Desk
from depok_agi.desk.access import allow
from depok_agi.errors import StoreError
from depok_agi.store import retention as rows
from depok_agi.store.retention import STEPS, Batch, Place, Step
from depok_agi.store.times import microseconds, moment
from depok_agi.tickets.ticket import local_iso

AT_ONCE = 200
"""Rows of a transaction, which takes some hundredths of a second."""

LEAST_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    Attributes:
        destroyed: how many of what.
        before: what was older than this, by kind.
        ended_at: None where it goes on yet, or was interrupted.
    """

    id: int
    actor: str
    began_at: datetime
    ended_at: datetime | None
    destroyed: Mapping[Kind, int]
    before: Mapping[Kind, datetime]

    def to_json(self, timezone: tzinfo) -> dict[str, Any]:
        """For scripts."""
        return {
            "id": self.id,
            "by": self.actor,
            "began_at": local_iso(self.began_at, timezone),
            "ended_at": local_iso(self.ended_at, timezone),
            "destroyed": dict(self.destroyed),
            "before": {kind: local_iso(at, timezone) for kind, at in self.before.items()},
        }


async def run(desk: Desk, periods: Periods, recordings: Path, person: Person) -> Run:
    """Destroy what is older than these periods; goes on with a run that was interrupted.

    `recordings` is the folder for recordings.

    Raises:
        RefusedError: this person may not.
        StoreError: the store cannot be written; the next run goes on there.
    """
    await allow(desk, person, Deed.RETENTION, detail="subject retention")
    limits = periods.limits(desk.now())
    current = await _begin(desk, limits, person.name)
    for step in STEPS:
        before = limits.get(step.kind)
        if before is not None:
            await _destroy_all(desk, step, microseconds(before), current, recordings)
    async with desk.store.transaction() as connection:
        await desk.store.queries.end_retention_run(connection, run=current, ended_at=microseconds(desk.now()))
    return next(one for one in await listed(desk) if one.id == current)


async def would_destroy(desk: Desk, periods: Periods) -> Mapping[Kind, int]:
    """How much there is to be destroyed now, by kind; of citizens, those who are in nothing already."""
    found = dict.fromkeys(Kind, 0)
    for step in STEPS:
        before = periods.limits(desk.now()).get(step.kind)
        after = step.first
        while before is not None:
            some = await _next(desk, step, microseconds(before), after)
            found[step.kind] += len(some)
            if not some:
                break
            after = some[-1]
    return found


async def listed(desk: Desk, *, limit: int = 50) -> list[Run]:
    """The runs, newest first."""
    with desk.store.told():
        found = [row async for row in desk.store.queries.list_retention_runs(desk.store.reader, limit=limit)]
    of_run: dict[int, list[Any]] = {}
    for row in found:
        of_run.setdefault(row["id"], []).append(row)
    return [_run(some) for some in of_run.values()]


async def last_began_at(desk: Desk) -> datetime | None:
    """When the last run began that came to its end. Raises StoreError."""
    with desk.store.told():
        began_at: int | None = await desk.store.queries.last_retention_run(desk.store.reader)
    return moment(began_at)


async def _begin(desk: Desk, limits: Mapping[Kind, datetime], actor: str) -> int:
    """The run that was interrupted, or a new one; its limits are those of now."""
    queries = desk.store.queries
    async with desk.store.transaction() as connection:
        current = await queries.unfinished_retention_run(connection)
        if current is None:
            current = await queries.add_retention_run(connection, actor=actor, began_at=microseconds(desk.now()))
        for kind, before in limits.items():
            await queries.count_destroyed(connection, run=current, kind=kind, before=microseconds(before), destroyed=0)
        return int(current)


async def _destroy_all(desk: Desk, step: Step, before: int, current: int, recordings: Path) -> None:
    after = step.first
    while some := await _next(desk, step, before, after):
        after = some[-1]
        ids = [place[1] for place in some]
        await _delete_files(desk, step, ids, recordings)
        began = time.monotonic()
        async with desk.store.transaction() as connection:
            batch = Batch(json.dumps(ids), before, microseconds(desk.now()))
            destroyed = await step.destroy(desk.store, connection, batch)
            await desk.store.queries.count_destroyed(
                connection, run=current, kind=step.kind, before=before, destroyed=destroyed
            )
        await asyncio.sleep(max(LEAST_PAUSE, time.monotonic() - began))


async def _next(desk: Desk, step: Step, before: int, after: Place) -> list[Place]:
    with desk.store.told():
        return await rows.find(desk.store, desk.store.reader, step, before, after, AT_ONCE)


async def _delete_files(desk: Desk, step: Step, ids: list[int | str], folder: Path) -> None:
    with desk.store.told():
        names = await rows.recordings(desk.store, desk.store.reader, step, ids)
    for name in names:
        path = folder / Path(name).name
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(
                "the recording {path} cannot be deleted: {strerror}", path=path, strerror=error.strerror
            ) from error


def _run(some: list[Any]) -> Run:
    row, counts = some[0], rows.counted(some)
    return Run(
        id=row["id"],
        actor=row["actor"],
        began_at=moment(row["began_at"]),
        ended_at=moment(row["ended_at"]),
        destroyed={kind: counts[kind][1] for kind in Kind if kind in counts},
        before={kind: moment(counts[kind][0]) for kind in Kind if kind in counts},
    )
