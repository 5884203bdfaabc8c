"""Orders to dial: who may place one, what becomes of it, and that no citizen is dialled twice."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from depok_agi.calls.record import CallRecord, Direction, Outcome
from depok_agi.desk import Desk, callbacks, dialling, tickets
from depok_agi.desk import calls as desk_calls
from depok_agi.desk.dialling import Change, Order, OrderStatus
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.tickets.callback import AttemptResult, CallbackReason
from tests.unit.desk.made import ANI, BUDI, POLICY, TEN, Clock, call, desk_at

CHANNEL = "depok-1764000000.1000000001"
PHONES = {"PJSIP/101": "siti", "PJSIP/102": "budi", "PJSIP/103": "siti", "SIP/102": "tono"}


async def owed(desk: Desk, number: str = ANI, reason: CallbackReason = CallbackReason.MISSED) -> int:
    async with desk.store.transaction() as connection:
        return await callbacks.owe(desk, connection, number, reason, desk.now())


async def placed(desk: Desk, callback: int = 1, operator: str = "siti", device: str = "PJSIP/101") -> Order:
    return (await dialling.place(desk, callback, operator, device))[0]


async def rung(desk: Desk) -> Order:
    """An order for which the operator's phone rings."""
    await owed(desk)
    order = await placed(desk)
    assert await dialling.take(desk, order, CHANNEL) is not None
    return await dialling.show(desk, order.id)


async def logged(desk: Desk, outcome: Outcome | None, direction: Direction = Direction.OUTBOUND) -> None:
    """The call log has the call of the order."""
    await desk_calls.record(desk, [made(outcome, direction, desk)], [])


def made(outcome: Outcome | None, direction: Direction, desk: Desk) -> CallRecord:
    return replace(call(CHANNEL, outcome, direction=direction, began=desk.now(), seconds=20), id=CHANNEL)


async def status(desk: Desk, order: Order) -> OrderStatus:
    return (await dialling.show(desk, order.id)).status


class TestPlacing:
    async def test_an_order_claims_the_callback(self, desk: Desk) -> None:
        await owed(desk)
        order, claimed = await dialling.place(desk, 1, "siti", "PJSIP/101")
        assert (order.status, order.device, order.operator) == (OrderStatus.ORDERED, "PJSIP/101", "siti")
        assert claimed.debt.claimed_by == "siti"
        assert [one.id for one in await dialling.pending(desk)] == [order.id]

    async def test_a_colleagues_callback_is_refused(self, desk: Desk) -> None:
        await owed(desk)
        await callbacks.claim(desk, 1, "budi")
        with pytest.raises(RefusedError, match="claimed by budi"):
            await placed(desk)
        assert await dialling.pending(desk) == []

    async def test_one_that_is_being_called_is_refused_and_the_claim_stays(self, desk: Desk) -> None:
        await owed(desk)
        await placed(desk)
        with pytest.raises(RefusedError, match="is being called already, from PJSIP/101"):
            await placed(desk, device="PJSIP/103")
        assert (await callbacks.show(desk, 1)).debt.claimed_by == "siti"

    async def test_a_phone_that_is_in_use_is_refused_and_nothing_is_claimed(self, desk: Desk) -> None:
        await owed(desk)
        second = await owed(desk, BUDI)
        await placed(desk)
        with pytest.raises(RefusedError, match="callback 1 is being called from it"):
            await placed(desk, second)
        assert (await callbacks.show(desk, second)).debt.claimed_by is None

    async def test_after_the_end_of_one_the_next_can_be_placed(self, desk: Desk) -> None:
        order = await rung(desk)
        await dialling.change(desk, order, Change(OrderStatus.FAILED, "your phone is busy"))
        assert (await placed(desk)).id == order.id + 1

    async def test_one_that_no_daemon_took_is_in_nobodys_way_after_a_minute(self, desk: Desk, clock: Clock) -> None:
        await owed(desk)
        old = await placed(desk)
        clock.later(seconds=61)
        await placed(desk)
        assert (await dialling.show(desk, old.id)).reason == dialling.NOT_TAKEN.reason

    @pytest.mark.parametrize("number", ["+442079460000", "+6211234567"])
    async def test_a_number_that_no_phone_of_the_centre_can_dial_is_refused(self, desk: Desk, number: str) -> None:
        await owed(desk, number)
        with pytest.raises(RefusedError, match="is no Indonesian number"):
            await placed(desk)
        assert (await callbacks.show(desk, 1)).debt.claimed_by is None

    async def test_a_citizen_whose_number_was_destroyed_cannot_be_called(self, desk: Desk, path: Path) -> None:
        await owed(desk)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE citizens SET number = NULL")
        with pytest.raises(RefusedError, match="not known any more"):
            await placed(desk)

    async def test_there_must_be_such_a_callback(self, desk: Desk) -> None:
        with pytest.raises(NotFoundError):
            await placed(desk, 99)
        with pytest.raises(NotFoundError):
            await dialling.show(desk, 99)

    async def test_of_twenty_processes_that_want_one_citizen_one_has_the_order(self, desk: Desk, path: Path) -> None:
        await owed(desk)

        async def process(count: int) -> Order | None:
            async with desk_at(path) as own:
                try:
                    return await placed(own, 1, f"operator {count}", f"PJSIP/{count}")
                except RefusedError:
                    return None

        orders = await asyncio.gather(*map(process, range(20)))
        assert [order for order in orders if order] == await dialling.pending(desk)
        assert len(await dialling.pending(desk)) == 1


