"""Open or closed now, because a person said so: until when, who, and why."""

from datetime import timedelta
from pathlib import Path

import pytest

from depok_agi.desk import Desk, hours
from depok_agi.errors import RefusedError
from depok_agi.hours.schedule import Answer, Reason
from tests.unit.desk.made import Clock, content, desk_at, wib


async def now(desk: Desk) -> Answer:
    return (await hours.schedule(desk)).check(desk.now())


async def test_an_override_rules_and_ends_by_itself(desk: Desk, clock: Clock) -> None:
    assert (await now(desk)).open
    until = clock.at + timedelta(hours=2)
    await hours.override(desk, is_open=False, until=until, why="listrik padam", by="siti")
    answer = await now(desk)
    assert (answer.open, answer.reason, answer.next_change_at) == (False, Reason.OVERRIDE, until)
    assert "listrik padam" in answer.rule
    assert "siti" in answer.rule
    clock.at = until
    answer = await now(desk)
    assert (answer.open, answer.reason) == (True, Reason.WEEKLY)


async def test_the_newest_override_wins(desk: Desk, clock: Clock) -> None:
    await hours.override(desk, is_open=False, until=clock.at + timedelta(hours=5), why="banjir", by="siti")
    clock.later(minutes=1)
    await hours.override(desk, is_open=True, until=clock.at + timedelta(hours=1), why="posko", by="budi")
    assert (await now(desk)).open
    clock.later(hours=1)
    assert not (await now(desk)).open


async def test_it_is_seen_by_every_process(desk: Desk, clock: Clock, path: Path) -> None:
    await hours.override(desk, is_open=False, until=clock.at + timedelta(hours=2), why="banjir", by="siti")
    async with desk_at(path, clock) as other:
        assert (await now(other)).reason is Reason.OVERRIDE


async def test_clearing_ends_them_all_and_tells_how_many(desk: Desk, clock: Clock) -> None:
    for why in ("banjir", "listrik padam"):
        await hours.override(desk, is_open=False, until=clock.at + timedelta(hours=2), why=why, by="siti")
    clock.later(minutes=30)
    assert await hours.clear(desk) == 2
    assert (await now(desk)).open
    assert await hours.clear(desk) == 0


async def test_a_past_moment_is_still_judged_by_the_override_of_its_time(desk: Desk, clock: Clock) -> None:
    then = clock.at + timedelta(minutes=10)
    await hours.override(desk, is_open=False, until=clock.at + timedelta(hours=2), why="banjir", by="siti")
    clock.later(minutes=30)
    await hours.clear(desk)
    answer = (await hours.schedule(desk, around=then)).check(then)
    assert (answer.open, answer.next_change_at) == (False, clock.at)


async def test_one_that_was_cleared_before_it_began_never_was(desk: Desk, clock: Clock) -> None:
    """A machine's clock may be set back between the two."""
    before = clock.at - timedelta(hours=1)
    await hours.override(desk, is_open=False, until=clock.at + timedelta(hours=2), why="banjir", by="siti")
    clock.later(seconds=-2)
    await hours.clear(desk)
    assert (await hours.schedule(desk, around=before)).overrides == ()


@pytest.mark.parametrize(
    ("until", "why", "text"),
    [
        ("2026-06-08 10:00", "banjir", "must be in the future"),
        ("2026-06-07 12:00", "banjir", "must be in the future"),
        ("2026-06-08 12:00", "", "needs a reason"),
        ("2026-06-08 12:00", " \n", "needs a reason"),
    ],
)
async def test_one_without_a_future_or_a_reason_is_refused(
    desk: Desk, path: Path, until: str, why: str, text: str
) -> None:
    with pytest.raises(RefusedError, match=text):
        await hours.override(desk, is_open=False, until=wib(until), why=why, by="siti")
    assert content(path)["overrides"] == []
