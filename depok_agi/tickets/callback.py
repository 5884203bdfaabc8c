"""The debt of a call back: one per citizen, however often they called.

Rules
-----
1. A debt has causes: an answer to tell, a request, a message, missed calls. Repeats merge: one cause per ticket, and
   one of each other kind with its oldest `since` and earliest `due_at`. The tries start over with each new cause,
   because the citizen or an OPD has just shown that it matters; whoever has claimed the debt keeps it.
2. One operator at a time: a claim is a lease that ends by itself, so a forgotten claim never hides a citizen. It covers
   what was owed when it was made: what came in later was not told, and stays owed.
3. A debt is done when its last cause is settled. A talk settles what a talk can: missed calls whoever called,
   requests and messages when it was the centre that called. An answer is settled only by an operator's word that it
   was told. Declined settles what the claim covers, a wrong number everything. After no answer or busy the debt waits,
   longer each time, and after the last try it expires: visible, but no longer called.
4. Nobody is called outside decent hours. The time in which a call back is due runs from the moment one may be made, and
   never ends in the night, so that what came in overnight is not late before anyone is there.
5. A debt that is done or expired never changes again, but for an operator's word on the call that has just ended it.
   The next one starts fresh.

Lease, gaps, number of tries, due times and decent hours are working assumptions: defaults that an admin can set.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from depok_agi.errors import RefusedError
from depok_agi.hours.aware import require_aware
from depok_agi.hours.decent import decent


class CallbackReason(StrEnum):
    """Why the citizen is owed a call, the most serious first."""

    ANSWER = "answer"
    REQUEST = "request"
    MESSAGE = "message"
    MISSED = "missed"


class CallbackStatus(StrEnum):
    """Where the debt stands."""

    PENDING = "pending"
    CLAIMED = "claimed"
    DONE = "done"
    EXPIRED = "expired"


class AttemptResult(StrEnum):
    """How one try ended."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"
    DECLINED = "declined"
    FAILED = "failed"
    """The network did not put the call through; only Asterisk's events say this."""


SERIOUSNESS = {reason: rank for rank, reason in enumerate(CallbackReason)}
"""0 is the most serious: a promised answer, then what was asked for by keypad, then by message, then a missed call."""

ENDED = frozenset({CallbackStatus.DONE, CallbackStatus.EXPIRED})

TRY_AGAIN = frozenset({AttemptResult.NO_ANSWER, AttemptResult.BUSY, AttemptResult.FAILED})

BY_INBOUND_TALK = frozenset({CallbackReason.MISSED})
"""What is settled when the citizen calls again and speaks with somebody."""

BY_OUTBOUND_TALK = frozenset({CallbackReason.MISSED, CallbackReason.REQUEST, CallbackReason.MESSAGE})
"""What is settled when the centre calls and speaks with somebody there."""


def _due_times() -> dict[CallbackReason, timedelta]:
    return {
        CallbackReason.ANSWER: timedelta(hours=24),
        CallbackReason.REQUEST: timedelta(hours=4),
        CallbackReason.MESSAGE: timedelta(hours=4),
        CallbackReason.MISSED: timedelta(hours=1),
    }


