"""The record of one call, as the rest of the house and the users' scripts see it."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Any


class Direction(StrEnum):
    """Who began it: a citizen over the trunk, an operator towards the trunk, or neither."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class Outcome(StrEnum):
    """Exactly one for every ended call. The first block is for inbound calls, the second for the others."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    LEFT_MENU = "left_menu"
    TIMEOUT = "timeout"
    FULL = "full"
    NO_OPERATOR = "no_operator"
    CLOSED = "closed"
    CALLBACK = "callback"
    MESSAGE = "message"
    SELF_SERVICE = "self_service"
    BLOCKED = "blocked"
    FAILED = "failed"
    UNKNOWN = "unknown"

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """What a leg is in its call."""

    CALLER = "caller"
    OPERATOR = "operator"
    CITIZEN = "citizen"
    LOCAL = "local"


class Source(StrEnum):
    """Where the record is from: live events, Asterisk's journal, or both."""

    LIVE = "live"
    RECOVERED = "recovered"
    MIXED = "mixed"


class TransferKind(StrEnum):
    """Sent on unannounced, or after asking the one who is to take it."""

    BLIND = "blind"
    ATTENDED = "attended"


@dataclass(frozen=True, slots=True)
class Leg:
    """One channel of the call. Times are microseconds since 1970 UTC, None while unknown."""

    channel: str
    party: str | None
    role: Role
    started_at: int | None
    answered_at: int | None
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class Talk:
    """Two device channels that could hear each other."""

    channels: tuple[str, str]
    started_at: int | None
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class Transfer:
    """One of us handed the other side on. `to` is who took it, else what was dialled for it."""

    kind: TransferKind
    by: str | None
    to: str | None
    at: int | None


@dataclass(frozen=True, slots=True)
class QueueVisit:
    """One time that the caller stood in a queue.

    `joined_at` is None for a queue that took nobody in, or whose joining nobody saw. `hold` is Asterisk's own count of
    the seconds, which queue_log has too. `fact` is what it came to (`calls/facts.py`), None while that is not known.
    """

    queue: str
    joined_at: int | None
    left_at: int | None
    left: bool
    hold: int | None
    fact: str | None


@dataclass(frozen=True, slots=True)
class MenuStep:
    """One step of the menu, as the dialplan told it."""

    at: int | None
    step: str
    result: str
    keys: str


@dataclass(frozen=True, slots=True)
class Recording:
    """What was said while a channel was connected is in this file of the folder for recordings."""

    uniqueid: str
    file: str


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call, whatever number of channels it took.

    Times are microseconds since 1970 UTC, None while unknown; `ended_at` and `outcome` are None while the call is up.
    `id` carries the PBX's name, so that several hosts can share one store. `uniqueids` and `legs` go in step. `facts`
    is what the outcome was derived from (`calls/facts.py`). `answered_at` is when a person first spoke, not when
    Asterisk took the call. `wait_seconds` is the time in all queues; in `talk_seconds` no second counts twice.
    `recordings` are the files to which its talks were recorded, more than one where recorded calls became one; only the
    ledger tells all of them. `recording` is the first of them that was not destroyed, else the file of the message that
    was left in the call, which only the store knows.
    """

    id: str
    direction: Direction
    caller: str | None
    caller_raw: str
    dialled: str
    started_at: int | None
    answered_at: int | None
    ended_at: int | None
    ended: bool
    outcome: Outcome | None
    operator: str | None
    queue: str | None
    wait_seconds: int | None
    talk_seconds: int | None
    menu_path: str
    hangup_cause: int | None
    source: Source
    uniqueids: tuple[str, ...]
    linkedids: tuple[str, ...]
    facts: tuple[str, ...]
    legs: tuple[Leg, ...]
    talks: tuple[Talk, ...]
    transfers: tuple[Transfer, ...] = ()
    visits: tuple[QueueVisit, ...] = ()
    steps: tuple[MenuStep, ...] = ()
    recordings: tuple[Recording, ...] = ()
    recording: str | None = None

    @property
    def citizen(self) -> str | None:
        """The citizen's number in E.164, whoever called whom; None when there is none to call back."""
        match self.direction:
            case Direction.INBOUND:
                return self.caller
            case Direction.OUTBOUND:
                return self.dialled if self.dialled.startswith("+") else None
        return None


def iso(at: int | None, timezone: tzinfo) -> str | None:
    """Microseconds since 1970 UTC as ISO 8601 with the offset of `timezone`, whole seconds."""
    if at is None:
        return None
    return datetime.fromtimestamp(at // 1_000_000, UTC).astimezone(timezone).isoformat()


def to_json(
    record: CallRecord, timezone: tzinfo, *, ticket: str | None = None, callback: int | None = None
) -> dict[str, Any]:
    """The record with the fields that users script against."""
    return {
        "id": record.id,
        "direction": record.direction,
        "caller": record.caller,
        "caller_raw": record.caller_raw,
        "dialled": record.dialled,
        "started_at": iso(record.started_at, timezone),
        "answered_at": iso(record.answered_at, timezone),
        "ended_at": iso(record.ended_at, timezone),
        "outcome": record.outcome,
        "operator": record.operator,
        "queue": record.queue,
        "wait_seconds": record.wait_seconds,
        "talk_seconds": record.talk_seconds,
        "menu_path": record.menu_path,
        "ticket": ticket,
        "callback": callback,
        "recording": record.recording,
        "hangup_cause": record.hangup_cause,
        "source": record.source,
        "uniqueids": list(record.uniqueids),
        "linkedids": list(record.linkedids),
        "legs": [
            {
                "channel": leg.channel,
                "party": leg.party,
                "role": leg.role,
                "started_at": iso(leg.started_at, timezone),
                "answered_at": iso(leg.answered_at, timezone),
                "ended_at": iso(leg.ended_at, timezone),
            }
            for leg in record.legs
        ],
        "talks": [
            {
                "channels": list(talk.channels),
                "started_at": iso(talk.started_at, timezone),
                "ended_at": iso(talk.ended_at, timezone),
            }
            for talk in record.talks
        ],
        "transfers": [
            {"kind": transfer.kind, "by": transfer.by, "to": transfer.to, "at": iso(transfer.at, timezone)}
            for transfer in record.transfers
        ],
    }
