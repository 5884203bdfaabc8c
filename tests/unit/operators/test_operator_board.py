"""The board: each change of what an operator is doing, with the moment since when."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from depok_agi.operators.board import Board, Turn
from depok_agi.operators.member import Gone, Member, MemberEvent, Seen, Talked
from depok_agi.operators.state import PauseReason, Standing, State

AT = 1_795_623_600_000_000
SECOND = 1_000_000
PHONE = "PJSIP/101"


def member(device: str = PHONE, **known: Any) -> Member:
    return Member(device, "siti", **{"status": 1, **known})


def seen(seconds: float, **known: Any) -> Seen:
    return Seen(AT + int(seconds * SECOND), member(**known))


def told(turns: list[Turn]) -> list[tuple[float, State | None]]:
    return [((turn.at - AT) / SECOND, turn.standing.state if turn.standing else None) for turn in turns]


def board(*, wrap_up: int = 15) -> Board:
    made = Board()
    made.wrap_up_seconds = wrap_up
    return made


def test_from_signing_in_over_a_call_and_its_wrap_up_to_signing_out() -> None:
    desk = board()
    turns = [
        *desk.apply(seen(0)),
        *desk.apply(seen(5, status=6)),
        *desk.apply(seen(7, status=2)),
        *desk.apply(Talked(AT + 20 * SECOND, PHONE)),
        *desk.apply(seen(20.1, last_call=AT + 20 * SECOND)),
        *desk.pass_time(AT + 34 * SECOND),
        *desk.pass_time(AT + 36 * SECOND),
        *desk.apply(Gone(AT + 60 * SECOND, PHONE)),
    ]
    assert told(turns) == [(0, State.IN), (7, State.ON_CALL), (20.1, State.WRAP_UP), (35, State.IN), (60, None)]


def test_wrap_up_ends_on_time_however_late_it_is_looked_at() -> None:
    desk = board()
    desk.apply(seen(0, last_call=AT))
    assert told(desk.apply(seen(40, paused=True, reason="lunch"))) == [(15, State.IN), (40, State.PAUSED)]


def test_a_phone_that_is_on_the_hook_before_the_queue_knows_is_on_the_call_until_it_does() -> None:
    desk = board()
    desk.apply(seen(0, status=2, in_call=True))
    assert desk.apply(seen(10, in_call=True)) == []
    assert told(desk.apply(Talked(AT + 11 * SECOND, PHONE))) == [(11, State.WRAP_UP)]


def test_a_list_replaces_what_was_believed() -> None:
    desk = board()
    desk.apply(seen(0))
    turns = desk.replace([member("PJSIP/102", paused=True, reason="prayer")], AT + 60 * SECOND)
    assert turns == [
        Turn(AT + 60 * SECOND, PHONE, "siti", None),
        Turn(AT + 60 * SECOND, "PJSIP/102", "siti", Standing(State.PAUSED, PauseReason.PRAYER)),
    ]
    assert list(desk.now()) == ["PJSIP/102"]


def test_who_left_and_was_never_there_is_nothing() -> None:
    assert board().apply(Gone(AT, PHONE)) == []
    assert board().apply(Talked(AT, PHONE)) == []


EVENTS = st.lists(
    st.one_of(
        st.builds(
            Seen,
            st.integers(AT, AT + 100 * SECOND),
            st.builds(
                Member,
                st.sampled_from([PHONE, "PJSIP/102"]),
                st.just("siti"),
                st.integers(0, 8),
                st.booleans(),
                st.sampled_from(["", "lunch", "Auto-Pause"]),
                st.booleans(),
                st.none() | st.integers(AT, AT + 100 * SECOND),
            ),
        ),
        st.builds(Gone, st.integers(AT, AT + 100 * SECOND), st.sampled_from([PHONE, "PJSIP/102"])),
        st.builds(Talked, st.integers(AT, AT + 100 * SECOND), st.sampled_from([PHONE, "PJSIP/102"])),
    )
)


@given(EVENTS)
def test_whatever_comes_in_whatever_order_time_goes_forward_and_each_turn_is_a_change(
    events: list[MemberEvent],
) -> None:
    desk = board()
    turns = [turn for event in events for turn in desk.apply(event)] + desk.pass_time(AT + 200 * SECOND)
    for device in (PHONE, "PJSIP/102"):
        own = [turn for turn in turns if turn.device == device]
        assert all(
            not (one.standing is not None and one.standing.is_like(after.standing)) and (one.standing or after.standing)
            for one, after in pairwise(own)
        )
        stays: list[Turn] = []
        for turn in own:
            assert not stays or turn.at >= stays[-1].at
            stays = [] if turn.standing is None else [*stays, turn]
