"""How far Asterisk's own journal is covered by the call log, and where the log had gaps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiosqlite

from depok_agi.desk import Desk
from depok_agi.store.times import microseconds, span

if TYPE_CHECKING:  # what reads files is slow to start, and commands only want to know of gaps
    from depok_agi.asterisk.journal_file import Position


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nobody listened to Asterisk. Times are microseconds UTC.

    Attributes:
        recovered: calls that ended in it, or went on in it, and are known from the journal.
        unknown: calls that ended in it unseen, and whose end the journal does not have either.
    """

    pbx: str
    since: int
    until: int
    recovered: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What the call log covers: the journal's files up to these positions, and live events until `until`."""

    until: int
    positions: Mapping[str, "Position"]
    gaps: tuple[Gap, ...] = ()


async def load(desk: Desk) -> Heard | None:
    """What the last run covered; None when there was none."""
    from depok_agi.asterisk.journal_file import Position  # noqa: PLC0415 - see above

    with desk.store.told():
        rows = [row async for row in desk.store.queries.list_positions(desk.store.reader)]
    if not rows:
        return None
    positions = {
        row["file"]: Position(row["inode"], row["read_to"], row["head"], row["written_at"])
        for row in rows
        if row["inode"]
    }
    return Heard(max(row["heard_until"] for row in rows), positions)


async def put(desk: Desk, connection: aiosqlite.Connection, heard: Heard) -> None:
    """Note it, in the transaction of the calls that it covers."""
    from depok_agi.asterisk.journal_file import Position  # noqa: PLC0415 - see above

    queries = desk.store.queries
    nowhere = {"": Position(0, 0)}  # no file yet: the time alone
    for file, position in (heard.positions or nowhere).items():
        await queries.put_position(
            connection,
            file=file,
            inode=position.inode,
            read_to=position.offset,
            head=position.head,
            written_at=position.written_at,
            heard_until=heard.until,
        )
    for gap in heard.gaps:
        await queries.put_gap(
            connection,
            pbx=gap.pbx,
            since=gap.since,
            until=gap.until,
            recovered=gap.recovered,
            unknown=gap.unknown,
            recorded_at=microseconds(desk.now()),
        )


async def gaps(desk: Desk, *, since: int | None = None, until: int | None = None, limit: int = 50) -> list[Gap]:
    """The gaps that touch a time, newest first."""
    with desk.store.told():
        found = desk.store.queries.list_gaps(desk.store.reader, **span(since, until), limit=limit)
        return [Gap(row["pbx"], row["since"], row["until"], row["recovered"], row["unknown"]) async for row in found]
