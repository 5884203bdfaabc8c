"""A ticket goes from new to closed, and whoever asks for something else is told what to do instead."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.errors import RefusedError
from depok_agi.tickets.status import ADVICE, TRANSITIONS, TicketAction, TicketStatus, allowed_actions, step


def walk(*actions: TicketAction) -> TicketStatus:
    status = TicketStatus.NEW
    for action in actions:
        status = step(status, action)
    return status


def test_a_complaint_is_forwarded_answered_and_closed() -> None:
    assert walk(TicketAction.FORWARD) is TicketStatus.FORWARDED
    assert walk(TicketAction.FORWARD, TicketAction.ANSWER) is TicketStatus.ANSWERED
    assert walk(TicketAction.FORWARD, TicketAction.ANSWER, TicketAction.CLOSE) is TicketStatus.CLOSED


def test_the_centre_answers_general_matters_itself() -> None:
    assert walk(TicketAction.CLOSE) is TicketStatus.CLOSED
    assert walk(TicketAction.ANSWER) is TicketStatus.ANSWERED


def test_an_opd_that_is_not_in_charge_gives_it_back() -> None:
    assert walk(TicketAction.FORWARD, TicketAction.BOUNCE) is TicketStatus.NEW
    assert walk(TicketAction.FORWARD, TicketAction.FORWARD) is TicketStatus.FORWARDED


def test_a_reopened_ticket_starts_again() -> None:
    told = (TicketAction.FORWARD, TicketAction.ANSWER)
    assert walk(*told, TicketAction.REOPEN) is TicketStatus.NEW
    assert walk(*told, TicketAction.CLOSE, TicketAction.REOPEN) is TicketStatus.NEW


@pytest.mark.parametrize("status", TicketStatus)
def test_a_note_changes_nothing(status: TicketStatus) -> None:
    assert step(status, TicketAction.NOTE) is status


def test_an_opd_cannot_close_what_nobody_answered() -> None:
    with pytest.raises(RefusedError) as caught:
        walk(TicketAction.FORWARD, TicketAction.CLOSE)
    assert str(caught.value) == (
        "ticket is forwarded, cannot close: enter the OPD's answer first, and tell the citizen "
        "(possible now: forward, answer, bounce, note)"
    )


def test_what_is_new_cannot_bounce() -> None:
    with pytest.raises(RefusedError, match="ticket is new, cannot bounce: forward it to an OPD first"):
        walk(TicketAction.BOUNCE)


@pytest.mark.parametrize(("status", "action"), list(product(TicketStatus, TicketAction)))
def test_everything_is_either_allowed_or_has_its_advice(status: TicketStatus, action: TicketAction) -> None:
    assert ((status, action) in TRANSITIONS) != ((status, action) in ADVICE)
    assert (action in allowed_actions(status)) == ((status, action) in TRANSITIONS)


@given(st.lists(st.sampled_from(TicketAction)))
def test_whatever_people_try_only_a_refusal_comes_back(actions: list[TicketAction]) -> None:
    status = TicketStatus.NEW
    for action in actions:
        try:
            after = step(status, action)
        except RefusedError:
            continue
        if after is TicketStatus.CLOSED and status is not TicketStatus.CLOSED:
            assert status in {TicketStatus.NEW, TicketStatus.ANSWERED}
        status = after
