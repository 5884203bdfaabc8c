"""What operators did from when until when: written once, with no overlap, and no guess where nobody listened."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from depok_agi.calls.record import Outcome
from depok_agi.desk import Desk, attendance, presence
from depok_agi.desk import calls as desk_calls
from depok_agi.desk.attendance import SHORT_GAP_SECONDS
from depok_agi.operators.board import Turn
from depok_agi.operators.state import PauseReason, Standing, State
from depok_agi.store.times import microseconds
from tests.unit.desk.made import TEN, Clock, call, desk_at

PHONES = {"PJSIP/101": "siti", "PJSIP/102": "budi"}
IN, ON_CALL = Standing(State.IN), Standing(State.ON_CALL)
LUNCH = Standing(State.PAUSED, PauseReason.LUNCH)
Row = tuple[str, str, float, float | None]


def at(seconds: float) -> int:
    return microseconds(TEN + timedelta(seconds=seconds))


def turn(seconds: float, standing: Standing | None, device: str = "PJSIP/101") -> Turn:
    return Turn(at(seconds), device, device, standing)


async def rows(desk: Desk) -> list[Row]:
    sql = "SELECT operator, state, since, until FROM operator_states ORDER BY since, id"
    async with desk.store.reader.execute(sql) as cursor:
        found = [row async for row in cursor]
    return [
        (row[0], row[1], (row[2] - at(0)) / 1e6, None if row[3] is None else (row[3] - at(0)) / 1e6) for row in found
    ]


async def test_each_state_ends_when_the_next_begins(desk: Desk) -> None:
    await attendance.write(desk, [turn(0, IN), turn(5, ON_CALL), turn(9, LUNCH), turn(20, None)], PHONES)
    assert await rows(desk) == [
        ("siti", "in", 0, 5),
        ("siti", "on_call", 5, 9),
        ("siti", "paused", 9, 20),
    ]
    assert await presence.of(desk, "siti") is None


async def test_the_same_events_again_change_nothing(desk: Desk) -> None:
    await attendance.write(desk, [turn(0, IN), turn(5, LUNCH)], PHONES)
    before = await rows(desk)
    await attendance.write(desk, [turn(5, LUNCH), turn(6, LUNCH)], PHONES)
    assert await rows(desk) == before
    now = await presence.of(desk, "siti")
    assert now is not None
    assert (now.state, now.reason, now.since) == (State.PAUSED, PauseReason.LUNCH, TEN + timedelta(seconds=5))


async def test_another_reason_is_another_state(desk: Desk) -> None:
    await attendance.write(desk, [turn(0, LUNCH), turn(5, replace(LUNCH, reason=PauseReason.PRAYER))], PHONES)
    assert [row[2:] for row in await rows(desk)] == [(0, 5), (5, None)]


async def test_a_phone_of_nobody_is_called_as_the_queue_calls_it(desk: Desk) -> None:
    await attendance.write(desk, [Turn(at(0), "PJSIP/199", "tono", IN)], PHONES)
    assert [row[0] for row in await rows(desk)] == ["tono"]


class TestAfterAGap:
    async def test_a_short_one_in_which_nothing_changed_is_none(self, desk: Desk) -> None:
        await attendance.write(desk, [turn(0, IN)], PHONES)
        now = at(SHORT_GAP_SECONDS + 10)
        await attendance.resume(desk, {"PJSIP/101": ("siti", IN)}, PHONES, heard_until=at(10), at=now)
        assert await rows(desk) == [("siti", "in", 0, None)]

    async def test_a_short_one_in_which_it_changed_ends_with_the_new_state(self, desk: Desk) -> None:
        await attendance.write(desk, [turn(0, IN)], PHONES)
        await attendance.resume(desk, {"PJSIP/101": ("siti", LUNCH)}, PHONES, heard_until=at(10), at=at(30))
        assert await rows(desk) == [("siti", "in", 0, 30), ("siti", "paused", 30, None)]

    async def test_in_a_longer_one_it_is_unknown_what_they_did(self, desk: Desk) -> None:
        await attendance.write(desk, [turn(0, IN)], PHONES)
        await attendance.resume(desk, {"PJSIP/101": ("siti", IN)}, PHONES, heard_until=at(10), at=at(600))
        assert await rows(desk) == [("siti", "in", 0, 10), ("siti", "unknown", 10, 600), ("siti", "in", 600, None)]

    async def test_who_is_gone_was_there_until_it_was_last_heard(self, desk: Desk) -> None:
        await attendance.write(desk, [turn(0, IN)], PHONES)
        await attendance.resume(desk, {}, PHONES, heard_until=at(10), at=at(600))
        assert await rows(desk) == [("siti", "in", 0, 10)]

    async def test_who_is_new_is_there_from_now_on(self, desk: Desk) -> None:
        await attendance.resume(desk, {"PJSIP/102": ("x", IN)}, PHONES, heard_until=at(0), at=at(600))
        assert await rows(desk) == [("budi", "in", 600, None)]


async def test_the_list_has_who_is_out_too_and_the_times_of_the_day_add_up(desk: Desk, clock: Clock) -> None:
    await attendance.write(desk, [turn(-3600, IN), turn(60, ON_CALL), turn(90, LUNCH)], PHONES)
    record = call("depok-1764000000.7", Outcome.ANSWERED, began=TEN)
    await desk_calls.record(desk, [replace(record, operator="siti")], [])
    clock.later(seconds=100)
    budi, siti = await attendance.listed(desk, PHONES, TEN)
    assert (budi.operator, budi.now, budi.signed_in, budi.calls) == ("budi", None, 0, 0)
    assert siti.now is not None
    assert (siti.now.state, siti.calls, siti.signed_in) == (State.PAUSED, 1, 100)
    assert siti.seconds == {State.IN: 60, State.ON_CALL: 30, State.PAUSED: 10}


@given(
    st.lists(
        st.tuples(st.integers(0, 100), st.sampled_from([IN, ON_CALL, LUNCH, None]), st.sampled_from(sorted(PHONES))),
        max_size=15,
    )
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_comes_when_no_two_states_of_a_phone_overlap(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[int, Standing | None, str]]
) -> None:
    async with desk_at(tmp_path_factory.mktemp("store") / "store.sqlite") as desk:
        for seconds, standing, device in told:
            await attendance.write(desk, [turn(seconds, standing, device)], PHONES)
        for operator in PHONES.values():
            own = [row for row in await rows(desk) if row[0] == operator]
            for one, after in pairwise(own):
                assert one[3] is not None
                assert one[2] <= one[3] <= after[2]
