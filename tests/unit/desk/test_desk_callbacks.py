"""Whom the centre owes a call, who takes it, and how it ends: never two operators on one citizen."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from depok_agi.desk import Desk, callbacks
from depok_agi.desk.calls import record, take_request
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.tickets.callback import AttemptResult, CallbackReason, CallbackStatus
from depok_agi.tickets.ticket import Callback
from depok_agi.voice.caller import Language
from depok_agi.voice.centre import CallbackRequest
from tests.unit.desk.made import ANI, BUDI, TEN, Clock, call, content, desk_at, wib

CITRA = "+6281100009012"


async def owe(desk: Desk, number: str = ANI, reason: CallbackReason = CallbackReason.MISSED) -> int:
    async with desk.store.transaction() as connection:
        return await callbacks.owe(desk, connection, number, reason, desk.now())


async def listed(desk: Desk) -> list[int]:
    return [callback.id for callback in await callbacks.listed(desk)]


class TestClaiming:
    async def test_whoever_takes_one_has_it_for_a_while(self, desk: Desk, clock: Clock) -> None:
        taken = await callbacks.claim(desk, await owe(desk), "siti")
        assert (taken.debt.status, taken.debt.claimed_by) == (CallbackStatus.CLAIMED, "siti")
        assert taken.debt.claimed_until == clock.at + timedelta(minutes=15)

    async def test_a_colleague_is_refused_and_told_who_has_it(self, desk: Desk, path: Path) -> None:
        one = await owe(desk)
        await callbacks.claim(desk, one, "siti")
        before = content(path)
        with pytest.raises(RefusedError, match=r"claimed by siti, until 10:15: take the next one"):
            await callbacks.claim(desk, one, "budi")
        assert content(path) == before

    async def test_a_forgotten_claim_hides_nobody(self, desk: Desk, clock: Clock) -> None:
        one = await owe(desk)
        await callbacks.claim(desk, one, "siti")
        clock.later(minutes=15)
        [shown] = await callbacks.listed(desk)
        assert (shown.debt.status, shown.debt.claimed_by) == (CallbackStatus.PENDING, None)
        assert (await callbacks.claim(desk, one, "budi")).debt.claimed_by == "budi"

    async def test_of_twenty_operators_at_once_exactly_one_gets_it(self, path: Path, desk: Desk) -> None:
        one = await owe(desk)

        async def try_it(name: str) -> str | None:
            async with desk_at(path) as elsewhere:
                try:
                    taken = await callbacks.claim(elsewhere, one, name)
                except RefusedError:
                    return None
                return taken.debt.claimed_by

        found = await asyncio.gather(*(try_it(f"operator{number}") for number in range(20)))
        winners = [name for name in found if name]
        assert len(winners) == 1
        assert (await callbacks.show(desk, one)).debt.claimed_by == winners[0]

    async def test_operators_who_ask_for_the_next_at_once_get_different_citizens(self, path: Path, desk: Desk) -> None:
        owed = {await owe(desk, f"+62811000090{number}") for number in range(10, 18)}

        async def ask(name: str) -> Callback | None:
            async with desk_at(path) as elsewhere:
                return await callbacks.claim_next(elsewhere, name)

        found = await asyncio.gather(*(ask(f"operator{number}") for number in range(10)))
        taken = [callback.id for callback in found if callback is not None]
        assert len(taken) == len(set(taken)) == len(owed)

    async def test_it_can_be_given_back(self, desk: Desk) -> None:
        one = await owe(desk)
        await callbacks.claim(desk, one, "siti")
        with pytest.raises(RefusedError, match="claimed by siti"):
            await callbacks.release(desk, one, "budi")
        assert (await callbacks.release(desk, one, "siti")).debt.status is CallbackStatus.PENDING
        with pytest.raises(RefusedError, match="not claimed"):
            await callbacks.release(desk, one, "siti")
        assert (await callbacks.claim(desk, one, "budi")).debt.claimed_by == "budi"

    @pytest.mark.parametrize("missing", [0, 4711, -1])
    async def test_one_that_does_not_exist_is_not_found(self, desk: Desk, missing: int) -> None:
        for act in (
            callbacks.show(desk, missing),
            callbacks.claim(desk, missing, "siti"),
            callbacks.release(desk, missing, "siti"),
            callbacks.done(desk, missing, AttemptResult.REACHED, "siti", None),
        ):
            with pytest.raises(NotFoundError, match=f"there is no callback {missing}"):
                await act


class TestTheNextOne:
    async def test_the_most_urgent_comes_first(self, desk: Desk, clock: Clock) -> None:
        missed = await owe(desk, ANI)
        request = await owe(desk, BUDI, CallbackReason.REQUEST)
        answer = await owe(desk, CITRA, CallbackReason.ANSWER)
        assert await listed(desk) == [answer, request, missed]
        clock.later(minutes=61)  # a missed call is due within the hour
        assert await listed(desk) == [missed, answer, request]
        taken = await callbacks.claim_next(desk, "siti")
        assert taken is not None
        assert taken.id == missed

    async def test_one_that_waits_or_that_a_colleague_has_is_passed_over(self, desk: Desk, clock: Clock) -> None:
        tried, claimed, free = await owe(desk, ANI), await owe(desk, BUDI), await owe(desk, CITRA)
        await callbacks.done(desk, tried, AttemptResult.BUSY, "siti", None)
        await callbacks.claim(desk, claimed, "budi")
        taken = await callbacks.claim_next(desk, "siti")
        assert taken is not None
        assert taken.id == free
        assert await callbacks.claim_next(desk, "dewi") is None
        clock.later(minutes=15)
        again = await callbacks.claim_next(desk, "dewi")
        assert again is not None

    async def test_nobody_is_called_in_the_night(self, desk: Desk, clock: Clock) -> None:
        clock.at = wib("2026-06-08 22:00")
        await owe(desk)
        assert await callbacks.claim_next(desk, "siti") is None
        clock.at = wib("2026-06-09 08:00")
        assert await callbacks.claim_next(desk, "siti") is not None

    async def test_when_nobody_is_owed_there_is_none(self, desk: Desk) -> None:
        assert await callbacks.claim_next(desk, "siti") is None

    async def test_the_ended_ones_are_listed_after_the_owed_ones_when_asked_for(self, desk: Desk) -> None:
        done = [await owe(desk, ANI), await owe(desk, BUDI)]
        for one in done:
            await callbacks.done(desk, one, AttemptResult.REACHED, "siti", None)
        owed = await owe(desk, CITRA)
        assert await listed(desk) == [owed]
        assert [callback.id for callback in await callbacks.listed(desk, every=True)] == [owed, done[1], done[0]]


class TestFinishing:
    async def test_someone_elses_call_cannot_be_finished(self, desk: Desk, path: Path) -> None:
        one = await owe(desk)
        await callbacks.claim(desk, one, "siti")
        before = content(path)
        with pytest.raises(RefusedError, match=f"callback {one} is claimed by siti: they enter its result"):
            await callbacks.done(desk, one, AttemptResult.REACHED, "budi", None)
        assert content(path) == before

    async def test_a_call_made_by_other_means_needs_no_claim(self, desk: Desk) -> None:
        after = await callbacks.done(desk, await owe(desk), AttemptResult.REACHED, "siti", None)
        assert after.debt.status is CallbackStatus.DONE

    async def test_without_an_answer_it_waits_longer_each_time_and_then_ends(self, desk: Desk, clock: Clock) -> None:
        one = await owe(desk)
        waits = []
        for _ in range(4):
            after = await callbacks.done(desk, one, AttemptResult.NO_ANSWER, "siti", None)
            assert after.debt.status is CallbackStatus.PENDING
            assert after.debt.not_before is not None
            waits.append(after.debt.not_before - clock.at)
            clock.at = after.debt.not_before
        assert waits == [timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(hours=24)]
        after = await callbacks.done(desk, one, AttemptResult.NO_ANSWER, "siti", "menyerah")
        assert after.debt.status is CallbackStatus.EXPIRED
        assert [attempt.note for attempt in after.attempts] == [None] * 4 + ["menyerah"]

    @pytest.mark.parametrize("result", [AttemptResult.REACHED, AttemptResult.DECLINED, AttemptResult.WRONG_NUMBER])
    async def test_what_has_ended_is_never_called_again(self, desk: Desk, result: AttemptResult) -> None:
        one = await owe(desk)
        await callbacks.done(desk, one, result, "siti", None)
        for act in (
            callbacks.claim(desk, one, "siti"),
            callbacks.release(desk, one, "siti"),
            callbacks.done(desk, one, AttemptResult.REACHED, "siti", None),
        ):
            with pytest.raises(RefusedError, match="callback is done: nothing is owed any more"):
                await act
        assert len((await callbacks.show(desk, one)).attempts) == 1

    async def test_the_next_debt_of_the_same_citizen_starts_afresh(self, desk: Desk) -> None:
        first = await owe(desk)
        await callbacks.done(desk, first, AttemptResult.REACHED, "siti", None)
        second = await owe(desk)
        assert second != first
        assert (await callbacks.show(desk, second)).attempts == ()


class TestRequestsInTheMenu:
    REQUEST = CallbackRequest("1764000000.1", ANI, "081100001234", TEN, Language.INDONESIAN)

    async def test_it_owes_a_call_that_knows_its_call(self, desk: Desk) -> None:
        await record(desk, [call(outcome=None)], [])
        await take_request(desk, self.REQUEST)
        [debt] = await callbacks.listed(desk)
        assert (debt.caller, debt.debt.reason, debt.calls) == (ANI, CallbackReason.REQUEST, ("depok-1764000000.1",))

    async def test_before_or_after_the_call_is_recorded_and_twice_it_is_all_the_same(self, tmp_path: Path) -> None:
        from depok_agi.calls.record import Outcome  # noqa: PLC0415 - one use

        left = call(outcome=Outcome.LEFT_MENU)
        orders = {
            "request-first": ["request", "call"],
            "call-first": ["call", "request"],
            "call-up-first": ["up", "request", "call"],
            "request-while-up-then-twice": ["up", "request", "request", "call", "call", "request"],
            "again-from-the-journal": ["call", "request", "up", "call"],
        }
        stores = {}
        for name, order in orders.items():
            path = tmp_path / f"{name}.sqlite"
            async with desk_at(path) as desk:
                for what in order:
                    match what:
                        case "request":
                            await take_request(desk, self.REQUEST)
                        case "call":
                            await record(desk, [left], [])
                        case "up":
                            await record(desk, [call(outcome=None)], [])
            stores[name] = content(path)
        first = stores["request-first"]
        assert all(store == first for store in stores.values()), stores
        assert [row[2] for row in first["calls"]] == ["callback"]
        assert [row[:2] for row in first["callback_calls"]] == [(1, "depok-1764000000.1")]
        assert len(first["callbacks"]) == 1

    async def test_asking_again_in_another_call_is_still_one_debt(self, desk: Desk) -> None:
        await take_request(desk, self.REQUEST)
        await take_request(
            desk, CallbackRequest("1764000000.9", ANI, ANI, TEN + timedelta(minutes=9), Language.ENGLISH)
        )
        [debt] = await callbacks.listed(desk)
        assert debt.debt.owed_since == TEN

    async def test_one_that_was_called_back_is_not_owed_again_by_the_same_request(self, desk: Desk) -> None:
        await take_request(desk, self.REQUEST)
        [debt] = await callbacks.listed(desk)
        await callbacks.done(desk, debt.id, AttemptResult.REACHED, "siti", None)
        await take_request(desk, self.REQUEST)
        assert await callbacks.listed(desk) == []
