"""Blocked numbers: who, until when, why; and every block ends."""

from datetime import timedelta
from pathlib import Path

import pytest

from depok_agi.desk import Desk, blocks
from depok_agi.desk.blocks import Block
from depok_agi.errors import NotFoundError, RefusedError
from tests.unit.desk.made import ANI, BUDI, TEN, Clock, desk_at

TOMORROW = TEN + timedelta(days=1)


async def test_a_block_says_until_when_by_whom_and_why(desk: Desk) -> None:
    await blocks.block(desk, "0811-0000-1234", until=TOMORROW, why="prank calls", by="siti")
    assert await blocks.listed(desk) == [Block(ANI, TEN, TOMORROW, "siti", "prank calls")]


async def test_it_ends_by_itself_and_stays_on_record(tmp_path: Path) -> None:
    clock = Clock(TEN)
    async with desk_at(tmp_path / "store.sqlite", clock) as desk:
        made = await blocks.block(desk, ANI, until=TOMORROW, why="prank calls", by="siti")
        clock.later(days=1)
        assert await blocks.listed(desk) == []
        assert await blocks.all_listed(desk, limit=9) == [made]


async def test_a_second_one_takes_the_place_of_the_first(tmp_path: Path) -> None:
    clock = Clock(TEN)
    async with desk_at(tmp_path / "store.sqlite", clock) as desk:
        await blocks.block(desk, ANI, until=TOMORROW, why="prank calls", by="siti")
        clock.later(hours=1)
        sooner = await blocks.block(desk, ANI, until=TEN + timedelta(hours=2), why="a mistake, shorter", by="budi")
        assert await blocks.listed(desk) == [sooner]
        assert [one.until for one in await blocks.all_listed(desk, limit=9)] == [sooner.until, clock.at]


async def test_it_can_be_lifted(desk: Desk) -> None:
    await blocks.block(desk, ANI, until=TOMORROW, why="prank calls", by="siti")
    await blocks.block(desk, BUDI, until=TOMORROW, why="prank calls", by="siti")
    assert await blocks.unblock(desk, "0811 0000 1234") == ANI
    assert [one.number for one in await blocks.listed(desk)] == [BUDI]
    with pytest.raises(NotFoundError, match="is not blocked"):
        await blocks.unblock(desk, ANI)


@pytest.mark.parametrize("number", ["101", "1500664", "112", "", "anonymous", "0811"])
async def test_phones_of_operators_and_what_is_no_citizens_cannot_be_blocked(desk: Desk, number: str) -> None:
    with pytest.raises(RefusedError, match="is no telephone number of a citizen"):
        await blocks.block(desk, number, until=TOMORROW, why="prank calls", by="siti")


async def test_one_without_a_reason_or_an_end_ahead_is_refused(desk: Desk) -> None:
    with pytest.raises(RefusedError, match="needs a reason"):
        await blocks.block(desk, ANI, until=TOMORROW, why=" ", by="siti")
    with pytest.raises(RefusedError, match="over already"):
        await blocks.block(desk, ANI, until=TEN, why="prank calls", by="siti")
    assert await blocks.listed(desk) == []
