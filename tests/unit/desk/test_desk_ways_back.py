"""Bounced, reopened, noted, and closed though nobody could be told: no old clock outlives its answer."""

import pytest

from depok_agi.desk import Desk, callbacks, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import RefusedError
from depok_agi.tickets.callback import AttemptResult, CallbackReason, CallbackStatus
from depok_agi.tickets.status import TicketStatus
from depok_agi.tickets.ticket import Ticket, TicketChannel
from tests.unit.desk.made import ANI, Clock, wib


async def forwarded(desk: Desk, caller: str | None = ANI) -> Ticket:
    ticket = await tickets.open_ticket(desk, Complaint("Sampah", caller=caller, category="sampah"), "siti")
    return await tickets.forward(desk, ticket.number, None, "siti")


async def answered(desk: Desk, caller: str | None = ANI) -> Ticket:
    return await tickets.answer(desk, (await forwarded(desk, caller)).number, "Sudah diangkut", "siti")


class TestBouncing:
    async def test_an_opd_that_is_not_in_charge_has_no_clock_and_the_next_one_gets_its_own(
        self, desk: Desk, clock: Clock
    ) -> None:
        ticket = await forwarded(desk)
        clock.later(hours=80)
        assert ticket.overdue(clock.at)
        back = await tickets.bounce(desk, ticket.number, "bukan kewenangan", "siti")
        assert (back.status, back.opd, back.due_at, back.overdue(clock.at)) == (TicketStatus.NEW, None, None, False)
        assert await tickets.listed(desk, overdue=True) == []
        again = await tickets.forward(desk, ticket.number, "DPUPR", "siti")
        assert again.due_elapsed_at is not None
        assert again.opened_at == ticket.opened_at
        assert (again.due_elapsed_at - clock.at).total_seconds() == 72 * 3600

    async def test_the_history_says_which_date_fell_away_and_why(self, desk: Desk) -> None:
        ticket = await forwarded(desk)
        await tickets.bounce(desk, ticket.number, "Jalan provinsi", "siti")
        last = (await tickets.history(desk, ticket))[-1]
        assert (last.action, last.text) == ("bounce", "Jalan provinsi")
        assert last.detail == {"opd": "DLHK", "due_at_was": "2026-06-11T10:00:00+07:00"}

    async def test_it_needs_a_reason_and_an_opd(self, desk: Desk) -> None:
        ticket = await forwarded(desk)
        with pytest.raises(RefusedError, match="needs a reason"):
            await tickets.bounce(desk, ticket.number, " ", "siti")
        await tickets.bounce(desk, ticket.number, "bukan kewenangan", "siti")
        with pytest.raises(RefusedError, match="forward it to an OPD first"):
            await tickets.bounce(desk, ticket.number, "bukan kewenangan", "siti")


class TestReopening:
    async def test_no_call_is_owed_for_an_answer_that_does_not_do(self, desk: Desk) -> None:
        ticket = await answered(desk)
        back = await tickets.reopen(desk, ticket.number, "masih menumpuk", "siti")
        assert (back.status, back.answer, back.answered_at, back.opd) == (TicketStatus.NEW, None, None, None)
        assert await callbacks.listed(desk) == []

    async def test_what_else_is_owed_to_the_citizen_stays(self, desk: Desk) -> None:
        first, second = await answered(desk), await answered(desk)
        await tickets.reopen(desk, first.number, "masih menumpuk", "siti")
        [debt] = await callbacks.listed(desk)
        assert [cause.ticket for cause in debt.debt.owed] == [second.number]

    async def test_a_closed_one_comes_back_without_its_old_overdue_mark(self, desk: Desk, clock: Clock) -> None:
        ticket = await forwarded(desk)
        clock.later(hours=100)
        await tickets.answer(desk, ticket.number, "Sudah", "siti")
        await tickets.close(desk, ticket.number, "siti", told=True)
        back = await tickets.reopen(desk, ticket.number, "belum", "budi")
        assert (back.status, back.closed_at, back.due_at, back.overdue(clock.at)) == (
            TicketStatus.NEW,
            None,
            None,
            False,
        )

    async def test_answered_anew_the_citizen_is_owed_a_call_anew(self, desk: Desk) -> None:
        ticket = await answered(desk)
        await tickets.reopen(desk, ticket.number, "belum", "siti")
        again = await tickets.answer(desk, ticket.number, "Sekarang sudah", "siti")
        [debt] = await callbacks.listed(desk)
        assert (again.callback, again.answer) == (debt.id, "Sekarang sudah")
        assert debt.tickets == (ticket.number,)


