"""The debt of a call back: one per citizen, however often they called.

Rules
-----
1. Repeats merge: the oldest `owed_since` and the earliest `due_at` stay, the most serious reason wins, and whoever has
   claimed the debt keeps it. The tries start over, because the citizen or an OPD has just shown that it matters.
2. One operator at a time: a claim is a lease that ends by itself, so a forgotten claim never hides a citizen.
3. A citizen who was reached, declines, or has a wrong number is called no more. After no answer or busy the debt waits,
   longer each time, and after the last try it expires: visible, but no longer called.
4. Nobody is called outside decent hours. The time in which a call back is due runs from the moment one may be made, and
   never ends in the night, so that what came in overnight is not late before anyone is there.
5. A debt that is done or expired never changes again. The next one starts fresh.

Lease, gaps, number of tries, due times and decent hours are working assumptions: defaults that an admin can set.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from depok_agi.errors import RefusedError
from depok_agi.hours.schedule import require_aware


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


SERIOUSNESS = {reason: rank for rank, reason in enumerate(CallbackReason)}
"""0 is the most serious: a promised answer, then what was asked for by keypad, then by message, then a missed call."""

ENDED = frozenset({CallbackStatus.DONE, CallbackStatus.EXPIRED})

TRY_AGAIN = frozenset({AttemptResult.NO_ANSWER, AttemptResult.BUSY})


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


@dataclass(frozen=True, slots=True)
class Debt:
    """One citizen's call back. `attempts` counts the tries since the citizen or an OPD last gave cause for the call."""

    reason: CallbackReason
    status: CallbackStatus
    owed_since: datetime
    due_at: datetime
    not_before: datetime | None
    claimed_by: str | None
    claimed_until: datetime | None
    attempts: int

    def __post_init__(self) -> None:
        for moment in (self.owed_since, self.due_at, self.not_before, self.claimed_until):
            if moment is not None:
                require_aware(moment)


def owe(reason: CallbackReason, at: datetime, existing: Debt | None, policy: CallbackPolicy) -> Debt:
    """Note that a citizen is owed a call since this moment; merges into the open debt that they have."""
    require_aware(at)
    earliest = _decent(at, policy)
    not_before = earliest if earliest > at else None
    due_at = _decent(earliest + policy.due[reason], policy)
    if existing is None or existing.status in ENDED:
        return Debt(reason, CallbackStatus.PENDING, at, due_at, not_before, None, None, 0)
    return replace(
        existing,
        reason=min(existing.reason, reason, key=SERIOUSNESS.__getitem__),
        owed_since=min(existing.owed_since, at),
        due_at=min(existing.due_at, due_at),
        not_before=not_before,
        attempts=0,
    )


def claim(debt: Debt, operator: str, now: datetime, policy: CallbackPolicy) -> Debt:
    """Take the debt for one operator, or renew their claim. One that waits can be taken too, if a person decides so.

    Raises:
        RefusedError: it has ended, or a colleague has it; the text says who and until when.
    """
    debt = lapse(_open(debt), now)
    if debt.claimed_by not in {None, operator}:
        until = (
            f", until {debt.claimed_until.astimezone(ZoneInfo(policy.timezone)):%H:%M}" if debt.claimed_until else ""
        )
        raise RefusedError(f"callback is claimed by {debt.claimed_by}{until}: take the next one")
    return replace(debt, status=CallbackStatus.CLAIMED, claimed_by=operator, claimed_until=now + policy.lease)


def release(debt: Debt, operator: str, now: datetime) -> Debt:
    """Give a claim back.

    Raises:
        RefusedError: the operator does not have it (any more).
    """
    debt = lapse(_open(debt), now)
    if debt.claimed_by is None:
        raise RefusedError("callback is not claimed: there is nothing to release")
    if debt.claimed_by != operator:
        raise RefusedError(f"callback is claimed by {debt.claimed_by}: only they can release it")
    return _unclaimed(debt, CallbackStatus.PENDING)


def lapse(debt: Debt, now: datetime) -> Debt:
    """Drop a claim whose lease is over."""
    require_aware(now)
    if debt.claimed_until is not None and debt.claimed_until <= now:
        return _unclaimed(debt, CallbackStatus.PENDING)
    return debt


def attempt(debt: Debt, result: AttemptResult, now: datetime, policy: CallbackPolicy) -> Debt:
    """Count one try. It needs no claim: a call made by other means counts too.

    Raises:
        RefusedError: the debt has ended.
    """
    require_aware(now)
    tried = replace(_open(debt), attempts=debt.attempts + 1, not_before=None)
    if result not in TRY_AGAIN:
        return _unclaimed(tried, CallbackStatus.DONE)
    if tried.attempts >= policy.max_attempts:
        return _unclaimed(tried, CallbackStatus.EXPIRED)
    gap = policy.gaps[min(debt.attempts, len(policy.gaps) - 1)]
    return replace(_unclaimed(tried, CallbackStatus.PENDING), not_before=_decent(now + gap, policy))


def settle_by_call(debt: Debt) -> Debt:
    """Note that citizen and centre have just talked, whoever called: that settles a missed call and nothing else."""
    if debt.reason is CallbackReason.MISSED and debt.status not in ENDED:
        return replace(_unclaimed(debt, CallbackStatus.DONE), not_before=None)
    return debt


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
        raise RefusedError(f"callback is {debt.status}: nothing is owed any more")
    return debt


def _unclaimed(debt: Debt, status: CallbackStatus) -> Debt:
    return replace(debt, status=status, claimed_by=None, claimed_until=None)


def _decent(moment: datetime, policy: CallbackPolicy) -> datetime:
    """Move a moment of the night to the morning after it."""
    local = moment.astimezone(ZoneInfo(policy.timezone))
    if policy.decent_from <= local.time() < policy.decent_until:
        return moment
    ahead = timedelta(days=0 if local.time() < policy.decent_from else 1)
    return datetime.combine(local.date() + ahead, policy.decent_from, tzinfo=local.tzinfo)
