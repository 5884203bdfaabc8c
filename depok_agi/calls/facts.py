"""What is known of a call, and which one outcome follows from it."""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from enum import StrEnum

from depok_agi.calls.record import CallRecord, Direction, Outcome


class Fact(StrEnum):
    """What is known to have happened in a call."""

    SPOKE = "spoke"
    BLOCKED = "blocked"
    MESSAGE = "message"
    CALLBACK = "callback"
    UNSEEN_END = "unseen_end"
    QUEUE_TIMEOUT = "queue_timeout"
    QUEUE_FULL = "queue_full"
    QUEUE_EMPTY = "queue_empty"
    QUEUEING = "queueing"
    CLOSED = "closed"
    SELF_SERVICE = "self_service"
    IN_MENU = "in_menu"
    WITHHELD = "withheld"
    UNSEEN_START = "unseen_start"
    UP = "up"
    DIAL_NO_ANSWER = "dial_no_answer"
    DIAL_BUSY = "dial_busy"
    DIAL_FAILED = "dial_failed"


INBOUND_OUTCOMES = (
    (Fact.SPOKE, Outcome.ANSWERED),
    (Fact.BLOCKED, Outcome.BLOCKED),
    (Fact.MESSAGE, Outcome.MESSAGE),
    (Fact.CALLBACK, Outcome.CALLBACK),
    (Fact.UNSEEN_END, Outcome.UNKNOWN),
    (Fact.QUEUE_TIMEOUT, Outcome.TIMEOUT),
    (Fact.QUEUE_FULL, Outcome.FULL),
    (Fact.QUEUE_EMPTY, Outcome.NO_OPERATOR),
    (Fact.QUEUEING, Outcome.ABANDONED),
    (Fact.CLOSED, Outcome.CLOSED),
    (Fact.SELF_SERVICE, Outcome.SELF_SERVICE),
    (Fact.IN_MENU, Outcome.LEFT_MENU),
    (Fact.UNSEEN_START, Outcome.UNKNOWN),
    (Fact.UP, Outcome.LEFT_MENU),
)
"""First fact that holds decides; none of them: `failed`, Asterisk never answered."""

OTHER_OUTCOMES = (
    (Fact.SPOKE, Outcome.ANSWERED),
    (Fact.UNSEEN_END, Outcome.UNKNOWN),
    (Fact.DIAL_BUSY, Outcome.BUSY),
    (Fact.DIAL_NO_ANSWER, Outcome.NO_ANSWER),
    (Fact.DIAL_FAILED, Outcome.FAILED),
    (Fact.UNSEEN_START, Outcome.UNKNOWN),
)
"""The same for outbound and internal calls; none of them: `cancelled`, the one who dialled gave up."""

QUEUE_STATUS = {
    "TIMEOUT": Fact.QUEUE_TIMEOUT,
    "FULL": Fact.QUEUE_FULL,
    "JOINEMPTY": Fact.QUEUE_EMPTY,
    "LEAVEEMPTY": Fact.QUEUE_EMPTY,
    "JOINUNAVAIL": Fact.QUEUE_EMPTY,
    "LEAVEUNAVAIL": Fact.QUEUE_EMPTY,
    "WITHDRAW": Fact.QUEUE_EMPTY,
}
"""`QUEUESTATUS` of app_queue.c. Hanging up while queueing sets none, because the dialplan does not go on."""

DIAL_STATUS = {
    "BUSY": Fact.DIAL_BUSY,
    "NOANSWER": Fact.DIAL_NO_ANSWER,
    "CHANUNAVAIL": Fact.DIAL_FAILED,
    "CONGESTION": Fact.DIAL_FAILED,
}
STEP_RESULT = {
    ("caller", "withheld"): Fact.WITHHELD,
    ("hours", "closed"): Fact.CLOSED,
    ("callback", "accepted"): Fact.CALLBACK,
    ("message", "kept"): Fact.MESSAGE,
    ("information", "told"): Fact.SELF_SERVICE,
    ("status", "told"): Fact.SELF_SERVICE,
    ("block", "blocked"): Fact.BLOCKED,
}
"""What (step, result) of the dialplan's DepokStep means for the outcome. Every step means: was in the menu."""

QUEUE_FACTS = frozenset({Fact.QUEUEING, *QUEUE_STATUS.values()})
DIAL_FACTS = frozenset(DIAL_STATUS.values())


def outcome(direction: Direction, facts: AbstractSet[Fact]) -> Outcome:
    """The outcome of a call that has ended."""
    if direction is Direction.INBOUND:
        return next((found for fact, found in INBOUND_OUTCOMES if fact in facts), Outcome.FAILED)
    return next((found for fact, found in OTHER_OUTCOMES if fact in facts), Outcome.CANCELLED)


def with_fact(record: CallRecord, fact: Fact) -> CallRecord:
    """The record with one thing more known of it, and what follows for its outcome."""
    if fact in record.facts:
        return record
    facts = {*map(Fact, record.facts), fact}
    new = outcome(record.direction, facts) if record.ended else None
    return replace(record, facts=tuple(sorted(facts)), outcome=new)