@dataclass(frozen=True, slots=True)
class CallbackPolicy:
    """What an admin sets.

    Attributes:
        lease: how long a claim holds.
        gaps: how long to wait after the first, second, ... try without success; the last one repeats.
        max_attempts: after how many tries without success a debt expires.
        due: within which time each kind of call back is promised.
        decent_from: when calling citizens may begin, by the wall clock.
        decent_until: when it must end.
        timezone: the wall clock's zone.
    """

    lease: timedelta = timedelta(minutes=15)
    gaps: tuple[timedelta, ...] = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(hours=24))
    max_attempts: int = 5
    due: Mapping[CallbackReason, timedelta] = field(default_factory=_due_times)
    decent_from: time = time(8)
    decent_until: time = time(20)
    timezone: str = "Asia/Jakarta"

    def __post_init__(self) -> None:
        if not self.gaps or self.max_attempts < 1:
            raise ValueError("a callback policy needs a gap and at least one try")
        if self.decent_from >= self.decent_until:
            raise ValueError("decent hours must end after they start, within one day")

    @property
    def zone(self) -> ZoneInfo:
        """The wall clock."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing for which a call is owed.

    Attributes:
        ticket: the number of the ticket whose answer is to be told; None for the other reasons.
        settled_by: how it was settled, such as a call's id; None while it is owed.
    """

    reason: CallbackReason
    since: datetime
    due_at: datetime
    ticket: str | None = None
    settled_at: datetime | None = None
    settled_by: str | None = None

    def __post_init__(self) -> None:
        require_aware(self.since)
        require_aware(self.due_at)

    @property
    def is_open(self) -> bool:
        """Is it still owed?"""
        return self.settled_by is None


@dataclass(frozen=True, slots=True)
class Debt:
    """One citizen's call back. `attempts` counts the tries since the citizen or an OPD last gave cause for the call."""

    status: CallbackStatus
    causes: tuple[Cause, ...]
    not_before: datetime | None = None
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    claimed_until: datetime | None = None
    attempts: int = 0

    def __post_init__(self) -> None:
        for moment in (self.not_before, self.claimed_at, self.claimed_until):
            if moment is not None:
                require_aware(moment)
        if not self.causes:
            raise ValueError("a debt has a cause")

    @property
    def owed(self) -> tuple[Cause, ...]:
        """What is not settled yet."""
        return tuple(cause for cause in self.causes if cause.is_open)

    @property
    def untold(self) -> tuple[str, ...]:
        """The tickets whose answer is still to be told."""
        return tuple(dict.fromkeys(cause.ticket for cause in self.owed if cause.ticket is not None))

    @property
    def reason(self) -> CallbackReason:
        """The most serious of what is owed; of what was owed, once all is settled."""
        return min((cause.reason for cause in self._telling), key=SERIOUSNESS.__getitem__)

    @property
    def owed_since(self) -> datetime:
        """Since when the citizen has waited."""
        return min(cause.since for cause in self._telling)

    @property
    def due_at(self) -> datetime:
        """By when the centre has promised to call."""
        return min(cause.due_at for cause in self._telling)

    @property
    def _telling(self) -> tuple[Cause, ...]:
        return self.owed or self.causes


def owe(
    reason: CallbackReason, at: datetime, existing: Debt | None, policy: CallbackPolicy, ticket: str | None = None
) -> Debt:
    """Note that a citizen is owed a call since this moment; merges into the open debt that they have."""
    require_aware(at)
    earliest = _decent(at, policy)
    cause = Cause(reason, at, _decent(earliest + policy.due[reason], policy), ticket)
    not_before = earliest if earliest > at else None
    if existing is None or existing.status in ENDED:
        return Debt(CallbackStatus.PENDING, (cause,), not_before)
    return replace(existing, causes=_merged(existing.causes, cause), not_before=not_before, attempts=0)


def claim(debt: Debt, operator: str, now: datetime, policy: CallbackPolicy) -> Debt:
    """Take the debt for one operator, or renew their claim. One that waits can be taken too, if a person decides so.

    Raises:
        RefusedError: it has ended, or a colleague has it; the text says who and until when.
    """
    debt = lapse(_open(debt), now)
    if debt.claimed_by not in {None, operator}:
        until = debt.claimed_until and debt.claimed_until.astimezone(policy.zone)
        raise RefusedError(
            "callback is claimed by {claimed_by}, until {until:%H:%M}: take the next one"
            if until
            else "callback is claimed by {claimed_by}: take the next one",
            claimed_by=debt.claimed_by,
            until=until,
        )
    return replace(
        debt,
        status=CallbackStatus.CLAIMED,
        claimed_by=operator,
        claimed_at=now,
        claimed_until=now + policy.lease,
    )


