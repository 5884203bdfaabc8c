"""A complaint from the first word to the citizen who was told."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest

from depok_agi.desk import Desk, callbacks, opds, tickets
from depok_agi.desk import calls as desk_calls
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.tickets.callback import AttemptResult, CallbackReason, CallbackStatus
from depok_agi.tickets.clock import Clock as Deadline
from depok_agi.tickets.number import is_valid
from depok_agi.tickets.status import TicketStatus
from depok_agi.tickets.ticket import Callback, Ticket, TicketChannel
from tests.unit.desk.made import ANI, BUDI, Clock, call, content, desk_at, wib

RUBBISH = Complaint("Sampah menumpuk", caller="0811-0000-1234", name="Ani", category="sampah", area="Beji")


async def opened(desk: Desk, complaint: Complaint = RUBBISH) -> Ticket:
    return await tickets.open_ticket(desk, complaint, "siti")


async def answered(desk: Desk, complaint: Complaint = RUBBISH) -> Ticket:
    ticket = await opened(desk, complaint)
    await tickets.forward(desk, ticket.number, "DLHK", "siti")
    return await tickets.answer(desk, ticket.number, "Diangkut hari ini", "siti")


async def owed(desk: Desk) -> list[Callback]:
    return await callbacks.listed(desk)


async def test_the_whole_life_of_a_complaint(desk: Desk, clock: Clock) -> None:
    clock.at = wib("2026-03-17 10:00")
    ticket = await opened(desk)
    assert (ticket.status, ticket.caller, ticket.name, ticket.area) == (TicketStatus.NEW, ANI, "Ani", "Beji")
    assert (ticket.text, ticket.category, ticket.opd) == ("Sampah menumpuk", "sampah", None)
    assert ticket.opened_at == clock.at
    assert await owed(desk) == []

    ticket = await tickets.forward(desk, ticket.number, None, "siti")
    assert (ticket.status, ticket.opd, ticket.forwarded_at) == (TicketStatus.FORWARDED, "DLHK", clock.at)
    assert ticket.due_at == ticket.due_elapsed_at == wib("2026-03-20 10:00")
    assert ticket.due_working_days_at == wib("2026-03-27 10:00")

    clock.at = wib("2026-03-18 09:00")
    ticket = await tickets.answer(desk, ticket.number, "Diangkut hari ini", "budi")
    assert (ticket.status, ticket.answer, ticket.answered_at) == (TicketStatus.ANSWERED, "Diangkut hari ini", clock.at)
    [debt] = await owed(desk)
    assert (debt.caller, debt.debt.reason, debt.tickets) == (ANI, CallbackReason.ANSWER, (ticket.number,))
    assert ticket.callback == debt.id

    await callbacks.claim(desk, debt.id, "siti")
    clock.later(minutes=5)
    debt = await callbacks.done(desk, debt.id, AttemptResult.REACHED, "siti", "senang")
    assert debt.debt.status is CallbackStatus.DONE
    [attempt] = debt.attempts
    assert (attempt.at, attempt.operator, attempt.result, attempt.note) == (clock.at, "siti", "reached", "senang")

    ticket = await tickets.show(desk, ticket.number)
    assert (ticket.status, ticket.closed_at) == (TicketStatus.CLOSED, clock.at)
    history = await tickets.history(desk, ticket)
    assert [(entry.action, entry.actor) for entry in history] == [
        ("open", "siti"),
        ("forward", "siti"),
        ("answer", "budi"),
        ("close", "siti"),
    ]
    assert await owed(desk) == []
    assert await tickets.verify(desk) == []


class TestOpening:
    async def test_numbers_can_be_typed_on_a_keypad_and_follow_each_other(self, desk: Desk) -> None:
        numbers = [(await opened(desk)).number for _ in range(3)]
        assert numbers == sorted(set(numbers))
        assert all(is_valid(number) for number in numbers)

    async def test_whoever_opens_at_the_same_time_in_other_processes_gets_another_number(
        self, path: Path, desk: Desk
    ) -> None:
        async def elsewhere() -> list[str]:
            async with desk_at(path) as other:
                return [(await opened(other)).number for _ in range(5)]

        found = [number for numbers in await asyncio.gather(*(elsewhere() for _ in range(6))) for number in numbers]
        assert len(set(found)) == 30
        assert await tickets.verify(desk) == []

    async def test_it_keeps_everything_that_was_said(self, desk: Desk) -> None:
        said = "Jalan 'rusak'\n\"parah\" \N{HOT BEVERAGE} -- ; DROP TABLE tickets;"
        ticket = await opened(desk, Complaint(said, TicketChannel.LETTER, None, "O'Neil; --", secret=True))
        shown = await tickets.show(desk, ticket.number)
        assert (shown.text, shown.name, shown.secret, shown.channel) == (said, "O'Neil; --", True, TicketChannel.LETTER)
        assert shown.caller is None

    async def test_a_later_name_stands_for_the_citizen_and_none_takes_nothing_away(self, desk: Desk) -> None:
        await opened(desk)
        assert (await opened(desk, Complaint("x", caller=ANI))).name == "Ani"
        assert (await opened(desk, Complaint("x", caller=ANI, name="Ani S."))).name == "Ani S."

    async def test_it_knows_the_call_in_which_it_was_told(self, desk: Desk) -> None:
        await desk_calls.record(desk, [call()], [])
        ticket = await opened(desk, Complaint("x", caller=ANI, call="depok-1764000000.1"))
        assert ticket.calls == ("depok-1764000000.1",)
        _, number, _ = await desk_calls.show(desk, "depok-1764000000.1")
        assert number == ticket.number

    @pytest.mark.parametrize("text", ["", " \n\t"])
    async def test_without_a_text_it_is_refused(self, desk: Desk, text: str) -> None:
        with pytest.raises(RefusedError, match="needs a text"):
            await opened(desk, Complaint(text))

    @pytest.mark.parametrize("number", ["", "anonymous", "110", "1500664", "0811", "0811-0000-1234;ext=5"])
    async def test_a_number_that_cannot_be_called_is_refused_without_repeating_it(
        self, desk: Desk, path: Path, number: str
    ) -> None:
        with pytest.raises(RefusedError, match="is no telephone number") as refused:
            await opened(desk, Complaint("x", caller=number))
        assert "0000-1234" not in str(refused.value)
        assert content(path)["tickets"] == content(path)["citizens"] == []

    @pytest.mark.parametrize(
        ("complaint", "text"),
        [
            (Complaint("x", category="sampa"), "there is no category 'sampa'; do you mean sampah?"),
            (Complaint("x", category="ktp"), "do you mean KTP/KK?"),
            (Complaint("x", area="bejii"), "there is no area 'bejii'; do you mean Beji?"),
            (Complaint("x", area="pancoranmas"), "do you mean Pancoran Mas?"),
            (Complaint("x", area="qqqqqq"), "there is no area 'qqqqqq'; there are: Beji, Pancoran Mas, .*Bojongsari"),
            (Complaint("x", category=""), "there is no category ''; there are: .*sampah"),
        ],
    )
    async def test_what_is_not_known_is_refused_with_the_nearest(
        self, desk: Desk, path: Path, complaint: Complaint, text: str
    ) -> None:
        with pytest.raises(NotFoundError, match=text):
            await opened(desk, complaint)
        assert content(path)["tickets"] == []

    async def test_names_are_understood_whatever_their_case(self, desk: Desk) -> None:
        ticket = await opened(desk, Complaint("x", category="ktp/kk", area="PANCORAN MAS"))
        assert (ticket.category, ticket.area) == ("KTP/KK", "Pancoran Mas")


class TestForwarding:
    async def test_an_opd_with_the_other_clock_is_bound_by_working_days(self, desk: Desk, clock: Clock) -> None:
        async with desk.store.transaction() as connection:
            await connection.execute("UPDATE opds SET clock = 'working_days' WHERE code = 'DLHK'")
        clock.at = wib("2026-06-05 15:00")
        ticket = await tickets.forward(desk, (await opened(desk)).number, "dlhk", "siti")
        assert ticket.due_elapsed_at == wib("2026-06-08 15:00")
        assert ticket.due_at == ticket.due_working_days_at == wib("2026-06-10 15:00")
        assert {opd.code: opd.clock for opd in await opds.listed(desk)}["DLHK"] is Deadline.WORKING_DAYS

    async def test_another_opd_gets_a_clock_of_its_own(self, desk: Desk, clock: Clock) -> None:
        ticket = await tickets.forward(desk, (await opened(desk)).number, "DLHK", "siti")
        clock.later(hours=50)
        again = await tickets.forward(desk, ticket.number, "DPUPR", "siti")
        assert (again.opd, again.forwarded_at, again.opened_at) == ("DPUPR", clock.at, ticket.opened_at)
        assert again.due_elapsed_at == wib("2026-06-13 12:00")

    @pytest.mark.parametrize(("given", "meant"), [("DPUPRR", "DPUPR"), ("dukcapil", "DISDUKCAPIL"), ("DLH", "DLHK")])
    async def test_an_unknown_opd_is_refused_with_the_nearest(self, desk: Desk, given: str, meant: str) -> None:
        ticket = await opened(desk)
        with pytest.raises(NotFoundError, match=f"there is no OPD '{given}'; do you mean {meant}?"):
            await tickets.forward(desk, ticket.number, given, "siti")
        assert await tickets.show(desk, ticket.number) == ticket

    async def test_without_a_category_the_opd_must_be_named(self, desk: Desk) -> None:
        ticket = await opened(desk, Complaint("x"))
        with pytest.raises(RefusedError, match="name one by --opd"):
            await tickets.forward(desk, ticket.number, None, "siti")

    async def test_it_is_late_only_while_the_opd_has_not_answered(self, desk: Desk, clock: Clock) -> None:
        ticket = await tickets.forward(desk, (await opened(desk)).number, "DLHK", "siti")
        clock.later(hours=72)
        assert await tickets.listed(desk, overdue=True) == []
        clock.later(microseconds=1)
        assert [late.number for late in await tickets.listed(desk, overdue=True)] == [ticket.number]
        await tickets.answer(desk, ticket.number, "Sudah", "siti")
        assert await tickets.listed(desk, overdue=True) == []


class TestAnswering:
    async def test_a_citizen_without_a_number_is_owed_nothing(self, desk: Desk) -> None:
        ticket = await answered(desk, Complaint("x", TicketChannel.LETTER, name="Ani"))
        assert ticket.callback is None
        assert await owed(desk) == []
        assert (await tickets.close(desk, ticket.number, "siti")).status is TicketStatus.CLOSED

    async def test_two_answers_for_one_citizen_are_one_call(self, desk: Desk) -> None:
        first, second = await answered(desk), await answered(desk)
        [debt] = await owed(desk)
        assert set(debt.tickets) == {first.number, second.number}

    async def test_an_empty_answer_is_refused(self, desk: Desk) -> None:
        ticket = await opened(desk)
        with pytest.raises(RefusedError, match="an answer needs a text"):
            await tickets.answer(desk, ticket.number, " \n", "siti")

    async def test_a_second_answer_is_refused_and_changes_nothing(self, desk: Desk, path: Path) -> None:
        ticket = await answered(desk)
        before = content(path)
        with pytest.raises(RefusedError, match="cannot answer"):
            await tickets.answer(desk, ticket.number, "Lagi", "siti")
        assert content(path) == before


class TestClosing:
    async def test_while_the_call_is_owed_it_is_refused_and_says_what_to_do(self, desk: Desk, path: Path) -> None:
        ticket = await answered(desk)
        before = content(path)
        with pytest.raises(RefusedError, match=f"callbacks claim {ticket.callback}.*--told"):
            await tickets.close(desk, ticket.number, "siti")
        assert content(path) == before

    async def test_a_citizen_who_was_told_otherwise_is_owed_no_call_any_more(self, desk: Desk, clock: Clock) -> None:
        ticket = await answered(desk)
        clock.later(hours=1)
        ticket = await tickets.close(desk, ticket.number, "siti", told=True)
        assert (ticket.status, ticket.closed_at) == (TicketStatus.CLOSED, clock.at)
        assert ticket.callback is not None
        debt = await callbacks.show(desk, ticket.callback)
        assert debt.debt.status is CallbackStatus.DONE
        assert debt.attempts == ()  # nobody called them
        assert [cause.settled_by for cause in debt.debt.causes] == ["told otherwise"]

    async def test_the_call_stays_owed_for_another_ticket_that_was_answered(self, desk: Desk) -> None:
        first, second = await answered(desk), await answered(desk)
        await tickets.close(desk, first.number, "siti", told=True)
        [debt] = await owed(desk)
        assert debt.attempts == ()
        await tickets.close(desk, second.number, "siti", told=True)
        assert await owed(desk) == []

    async def test_a_new_one_may_be_closed_at_once_because_the_centre_answered_in_the_call(self, desk: Desk) -> None:
        ticket = await tickets.close(desk, (await opened(desk)).number, "siti")
        assert ticket.status is TicketStatus.CLOSED
        assert await owed(desk) == []

    async def test_one_that_an_opd_has_may_not(self, desk: Desk) -> None:
        ticket = await tickets.forward(desk, (await opened(desk)).number, "DLHK", "siti")
        with pytest.raises(RefusedError, match="enter the OPD's answer first"):
            await tickets.close(desk, ticket.number, "siti", told=True)

    async def test_only_answered_tickets_are_closed_by_the_call(self, desk: Desk) -> None:
        told = await answered(desk)
        waiting = await tickets.forward(desk, (await opened(desk)).number, "DLHK", "siti")
        assert told.callback is not None
        await callbacks.done(desk, told.callback, AttemptResult.REACHED, "siti", None)
        assert (await tickets.show(desk, told.number)).status is TicketStatus.CLOSED
        assert (await tickets.show(desk, waiting.number)).status is TicketStatus.FORWARDED

    @pytest.mark.parametrize("result", [r for r in AttemptResult if r is not AttemptResult.REACHED])
    async def test_a_call_that_did_not_reach_them_closes_nothing(self, desk: Desk, result: AttemptResult) -> None:
        ticket = await answered(desk)
        assert ticket.callback is not None
        await callbacks.done(desk, ticket.callback, result, "siti", None)
        assert (await tickets.show(desk, ticket.number)).status is TicketStatus.ANSWERED


class TestFinding:
    async def test_a_number_is_understood_as_people_write_it(self, desk: Desk) -> None:
        ticket = await opened(desk)
        spaced = f" {ticket.number[:3]} {ticket.number[3:5]}-{ticket.number[5:]} "
        assert await tickets.show(desk, spaced) == ticket

    async def test_a_slip_on_the_keypad_never_shows_another_ticket(self, desk: Desk) -> None:
        ticket = await opened(desk)
        slip = ticket.number[:-2] + str((int(ticket.number[-2]) + 1) % 10) + ticket.number[-1]
        with pytest.raises(RefusedError, match="one digit is mistyped"):
            await tickets.show(desk, slip)

    @pytest.mark.parametrize("change", [tickets.show, lambda desk, number: tickets.close(desk, number, "siti")])
    async def test_one_that_does_not_exist_is_not_found(self, desk: Desk, change: object) -> None:
        assert callable(change)
        with pytest.raises(NotFoundError, match="there is no ticket"):
            await change(desk, "1000015")

    async def test_they_are_listed_newest_first_by_status_and_opd(self, desk: Desk, clock: Clock) -> None:
        first = await tickets.forward(desk, (await opened(desk)).number, "DLHK", "siti")
        clock.later(hours=1)
        second = await opened(desk, Complaint("x", caller=BUDI))

        async def numbers(**only: object) -> list[str]:
            return [ticket.number for ticket in await tickets.listed(desk, **only)]  # type: ignore[arg-type]

        assert await numbers() == [second.number, first.number]
        assert await numbers(limit=1) == [second.number]
        assert await numbers(status=TicketStatus.FORWARDED) == [first.number]
        assert await numbers(opd="DLHK") == [first.number]
        assert await numbers(opd="DPUPR") == []


async def test_a_naive_time_is_never_stored(desk: Desk, clock: Clock, path: Path) -> None:
    clock.at = datetime(2026, 6, 8, 10)  # noqa: DTZ001 - that is the point
    with pytest.raises((TypeError, ValueError)):
        await opened(desk)
    assert content(path)["tickets"] == []
