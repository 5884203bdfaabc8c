"""What an operator is doing, by what the queue says of their phone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.operators.member import Member
from depok_agi.operators.rules import AUTO_PAUSE, standing
from depok_agi.operators.state import PauseReason, Standing, State

AT = 1_795_623_600_000_000
SECOND = 1_000_000


def at_desk(**known: Any) -> Member:
    return Member("PJSIP/101", "siti", **{"status": 1, **known})


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        (at_desk(), Standing(State.IN)),
        (at_desk(status=6), Standing(State.IN)),
        (at_desk(status=2), Standing(State.ON_CALL)),
        (at_desk(status=7), Standing(State.ON_CALL)),
        (at_desk(status=8), Standing(State.ON_CALL)),
        (at_desk(in_call=True), Standing(State.ON_CALL)),
        (at_desk(status=2, paused=True, reason="lunch"), Standing(State.ON_CALL)),
        (at_desk(paused=True, reason="lunch"), Standing(State.PAUSED, PauseReason.LUNCH)),
        (at_desk(paused=True, reason=AUTO_PAUSE), Standing(State.PAUSED, PauseReason.UNANSWERED)),
        (at_desk(paused=True, reason="what the host thought of"), Standing(State.PAUSED, PauseReason.OTHER)),
        (at_desk(paused=True), Standing(State.PAUSED, PauseReason.OTHER)),
        (at_desk(status=5, paused=True, reason="lunch"), Standing(State.PAUSED, PauseReason.LUNCH)),
        (at_desk(status=5), Standing(State.UNREACHABLE)),
        (at_desk(status=0), Standing(State.UNREACHABLE)),
        (at_desk(last_call=AT - 15 * SECOND), Standing(State.IN)),
        (at_desk(last_call=AT - 14 * SECOND), Standing(State.WRAP_UP, until=AT + SECOND)),
        (at_desk(status=5, last_call=AT - SECOND), Standing(State.UNREACHABLE)),
    ],
)
def test_the_first_rule_that_fits_decides(member: Member, expected: Standing) -> None:
    assert standing(member, 15, AT) == expected


MEMBERS = st.builds(
    Member,
    st.just("PJSIP/101"),
    st.just("siti"),
    st.integers(0, 9),
    st.booleans(),
    st.sampled_from(["", AUTO_PAUSE, "x", *PauseReason]),
    st.booleans(),
    st.none() | st.integers(AT - 60 * SECOND, AT + SECOND),
)


@given(MEMBERS, st.integers(0, 60))
def test_only_a_pause_has_a_reason_and_only_wrap_up_ends_by_itself(member: Member, wrap_up: int) -> None:
    found = standing(member, wrap_up, AT)
    assert (found.reason is not None) == (found.state is State.PAUSED)
    assert (found.until is not None) == (found.state is State.WRAP_UP)
    assert found.until is None or found.until > AT
    assert found.state is not State.UNKNOWN
