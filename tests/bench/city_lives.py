"""What becomes of one ticket: the steps of its life, and when each is taken. Times are microseconds since 1970 UTC."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, NamedTuple

from depok_agi.store.times import moment
from depok_agi.tickets.clock import Clock
from depok_agi.tickets.deadline import ELAPSED_HOURS
from depok_agi.tickets.history import OPEN
from depok_agi.tickets.status import TicketAction, TicketStatus
from depok_agi.tickets.ticket import TicketChannel, local_iso
from tests.bench.city_people import ANSWERS, NOTES, SUBJECTS, WORKING_DAYS_OPDS, Subject, place
from tests.bench.city_times import HOUR, MINUTE, WIB, WorkingDays

NOTED = 0.25
BOUNCED = 0.04
REOPENED = 0.03
"""Of those that an OPD has answered: their citizens say that it does not do, and are answered anew."""


class Ending(Enum):
    """Where a ticket stands today."""

    NEW = auto()
    FORWARDED = auto()
    ANSWERED = auto()
    TOLD = auto()
    """An OPD has answered, the citizen was told, it is closed."""
    AT_ONCE = auto()
    """The centre has answered in the same call."""


_F, _B, _A, _N, _C, _R = (
    TicketAction.FORWARD,
    TicketAction.BOUNCE,
    TicketAction.ANSWER,
    TicketAction.NOTE,
    TicketAction.CLOSE,
    TicketAction.REOPEN,
)

ACTIONS = {
    Ending.NEW: (),
    Ending.FORWARDED: (_F,),
    Ending.ANSWERED: (_F, _A),
    Ending.TOLD: (_F, _A, _C),
    Ending.AT_ONCE: (_C,),
}

PAUSES = {
    _F: (2 * MINUTE, 60 * MINUTE, 10 * MINUTE),
    _B: (2 * HOUR, 30 * HOUR, 5 * HOUR),
    _A: (2 * HOUR, 100 * HOUR, 30 * HOUR),
    _N: (1 * MINUTE, 20 * HOUR, 2 * HOUR),
    _C: (5 * MINUTE, 20 * HOUR, 2 * HOUR),
    _R: (10 * MINUTE, 60 * HOUR, 10 * HOUR),
}
"""The shortest, longest and most usual time before each action."""


class Step(NamedTuple):
    """One entry of the history."""

    at: int
    action: str
    detail: dict[str, Any]
    text: str | None


@dataclass(slots=True)
class Life:
    """A ticket with the columns that it has in the store; its steps fill most of them.

    Attributes:
        call: in which it was told.
        reopens: will its citizen say that the answer does not do?
        callback: in which its citizen was told the answer.
        seen: who has seen it: when, and which revision.
    """

    serial: int
    number: str
    opened_at: int
    channel: TicketChannel
    citizen: int | None
    call: str | None
    subject: Subject
    area: str
    callback: int | None = None
    reopens: bool = False
    status: TicketStatus = TicketStatus.NEW
    opd: str | None = None
    clock: str | None = None
    forwarded_at: int | None = None
    due_at: int | None = None
    due_elapsed_at: int | None = None
    due_working_days_at: int | None = None
    answered_at: int | None = None
    closed_at: int | None = None
    forwarding: int | None = None
    revision: int = 0
    seen: dict[str, tuple[int, int]] = field(default_factory=dict)

    def steps(self, ending: Ending, now: int, days: WorkingDays, drawn: random.Random) -> Iterator[Step]:
        """All that happens to it, in order, and long enough ago that it has happened by now."""
        actions = list(ACTIONS[ending])
        if ending is Ending.TOLD and drawn.random() < BOUNCED:
            actions[:0] = (_F, _B)
        if ending is Ending.TOLD and drawn.random() < REOPENED:
            self.reopens = True
            actions += (_R, _F, _A, _C)
        if drawn.random() < NOTED:
            actions.insert(drawn.randrange(len(actions) + 1), _N)
        pauses = [drawn.triangular(*PAUSES[action]) for action in actions]
        at, faster = self.opened_at, min(1.0, (now - self.opened_at) / (sum(pauses) + MINUTE))
        where = place(drawn)
        told = {"channel": self.channel, "category": self.subject.category, "area": self.area}
        yield Step(at, OPEN, told, self.subject.text.format(place=where))
        for action, pause in zip(actions, pauses, strict=True):
            at += int(pause * faster)
            yield self._step(at, action, where, days, drawn)

    def _step(self, at: int, action: TicketAction, where: str, days: WorkingDays, drawn: random.Random) -> Step:
        match action:
            case TicketAction.FORWARD:
                return Step(at, action, self._forward(at, days), None)
            case TicketAction.BOUNCE:
                was = self._take_back()
                self.subject = self.subject._replace(opd=drawn.choice(SUBJECTS).opd)
                return Step(at, action, was, "Bukan kewenangan kami.")
            case TicketAction.REOPEN:
                self.reopens = False
                return Step(at, action, self._take_back(), "Warga bilang belum selesai.")
            case TicketAction.ANSWER:
                self.status, self.answered_at = TicketStatus.ANSWERED, at
                return Step(at, action, {"opd": self.opd}, drawn.choice(ANSWERS).format(place=where))
            case TicketAction.CLOSE:
                self.status, self.closed_at = TicketStatus.CLOSED, at
                told = {} if self.callback is None else {"told_by_callback": self.callback}
                return Step(at, action, {"told": True} if self.reopens else told, None)
        return Step(at, action, {}, drawn.choice(NOTES))

    def _take_back(self) -> dict[str, Any]:
        was = {"opd": self.opd, "due_at_was": _iso(self.due_at)}
        self.status, self.opd, self.clock, self.forwarding = TicketStatus.NEW, None, None, None
        self.forwarded_at = self.due_at = self.due_elapsed_at = self.due_working_days_at = None
        self.answered_at = self.closed_at = None
        return was

    def _forward(self, at: int, days: WorkingDays) -> dict[str, Any]:
        self.status, self.forwarded_at = TicketStatus.FORWARDED, at
        self.opd = self.subject.opd
        self.clock = (Clock.WORKING_DAYS if self.opd in WORKING_DAYS_OPDS else Clock.ELAPSED).value
        self.due_elapsed_at, self.due_working_days_at = at + ELAPSED_HOURS * HOUR, days.due(at)
        self.due_at = self.due_elapsed_at if self.clock == Clock.ELAPSED else self.due_working_days_at
        return {"opd": self.opd, "clock": self.clock, "due_at": _iso(self.due_at)}


def _iso(at: int | None) -> str | None:
    return local_iso(moment(at), WIB)
