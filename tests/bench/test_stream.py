"""The stream that everything is measured with."""

from collections import Counter
from itertools import pairwise

import pytest

from depok_agi.calls.record import CallRecord
from tests.bench.feed_ledger import handle
from tests.bench.stream import Event, Stream, at_once_for, calls_for, mean_lines, wire
from tests.bench.templates import Kind

MANY = Stream(calls=200, at_once=20)


def last_of_each(records: list[CallRecord]) -> list[CallRecord]:
    return list({record.id: record for record in records}.values())


@pytest.mark.parametrize("at_once", [1, 20])
def test_every_call_of_a_stream_is_one_call_that_ends(at_once: int) -> None:
    calls = last_of_each(handle(list(Stream(200, at_once).events())))
    assert len(calls) == 200
    assert all(call.ended for call in calls)
    assert Counter(call.outcome for call in calls).keys() == {"answered", "abandoned", "left_menu"}


def test_the_same_seed_gives_the_same_stream_and_another_one_another() -> None:
    again, other = Stream(200, 20), Stream(200, 20, seed=2)
    assert list(MANY.events()) == list(again.events())
    assert list(MANY.events()) != list(other.events())


def test_no_two_calls_share_an_id_a_channel_or_a_bridge() -> None:
    events = list(MANY.events())
    created = [event for event in events if event["Event"] == "Newchannel"]
    for key in ("Uniqueid", "Channel"):
        assert len({event[key] for event in created}) == len(created)
    bridges = [event["BridgeUniqueid"] for event in events if event["Event"] == "BridgeCreate"]
    assert len(set(bridges)) == len(bridges)


def test_citizens_are_of_the_numbers_that_nobody_has() -> None:
    callers = {event["CallerIDNum"] for event in MANY.events() if event["Event"] == "Newchannel"}
    assert callers > {"101", "102"}
    assert all(len(number) == 12 for number in callers if number.startswith("08110000"))
    assert {number for number in callers if not number.startswith("08110000")} == {"101", "102", "<unknown>"}


def test_times_have_the_form_of_asterisk_and_go_on() -> None:
    times = [event["Timestamp"] for event in MANY.events()]
    assert all(len(time.partition(".")[2]) == 6 for time in times)
    late = [a for a, b in pairwise(times) if float(a) - float(b) > 0.01]
    assert late == []


def test_the_journal_tells_of_the_same_calls() -> None:
    heard = {event["Linkedid"] for event in MANY.events() if "Linkedid" in event}
    assert all(any(own in line for own in heard) for _, line in MANY.journal())
    kinds = Counter(kind for kind, _ in MANY.journal())
    assert kinds.keys() == {Kind.CEL, Kind.QUEUE_LOG}


def test_a_stream_is_about_as_long_as_was_asked_for() -> None:
    assert sum(1 for _ in Stream(calls_for(20_000), 50).events()) == pytest.approx(20_000, rel=0.1)
    assert calls_for(1) == 1
    assert at_once_for(1000) > 100
    assert mean_lines(Kind.EVENT) > mean_lines(Kind.CEL) > mean_lines(Kind.QUEUE_LOG)


def test_on_the_wire_an_event_is_lines_and_an_empty_one() -> None:
    event: Event = {"Event": "Hangup", "Cause": "16"}
    assert wire(event) == b"Event: Hangup\r\nCause: 16\r\n\r\n"