class TestWhichPhone:
    def test_is_the_operators_own(self) -> None:
        assert dialling.phone_of(PHONES, "budi", None) == "PJSIP/102"

    @pytest.mark.parametrize("given", ["103", "PJSIP/103"])
    def test_is_the_one_that_is_given(self, given: str) -> None:
        assert dialling.phone_of(PHONES, "siti", given) == "PJSIP/103"
        assert dialling.phone_of(PHONES, "budi", given) == "PJSIP/103", "a colleague's desk"

    @pytest.mark.parametrize("given", ["", "104", "Local/0811@any", "PJSIP/101&PJSIP/102", "102"])
    def test_is_never_anything_else(self, given: str) -> None:
        with pytest.raises(RefusedError, match="PJSIP/101, PJSIP/102"):
            dialling.phone_of(PHONES, "siti", given)

    def test_must_be_said_by_who_has_several_or_none(self) -> None:
        with pytest.raises(RefusedError, match=r"several phones: .* --phone PJSIP/101"):
            dialling.phone_of(PHONES, "siti", None)
        with pytest.raises(RefusedError, match=r"no phone of dewi: .* --phone"):
            dialling.phone_of(PHONES, "dewi", None)
        with pytest.raises(RefusedError, match="there are: none"):
            dialling.phone_of({}, "siti", None)


@pytest.mark.parametrize(
    ("number", "dialled"),
    [("+6281100001234", "081100001234"), ("+622177201234", "02177201234"), ("+62251123456", "0251123456")],
)
def test_a_number_is_dialled_as_phones_here_dial_it(number: str, dialled: str) -> None:
    assert dialling.dialable(number) == dialled


async def given_to_budi(desk: Desk) -> None:
    """As after a lease that has ended: to give it back is refused while it is being dialled."""
    async with desk.store.transaction() as connection:
        await connection.execute("UPDATE callbacks SET claimed_by = 'budi' WHERE id = 1")


class TestTaking:
    async def test_it_is_written_down_before_asterisk_is_asked(self, desk: Desk) -> None:
        await owed(desk)
        order = await placed(desk)
        callback = await dialling.take(desk, order, CHANNEL)
        taken = await dialling.show(desk, order.id)
        assert callback is not None
        assert (callback.caller, taken.status, taken.uniqueid) == (ANI, OrderStatus.RINGING, CHANNEL)

    async def test_it_is_done_once(self, desk: Desk) -> None:
        await owed(desk)
        order = await placed(desk)
        assert await dialling.take(desk, order, CHANNEL) is not None
        assert await dialling.take(desk, order, "depok-1764000009.1000000001") is None
        assert (await dialling.show(desk, order.id)).uniqueid == CHANNEL

    async def test_not_after_it_was_withdrawn(self, desk: Desk) -> None:
        await owed(desk)
        order = await placed(desk)
        assert await dialling.withdraw(desk, order.id)
        assert await dialling.take(desk, order, CHANNEL) is None
        assert await status(desk, order) is OrderStatus.FAILED

    async def test_and_it_is_not_withdrawn_afterwards(self, desk: Desk) -> None:
        order = await rung(desk)
        assert not await dialling.withdraw(desk, order.id)
        assert await status(desk, order) is OrderStatus.RINGING

    async def test_not_after_a_minute(self, desk: Desk, clock: Clock) -> None:
        await owed(desk)
        order = await placed(desk)
        clock.later(seconds=61)
        assert await dialling.take(desk, order, CHANNEL) is None
        assert (await dialling.show(desk, order.id)).reason == dialling.NOT_TAKEN.reason

    async def test_not_when_a_colleague_has_the_callback_now(self, desk: Desk) -> None:
        await owed(desk)
        order = await placed(desk)
        await given_to_budi(desk)
        assert await dialling.take(desk, order, CHANNEL) is None
        assert (await dialling.show(desk, order.id)).reason == dialling.NOT_YOURS.reason
        assert (await callbacks.show(desk, 1)).debt.claimed_by == "budi"


