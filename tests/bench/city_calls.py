"""The city's call log, by the shares of a centre that is busy."""

import itertools
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from depok_agi.calls.record import CallRecord, Direction, Outcome, Source
from depok_agi.desk.calls import OWED_FOR
from tests.bench.bulk import Bulk
from tests.bench.city_people import number, someone
from tests.bench.city_recorded import Recorded, form_of, recorded, withheld
from tests.bench.city_times import MINUTE, is_open, moments
from tests.bench.templates import MICROSECONDS

SHARES = {
    "answered": 42,
    "left_in_menu": 13,
    "abandoned_in_queue": 12,
    "outbound_answered": 10,
    "ring_no_answer_then_answered": 8,
    "blind_transfer_to_device": 5,
    "outbound_no_answer": 3,
    "callback_by_key": 3,
    "queue_timeout": 2,
    "no_operator": 2,
}
"""Of a hundred calls in open hours; at other times all are `CLOSED`."""

CLOSED = "closed_left_nothing"

MEAN_TALK_SECONDS = 150.0
"""The recorded ones talk for a few seconds only."""

WITHHELD = 0.02
"""How many of those who call do not show their number."""

MOST_TALK_SECONDS = 3_000

SURVEYED = 0.35
"""Of those who spoke with us: how many say by keypad how content they are."""
SCORES = {1: 4, 2: 11, 3: 46, 4: 39}
"""Of a hundred who say so."""

RECOVERED = 0.003
"""How many calls are known from the journal only, some minutes later."""

LONGEST = timedelta(hours=1)
"""No call takes longer, with its menu and its queue."""

_CALLS = (
    "id",
    "direction",
    "outcome",
    "started_at",
    "answered_at",
    "ended_at",
    "ended",
    "operator",
    "queue",
    "wait_seconds",
    "talk_seconds",
    "menu_path",
    "hangup_cause",
    "source",
    "citizen",
    "detail",
    "recorded_at",
)
_PERSONAL = ("call", "caller", "caller_raw", "dialled", "parties", "transferred_to")


class Heard(NamedTuple):
    """A call from which something follows for a citizen: when (microseconds UTC), for whom, and its id."""

    at: int
    citizen: int
    call: str


@dataclass
class CallLog:
    """What follows from the calls, each in the order of time."""

    spoke: list[Heard] = field(default_factory=list)
    """They called us, and spoke with an operator."""
    missed: list[Heard] = field(default_factory=list)
    asked: list[Heard] = field(default_factory=list)
    """They asked for a call by keypad."""


class _Writer:
    """Writes calls down, and what follows from them."""

    def __init__(self, bulk: Bulk, drawn: random.Random) -> None:
        self.log = CallLog()
        self._drawn = drawn
        self._counter = itertools.count(1)
        self._calls = bulk.into("calls", *_CALLS)
        self._personal = bulk.into("call_personal", *_PERSONAL)
        self._uniqueids = bulk.into("call_uniqueids", "uniqueid", "call")
        self._surveys = bulk.into("surveys", "uniqueid", "score", "at", "recorded_at")

    def add(self, of: Recorded, began: int, citizen: int | None) -> None:
        record, talk, longer = of.record, of.record.talk_seconds, 0
        if talk is not None:
            longer = min(int(self._drawn.expovariate(1 / MEAN_TALK_SECONDS)), MOST_TALK_SECONDS)
            talk += longer
        longer *= MICROSECONDS
        call = of.fill(began, longer, "" if citizen is None else number(citizen), self._counter, self._drawn)
        ended = began + of.lasts + longer
        source, recorded = record.source, ended
        if self._drawn.random() < RECOVERED:
            source, recorded = Source.RECOVERED, ended + int(self._drawn.uniform(1, 20) * MINUTE)
        self._calls.add(
            call.id,
            record.direction.value,
            of.outcome,
            began,
            None if record.answered_at is None else began + of.picked_up,
            ended,
            1,
            call.operator,
            record.queue,
            record.wait_seconds,
            talk,
            record.menu_path,
            record.hangup_cause,
            source.value,
            citizen,
            call.detail,
            recorded,
        )
        self._personal.add(call.id, *call.personal)
        for uniqueid in call.uniqueids:
            self._uniqueids.add(uniqueid, call.id)
        if of.spoke_with_us and self._drawn.random() < SURVEYED:
            score = self._drawn.choices(tuple(SCORES), tuple(SCORES.values()))[0]
            self._surveys.add(call.uniqueids[0], score, ended, ended)
        if citizen is not None:
            self._follow(record, Heard(ended, citizen, call.id))

    def _follow(self, record: CallRecord, heard: Heard) -> None:
        if record.outcome is Outcome.CALLBACK:
            self.log.asked.append(heard)
        elif record.outcome in OWED_FOR:
            self.log.missed.append(heard)
        elif record.outcome is Outcome.ANSWERED and record.direction is Direction.INBOUND:
            self.log.spoke.append(heard)


def fill(bulk: Bulk, calls: int, citizens: int, now: datetime, days: int, drawn: random.Random) -> CallLog:
    """So many calls, over the days until now. All have ended."""
    writer = _Writer(bulk, drawn)
    in_hours = [recorded(name) for name in SHARES]
    shown = [form_of(record) for record in in_hours]
    hidden = [form_of(withheld(record)) for record in in_hours if record.direction is Direction.INBOUND]
    closed, shares = form_of(recorded(CLOSED)), list(itertools.accumulate(SHARES.values()))
    for began in moments(calls, now - LONGEST, days, drawn):
        citizen = someone(citizens, drawn)
        if not is_open(began):
            writer.add(closed, began, citizen)
        elif drawn.random() < WITHHELD:
            writer.add(drawn.choice(hidden), began, None)
        else:
            writer.add(drawn.choices(shown, cum_weights=shares)[0], began, citizen)
    return writer.log
