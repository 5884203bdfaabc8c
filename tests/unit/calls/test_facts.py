"""From what is known of a call to its one outcome."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.calls.facts import DIAL_STATUS, QUEUE_STATUS, STEP_RESULT, Fact, outcome, with_fact
from depok_agi.calls.record import Direction, Outcome
from depok_agi.voice.variables import Result, StepName
from tests.unit.calls.story import Story, told

INBOUND = Direction.INBOUND
OTHERS = [Direction.OUTBOUND, Direction.INTERNAL]
FACTS = st.sets(st.sampled_from(Fact))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({Fact.SPOKE, Fact.QUEUEING, Fact.UP}, Outcome.ANSWERED),
        ({Fact.SPOKE, Fact.CALLBACK, Fact.QUEUE_TIMEOUT}, Outcome.ANSWERED),
        ({Fact.SPOKE, Fact.UNSEEN_END}, Outcome.ANSWERED),
        ({Fact.BLOCKED, Fact.UP}, Outcome.BLOCKED),
        ({Fact.MESSAGE, Fact.CLOSED}, Outcome.MESSAGE),
        ({Fact.CALLBACK, Fact.CLOSED}, Outcome.CALLBACK),
        ({Fact.CALLBACK, Fact.QUEUE_TIMEOUT}, Outcome.CALLBACK),
        ({Fact.CALLBACK, Fact.UNSEEN_END}, Outcome.CALLBACK),
        ({Fact.QUEUEING, Fact.UNSEEN_END}, Outcome.UNKNOWN),
        ({Fact.QUEUE_TIMEOUT, Fact.IN_MENU, Fact.UP}, Outcome.TIMEOUT),
        ({Fact.QUEUE_FULL, Fact.IN_MENU, Fact.UP}, Outcome.FULL),
        ({Fact.QUEUE_EMPTY, Fact.IN_MENU, Fact.UP}, Outcome.NO_OPERATOR),
        ({Fact.QUEUEING, Fact.SELF_SERVICE, Fact.UP}, Outcome.ABANDONED),
        ({Fact.CLOSED, Fact.IN_MENU, Fact.UP}, Outcome.CLOSED),
        ({Fact.SELF_SERVICE, Fact.IN_MENU, Fact.UP}, Outcome.SELF_SERVICE),
        ({Fact.IN_MENU, Fact.UNSEEN_START}, Outcome.LEFT_MENU),
        ({Fact.UNSEEN_START, Fact.UP}, Outcome.UNKNOWN),
        ({Fact.UP}, Outcome.LEFT_MENU),
        ({Fact.DIAL_BUSY}, Outcome.NO_OPERATOR),
        ({Fact.DIAL_NO_ANSWER, Fact.UP}, Outcome.NO_OPERATOR),
        ({Fact.DIAL_GIVEN_UP}, Outcome.ABANDONED),
        ({Fact.QUEUE_TIMEOUT, Fact.DIAL_GIVEN_UP}, Outcome.TIMEOUT),
        (set(), Outcome.FAILED),
    ],
)
def test_inbound(facts: set[Fact], expected: Outcome) -> None:
    assert outcome(INBOUND, facts) is expected


@pytest.mark.parametrize("direction", OTHERS)
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({Fact.SPOKE, Fact.DIAL_BUSY}, Outcome.ANSWERED),
        ({Fact.DIAL_BUSY, Fact.UNSEEN_START}, Outcome.BUSY),
        ({Fact.DIAL_NO_ANSWER}, Outcome.NO_ANSWER),
        ({Fact.DIAL_FAILED}, Outcome.FAILED),
        ({Fact.DIAL_BUSY, Fact.UNSEEN_END}, Outcome.UNKNOWN),
        ({Fact.UNSEEN_START, Fact.UP}, Outcome.UNKNOWN),
        ({Fact.DIAL_GIVEN_UP}, Outcome.CANCELLED),
        ({Fact.UP}, Outcome.FAILED),
        ({Fact.QUEUEING, Fact.CALLBACK}, Outcome.FAILED),
        (set(), Outcome.FAILED),
    ],
)
def test_outbound_and_internal(direction: Direction, facts: set[Fact], expected: Outcome) -> None:
    assert outcome(direction, facts) is expected


@pytest.mark.parametrize(
    "status", ["TIMEOUT", "FULL", "JOINEMPTY", "LEAVEEMPTY", "JOINUNAVAIL", "LEAVEUNAVAIL", "WITHDRAW"]
)
def test_every_end_of_a_queue_is_an_outcome_of_its_own(status: str) -> None:
    assert outcome(INBOUND, {QUEUE_STATUS[status], Fact.IN_MENU, Fact.UP}) in {
        Outcome.TIMEOUT,
        Outcome.FULL,
        Outcome.NO_OPERATOR,
    }


def test_dial_statuses_without_a_fact_are_no_failure() -> None:
    assert DIAL_STATUS.keys().isdisjoint({"ABORT", "CONTINUE", "GOTO"})


def test_the_results_are_those_that_steps_really_have() -> None:
    shipped = {(step, result) for step, result in STEP_RESULT if step in set(StepName)}
    assert {result for _, result in shipped} <= set(Result)
    assert {step for step, _ in shipped} == {
        "hours",
        "callback",
        "message",
        "opd-unanswered",
        "information",
        "status",
        "block",
    }


@given(FACTS, st.sampled_from(Fact), st.booleans(), st.sampled_from(Direction))
def test_knowing_a_thing_twice_is_knowing_it_once(
    known: set[Fact], fact: Fact, ended: bool, direction: Direction
) -> None:
    story = Story()
    first = story.inbound() if direction is INBOUND else story.leg("101", "101", "102")
    if direction is Direction.OUTBOUND:
        story.dial(first, "trunk")
    if ended:
        story.hang_up(*story._channels)
    record = told(story)
    assert record.direction is direction
    for one in known:
        record = with_fact(record, one)
    once = with_fact(record, fact)
    assert with_fact(once, fact) == once
    assert fact in once.facts
    assert once.outcome == (outcome(direction, set(map(Fact, once.facts))) if ended else None)
    assert once.facts == tuple(sorted(once.facts))


def test_a_call_back_that_was_asked_for_changes_the_outcome_of_a_call_that_has_ended() -> None:
    story = Story()
    caller = story.to_queue()
    story.say("QueueCallerLeave", caller)
    story.hang_up(caller)
    record = told(story)
    assert (record.outcome, with_fact(record, Fact.CALLBACK).outcome) == ("abandoned", "callback")