class TestWhatTheCallLogSays:
    async def test_nothing_at_first(self, desk: Desk) -> None:
        order = await rung(desk)
        assert (order.call, dialling.news(order, desk.now())) == (None, None)

    async def test_the_citizen_is_called(self, desk: Desk) -> None:
        order = await rung(desk)
        await logged(desk, None, Direction.INTERNAL)
        assert dialling.news(await dialling.show(desk, order.id), desk.now()) is None
        await logged(desk, None)
        assert dialling.news(await dialling.show(desk, order.id), desk.now()) == Change(OrderStatus.CONNECTED)

    @pytest.mark.parametrize("outcome", [Outcome.ANSWERED, Outcome.BUSY])
    async def test_it_is_over_however_it_went(self, desk: Desk, outcome: Outcome) -> None:
        order = await rung(desk)
        await dialling.change(desk, order, Change(OrderStatus.CONNECTED))
        await logged(desk, outcome)
        found = await dialling.show(desk, order.id)
        assert dialling.news(found, desk.now()) == Change(OrderStatus.ENDED)
        assert found.call is not None
        assert (found.call.id, found.call.talk_seconds) == (CHANNEL, 15 if outcome is Outcome.ANSWERED else None)

    async def test_only_the_operators_phone_was_ever_in_the_call(self, desk: Desk) -> None:
        order = await rung(desk)
        await logged(desk, Outcome.BUSY, Direction.INTERNAL)
        assert dialling.news(await dialling.show(desk, order.id), desk.now()) == dialling.NOBODY_PICKED_UP

    async def test_never_an_end_and_after_two_hours_it_is_not_waited_for_any_more(
        self, desk: Desk, clock: Clock
    ) -> None:
        order = await rung(desk)
        await logged(desk, None)
        clock.later(hours=2, minutes=11)
        assert dialling.news(await dialling.show(desk, order.id), clock()) == dialling.UNKNOWN

    async def test_what_was_thought_out_for_another_status_is_not_written(self, desk: Desk) -> None:
        order = await rung(desk)
        assert await dialling.change(desk, order, Change(OrderStatus.FAILED, "your phone is busy"))
        assert not await dialling.change(desk, order, Change(OrderStatus.CONNECTED))
        assert await status(desk, order) is OrderStatus.FAILED

    async def test_the_try_is_noted_with_the_end_of_the_call(self, desk: Desk) -> None:
        await rung(desk)
        await logged(desk, Outcome.BUSY)
        (attempt,) = (await callbacks.show(desk, 1)).attempts
        assert (attempt.result, attempt.operator, attempt.call) == (AttemptResult.BUSY, "siti", CHANNEL)


class TestTheClaim:
    async def test_is_held_while_the_call_goes_on(self, desk: Desk, clock: Clock) -> None:
        order = await rung(desk)
        for _ in range(8):
            clock.later(minutes=5)
            await dialling.hold(desk, order)
        with pytest.raises(RefusedError, match="claimed by siti"):
            await callbacks.claim(desk, 1, "budi")

    async def test_is_written_anew_only_now_and_then(self, desk: Desk, clock: Clock) -> None:
        order = await rung(desk)
        clock.later(minutes=5)
        await dialling.hold(desk, order)
        assert (await callbacks.show(desk, 1)).debt.claimed_until == TEN + POLICY.lease

    async def test_of_somebody_else_is_left_alone(self, desk: Desk, clock: Clock) -> None:
        order = await rung(desk)
        await given_to_budi(desk)
        clock.later(minutes=10)
        await dialling.hold(desk, order)
        debt = (await callbacks.show(desk, 1)).debt
        assert (debt.claimed_by, debt.claimed_until) == ("budi", TEN + timedelta(minutes=15))


async def test_what_there_is_to_tell_are_the_answers_that_are_owed(desk: Desk) -> None:
    complaint = tickets.Complaint("Sampah menumpuk", caller=ANI)
    numbers = [(await tickets.open_ticket(desk, complaint, "siti")).number for _ in range(3)]
    for number in numbers[:2]:
        await tickets.answer(desk, number, "Sudah diangkut", "siti")
    assert (await callbacks.show(desk, 1)).debt.untold == tuple(numbers[:2])
    await tickets.close(desk, numbers[0], "siti", told=True)
    assert (await callbacks.show(desk, 1)).debt.untold == (numbers[1],)


async def test_a_claim_is_not_given_back_while_the_phone_rings_for_it(desk: Desk) -> None:
    async with desk.store.transaction() as connection:
        owed = await callbacks.owe(desk, connection, ANI, CallbackReason.REQUEST, desk.now())
    await dialling.place(desk, owed, "siti", "PJSIP/101")
    with pytest.raises(RefusedError, match="is being dialled"):
        await callbacks.release(desk, owed, "siti")
