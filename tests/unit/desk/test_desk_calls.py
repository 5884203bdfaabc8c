"""What follows from calls: a citizen who wanted a person and got none is called back, once, unless we have talked."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from depok_agi.calls.ledger import REMEMBER
from depok_agi.calls.record import CallRecord, Direction, Outcome, Source
from depok_agi.desk import Desk, callbacks, calls, journal, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.store.times import microseconds
from depok_agi.tickets.callback import AttemptResult, CallbackReason, CallbackStatus
from depok_agi.tickets.ticket import Callback
from tests.unit.desk.made import ANI, BUDI, TEN, Clock, call, content

WANTED_A_PERSON = [Outcome.ABANDONED, Outcome.TIMEOUT, Outcome.FULL, Outcome.NO_OPERATOR]


async def owed(desk: Desk) -> list[Callback]:
    return await callbacks.listed(desk)


async def record(desk: Desk, *records: CallRecord, dropped: tuple[str, ...] = ()) -> None:
    await calls.record(desk, list(records), list(dropped))


class TestOwing:
    @pytest.mark.parametrize("outcome", WANTED_A_PERSON)
    async def test_whoever_wanted_a_person_and_got_none_is_owed_a_call(self, desk: Desk, outcome: Outcome) -> None:
        await record(desk, call(outcome=outcome))
        [debt] = await owed(desk)
        assert (debt.caller, debt.debt.reason, debt.calls) == (ANI, CallbackReason.MISSED, ("depok-1764000000.1",))
        assert debt.debt.owed_since == TEN + timedelta(seconds=60)

    @pytest.mark.parametrize(
        "not_owed",
        [
            call(outcome=None),
            call(outcome=Outcome.LEFT_MENU),
            call(outcome=Outcome.CLOSED),
            call(outcome=Outcome.SELF_SERVICE),
            call(outcome=Outcome.ANSWERED),
            call(number=None),
            call(outcome=Outcome.BUSY, direction=Direction.OUTBOUND),
        ],
        ids=["still-up", "left-menu", "closed", "self-service", "answered", "withheld", "outbound"],
    )
    async def test_nobody_else_is(self, desk: Desk, path: Path, not_owed: CallRecord) -> None:
        await record(desk, not_owed)
        assert await owed(desk) == []
        assert len(content(path)["calls"]) == 1

    async def test_repeats_are_one_debt_with_all_its_calls(self, desk: Desk) -> None:
        for number in range(3):
            await record(desk, call(f"1.{number}", WANTED_A_PERSON[number], began=TEN + timedelta(minutes=number)))
        await record(desk, call("2.1", number=BUDI))
        first, second = sorted(await owed(desk), key=lambda callback: callback.id)
        assert set(first.calls) == {"depok-1.0", "depok-1.1", "depok-1.2"}
        assert first.debt.owed_since == TEN + timedelta(seconds=60)
        assert (second.caller, second.calls) == (BUDI, ("depok-2.1",))

    async def test_writing_the_same_call_again_owes_nothing_more(self, desk: Desk, path: Path) -> None:
        await record(desk, call())
        [debt] = await owed(desk)
        await callbacks.done(desk, debt.id, AttemptResult.NO_ANSWER, "siti", None)
        before = content(path)
        await record(desk, call())
        assert content(path) == before

    async def test_not_even_when_the_citizen_was_called_back_meanwhile(self, desk: Desk) -> None:
        await record(desk, call())
        [debt] = await owed(desk)
        await callbacks.done(desk, debt.id, AttemptResult.REACHED, "siti", None)
        await record(desk, call())
        assert await owed(desk) == []

    async def test_all_of_a_batch_is_written_or_nothing(self, desk: Desk, path: Path) -> None:
        before = content(path)
        broken = call("1.2", began=TEN)
        object.__setattr__(broken, "menu_path", None)  # what the store must refuse
        with pytest.raises(Exception, match="NOT NULL"):
            await record(desk, call("1.1"), broken)
        assert content(path) == before


class TestSettling:
    @pytest.mark.parametrize("direction", [Direction.INBOUND, Direction.OUTBOUND])
    async def test_a_later_talk_settles_a_missed_call_whoever_called(self, desk: Desk, direction: Direction) -> None:
        await record(desk, call("1.1"))
        [debt] = await owed(desk)
        talk = call("2.1", Outcome.ANSWERED, direction=direction, began=TEN + timedelta(minutes=5))
        await record(desk, talk)
        assert await owed(desk) == []
        settled = await callbacks.show(desk, debt.id)
        assert (settled.debt.status, settled.debt.claimed_by) == (CallbackStatus.DONE, None)
        assert set(settled.calls) == {"depok-1.1", "depok-2.1"}

    async def test_a_talk_with_somebody_else_does_not(self, desk: Desk) -> None:
        await record(desk, call("1.1"), call("2.1", Outcome.ANSWERED, number=BUDI, began=TEN + timedelta(minutes=5)))
        assert len(await owed(desk)) == 1

    async def test_a_talk_while_still_waiting_in_an_older_call_does_not_settle_a_newer_debt(self, desk: Desk) -> None:
        await record(desk, call("2.1", began=TEN + timedelta(minutes=5)))
        await record(desk, call("1.1", Outcome.ANSWERED, began=TEN))
        assert len(await owed(desk)) == 1

    @pytest.mark.parametrize("reason", [CallbackReason.ANSWER, CallbackReason.REQUEST, CallbackReason.MESSAGE])
    async def test_a_promise_is_not_settled_by_just_any_talk(self, desk: Desk, reason: CallbackReason) -> None:
        async with desk.store.transaction() as connection:
            await callbacks.owe(desk, connection, ANI, reason, TEN)
        await record(desk, call("1.1", Outcome.ANSWERED, began=TEN + timedelta(minutes=5)))
        assert [callback.debt.status for callback in await owed(desk)] == [CallbackStatus.PENDING]

    async def test_an_answer_that_is_owed_outlives_a_missed_call_and_a_talk(self, desk: Desk, clock: Clock) -> None:
        await record(desk, call("1.1"))
        ticket = await tickets.open_ticket(desk, Complaint("x", caller=ANI), "siti")
        clock.later(minutes=2)
        await tickets.answer(desk, ticket.number, "Sudah", "siti")
        await record(desk, call("2.1", Outcome.ANSWERED, began=TEN + timedelta(minutes=5)))
        [debt] = await owed(desk)
        assert (debt.debt.reason, debt.tickets) == (CallbackReason.ANSWER, (ticket.number,))


class TestCallsThatTurnOutToBeOne:
    async def test_tickets_and_callbacks_go_to_the_call_that_took_it_over(self, desk: Desk, path: Path) -> None:
        await record(desk, call("1.2"))
        ticket = await tickets.open_ticket(desk, Complaint("x", caller=ANI, call="depok-1.2"), "siti")
        await record(desk, call("1.1", more_channels=("1.2",)), dropped=("depok-1.2",))
        with pytest.raises(NotFoundError):
            await calls.show(desk, "depok-1.2")
        _, number, callback = await calls.show(desk, "depok-1.1")
        [debt] = await owed(desk)
        assert (number, callback, debt.calls) == (ticket.number, debt.id, ("depok-1.1",))
        assert (await tickets.show(desk, ticket.number)).calls == ("depok-1.1",)
        assert [row[0] for row in content(path)["call_personal"]] == ["depok-1.1"]

    async def test_both_known_already_leave_one_link_each(self, desk: Desk) -> None:
        await record(desk, call("1.1"), call("1.2"))
        await record(desk, call("1.1", more_channels=("1.2",)), dropped=("depok-1.2",))
        [debt] = await owed(desk)
        assert debt.calls == ("depok-1.1",)

    async def test_a_citizen_who_was_called_back_meanwhile_is_not_called_again(self, desk: Desk) -> None:
        await record(desk, call("1.2"))
        [debt] = await owed(desk)
        await callbacks.done(desk, debt.id, AttemptResult.REACHED, "siti", None)
        await record(desk, call("1.1", more_channels=("1.2",)), dropped=("depok-1.2",))
        assert await owed(desk) == []

    async def test_one_that_nobody_took_over_just_goes(self, desk: Desk) -> None:
        await record(desk, call("1.1"), call("1.2", number=BUDI))
        await record(desk, dropped=("depok-1.2", "depok-never"))
        assert [found.id for found, _, _ in await calls.listed(desk)] == ["depok-1.1"]


class TestFinding:
    async def test_by_any_part_that_no_other_call_has(self, desk: Desk) -> None:
        await record(desk, call("1764000000.1"), call("1764000000.22"), call("1764000099.3"))
        for given in ("depok-1764000099.3", "depok-1764000099", "99.3", ".3"):
            assert (await calls.show(desk, given))[0].id == "depok-1764000099.3"
        with pytest.raises(RefusedError, match="several calls begin or end with 'depok-1764000000'"):
            await calls.show(desk, "depok-1764000000")

    @pytest.mark.parametrize("given", ["%", "_", "depok_1", "\\", "'; --", "9.9"])
    async def test_nothing_matches_by_accident(self, desk: Desk, given: str) -> None:
        await record(desk, call("1764000000.1"))
        with pytest.raises(NotFoundError, match="there is no call"):
            await calls.show(desk, given)

    async def test_the_log_is_newest_first_and_half_open_in_time(self, desk: Desk) -> None:
        for minute in range(4):
            await record(desk, call(f"1.{minute}", began=TEN + timedelta(minutes=minute)))

        async def ids(since: int | None = None, until: int | None = None, limit: int = 50) -> list[str]:
            first, last = (
                None if minute is None else microseconds(TEN + timedelta(minutes=minute)) for minute in (since, until)
            )
            return [c.id[-1] for c, _, _ in await calls.listed(desk, since=first, until=last, limit=limit)]

        assert await ids() == ["3", "2", "1", "0"]
        assert await ids(since=1, until=3) == ["2", "1"]
        assert await ids(limit=2) == ["3", "2"]

    async def test_by_outcome_and_by_citizen(self, desk: Desk) -> None:
        await record(desk, call("1.1"), call("1.2", Outcome.ANSWERED), call("1.3", number=BUDI))
        assert [c.id for c, _, _ in await calls.listed(desk, outcome=Outcome.ANSWERED)] == ["depok-1.2"]
        assert [c.id for c, _, _ in await calls.listed(desk, number=BUDI)] == ["depok-1.3"]
        assert await calls.listed(desk, number="+6281100009999") == []

    async def test_those_that_are_up_are_known_after_a_restart(self, desk: Desk) -> None:
        up, over = call("1.1", outcome=None), call("1.2")
        await calls.record(desk, [up, over], [], None, {up.id: "up", over.id: "over"})
        assert await calls.unsettled(desk, ended_since=1 << 60) == [("depok-1.1", "up")]
        assert await calls.unsettled(desk, ended_since=0) == [("depok-1.1", "up"), ("depok-1.2", "over")]

    async def test_the_journal_alone_does_not_overwrite_a_call_that_was_heard_live(self, desk: Desk) -> None:
        live = call("1.1", outcome=Outcome.ANSWERED)
        await record(desk, live)
        await record(desk, replace(live, source=Source.RECOVERED, operator=None))
        assert await calls.show(desk, live.id) == (live, None, None)

    async def test_but_it_says_what_became_of_a_call_whose_end_nobody_knew(self, desk: Desk) -> None:
        unknown = replace(call("1.1", outcome=Outcome.ABANDONED), outcome=Outcome.UNKNOWN)
        await record(desk, unknown)
        known = replace(unknown, outcome=Outcome.ABANDONED, source=Source.RECOVERED)
        await record(desk, known)
        assert (await calls.show(desk, known.id))[0] == known

    async def test_what_the_ledger_knew_is_forgotten_soon_after_the_end(self, desk: Desk) -> None:
        up, over = call("1.1", outcome=None), call("1.2")
        later = (over.ended_at or 0) + REMEMBER + 1
        await calls.record(desk, [up, over], [], journal.Heard(later, {}), {up.id: "up", over.id: "over"})
        assert await calls.unsettled(desk, ended_since=0) == [("depok-1.1", "up")]
