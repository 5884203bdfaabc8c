"""The calls back that citizens were owed: how many, how many were made, and who was reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from depok_agi.reports.distribution import share
from depok_agi.reports.report import Column, Figure, Section, Table, Unit
from depok_agi.tickets.callback import AttemptResult, CallbackReason, CallbackStatus

Opened = Mapping[tuple[CallbackReason, CallbackStatus], int]


@dataclass(frozen=True, slots=True)
class Owed:
    """The debts that were open at a moment: how many, how many of them late, and since when the oldest."""

    owed: int = 0
    late: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What is counted of callbacks.

    Attributes:
        opened: those that came to be owed in the period, by why and how they stand; claimed ones are pending.
        attempts: the tries that were made in the period, by result.
        at_end: what was owed at the end of the period.
    """

    opened: Opened = field(default_factory=dict)
    attempts: Mapping[AttemptResult, int] = field(default_factory=dict)
    at_end: Owed = Owed()

    def of(self, *, reason: CallbackReason | None = None, status: CallbackStatus | None = None) -> int:
        """How many came to be owed, for this reason and with this status, where they are given."""
        return sum(
            count for (why, stands), count in self.opened.items() if reason in (None, why) and status in (None, stands)
        )


def figures(callbacks: Callbacks) -> tuple[Figure, ...]:
    """The figures of one period."""
    made, reached = sum(callbacks.attempts.values()), callbacks.attempts.get(AttemptResult.REACHED, 0)
    at_end = callbacks.at_end
    return (
        Figure("owed", "Callbacks that came to be owed", Unit.COUNT, callbacks.of()),
        Figure("done", "Done", Unit.COUNT, callbacks.of(status=CallbackStatus.DONE)),
        Figure("expired", "Given up after the last try", Unit.COUNT, callbacks.of(status=CallbackStatus.EXPIRED)),
        Figure("still_owed", "Still owed", Unit.COUNT, callbacks.of(status=CallbackStatus.PENDING)),
        Figure("made", "Calls to citizens made", Unit.COUNT, made),
        Figure("reached", "Reached", Unit.COUNT, reached),
        Figure("reached_share", "Reached, of the calls made", Unit.SHARE, share(reached, made)),
        Figure("owed_at_end", "Owed at the end", Unit.COUNT, at_end.owed),
        Figure("late_at_end", "Late at the end", Unit.COUNT, at_end.late),
        Figure("oldest_owed", "Oldest owed since", Unit.MOMENT, at_end.oldest),
    )


def section(callbacks: Callbacks, compared: tuple[Figure, ...]) -> Section:
    """The section with the figures as they were compared, and the tables of the period."""
    return Section("callbacks", "Callbacks", compared, (_by_reason(callbacks), _by_result(callbacks)))


_STATUSES = (None, CallbackStatus.DONE, CallbackStatus.EXPIRED, CallbackStatus.PENDING)


def _by_reason(callbacks: Callbacks) -> Table:
    return Table(
        "callbacks_by_reason",
        "Callbacks by reason",
        (
            Column("reason", "Reason", Unit.TERM),
            Column("owed", "Owed", Unit.COUNT),
            Column("done", "Done", Unit.COUNT),
            Column("expired", "Given up", Unit.COUNT),
            Column("still_owed", "Still owed", Unit.COUNT),
        ),
        tuple(
            (reason.value, *(callbacks.of(reason=reason, status=status) for status in _STATUSES))
            for reason in CallbackReason
        ),
        ("total", *(callbacks.of(status=status) for status in _STATUSES)),
    )


def _by_result(callbacks: Callbacks) -> Table:
    return Table(
        "callbacks_by_result",
        "Calls to citizens by result",
        (Column("result", "Result", Unit.TERM), Column("made", "Made", Unit.COUNT)),
        tuple((result.value, callbacks.attempts.get(result, 0)) for result in AttemptResult),
        ("total", sum(callbacks.attempts.values())),
    )
