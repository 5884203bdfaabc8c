"""One SMS to one citizen: what it says, and how far it is. Its words are written when it is sent; none are kept."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from depok_agi.hours.decent import decent
from depok_agi.sms.language import Language
from depok_agi.tickets.ticket import local_iso


class Kind(StrEnum):
    """What it is about: answers to an SMS, then what citizens are told by themselves."""

    TICKET = "ticket"
    APPENDED = "appended"
    STATUS = "status"
    NOT_FOUND = "not_found"
    HELP = "help"
    CALL = "call"
    TOO_LONG = "too_long"
    FORWARDED = "forwarded"
    ANSWERED = "answered"
    UNREACHED = "unreached"


NOTICES = frozenset({Kind.FORWARDED, Kind.ANSWERED, Kind.UNREACHED})
"""What no citizen has asked for: it waits for decent hours. An answer goes at once: who has just written is awake."""


class Status(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    SENDING = "sending"
    """It is being handed over, or was when the service was killed."""
    SENT = "sent"
    DROPPED = "dropped"


class Filter(StrEnum):
    """Which ones are wanted."""

    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An SMS in the queue. Times are aware.

    Attributes:
        key: what it says to whom: nothing is said twice.
        number: E.164; None once the citizen was erased.
        ticket: the number of the ticket that it is about, if any.
        callback: the id of the callback that it is about, if any.
    """

    id: int
    key: str
    kind: Kind
    language: Language
    number: str | None
    ticket: str | None
    callback: int | None
    status: Status
    queued_at: datetime
    next_try_at: datetime
    tries: int
    sent_at: datetime | None
    error: str | None

    def to_json(self, timezone: tzinfo) -> dict[str, Any]:
        """For scripts."""
        return {
            "id": self.id,
            "kind": self.kind,
            "caller": self.number,
            "ticket": self.ticket,
            "callback": self.callback,
            "status": self.status,
            "queued_at": local_iso(self.queued_at, timezone),
            "next_try_at": local_iso(self.next_try_at, timezone),
            "tries": self.tries,
            "sent_at": local_iso(self.sent_at, timezone),
            "error": self.error,
        }


STALE_AFTER = timedelta(days=3)
"""What could not be sent for so long is news to nobody."""

_GAPS = (1, 5, 15, 60, 240)


def gap(tries: int) -> timedelta:
    """How long to wait after the n-th try in vain (from 1 on); the longest repeats."""
    return timedelta(minutes=_GAPS[min(tries, len(_GAPS)) - 1])


def earliest(kind: Kind, now: datetime, decent_from: time, decent_until: time, zone: tzinfo) -> datetime:
    """When it may be sent: a notice in decent hours only, by the wall clock of `zone`."""
    return decent(now, decent_from, decent_until, zone) if kind in NOTICES else now


def pause(last_sent_at: datetime | None, now: datetime, per_minute: int) -> timedelta:
    """How long to wait before the next one, so that a minute never has more than `per_minute`, evenly spread."""
    if last_sent_at is None:
        return timedelta()
    gap_between = -(-timedelta(minutes=1) // per_minute)  # rounded up, or 11 a minute would let 12 through
    return max(timedelta(), min(last_sent_at, now) + gap_between - now)
