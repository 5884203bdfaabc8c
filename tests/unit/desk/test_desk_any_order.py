"""Whatever operators do, in whatever order: no citizen is forgotten and none is called by two."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from depok_agi.calls.record import Outcome
from depok_agi.desk import Desk, callbacks, calls, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import RefusedError
from depok_agi.store.database import Store
from depok_agi.store.tickets import broken_links
from depok_agi.tickets.callback import AttemptResult, CallbackReason
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
        self.desk = Desk(store, lambda _: SCHEDULE, POLICY, self.clock)
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

    @rule(number=numbers, operator=OPERATORS)
    def forward(self, number: str, operator: str) -> None:
        self.try_(tickets.forward(self.desk, number, "DLHK", operator))

    @rule(number=numbers, operator=OPERATORS)
    def answer(self, number: str, operator: str) -> None:
        if self.try_(tickets.answer(self.desk, number, "Sudah", operator)):
            self.given_up.discard(number)

    @rule(target=numbers, number=consumes(numbers), operator=OPERATORS, told=st.booleans())
    def close(self, number: str, operator: str, *, told: bool) -> str:
        if self.try_(tickets.close(self.desk, number, operator, told=told)):
            return multiple()  # type: ignore[return-value]  # nothing comes after it
        return number

    @rule(caller=st.sampled_from([ANI, BUDI]), outcome=st.sampled_from([Outcome.ABANDONED, Outcome.ANSWERED]))
    def phone(self, caller: str, outcome: Outcome) -> None:
        self.called += 1
        self.run(calls.record(self.desk, [call(f"1.{self.called}", outcome, number=caller, began=self.clock.at)], []))

    @rule(operator=OPERATORS)
    def claim_next(self, operator: str) -> None:
        self.run(callbacks.claim_next(self.desk, operator))

    @rule(operator=OPERATORS, result=st.sampled_from(AttemptResult), newest=st.booleans())
    def done(self, operator: str, result: AttemptResult, *, newest: bool) -> None:
        owed = self.run(callbacks.listed(self.desk))
        if not owed:
            return
        after = self.try_(callbacks.done(self.desk, owed[-newest].id, result, operator, None))
        if after is not None and not after.is_open and result is not AttemptResult.REACHED:
            assert result in GIVEN_UP or len(after.attempts) >= POLICY.max_attempts
            self.given_up |= set(after.tickets)

    @rule(hours=st.sampled_from([0.1, 1, 30]))
    def wait(self, hours: float) -> None:
        self.clock.later(hours=hours)

    @invariant()
    def nobody_who_was_promised_an_answer_is_forgotten(self) -> None:
        owed = {number for callback in self.run(callbacks.listed(self.desk)) for number in callback.tickets}
        for ticket in self.run(tickets.listed(self.desk, status=TicketStatus.ANSWERED)):
            assert ticket.caller is None or ticket.number in owed | self.given_up

    @invariant()
    def nobody_is_owed_two_calls(self) -> None:
        citizens = [callback.citizen for callback in self.run(callbacks.listed(self.desk))]
        assert len(citizens) == len(set(citizens))

    @invariant()
    def an_answer_is_owed_only_while_there_is_one_to_tell(self) -> None:
        for callback in self.run(callbacks.listed(self.desk)):
            if callback.debt.reason is CallbackReason.ANSWER:
                told_about = [self.run(tickets.show(self.desk, number)).status for number in callback.tickets]
                assert TicketStatus.ANSWERED in told_about

    @invariant()
    def the_chain_is_whole(self) -> None:
        assert self.run(broken_links(self.desk.store)) == []


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(deadline=None, max_examples=30, stateful_step_count=20)
