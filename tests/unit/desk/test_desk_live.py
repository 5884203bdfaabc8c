from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.access.roles import Person, Role
from depok_agi.calls.record import CallRecord, Direction, Leg, Outcome, QueueVisit, Talk
from depok_agi.calls.record import Role as LegRole
from depok_agi.desk import Desk, calls, suspending
from depok_agi.desk.live import LiveState, listed, live
from depok_agi.store.times import microseconds
from tests.unit.desk.made import ANI, TEN, call

PHONES = {"PJSIP/101": "siti", "PJSIP/102": "budi"}
START = microseconds(TEN)
VISIT = QueueVisit("warga", START + 1, None, left=False, hold=None, fact=None)


def leg(device: str, *, answered: bool = False, ended: bool = False) -> Leg:
    times = START + 2, START + 3 if answered else None, START + 4 if ended else None
    return Leg(f"{device}-0000000f", None, LegRole.OPERATOR, *times)


def up(*legs: Leg, direction: Direction = Direction.INBOUND) -> CallRecord:
    made = call(outcome=None, direction=direction)
    return replace(made, legs=(*made.legs, *legs))


def waiting(*legs: Leg) -> CallRecord:
    return replace(up(*legs), visits=(VISIT,))


def told(record: CallRecord) -> tuple[LiveState, int | None, tuple[str, ...]]:
    found = live(record, PHONES)
    return found.state, found.since, found.operators


def test_who_has_not_come_to_a_queue_is_in_the_menu_since_the_call_began() -> None:
    assert told(up()) == (LiveState.IN_MENU, START, ())


def test_who_stands_in_the_queue_waits_since_they_came_to_it() -> None:
    assert told(waiting()) == (LiveState.WAITING, START + 1, ())
    assert told(waiting(leg("PJSIP/101", ended=True))) == (LiveState.WAITING, START + 1, ())


def test_while_phones_ring_the_caller_still_waits_since_they_came() -> None:
    rung = waiting(leg("PJSIP/101"), leg("PJSIP/102"), leg("PJSIP/199"))
    assert told(rung) == (LiveState.RINGING, START + 1, ("siti", "budi", "PJSIP/199"))


def test_a_phone_that_is_called_without_a_queue_rings_since_it_began_to() -> None:
    assert told(up(leg("PJSIP/101"))) == (LiveState.RINGING, START + 2, ("siti",))
    assert told(up(leg("PJSIP/101"), direction=Direction.INTERNAL)) == (LiveState.RINGING, START + 2, ("siti",))


def test_who_can_hear_each_other_talk_since_then() -> None:
    talk = Talk(("PJSIP/trunk-00000000", "PJSIP/101-0000000f"), START + 3, None)
    talks = replace(waiting(leg("PJSIP/101", answered=True)), talks=(talk,), answered_at=START + 3, operator="siti")
    assert told(talks) == (LiveState.TALKING, START + 3, ("siti",))


def test_who_was_sent_back_to_the_queue_after_a_talk_waits() -> None:
    talk = Talk(("PJSIP/trunk-00000000", "PJSIP/101-0000000f"), START - 9, START)
    back = replace(waiting(leg("PJSIP/101", answered=True, ended=True)), talks=(talk,), answered_at=START - 9)
    assert told(replace(back, operator="siti")) == (LiveState.WAITING, START + 1, ())


def test_who_was_taken_by_somebody_whose_phone_is_not_known_talks_with_them() -> None:
    taken = replace(up(), answered_at=START + 5, operator="winda", visits=(replace(VISIT, left=True),))
    assert told(taken) == (LiveState.TALKING, START + 5, ("winda",))


@pytest.mark.parametrize(("answered_at", "state"), [(None, LiveState.DIALLING), (START + 5, LiveState.TALKING)])
def test_a_citizen_who_is_called_is_dialled_until_they_answer(answered_at: int | None, state: LiveState) -> None:
    dialled = replace(up(leg("PJSIP/102", answered=True), direction=Direction.OUTBOUND), answered_at=answered_at)
    assert told(dialled) == (state, START if answered_at is None else answered_at, ("budi",))


@given(st.booleans(), st.booleans(), st.booleans(), st.sampled_from(Direction), st.none() | st.just(START + 5))
def test_whatever_is_seen_of_a_call_has_one_state_and_none_is_in_the_menu_who_waits(
    rings: bool, queues: bool, left: bool, direction: Direction, answered_at: int | None
) -> None:
    seen = up(*([leg("PJSIP/101")] if rings else []), direction=direction)
    seen = replace(seen, answered_at=answered_at, visits=(replace(VISIT, left=left),) if queues else ())
    found = live(seen, PHONES)
    assert found.since is not None
    in_queue = queues and not left and direction is Direction.INBOUND
    assert (found.state is LiveState.WAITING) == (in_queue and not rings)
    if in_queue or rings:
        assert found.state is not LiveState.IN_MENU


async def test_only_calls_that_are_up_are_listed_and_of_nobody_whose_data_is_suspended(desk: Desk) -> None:
    first, second = call("1764000000.1", None), call("1764000000.2", None, number="+6281100005678")
    await calls.record(desk, [first, second, call("1764000000.3", Outcome.ABANDONED)], [])
    assert [one.id for one, _, _ in await listed(desk)] == [second.id, first.id]
    await suspending.suspend(desk, ANI, why="letter", person=Person("dewi", Role.SUPERVISOR))
    assert [one.id for one, _, _ in await listed(desk)] == [second.id]
