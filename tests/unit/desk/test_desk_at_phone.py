from dataclasses import replace

import pytest

from depok_agi.calls.record import CallRecord, Direction, Leg, Outcome, QueueVisit, Role
from depok_agi.desk import Desk, calls, journal
from depok_agi.desk.at_phone import (
    PhoneState,
    devices_of,
    heard_until,
    on_phone,
    operators_now,
    up,
    waiting_since,
)
from depok_agi.store.times import microseconds
from tests.unit.desk.made import TEN, call

PHONES = {"PJSIP/101": "siti", "PJSIP/201": "siti", "PJSIP/102": "budi"}
START = microseconds(TEN)


def with_leg(
    record: CallRecord, device: str, *, answered: bool = False, ended: bool = False, role: Role = Role.OPERATOR
) -> CallRecord:
    leg = Leg(f"{device}-0000000f", None, role, START, START + 1 if answered else None, START + 2 if ended else None)
    return replace(record, legs=(*record.legs, leg))


def test_who_is_rung_has_the_caller_on_the_phone_before_anybody_picks_up() -> None:
    rung = with_leg(call(outcome=None), "PJSIP/201")
    found = on_phone([rung], "siti", PHONES)
    assert found is not None
    assert (found.state, found.since, found.call) == (PhoneState.RINGING, START, rung)
    assert on_phone([rung], "budi", PHONES) is None


def test_a_phone_that_rang_in_vain_has_nobody_any_more() -> None:
    assert on_phone([with_leg(call(outcome=None), "PJSIP/101", ended=True)], "siti", PHONES) is None


def test_a_talk_counts_before_what_rings_meanwhile() -> None:
    rings = with_leg(call("1764000000.2", None), "PJSIP/101")
    talk = with_leg(call("1764000000.1", None), "PJSIP/101", answered=True)
    found = on_phone([rings, talk], "siti", PHONES)
    assert found is not None
    assert (found.state, found.since, found.call.id) == (PhoneState.TALKING, START + 1, talk.id)


def test_whom_the_queue_gave_the_call_talks_though_their_phone_is_not_known() -> None:
    taken = replace(call(outcome=None), operator="winda", answered_at=START + 5)
    found = on_phone([taken], "winda", PHONES)
    assert found is not None
    assert (found.state, found.since) == (PhoneState.TALKING, START + 5)


@pytest.mark.parametrize(("answered_at", "state"), [(None, PhoneState.DIALLING), (START + 3, PhoneState.TALKING)])
def test_a_call_to_a_citizen_is_dialled_until_they_answer(answered_at: int | None, state: PhoneState) -> None:
    dialled = replace(call(outcome=None, direction=Direction.OUTBOUND), answered_at=answered_at)
    found = on_phone([with_leg(dialled, "PJSIP/101", answered=True)], "siti", PHONES)
    assert found is not None
    assert found.state is state


def test_a_colleague_who_calls_is_no_citizen() -> None:
    among_us = with_leg(call(outcome=None, direction=Direction.INTERNAL), "PJSIP/101")
    assert on_phone([among_us], "siti", PHONES) is None


def test_the_name_of_a_local_channel_is_no_telephone() -> None:
    local = with_leg(call(outcome=None), "PJSIP/101", role=Role.LOCAL)
    assert on_phone([local], "siti", PHONES) is None


def test_every_operator_with_a_phone_is_listed_by_name() -> None:
    rung = with_leg(call(outcome=None), "PJSIP/101")
    found = operators_now([rung], PHONES)
    assert [(one.operator, one.state) for one in found] == [("budi", PhoneState.IDLE), ("siti", PhoneState.RINGING)]
    assert devices_of("siti", PHONES) == {"PJSIP/101", "PJSIP/201"}


def test_who_stands_in_the_queue_waits_until_somebody_speaks_or_they_leave() -> None:
    visit = QueueVisit("warga", START, None, left=False, hold=None, fact=None)
    waits = replace(call(outcome=None), visits=(visit,))
    assert waiting_since(waits) == START
    assert waiting_since(replace(waits, answered_at=START + 1)) is None
    assert waiting_since(replace(waits, visits=(replace(visit, left=True),))) is None
    assert waiting_since(call(outcome=None)) is None


async def test_the_calls_that_are_up_are_read_newest_first(desk: Desk) -> None:
    older, newer = call("1764000000.1", None), call("1764000000.2", None)
    assert await heard_until(desk) is None
    await calls.record(desk, [older, newer, call("1764000000.3", Outcome.ABANDONED)], [], journal.Heard(START, {}))
    assert [one.id for one in await up(desk)] == [newer.id, older.id]
    assert await heard_until(desk) == TEN
