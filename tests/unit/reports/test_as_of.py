"""The report that was made at a moment and the one made later as of that moment are the same, whatever happens."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from depok_agi.calls.record import CallRecord, Direction, Outcome, Source
from depok_agi.desk import Desk, callbacks, calls, deadlines, journal, opds, taking, tickets
from depok_agi.desk.journal import Gap, Heard
from depok_agi.desk.reports import report
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import DepokError
from depok_agi.hours.schedule import SpecialDay
from depok_agi.reports.period import Period, PeriodKind
from depok_agi.reports.report import Report
from depok_agi.store.database import Store
from depok_agi.store.times import microseconds
from depok_agi.tickets.callback import AttemptResult
from depok_agi.tickets.clock import Clock as Deadline
from depok_agi.tickets.status import TicketStatus
from depok_agi.tickets.ticket import AREAS, TicketChannel
from depok_agi.voice.left import Score
from tests.unit.desk.made import ANI, BUDI, POLICY, SCHEDULE, WIB, Clock, call, new_store
from tests.unit.reports.made import values

Got = TypeVar("Got")
NUMBERS = st.sampled_from([ANI, BUDI, None])
OPERATORS = st.sampled_from(["siti", "budi"])
INBOUND = st.sampled_from(
    [Outcome.ANSWERED, Outcome.ABANDONED, Outcome.TIMEOUT, Outcome.LEFT_MENU, Outcome.CLOSED, None]
)
LATE = st.sampled_from([0, 0, 1, 30, 30])
"""How many hours ago it happened that is written down now."""


class AnyLife(RuleBasedStateMachine):
    """Anything that people and Asterisk do; now and then a report is made and kept."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = Clock()
        self.schedule = SCHEDULE
        store = self.run(Store.open(new_store(self.folder / "store.sqlite")))
        self.desk = Desk(store, lambda _: self.schedule, POLICY, self.clock)
        self.run(opds.edit(self.desk, "DPUPR", {"clock": Deadline.WORKING_DAYS}))
        self.calls: list[CallRecord] = []
        self.channels = 0
        self.kept: list[tuple[Period, Report]] = []

    def run(self, action: Coroutine[Any, Any, Got]) -> Got:
        return self.runner.run(action)

    def try_(self, action: Coroutine[Any, Any, Got]) -> Got | None:
        try:
            return self.run(action)
        except DepokError:
            return None

    def teardown(self) -> None:
        self.run(self.desk.store.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    @rule(
        number=NUMBERS, category=st.sampled_from(["sampah", None]), channel=st.sampled_from(TicketChannel), hours=LATE
    )
    def open(self, number: str | None, category: str | None, channel: TicketChannel, hours: int) -> None:
        at = self.clock.at - timedelta(hours=hours)
        complaint = Complaint("Sampah", channel, number, category=category, area=AREAS[hours % 3], at=at)
        self.run(tickets.open_ticket(self.desk, complaint, "siti"))

    @rule(which=st.integers(0, 9), action=st.sampled_from(["forward", "answer", "bounce", "reopen", "close"]))
    def act(self, which: int, action: str) -> None:
        found = self.run(tickets.listed(self.desk, limit=10))
        if which >= len(found):
            return
        number, revision = found[which].number, found[which].revision
        match action:
            case "forward":
                opd = ("DLHK", "DPUPR")[which % 2]
                self.try_(tickets.forward(self.desk, number, opd, "siti", revision=revision))
            case "answer":
                self.try_(tickets.answer(self.desk, number, "Sudah", "siti"))
            case "bounce":
                self.try_(tickets.bounce(self.desk, number, "Bukan kami", "siti"))
            case "reopen":
                self.try_(tickets.reopen(self.desk, number, "Belum", "siti"))
            case "close":
                self.try_(tickets.close(self.desk, number, "siti", told=True))

    @rule(ahead=st.integers(1, 4))
    def decree_a_day_off(self, ahead: int) -> None:
        day = SpecialDay((self.clock.at + timedelta(days=ahead)).date(), "Cuti bersama", "SKB", ())
        if day.day not in {known.day for known in self.schedule.days}:
            self.schedule = replace(self.schedule, days=(*self.schedule.days, day))
        self.run(deadlines.recompute(self.desk))

    @rule(number=NUMBERS, outcome=INBOUND, source=st.sampled_from(Source), hours=LATE)
    def citizen_calls(self, number: str | None, outcome: Outcome | None, source: Source, hours: int) -> None:
        self.channels += 1
        began = self.clock.at - timedelta(hours=hours, minutes=2)
        self.record(replace(call(f"1.{self.channels}", outcome, number=number, began=began), source=source))

    @rule(number=st.sampled_from([ANI, BUDI]), outcome=st.sampled_from([Outcome.ANSWERED, Outcome.BUSY]), hours=LATE)
    def centre_calls(self, number: str, outcome: Outcome, hours: int) -> None:
        self.channels += 1
        began = self.clock.at - timedelta(hours=hours, minutes=2)
        outbound = Direction.OUTBOUND
        self.record(call(f"1.{self.channels}", outcome, number=number, direction=outbound, began=began))

    @rule(which=st.integers(0, 5), outcome=INBOUND, wait=st.integers(0, 60))
    def a_call_turns_out_otherwise(self, which: int, outcome: Outcome | None, wait: int) -> None:
        if which < len(self.calls) and self.calls[-1 - which].direction is Direction.INBOUND:
            known = self.calls[-1 - which]
            began = datetime.fromtimestamp((known.started_at or 0) / 1e6, WIB)
            new = call(known.uniqueids[0], outcome, number=known.caller, began=began)
            self.record(replace(new, wait_seconds=wait, id=known.id, uniqueids=known.uniqueids))

    @rule(which=st.integers(1, 5))
    def two_calls_turn_out_to_be_one(self, which: int) -> None:
        if which < len(self.calls):
            into, old = self.calls[-1], self.calls.pop(-1 - which)
            whole = replace(into, uniqueids=into.uniqueids + old.uniqueids, legs=into.legs + old.legs)
            self.calls[-1] = whole
            self.run(calls.record(self.desk, [whole], [old.id]))

    def record(self, one: CallRecord) -> None:
        self.run(calls.record(self.desk, [one], []))
        self.calls = [known for known in self.calls if known.id != one.id] + [one]

    @rule(operator=OPERATORS, result=st.sampled_from(AttemptResult))
    def try_the_next(self, operator: str, result: AttemptResult) -> None:
        taken = self.run(callbacks.claim_next(self.desk, operator))
        if taken is not None:
            self.try_(callbacks.done(self.desk, taken.id, result, operator, None))

    @rule(operator=OPERATORS)
    def claim_the_next(self, operator: str) -> None:
        self.run(callbacks.claim_next(self.desk, operator))

    @rule(score=st.integers(1, 4), hours=LATE)
    def a_score_is_taken(self, score: int, hours: int) -> None:
        given = Score(f"1.{self.channels}", score, self.clock.at - timedelta(hours=hours))
        self.run(taking.take_score(self.desk, given))

    @rule(hours=st.integers(1, 4), recovered=st.integers(0, 3))
    def a_gap_is_told(self, hours: int, recovered: int) -> None:
        """The same one again and again, as when more of it can be read later."""
        since = microseconds(self.clock.at.replace(hour=0, minute=0, second=0, microsecond=0))
        gap = Gap("depok", since, since + hours * 60_000_000, recovered, 1)
        heard = Heard(microseconds(self.clock.at), {}, (gap,))

        async def tell() -> None:
            async with self.desk.store.transaction() as connection:
                await journal.put(self.desk, connection, heard)

        self.run(tell())

    @rule(hours=st.sampled_from([0.1, 1, 8, 30, 80]))
    def wait(self, hours: float) -> None:
        self.clock.later(hours=hours)

    @rule(kind=st.sampled_from(PeriodKind))
    def keep_a_report(self, kind: PeriodKind) -> None:
        self.clock.later(seconds=1)
        period = Period.around(kind, self.clock.at.date())
        self.kept.append((period, self.run(report(self.desk, period, answer_within=20))))

    @rule(days=st.integers(1, 3))
    def keep_an_earlier_day(self, days: int) -> None:
        self.clock.later(seconds=1)
        period = Period(PeriodKind.DAY, self.clock.at.date() - timedelta(days=days))
        self.kept.append((period, self.run(report(self.desk, period, answer_within=20))))

    @invariant()
    def the_report_of_now_counts_what_the_lists_show(self) -> None:
        if not self.kept:
            return
        self.clock.later(seconds=1)
        year = self.run(report(self.desk, Period.around(PeriodKind.YEAR, self.clock.at.date()), answer_within=20))
        listed = [one for one, _, _ in self.run(calls.listed(self.desk, limit=1000))]
        ended = [one for one in listed if one.ended and one.direction is Direction.INBOUND]
        owed, _ = self.run(callbacks.open_and_expired(self.desk))
        open_ = [
            one
            for one in self.run(tickets.listed(self.desk, limit=1000))
            if one.status in {TicketStatus.NEW, TicketStatus.FORWARDED}
        ]
        keys = ("calls.offered", "callbacks.owed_at_end", "tickets.open_at_end")
        assert values(year, *keys) == (len(ended), owed, len(open_))

    @invariant()
    def each_report_is_the_same_when_it_is_made_again(self) -> None:
        for period, kept in self.kept[-4:]:
            again = self.run(report(self.desk, period, answer_within=20, as_of=kept.as_of))
            assert again == kept


TestAnyLife = AnyLife.TestCase
TestAnyLife.settings = settings(deadline=None, max_examples=25, stateful_step_count=30)
