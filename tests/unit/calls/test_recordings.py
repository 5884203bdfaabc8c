"""What the call log knows of recorded talks: the same live, out of the journal, and half and half."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.calls import events as ev
from depok_agi.calls.journal import parse_cel
from depok_agi.calls.ledger import Ledger
from depok_agi.calls.record import CallRecord, Direction, Outcome, Recording, Source
from depok_agi.calls.recordings import name_of
from tests.unit.calls.story import BOARD, Story

FILE = name_of("talk", "the caller's")
OTHER = name_of("talk", "another's")


def told(story: Story, leg: str, file: str = FILE) -> None:
    story.say("UserEvent", leg, UserEvent="DepokRecording", File=file)


def answered(*files: str) -> tuple[Story, str]:
    """A citizen who is told that they are recorded, waits, and talks with siti; and their leg."""
    story = Story()
    leg = story.inbound()
    for file in files:
        told(story, leg, file)
    story.join(leg)
    member = story.wait(2).ring(leg, "101")
    story.connect(leg, member, "101")
    story.wait(5).leave(leg, member)
    story.hang_up(member)
    story.hang_up(leg)
    return story, leg


def logged(story: Story) -> CallRecord:
    ledger = Ledger(BOARD)
    for raw in story.events:
        event = ev.parse(raw)
        if event is not None:
            ledger.apply(event)
    (record,), _ = ledger.changes()
    return record


def test_a_talk_that_was_recorded_has_its_file() -> None:
    story, leg = answered(FILE)
    record = logged(story)
    assert (record.recording, record.recordings) == (FILE, (Recording(leg, FILE),))


def test_of_who_spoke_with_nobody_nothing_is_recorded() -> None:
    story = Story()
    leg = story.inbound()
    told(story, leg)
    story.join(leg)
    story.wait(20).hang_up(leg)
    assert (logged(story).recording, logged(story).recordings) == (None, ())


def test_a_talk_is_recorded_to_one_file() -> None:
    assert logged(answered(FILE, OTHER)[0]).recording == FILE


def test_an_operator_who_listens_to_a_recording_has_a_call_of_their_own_that_was_answered() -> None:
    story = Story()
    leg = story.leg("103", exten="s")
    story.up(leg)
    story.step(leg, "listen", "begun")
    story.wait(20).hang_up(leg)
    record = logged(story)
    assert (record.direction, record.outcome, record.citizen) == (Direction.INTERNAL, Outcome.ANSWERED, None)


@pytest.mark.parametrize("file", ["", "../../etc/passwd", "x" * 32 + ".wav", f"/var/{FILE}", FILE.upper()])
def test_what_is_no_files_name_is_none(file: str) -> None:
    assert logged(answered(file)[0]).recording is None


def cel(at: float, kind: str, leg: str, extra: object) -> str:
    where = ("PJSIP/trunk-00000000", "s", "sub-depok-record", "", "", "")
    columns = (f"{at:.6f}", kind, leg, leg, *where, json.dumps(extra))
    return ",".join('"' + column.replace('"', '""') + '"' for column in columns)


@pytest.mark.parametrize("file", [FILE, "../x.wav"])
def test_the_journal_says_what_the_live_event_says(file: str) -> None:
    story, leg = Story(), f"depok-{1_795_485_600}.0"
    story.inbound()
    at = story.now
    told(story, leg, file)
    live = ev.parse(story.events[-1])
    journal = parse_cel(cel(at, "DepokRecording", leg, {"extra": file}))
    assert journal == ([] if live is None else [live])
    assert (live is None) == (file != FILE)


@given(st.integers(0, 100))
def test_a_ledger_that_is_taken_up_in_the_middle_knows_of_the_recording(share: int) -> None:
    story, _ = answered(FILE)
    events = [event for raw in story.events if (event := ev.parse(raw))]
    cut = len(events) * share // 100
    before, after = Ledger(BOARD), Ledger(BOARD)
    for event in events[:cut]:
        before.apply(event)
    records, _ = before.changes()
    after.resume(before.states(records).items())
    for event in events[cut:]:
        after.apply(event, Source.RECOVERED)
    records = after.changes()[0] or records
    assert [record.recording for record in records] == [FILE]
