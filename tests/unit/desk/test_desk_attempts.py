"""What Asterisk tells of our calls to a citizen is a try, once, and the operator's word on it counts."""

from datetime import timedelta

import pytest

from depok_agi.calls.record import CallRecord, Direction, Outcome
from depok_agi.desk import Desk, callbacks, tickets
from depok_agi.desk import calls as desk_calls
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import RefusedError
from depok_agi.tickets.callback import AttemptResult, CallbackReason, CallbackStatus
from depok_agi.tickets.status import TicketStatus
from depok_agi.tickets.ticket import Callback
from tests.unit.desk.made import ANI, TEN, Clock, call


@pytest.fixture
async def answered(desk: Desk) -> str:
    """A ticket whose answer is owed to Ani."""
    ticket = await tickets.open_ticket(desk, Complaint("Sampah", caller=ANI), "siti")
    return (await tickets.answer(desk, ticket.number, "Sudah diangkut", "siti")).number


async def dial(
    desk: Desk, clock: Clock, outcome: Outcome, *, seconds: int = 60, uniqueid: str = "1764000000.50"
) -> CallRecord:
    """One of us calls Ani; the clock goes on to the end of the call."""
    made = call(uniqueid, outcome, direction=Direction.OUTBOUND, began=clock.at, seconds=seconds)
    clock.later(seconds=seconds)
    await desk_calls.record(desk, [made], [])
    return made


async def only(desk: Desk) -> Callback:
    [found] = await callbacks.listed(desk, every=True)
    return found


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        (Outcome.NO_ANSWER, AttemptResult.NO_ANSWER),
        (Outcome.BUSY, AttemptResult.BUSY),
        (Outcome.FAILED, AttemptResult.FAILED),
        (Outcome.CANCELLED, AttemptResult.NO_ANSWER),
    ],
)
@pytest.mark.usefixtures("answered")
async def test_a_call_in_vain_is_a_try_and_the_citizen_waits(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch, outcome: Outcome, result: AttemptResult
) -> None:
    monkeypatch.setattr("tests.unit.desk.made._FACTS", {outcome: "dial_busy"})
    await callbacks.claim(desk, 1, "siti")
    made = await dial(desk, clock, outcome)
    found = await only(desk)
    [attempt] = found.attempts
    assert (attempt.result, attempt.operator, attempt.call, attempt.confirmed) == (result, "siti", made.id, False)
    assert (found.debt.status, found.debt.not_before) == (CallbackStatus.PENDING, clock.at + timedelta(minutes=15))
    assert made.id in found.calls


@pytest.mark.usefixtures("answered")
async def test_the_same_call_told_again_is_no_second_try(desk: Desk, clock: Clock) -> None:
    await callbacks.claim(desk, 1, "siti")
    made = await dial(desk, clock, Outcome.BUSY)
    await desk_calls.record(desk, [made], [])
    assert len((await only(desk)).attempts) == 1


@pytest.mark.usefixtures("answered")
async def test_a_call_that_was_given_up_at_once_is_no_try(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.unit.desk.made._FACTS", {Outcome.CANCELLED: "dial_busy"})
    await dial(desk, clock, Outcome.CANCELLED, seconds=4)
    assert (await only(desk)).attempts == ()


async def test_a_talk_closes_a_ticket_only_when_the_operator_says_that_the_citizen_was_told(
    desk: Desk, clock: Clock, answered: str
) -> None:
    await callbacks.claim(desk, 1, "siti")
    await dial(desk, clock, Outcome.ANSWERED)
    spoke = await only(desk)
    assert (spoke.debt.status, spoke.debt.claimed_by) == (CallbackStatus.CLAIMED, "siti")
    assert (await tickets.show(desk, answered)).status is TicketStatus.ANSWERED
    clock.later(minutes=1)
    done = await callbacks.done(desk, 1, AttemptResult.REACHED, "siti", "senang")
    assert done.debt.status is CallbackStatus.DONE
    [attempt] = done.attempts
    assert (attempt.result, attempt.note, attempt.confirmed) == (AttemptResult.REACHED, "senang", True)
    assert (await tickets.show(desk, answered)).status is TicketStatus.CLOSED


async def test_it_was_somebody_else_who_picked_up(desk: Desk, clock: Clock, answered: str) -> None:
    await callbacks.claim(desk, 1, "siti")
    await dial(desk, clock, Outcome.ANSWERED)
    done = await callbacks.done(desk, 1, AttemptResult.WRONG_NUMBER, "siti", None)
    assert [attempt.result for attempt in done.attempts] == [AttemptResult.WRONG_NUMBER]
    assert done.debt.status is CallbackStatus.DONE
    assert (await tickets.show(desk, answered)).status is TicketStatus.ANSWERED


async def test_a_missed_call_that_ones_own_call_has_settled_can_still_be_talked_about(desk: Desk, clock: Clock) -> None:
    await desk_calls.record(desk, [call(began=TEN - timedelta(minutes=5))], [])
    await dial(desk, clock, Outcome.ANSWERED)
    assert (await only(desk)).debt.status is CallbackStatus.DONE
    told = await callbacks.done(desk, 1, AttemptResult.REACHED, "siti", "senang")
    assert (told.debt.status, [attempt.note for attempt in told.attempts]) == (CallbackStatus.DONE, ["senang"])
    with pytest.raises(RefusedError, match="nothing is owed any more"):
        await callbacks.done(desk, 1, AttemptResult.REACHED, "siti", "lagi")


async def test_an_answering_machine_leaves_the_call_owed(desk: Desk, clock: Clock) -> None:
    await desk_calls.record(desk, [call(began=TEN - timedelta(minutes=5))], [])
    await dial(desk, clock, Outcome.ANSWERED)
    machine = await callbacks.done(desk, 1, AttemptResult.NO_ANSWER, "siti", "mesin penjawab")
    assert (machine.debt.status, machine.debt.attempts) == (CallbackStatus.PENDING, 1)
    assert machine.debt.not_before == clock.at + timedelta(minutes=15)


async def test_a_debt_that_came_meanwhile_is_not_opened_twice(desk: Desk, clock: Clock) -> None:
    await desk_calls.record(desk, [call(began=TEN - timedelta(minutes=5))], [])
    await dial(desk, clock, Outcome.ANSWERED)
    async with desk.store.transaction() as connection:
        newer = await callbacks.owe(desk, connection, ANI, CallbackReason.REQUEST, clock.at)
    with pytest.raises(RefusedError, match=f"callback {newer} is owed to the same citizen now"):
        await callbacks.done(desk, 1, AttemptResult.NO_ANSWER, "siti", None)


@pytest.mark.usefixtures("answered")
async def test_a_call_from_before_anything_was_owed_is_no_try(desk: Desk) -> None:
    old = call("1764000000.40", Outcome.BUSY, direction=Direction.OUTBOUND, began=TEN - timedelta(hours=1))
    await desk_calls.record(desk, [old], [])
    assert (await only(desk)).attempts == ()


@pytest.mark.usefixtures("answered")
async def test_the_next_one_is_the_one_that_the_operator_has_already(desk: Desk) -> None:
    async with desk.store.transaction() as connection:
        await callbacks.owe(desk, connection, "+6281100009012", CallbackReason.ANSWER, desk.now())
    first = await callbacks.claim_next(desk, "siti")
    again = await callbacks.claim_next(desk, "siti")
    other = await callbacks.claim_next(desk, "budi")
    assert first is not None
    assert again is not None
    assert other is not None
    assert (first.id == again.id) is True
    assert other.id != first.id
