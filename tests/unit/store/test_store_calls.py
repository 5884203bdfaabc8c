"""Call records come back as they went in, however often they are written."""

import asyncio
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from depok_agi.calls.record import (
    CallRecord,
    Direction,
    Leg,
    MenuStep,
    Outcome,
    QueueVisit,
    Role,
    Source,
    Talk,
    Transfer,
    TransferKind,
)
from depok_agi.desk import Desk
from depok_agi.store import calls as rows
from depok_agi.store.database import Store
from tests.unit.desk.made import ANI, TEN, call, content, desk_at

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
WORD = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
TIMES = st.none() | st.integers(0, 2**62)
SECONDS = st.none() | st.integers(0, 10**6)
NUMBERS = st.none() | st.sampled_from([ANI, "+6281100005678", "+622112345678"])
LEGS = st.builds(Leg, TEXT, st.none() | TEXT, st.sampled_from(Role), TIMES, TIMES, TIMES).map(
    lambda leg: replace(leg, party=None) if leg.role is Role.LOCAL else leg
)
TRANSFERS = st.builds(Transfer, st.sampled_from(TransferKind), st.none() | TEXT, st.none() | TEXT, TIMES)
TALKS = st.builds(Talk, st.tuples(TEXT, TEXT), TIMES, TIMES)
FACTS = st.lists(WORD, max_size=3).map(tuple)
VISITS = st.lists(
    st.builds(QueueVisit, TEXT, TIMES, TIMES, st.booleans(), st.none() | st.integers(0, 9999), st.none() | WORD),
    max_size=3,
).map(tuple)
STEPS = st.lists(st.builds(MenuStep, TIMES, TEXT, TEXT, TEXT), max_size=3).map(tuple)
RECORDS = st.builds(
    CallRecord,
    visits=VISITS,
    steps=STEPS,
    id=WORD,
    direction=st.sampled_from(Direction),
    caller=NUMBERS,
    caller_raw=TEXT,
    dialled=TEXT | st.sampled_from([ANI]),
    started_at=TIMES,
    answered_at=TIMES,
    ended_at=TIMES,
    ended=st.booleans(),
    outcome=st.none() | st.sampled_from(Outcome),
    operator=st.none() | TEXT,
    queue=st.none() | TEXT,
    wait_seconds=SECONDS,
    talk_seconds=SECONDS,
    menu_path=TEXT,
    hangup_cause=st.none() | st.integers(0, 999),
    source=st.sampled_from(Source),
    uniqueids=st.lists(WORD, max_size=3, unique=True).map(tuple),
    linkedids=st.lists(WORD, max_size=3).map(tuple),
    facts=FACTS,
    legs=st.lists(LEGS, max_size=3).map(tuple),
    talks=st.lists(TALKS, max_size=2).map(tuple),
    transfers=st.lists(TRANSFERS, max_size=2).map(tuple),
)


async def put(store: Store, *records: CallRecord) -> None:
    async with store.transaction() as connection:
        await rows.put(store, connection, records, TEN)


async def get(store: Store, id_: str) -> CallRecord:
    return rows.from_row(await store.queries.get_call(store.reader, id=id_))


@settings(deadline=None, max_examples=25)
@given(st.lists(RECORDS, min_size=1, max_size=6, unique_by=lambda record: record.id))
def test_any_record_comes_back_as_it_was_and_twice_is_once(records: list[CallRecord]) -> None:
    async def there_and_back(path: Path) -> None:
        async with desk_at(path) as desk:
            await put(desk.store, *records)
            assert [await get(desk.store, record.id) for record in records] == records
            once = content(path)
            await put(desk.store, *records)
            assert content(path) == once

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(there_and_back(Path(folder) / "store.sqlite"))


class TestWriting:
    async def test_the_newest_state_of_a_call_stands_over_the_older(self, desk: Desk) -> None:
        await put(desk.store, call(outcome=None))
        await put(desk.store, call(outcome=Outcome.ANSWERED))
        assert await get(desk.store, "depok-1764000000.1") == call(outcome=Outcome.ANSWERED)

    async def test_a_citizen_is_known_once_by_their_number(self, desk: Desk, path: Path) -> None:
        await put(desk.store, call("1.1"), call("1.2"), call("1.3", direction=Direction.OUTBOUND))
        assert [row[1] for row in content(path)["citizens"]] == [ANI]

    async def test_a_withheld_caller_makes_no_citizen(self, desk: Desk, path: Path) -> None:
        await put(desk.store, call(number=None))
        assert content(path)["citizens"] == []

    async def test_every_channel_leads_to_its_call_and_to_the_one_that_took_it_over(self, desk: Desk) -> None:
        await put(desk.store, call("1.2"))
        await put(desk.store, call("1.1", more_channels=("1.2",)))
        find = desk.store.queries.get_call_of_channel
        assert await find(desk.store.reader, uniqueid="1.2") == "depok-1.1"
        assert await find(desk.store.reader, uniqueid="9.9") is None

    async def test_a_record_whose_personal_part_was_destroyed_is_still_read(self, desk: Desk, path: Path) -> None:
        record = call(outcome=Outcome.ANSWERED)
        await put(desk.store, record)
        with closing(sqlite3.connect(path)) as other:
            other.execute("DELETE FROM call_personal")
            other.commit()
        legs = tuple(replace(leg, party=None) for leg in record.legs)
        assert await get(desk.store, record.id) == replace(record, caller=None, caller_raw="", dialled="", legs=legs)
