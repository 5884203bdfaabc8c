"""Orders to play a recording: one with a phone at a time, asked of Asterisk once, and given up in time."""

import pytest

from depok_agi.calls.recordings import name_of
from depok_agi.desk import Desk, playing
from depok_agi.desk.playing import PlayOrder, PlayStatus
from depok_agi.errors import NotFoundError, RefusedError
from tests.unit.desk.made import Clock

FILE = name_of("talk", "1764000000.1")


async def placed(desk: Desk, device: str = "PJSIP/101") -> PlayOrder:
    return await playing.place(desk, "siti", device, FILE)


async def status(desk: Desk, order: PlayOrder) -> PlayStatus:
    return (await playing.show(desk, order.id)).status


async def test_an_order_is_taken_once(desk: Desk) -> None:
    order = await placed(desk)
    assert await playing.pending(desk) == [order]
    assert await playing.take(desk, order)
    assert not await playing.take(desk, order)
    assert await status(desk, order) is PlayStatus.RINGING


async def test_what_was_taken_cannot_be_withdrawn_and_what_was_withdrawn_cannot_be_taken(desk: Desk) -> None:
    first, second = await placed(desk), await placed(desk, "PJSIP/102")
    assert await playing.take(desk, first)
    assert not await playing.withdraw(desk, first)
    assert await playing.withdraw(desk, second)
    assert not await playing.take(desk, second)


async def test_one_phone_plays_one_recording_at_a_time(desk: Desk) -> None:
    order = await placed(desk)
    with pytest.raises(RefusedError, match="PJSIP/101 is in use"):
        await placed(desk)
    await placed(desk, "PJSIP/102")
    await playing.take(desk, order)
    assert await playing.played(desk, await playing.show(desk, order.id))
    await placed(desk)


async def test_what_nobody_took_in_time_rings_no_phone(desk: Desk, clock: Clock) -> None:
    order = await placed(desk)
    clock.later(seconds=61)
    assert not await playing.take(desk, order)
    assert (await playing.show(desk, order.id)).reason == "too late: the daemon did not take it in time"


@pytest.mark.parametrize(("is_taken", "seconds"), [(False, 61), (True, 301)])
async def test_an_order_that_was_left_open_is_in_nobodys_way_for_long(
    desk: Desk, clock: Clock, is_taken: bool, seconds: int
) -> None:
    order = await placed(desk)
    if is_taken:
        await playing.take(desk, order)
    clock.later(seconds=seconds - 2)
    with pytest.raises(RefusedError):
        await placed(desk)
    clock.later(seconds=2)
    await placed(desk)
    assert await status(desk, order) is PlayStatus.FAILED


async def test_an_order_that_there_is_not_is_told(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        await playing.show(desk, 7)