def release(debt: Debt, operator: str, now: datetime) -> Debt:
    """Give a claim back.

    Raises:
        RefusedError: the operator does not have it (any more).
    """
    debt = lapse(_open(debt), now)
    if debt.claimed_by is None:
        raise RefusedError("callback is not claimed: there is nothing to release")
    if debt.claimed_by != operator:
        raise RefusedError("callback is claimed by {claimed_by}: only they can release it", claimed_by=debt.claimed_by)
    return _unclaimed(debt, CallbackStatus.PENDING)


def keep(debt: Debt, operator: str, now: datetime, policy: CallbackPolicy) -> Debt:
    """Hold a claim for longer, as while the operator talks. Unlike a new claim it covers nothing that came in since."""
    if debt.claimed_by != operator or debt.status in ENDED:
        return debt
    return replace(debt, claimed_until=now + policy.lease)


def lapse(debt: Debt, now: datetime) -> Debt:
    """Drop a claim whose lease is over."""
    require_aware(now)
    if debt.claimed_until is not None and debt.claimed_until <= now:
        return _unclaimed(debt, CallbackStatus.PENDING)
    return debt


def attempt(
    debt: Debt, result: AttemptResult, now: datetime, policy: CallbackPolicy, *, known_at: datetime | None = None
) -> Debt:
    """Count one try, with an operator's word on it. It needs no claim: a call made by other means counts too.

    `known_at` says up to when the operator knew what was owed; by default what the claim covers, else everything.

    Raises:
        RefusedError: the debt has ended.
    """
    require_aware(now)
    known = known_at or debt.claimed_at
    tried = replace(_open(debt), attempts=debt.attempts + 1, not_before=None)
    if result in TRY_AGAIN:
        return _tried_in_vain(tried, now, policy)
    covers_all = result is AttemptResult.WRONG_NUMBER
    left = _settled(tried, now, result.value, lambda cause: covers_all or known is None or cause.since <= known)
    return left if left.status in ENDED else _unclaimed(left, CallbackStatus.PENDING)


def called(debt: Debt, result: AttemptResult, call: str, at: datetime, policy: CallbackPolicy) -> Debt:
    """Count a call of the centre to the citizen as Asterisk's events tell it: `at` is when it ended.

    A talk settles requests, messages and missed calls. Whether an answer was told, only the operator knows: until they
    say so the claim is kept, and without one the debt waits as after a try.

    Raises:
        RefusedError: the debt has ended.
    """
    require_aware(at)
    if result is not AttemptResult.REACHED:
        return attempt(debt, result, at, policy)
    tried = replace(_open(debt), attempts=debt.attempts + 1)
    left = _settle(tried, at, call, lambda cause: cause.reason in BY_OUTBOUND_TALK and cause.since <= at)
    if not left.owed:
        return _unclaimed(replace(left, not_before=None), CallbackStatus.DONE)
    if left.claimed_by is not None:
        return replace(left, claimed_until=max(at + policy.lease, left.claimed_until or at))
    return _tried_in_vain(left, at, policy)


def amend(
    debt: Debt, call: str, result: AttemptResult, called_at: datetime, now: datetime, policy: CallbackPolicy
) -> Debt:
    """Let the operator's word on a call count instead of what Asterisk's events said of it: it is no second try.

    `called_at` is when the events' try was noted: what came in later is not covered.
    """
    causes = tuple(
        replace(cause, settled_at=None, settled_by=None) if cause.settled_by == call else cause for cause in debt.causes
    )
    if not any(cause.is_open for cause in causes):
        return debt
    status = CallbackStatus.CLAIMED if debt.claimed_by is not None else CallbackStatus.PENDING
    before = replace(debt, causes=causes, status=status, attempts=max(0, debt.attempts - 1))
    return attempt(before, result, now, policy, known_at=debt.claimed_at or called_at)


def settle_by_call(debt: Debt, spoke_at: datetime, call: str) -> Debt:
    """Note that the citizen has called and spoken with somebody: it settles calls missed before, nothing else."""
    if debt.status in ENDED:
        return debt
    return _settled(debt, spoke_at, call, lambda cause: cause.reason in BY_INBOUND_TALK and cause.since <= spoke_at)


