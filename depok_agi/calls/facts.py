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
    DIAL_GIVEN_UP = "dial_given_up"
    LISTENED = "listened"


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
    (Fact.DIAL_NO_ANSWER, Outcome.NO_OPERATOR),
    (Fact.DIAL_BUSY, Outcome.NO_OPERATOR),
    (Fact.DIAL_FAILED, Outcome.NO_OPERATOR),
    (Fact.DIAL_GIVEN_UP, Outcome.ABANDONED),
    (Fact.CLOSED, Outcome.CLOSED),
    (Fact.SELF_SERVICE, Outcome.SELF_SERVICE),
    (Fact.IN_MENU, Outcome.LEFT_MENU),
    (Fact.UNSEEN_START, Outcome.UNKNOWN),
    (Fact.UP, Outcome.LEFT_MENU),
)
"""First fact that holds decides; none of them: `failed`, Asterisk never answered. A phone that was dialled straight is
like a queue with one member."""

OTHER_OUTCOMES = (
    (Fact.SPOKE, Outcome.ANSWERED),
    (Fact.LISTENED, Outcome.ANSWERED),
    (Fact.UNSEEN_END, Outcome.UNKNOWN),
    (Fact.DIAL_BUSY, Outcome.BUSY),
    (Fact.DIAL_NO_ANSWER, Outcome.NO_ANSWER),
    (Fact.DIAL_FAILED, Outcome.FAILED),
    (Fact.DIAL_GIVEN_UP, Outcome.CANCELLED),
    (Fact.UNSEEN_START, Outcome.UNKNOWN),
)
"""The same for outbound and internal calls; none of them: `failed`, nobody was rung."""

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
    "CANCEL": Fact.DIAL_GIVEN_UP,
    "ANSWER": Fact.DIAL_GIVEN_UP,
    "": Fact.DIAL_GIVEN_UP,
}
"""DIALSTATUS of app_dial.c, the same words in DialEnd, for a call in which nobody spoke: a phone that was picked up as
the caller hung up, and one that rings still when the call is over, were given up."""

CDR_DISPOSITION = {
    "ANSWERED": "ANSWER",
    "NO ANSWER": "NOANSWER",
    "BUSY": "BUSY",
    "FAILED": "CHANUNAVAIL",
    "CONGESTION": "CONGESTION",
}
"""The CDR's words (`main/cdr.c`) as those of DIALSTATUS. The CDR has none for a caller who gave up."""

DIAL_ORDER = (Fact.DIAL_GIVEN_UP, Fact.DIAL_NO_ANSWER, Fact.DIAL_BUSY, Fact.DIAL_FAILED)
"""What a group that was rung together came to, as app_dial.c has it: the first of these that holds for one of them."""

STEP_RESULT = {
    ("caller", "withheld"): Fact.WITHHELD,
    ("hours", "closed"): Fact.CLOSED,
    ("callback", "accepted"): Fact.CALLBACK,
    ("message", "kept"): Fact.MESSAGE,
    ("opd-unanswered", "kept"): Fact.CALLBACK,
    ("information", "told"): Fact.SELF_SERVICE,
    ("status", "told"): Fact.SELF_SERVICE,
    ("block", "blocked"): Fact.BLOCKED,
    ("listen", "begun"): Fact.LISTENED,
}
"""What (step, result) of the dialplan's DepokStep means for the outcome. Every step means: was in the menu."""


def outcome(direction: Direction, facts: AbstractSet[Fact]) -> Outcome:
    """The outcome of a call that has ended."""
    if direction is Direction.INBOUND:
        return next((found for fact, found in INBOUND_OUTCOMES if fact in facts), Outcome.FAILED)
    return next((found for fact, found in OTHER_OUTCOMES if fact in facts), Outcome.FAILED)


def with_fact(record: CallRecord, fact: Fact) -> CallRecord:
    """The record with one thing more known of it, and what follows for its outcome."""
    if fact in record.facts:
        return record
    facts = {*map(Fact, record.facts), fact}
    new = outcome(record.direction, facts) if record.ended else None
    return replace(record, facts=tuple(sorted(facts)), outcome=new)
