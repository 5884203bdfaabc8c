"""The city's callbacks: what is owed today, by the rules of tickets/callback.py, and the many that have ended."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from depok_agi.store.times import microseconds, moment
from depok_agi.tickets import callback as rules
from depok_agi.tickets.callback import AttemptResult, CallbackPolicy, CallbackReason, CallbackStatus, Debt
from tests.bench.bulk import Bulk
from tests.bench.city_calls import CallLog, Heard
from tests.bench.city_people import OPERATORS
from tests.bench.city_tickets import Told
from tests.bench.city_times import HOUR, MINUTE

POLICY = CallbackPolicy()

ASKED = 0.2
"""Of those who wait: how many have asked for it."""
TRIED = 0.2
"""Of those who wait: how many were called in vain in the last twelve hours."""
TRIED_AGAIN = 0.25
"""Of those who were reached: how many not at once."""
CALLED_AGAIN = 0.3
"""Of those whom we missed: how many called again and spoke with somebody before we called."""
EXPIRED = 0.02

_IN_VAIN = (AttemptResult.NO_ANSWER, AttemptResult.NO_ANSWER, AttemptResult.BUSY)


@dataclass
class _Owed:
    """A debt, with what the store keeps beside it."""

    debt: Debt
    calls: list[Heard] = field(default_factory=list)
    requests: list[Heard] = field(default_factory=list)
    tries: list[tuple[datetime, AttemptResult]] = field(default_factory=list)


def fill(bulk: Bulk, pending: int, told: list[Told], log: CallLog, now: datetime, drawn: random.Random) -> None:
    """As many debts as citizens are to wait for a call, from the newest causes; older ones have ended."""
    waiting = [answer for answer in told if answer.callback is None]
    serials = {answer.number: answer.ticket for answer in waiting}
    owed: dict[int, _Owed] = {}
    for answer in waiting:
        _owe(owed, answer.citizen, CallbackReason.ANSWER, answer.answered_at, answer.number)
    asked = _owe_newest(owed, log.asked, CallbackReason.REQUEST, len(owed) + round(ASKED * pending))
    missed = _owe_newest(owed, log.missed, CallbackReason.MISSED, pending)
    writer = _Writer(bulk, drawn, serials)
    for answer in told:
        writer.told(answer)
    ended = [
        *((heard, CallbackReason.REQUEST) for heard in log.asked[:asked]),
        *((heard, CallbackReason.MISSED) for heard in log.missed[:missed]),
    ]
    for heard, reason in sorted(ended, key=lambda one: one[0].at):
        writer.ended(heard, reason)
    for one in owed.values():
        if drawn.random() < TRIED:
            _try(one, now, drawn)
    _claim(owed.values(), now)
    for citizen, one in sorted(owed.items(), key=lambda item: item[1].debt.owed_since):
        writer.owed(citizen, one)


def _owe(owed: dict[int, _Owed], citizen: int, reason: CallbackReason, at: int, ticket: str | None = None) -> _Owed:
    known = owed.get(citizen)
    debt = rules.owe(reason, moment(at), known.debt if known else None, POLICY, ticket)
    if known is None:
        known = owed[citizen] = _Owed(debt)
    known.debt = debt
    return known


def _owe_newest(owed: dict[int, _Owed], calls: list[Heard], reason: CallbackReason, wanted: int) -> int:
    """From the newest call back, until so many citizens wait. Gives how many calls are older than that."""
    left = len(calls)
    while left and len(owed) < wanted:
        left -= 1
        heard = calls[left]
        one = _owe(owed, heard.citizen, reason, heard.at)
        one.calls.append(heard)
        if reason is CallbackReason.REQUEST:
            one.requests.append(heard)
    if len(owed) < wanted:
        raise ValueError(f"too few calls for so many who wait: {wanted}")
    return left


def _try(one: _Owed, now: datetime, drawn: random.Random) -> None:
    for back in sorted((drawn.uniform(0, 12) for _ in range(drawn.randrange(1, 4))), reverse=True):
        at = max(one.debt.owed_since, now - timedelta(hours=back))
        result = drawn.choice(_IN_VAIN)
        one.debt = rules.attempt(one.debt, result, at, POLICY)
        one.tries.append((at, result))


def _claim(owed: Iterable[_Owed], now: datetime) -> None:
    """Every operator has one, of the most urgent."""
    urgent = sorted(owed, key=lambda one: rules.urgency(one.debt, now))
    for operator, one in zip(OPERATORS, urgent, strict=False):
        one.debt = rules.claim(one.debt, operator, now, POLICY)


class _Writer:
    """Writes callbacks with their causes, calls and tries."""

    def __init__(self, bulk: Bulk, drawn: random.Random, serials: dict[str, int]) -> None:
        self._drawn = drawn
        self._serials = serials
        self._callbacks = bulk.into(
            "callbacks",
            "id",
            "citizen",
            "reason",
            "status",
            "owed_since",
            "due_at",
            "not_before",
            "claimed_by",
            "claimed_at",
            "claimed_until",
            "attempts",
            "opened_at",
            "recorded_at",
        )
        self._versions = bulk.into(
            "callback_versions",
            "callback",
            "reason",
            "status",
            "owed_since",
            "due_at",
            "opened_at",
            "recorded_at",
            "replaced_at",
        )
        self._causes = bulk.into(
            "callback_causes", "callback", "reason", "since", "due_at", "ticket", "settled_at", "settled_by"
        )
        self._calls = bulk.into("callback_calls", "callback", "call", "recorded_at")
        self._requests = bulk.into("callback_requests", "uniqueid", "at", "callback")
        self._attempts = bulk.into("callback_attempts", "callback", "at", "operator", "result", "recorded_at")
        self._last = 0

    def told(self, answer: Told) -> None:
        """The one in which a citizen was told an answer."""
        if answer.callback is None or answer.closed_at is None:
            return
        self._last = max(self._last, answer.callback)
        tries = self._until_reached(answer.answered_at, answer.closed_at)
        past = _Past(CallbackReason.ANSWER, answer.answered_at, answer.ticket, answer.closed_at, AttemptResult.REACHED)
        self._ended(answer.callback, answer.citizen, past, tries)

    def ended(self, heard: Heard, reason: CallbackReason) -> None:
        """One for an older call. Some expire, some call again before we do."""
        self._last += 1
        at = heard.at + int(self._drawn.triangular(5 * MINUTE, 6 * HOUR, 30 * MINUTE))
        past, tries = _Past(reason, heard.at, None, at, AttemptResult.REACHED), self._until_reached(heard.at, at)
        if self._drawn.random() < EXPIRED:
            past = _Past(reason, heard.at)
            tries = [(at + place * HOUR, AttemptResult.NO_ANSWER) for place in range(POLICY.max_attempts)]
        elif reason is CallbackReason.MISSED and self._drawn.random() < CALLED_AGAIN:
            past, tries = _Past(reason, heard.at, None, at, f"{heard.call}1"), []
        self._ended(self._last, heard.citizen, past, tries)
        self._calls.add(self._last, heard.call, heard.at)
        if reason is CallbackReason.REQUEST:
            self._requests.add(heard.call, heard.at, self._last)

    def owed(self, citizen: int, one: _Owed) -> None:
        """One that is owed today."""
        self._last += 1
        debt = one.debt
        since = microseconds(debt.owed_since)
        self._callbacks.add(
            self._last,
            citizen,
            debt.reason.value,
            debt.status.value,
            microseconds(debt.owed_since),
            microseconds(debt.due_at),
            microseconds(debt.not_before),
            debt.claimed_by,
            microseconds(debt.claimed_at),
            microseconds(debt.claimed_until),
            debt.attempts,
            since,
            since,
        )
        for cause in debt.causes:
            ticket = None if cause.ticket is None else self._serials[cause.ticket]
            since, due = microseconds(cause.since), microseconds(cause.due_at)
            self._causes.add(self._last, cause.reason.value, since, due, ticket, None, None)
        for heard in one.calls:
            self._calls.add(self._last, heard.call, heard.at)
        for heard in one.requests:
            self._requests.add(heard.call, heard.at, self._last)
        for at, result in one.tries:
            self._attempts.add(
                self._last, microseconds(at), self._drawn.choice(OPERATORS), result.value, microseconds(at)
            )

    def _until_reached(self, since: int, reached: int) -> list[tuple[int, AttemptResult]]:
        tries = [(reached, AttemptResult.REACHED)]
        if self._drawn.random() < TRIED_AGAIN:
            tries.insert(0, ((since + reached) // 2, self._drawn.choice(_IN_VAIN)))
        return tries

    def _ended(self, callback: int, citizen: int, past: "_Past", tries: list[tuple[int, AttemptResult]]) -> None:
        due = past.since + POLICY.due[past.reason] // timedelta(microseconds=1)
        status = CallbackStatus.EXPIRED if past.settled_by is None else CallbackStatus.DONE
        ended = past.settled_at or tries[-1][0]
        self._callbacks.add(
            callback,
            citizen,
            past.reason.value,
            status.value,
            past.since,
            due,
            None,
            None,
            None,
            None,
            len(tries),
            past.since,
            ended,
        )
        self._versions.add(callback, past.reason.value, "pending", past.since, due, past.since, past.since, ended)
        self._causes.add(callback, past.reason.value, past.since, due, past.ticket, past.settled_at, past.settled_by)
        for at, result in tries:
            self._attempts.add(callback, at, self._drawn.choice(OPERATORS), result.value, at)


class _Past(NamedTuple):
    """The cause of a debt that has ended."""

    reason: CallbackReason
    since: int
    ticket: int | None = None
    settled_at: int | None = None
    settled_by: str | None = None