def withdraw(debt: Debt, ticket: str, at: datetime, why: str) -> Debt:
    """Nothing is owed for this ticket any more: the citizen was told by other means, or it was reopened."""
    if debt.status is CallbackStatus.DONE:
        return debt
    return _settled(debt, at, why, lambda cause: cause.ticket == ticket)


def give_back(debt: Debt) -> Debt:
    """Nobody has it any more, whoever had; nothing else changes."""
    return debt if debt.status in ENDED else _unclaimed(debt, CallbackStatus.PENDING)


def give_up(debt: Debt, at: datetime, why: str) -> Debt:
    """Nobody can be called for it any more: all that was owed ends untold."""
    if debt.status in ENDED:
        return debt
    return _unclaimed(replace(_settle(debt, at, why, lambda _: True), not_before=None), CallbackStatus.EXPIRED)


def is_waiting(debt: Debt, now: datetime) -> bool:
    """Tell whether the citizen should not be called yet."""
    require_aware(now)
    return debt.not_before is not None and debt.not_before > now


def is_overdue(debt: Debt, now: datetime) -> bool:
    """Tell whether an open debt is late. At the very moment it is due it is in time."""
    require_aware(now)
    return debt.status not in ENDED and now > debt.due_at


def urgency(debt: Debt, now: datetime) -> tuple[bool, bool, int, datetime]:
    """Give the key to sort open debts by, the most urgent first.

    Those that must wait come last; then the overdue before the others, then the more serious reason, then the earlier
    due time.
    """
    return is_waiting(debt, now), not is_overdue(debt, now), SERIOUSNESS[debt.reason], debt.due_at


def _open(debt: Debt) -> Debt:
    if debt.status in ENDED:
        raise RefusedError("callback is {status}: nothing is owed any more", status=debt.status)
    return debt


def _merged(causes: tuple[Cause, ...], new: Cause) -> tuple[Cause, ...]:
    """With one more cause, or the like one that is there already moved to the earlier times of both."""
    for place, cause in enumerate(causes):
        if cause.is_open and (cause.reason, cause.ticket) == (new.reason, new.ticket):
            earlier = replace(cause, since=min(cause.since, new.since), due_at=min(cause.due_at, new.due_at))
            return (*causes[:place], earlier, *causes[place + 1 :])
    return (*causes, new)


def _settle(debt: Debt, at: datetime, by: str, is_settled: Callable[[Cause], bool]) -> Debt:
    return replace(
        debt,
        causes=tuple(
            replace(cause, settled_at=at, settled_by=by) if cause.is_open and is_settled(cause) else cause
            for cause in debt.causes
        ),
    )


def _settled(debt: Debt, at: datetime, by: str, is_settled: Callable[[Cause], bool]) -> Debt:
    """With these causes settled, and done when they were the last."""
    left = _settle(debt, at, by, is_settled)
    if left == debt:
        return debt
    if not left.owed:
        return _unclaimed(replace(left, not_before=None), CallbackStatus.DONE)
    return left


def _tried_in_vain(tried: Debt, now: datetime, policy: CallbackPolicy) -> Debt:
    if tried.attempts >= policy.max_attempts:
        return _unclaimed(replace(tried, not_before=None), CallbackStatus.EXPIRED)
    gap = policy.gaps[min(tried.attempts, len(policy.gaps)) - 1]
    return replace(_unclaimed(tried, CallbackStatus.PENDING), not_before=_decent(now + gap, policy))


def _unclaimed(debt: Debt, status: CallbackStatus) -> Debt:
    return replace(debt, status=status, claimed_by=None, claimed_at=None, claimed_until=None)


def _decent(moment: datetime, policy: CallbackPolicy) -> datetime:
    """Move a moment of the night to the morning after it."""
    return decent(moment, policy.decent_from, policy.decent_until, policy.zone)
