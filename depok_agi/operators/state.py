"""What an operator may be doing, and why one is paused. Commands ask for it at every start, so it imports little."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """At any time a member of the queue is in one of these; who is no member has signed out."""

    IN = "in"
    ON_CALL = "on_call"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"
    """The daemon was not there to hear it."""


class PauseReason(StrEnum):
    """Why somebody is paused."""

    LUNCH = "lunch"
    BREAK = "break"
    PRAYER = "prayer"
    MEETING = "meeting"
    TRAINING = "training"
    CALLBACKS = "callbacks"
    """To call citizens back."""
    OTHER = "other"
    UNANSWERED = "unanswered"
    """By Asterisk: their phone rang in vain (`autopause` in queues.conf)."""


NOT_CHOSEN = frozenset({PauseReason.UNANSWERED})
"""The reasons for which nobody paused themselves, so that they have to be told."""

CHOSEN = tuple(reason for reason in PauseReason if reason not in NOT_CHOSEN)


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is doing. `until`: when it ends by itself, in microseconds UTC; None where it does not."""

    state: State
    reason: PauseReason | None = None
    until: int | None = None

    def is_like(self, other: "Standing | None") -> bool:
        """The same state for the same reason?"""
        return other is not None and (self.state, self.reason) == (other.state, other.reason)


SERVING = frozenset({State.IN, State.ON_CALL, State.WRAP_UP})
"""Whoever is in one of these takes calls, now or soon."""