class TestANote:
    @pytest.mark.parametrize("status", list(TicketStatus))
    async def test_it_is_possible_always_and_changes_nothing(self, desk: Desk, status: TicketStatus) -> None:
        ticket = await tickets.open_ticket(desk, Complaint("Sampah", caller=ANI, category="sampah"), "siti")
        if status is not TicketStatus.NEW:
            ticket = await tickets.forward(desk, ticket.number, None, "siti")
        if status in {TicketStatus.ANSWERED, TicketStatus.CLOSED}:
            ticket = await tickets.answer(desk, ticket.number, "Sudah", "siti")
        if status is TicketStatus.CLOSED:
            ticket = await tickets.close(desk, ticket.number, "siti", told=True)
        noted = await tickets.note(desk, ticket.number, "Warga ramah", "siti")
        assert noted.status is status
        assert (noted.due_at, noted.answer) == (ticket.due_at, ticket.answer)
        assert (await tickets.history(desk, noted))[-1].text == "Warga ramah"

    async def test_an_empty_one_is_refused(self, desk: Desk) -> None:
        with pytest.raises(RefusedError, match="needs a text"):
            await tickets.note(desk, (await forwarded(desk)).number, "\n", "siti")


class TestClosingUntold:
    async def test_a_citizen_with_a_wrong_number_keeps_the_ticket_open_until_somebody_says_why_not(
        self, desk: Desk
    ) -> None:
        ticket = await answered(desk)
        assert ticket.callback is not None
        await callbacks.done(desk, ticket.callback, AttemptResult.WRONG_NUMBER, "siti", None)
        with pytest.raises(RefusedError, match="was never told the answer"):
            await tickets.close(desk, ticket.number, "siti")
        closed = await tickets.close(desk, ticket.number, "siti", not_told="nomor salah")
        last = (await tickets.history(desk, closed))[-1]
        assert (closed.status, last.detail, last.text) == (TicketStatus.CLOSED, {"told": False}, "nomor salah")

    async def test_while_a_colleague_is_calling_the_citizen_nobody_closes_it(self, desk: Desk) -> None:
        ticket = await answered(desk)
        assert ticket.callback is not None
        await callbacks.claim(desk, ticket.callback, "budi")
        with pytest.raises(RefusedError, match="budi has claimed callback"):
            await tickets.close(desk, ticket.number, "siti", told=True)

    async def test_what_else_the_citizen_asked_for_stays_owed(self, desk: Desk) -> None:
        ticket = await answered(desk)
        async with desk.store.transaction() as connection:
            await callbacks.owe(desk, connection, ANI, CallbackReason.REQUEST, desk.now())
        await tickets.close(desk, ticket.number, "siti", told=True)
        [debt] = await callbacks.listed(desk)
        assert debt.debt.reason is CallbackReason.REQUEST


class TestWhoCannotBeCalled:
    async def test_answered_tickets_without_a_number_are_listed_apart(self, desk: Desk) -> None:
        ticket = await answered(desk, caller=None)
        numbers, calls = await callbacks.uncallable(desk)
        assert (numbers, calls) == ([ticket.number], [])
        await tickets.close(desk, ticket.number, "siti")
        assert await callbacks.uncallable(desk) == ([], [])

    async def test_a_message_owes_a_call(self, desk: Desk) -> None:
        await tickets.open_ticket(desk, Complaint("Pesan suara", TicketChannel.MESSAGE, ANI), "telepon")
        [debt] = await callbacks.listed(desk)
        assert debt.debt.reason is CallbackReason.MESSAGE


class TestWhatWasNeverTold:
    async def test_an_expired_answer_is_told_with_the_next_call_that_is_owed(self, desk: Desk, clock: Clock) -> None:
        clock.at = wib("2026-06-08 08:00")
        ticket = await answered(desk)
        assert ticket.callback is not None
        for _ in range(5):
            await callbacks.done(desk, ticket.callback, AttemptResult.NO_ANSWER, "siti", None)
        assert (await callbacks.show(desk, ticket.callback)).debt.status is CallbackStatus.EXPIRED
        async with desk.store.transaction() as connection:
            fresh = await callbacks.owe(desk, connection, ANI, CallbackReason.MISSED, desk.now())
        [debt] = await callbacks.listed(desk)
        assert (debt.id, debt.tickets, debt.debt.reason) == (fresh, (ticket.number,), CallbackReason.ANSWER)
        assert (await callbacks.show(desk, ticket.callback)).debt.status is CallbackStatus.DONE
        await callbacks.done(desk, fresh, AttemptResult.REACHED, "siti", None)
        assert (await tickets.show(desk, ticket.number)).status is TicketStatus.CLOSED
