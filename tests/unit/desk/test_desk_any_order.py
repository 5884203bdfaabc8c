"""Whatever operators do, in whatever order: nobody is forgotten or called by two, and every due date is right."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from depok_agi.calls.record import Direction, Outcome
from depok_agi.desk import Desk, callbacks, calls, deadlines, opds, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import RefusedError
from depok_agi.hours.schedule import SpecialDay
from depok_agi.store.database import Store
from depok_agi.tickets.callback import AttemptResult, CallbackReason, CallbackStatus, urgency
from depok_agi.tickets.clock import Clock as Deadline
from depok_agi.tickets.deadline import deadlines as due_dates
from depok_agi.tickets.status import TicketStatus
from tests.unit.desk.made import ANI, BUDI, POLICY, SCHEDULE, Clock, call, new_store

Got = TypeVar("Got")
OPERATORS = st.sampled_from(["siti", "budi"])
GIVEN_UP = {AttemptResult.DECLINED, AttemptResult.WRONG_NUMBER}


class AnyOrder(RuleBasedStateMachine):
    """Actions may be refused, never half done."""

    numbers: Bundle[str] = Bundle("numbers")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = Clock()
        store = self.run(Store.open(new_store(self.folder / "store.sqlite")))
        self.schedule = SCHEDULE
        self.desk = Desk(store, lambda _: self.schedule, POLICY, self.clock)
        self.called = 0
        self.given_up: set[str] = set()

    def run(self, action: Coroutine[Any, Any, Got]) -> Got:
        return self.runner.run(action)

    def try_(self, action: Coroutine[Any, Any, Got]) -> Got | None:
        try:
            return self.run(action)
        except RefusedError:
            return None

    def teardown(self) -> None:
        self.run(self.desk.store.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    @rule(target=numbers, caller=st.sampled_from([ANI, BUDI, None]), operator=OPERATORS)
    def open(self, caller: str | None, operator: str) -> str:
        return self.run(tickets.open_ticket(self.desk, Complaint("x", caller=caller), operator)).number

    @rule(number=numbers, operator=OPERATORS, opd=st.sampled_from(["DLHK", "DISHUB"]))
    def forward(self, number: str, operator: str, opd: str) -> None:
        self.try_(tickets.forward(self.desk, number, opd, operator))

    @rule(number=numbers, operator=OPERATORS)
    def bounce(self, number: str, operator: str) -> None:
        self.try_(tickets.bounce(self.desk, number, "bukan kewenangan", operator))

    @rule(number=numbers, operator=OPERATORS)
    def reopen(self, number: str, operator: str) -> None:
        if self.try_(tickets.reopen(self.desk, number, "belum", operator)):
            self.given_up.discard(number)

    @rule(number=numbers, operator=OPERATORS)
    def look(self, number: str, operator: str) -> None:
        self.run(tickets.look(self.desk, number, operator))

    @rule(clock=st.sampled_from(Deadline))
    def change_the_clock_of_an_opd(self, clock: Deadline) -> None:
        self.run(opds.edit(self.desk, "DISHUB", {"clock": clock}))

    @rule(ahead=st.integers(1, 4))
    def decree_a_day_off(self, ahead: int) -> None:
        day = SpecialDay((self.clock.at + timedelta(days=ahead)).date(), "Cuti bersama", "SKB", ())
        if day.day not in {known.day for known in self.schedule.days}:
            self.schedule = replace(self.schedule, days=(*self.schedule.days, day))
        self.run(deadlines.recompute(self.desk))

    @rule(number=numbers, operator=OPERATORS)
    def answer(self, number: str, operator: str) -> None:
        if self.try_(tickets.answer(self.desk, number, "Sudah", operator)):
            self.given_up.discard(number)

    @rule(number=numbers, operator=OPERATORS, told=st.booleans(), not_told=st.sampled_from([None, "pindah"]))
    def close(self, number: str, operator: str, *, told: bool, not_told: str | None) -> None:
        self.try_(tickets.close(self.desk, number, operator, told=told, not_told=not_told))

    @rule(caller=st.sampled_from([ANI, BUDI]), outcome=st.sampled_from([Outcome.ABANDONED, Outcome.ANSWERED]))
    def phone(self, caller: str, outcome: Outcome) -> None:
        self.called += 1
        self.run(calls.record(self.desk, [call(f"1.{self.called}", outcome, number=caller, began=self.clock.at)], []))

    @rule(
        citizen=st.sampled_from([ANI, BUDI]),
        outcome=st.sampled_from([Outcome.ANSWERED, Outcome.BUSY]),
        seconds=st.sampled_from([5, 300]),
    )
    def dial(self, citizen: str, outcome: Outcome, seconds: int) -> None:
        self.called += 1
        made = call(
            f"2.{self.called}",
            outcome,
            number=citizen,
            direction=Direction.OUTBOUND,
            began=self.clock.at,
            seconds=seconds,
        )
        self.clock.later(seconds=seconds)
        before = {found.id for found in self.run(callbacks.listed(self.desk))}
        self.run(calls.record(self.desk, [made], []))
        self.note_who_was_given_up(before)

    @rule(operator=OPERATORS)
    def release(self, operator: str) -> None:
        for found in self.run(callbacks.listed(self.desk)):
            self.try_(callbacks.release(self.desk, found.id, operator))

    @rule(operator=OPERATORS)
    def claim_next(self, operator: str) -> None:
        self.run(callbacks.claim_next(self.desk, operator))

    @rule(operator=OPERATORS, result=st.sampled_from(AttemptResult), newest=st.booleans())
    def done(self, operator: str, result: AttemptResult, *, newest: bool) -> None:
        found = self.run(callbacks.listed(self.desk, every=True))
        if not found:
            return
        before = {callback.id for callback in found if callback.is_open}
        after = self.try_(callbacks.done(self.desk, found[-newest].id, result, operator, None))
        if after is None:
            return
        if not after.is_open and result is not AttemptResult.REACHED:
            assert result in GIVEN_UP or after.debt.attempts >= POLICY.max_attempts or not after.debt.owed
        self.note_who_was_given_up(before | {after.id})

    def note_who_was_given_up(self, looked_at: set[int]) -> None:
        """Whoever declined, had a wrong number or was tried to the end: their answers are told no more."""
        for callback in looked_at:
            debt = self.run(callbacks.show(self.desk, callback)).debt
            for cause in debt.causes:
                expired = cause.is_open and debt.status is CallbackStatus.EXPIRED
                if cause.ticket is not None and (expired or cause.settled_by in {r.value for r in GIVEN_UP}):
                    self.given_up.add(cause.ticket)

    @rule(hours=st.sampled_from([0.1, 1, 30]))
    def wait(self, hours: float) -> None:
        self.clock.later(hours=hours)

    @invariant()
    def nobody_who_was_promised_an_answer_is_forgotten(self) -> None:
        found = self.run(callbacks.listed(self.desk))
        owed = {cause.ticket for callback in found for cause in callback.debt.owed if cause.ticket is not None}
        for ticket in self.run(tickets.listed(self.desk, status=TicketStatus.ANSWERED, limit=1000)):
            assert ticket.caller is None or ticket.number in owed | self.given_up

    @invariant()
    def nobody_is_owed_two_calls(self) -> None:
        citizens = [callback.citizen for callback in self.run(callbacks.listed(self.desk))]
        assert len(citizens) == len(set(citizens))

    @invariant()
    def an_answer_is_owed_only_while_there_is_one_to_tell(self) -> None:
        for callback in self.run(callbacks.listed(self.desk)):
            if callback.debt.reason is CallbackReason.ANSWER:
                for cause in callback.debt.owed:
                    if cause.ticket is not None:
                        assert self.run(tickets.show(self.desk, cause.ticket)).status is TicketStatus.ANSWERED

    @invariant()
    def every_due_date_is_right_and_nobody_without_the_ticket_has_one(self) -> None:
        for ticket in self.run(tickets.listed(self.desk, limit=1000)):
            if ticket.status is TicketStatus.NEW:
                assert (ticket.opd, ticket.forwarded_at, ticket.due_at) == (None, None, None)
            if ticket.status is TicketStatus.FORWARDED:
                assert ticket.forwarded_at is not None
                assert ticket.clock is not None
                due = due_dates(ticket.forwarded_at, ticket.clock, self.schedule)
                assert (ticket.due_at, ticket.due_elapsed_at, ticket.due_working_days_at) == (
                    due.due_at,
                    due.due_elapsed_at,
                    due.due_working_days_at,
                )

    @invariant()
    def a_list_is_in_the_order_of_the_rules(self) -> None:
        found = self.run(callbacks.listed(self.desk))
        assert found == sorted(found, key=lambda one: (*urgency(one.debt, self.clock.at), one.id))

    @invariant()
    def the_chain_is_whole(self) -> None:
        assert self.run(tickets.verify(self.desk)) == []


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(deadline=None, max_examples=30, stateful_step_count=20)
