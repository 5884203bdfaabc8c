"""A call record as users' scripts see it."""

import json
from zoneinfo import ZoneInfo

import pytest

from depok_agi.calls.events import MICROSECONDS
from depok_agi.calls.record import CallRecord, Direction, iso, to_json
from tests.unit import contract
from tests.unit.calls.story import START, Story, told, us

JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.fixture
def record() -> CallRecord:
    story = Story()
    caller = story.to_queue()
    member = story.wait(5).ring(caller, "101")
    story.connect(caller, member, "101")
    story.wait(7).leave(member, caller)
    story.hang_up(member, caller)
    return told(story)


def test_every_field_is_there(record: CallRecord) -> None:
    shown = to_json(record, JAKARTA)
    assert list(shown) == contract.CALL
    assert list(shown["legs"][0]) == ["channel", "party", "role", "started_at", "answered_at", "ended_at"]
    assert list(shown["talks"][0]) == ["channels", "started_at", "ended_at"]


def test_it_is_plain_json(record: CallRecord) -> None:
    shown = to_json(record, JAKARTA, ticket="1000014", callback=7)
    again = json.loads(json.dumps(shown))
    assert again == shown
    assert (again["outcome"], again["ticket"], again["callback"]) == ("answered", "1000014", 7)
    assert again["talks"][0]["channels"] == ["PJSIP/trunk-00000000", "PJSIP/101-00000001"]


def test_times_carry_the_offset_and_whole_seconds(record: CallRecord) -> None:
    shown = to_json(record, JAKARTA)
    assert (shown["started_at"], shown["ended_at"]) == ("2026-11-24T09:00:00+07:00", "2026-11-24T09:00:12+07:00")
    assert iso(us(0.999), JAKARTA) == "2026-11-24T09:00:00+07:00"
    assert iso(START * MICROSECONDS, ZoneInfo("Asia/Jayapura")) == "2026-11-24T11:00:00+09:00"
    assert iso(None, JAKARTA) is None


def test_a_call_that_is_up_has_no_end_and_no_outcome() -> None:
    story = Story()
    story.to_queue()
    shown = to_json(told(story), JAKARTA)
    assert (shown["ended_at"], shown["outcome"], shown["answered_at"]) == (None, None, None)


def test_the_citizen_is_the_one_behind_the_trunk() -> None:
    inbound, outbound, short, internal = Story(), Story(), Story(), Story()
    inbound.inbound("081100001234")
    outbound.dial(outbound.leg("101", "101", "081100001235"), "trunk")
    short.dial(short.leg("101", "101", "112"), "trunk")
    internal.dial(internal.leg("101", "081100001234", "102"), "102")
    found = [(told(story).direction, told(story).citizen) for story in (inbound, outbound, short, internal)]
    assert found == [
        (Direction.INBOUND, "+6281100001234"),
        (Direction.OUTBOUND, "+6281100001235"),
        (Direction.OUTBOUND, None),
        (Direction.INTERNAL, None),
    ]
