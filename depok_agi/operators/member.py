"""A member of the operators' queue, and what Asterisk tells of one.

Each of these events has all that Asterisk knows of the member (`queue_publish_member_blob` in app_queue.c), so that the
newest counts and none is missed for long. A member is known by the device that is rung, such as `PJSIP/101`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from depok_agi.calls.events import microseconds, whole_number

Raw = Mapping[str, str]

ADDED = "QueueMemberAdded"
REMOVED = "QueueMemberRemoved"
PAUSED = "QueueMemberPause"
STATUS = "QueueMemberStatus"
TALKED = "AgentComplete"
LISTED = "QueueMember"
"""A line of the answer to QueueStatus."""

UNDERSTOOD = frozenset({ADDED, REMOVED, PAUSED, STATUS, TALKED})
"""The names of the events that tell of members."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member.

    Attributes:
        device: what is rung.
        name: what the queue calls it; the device where nobody gave it a name.
        status: of the device, `AST_DEVICE_...` in devicestate.h.
        reason: why it is paused, as whoever paused it said; empty also where nothing was said.
        in_call: is it in a call of the queue?
        last_call: when its last call of the queue ended, in microseconds UTC; None where there was none.
    """

    device: str
    name: str = ""
    status: int = 0
    paused: bool = False
    reason: str = ""
    in_call: bool = False
    last_call: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """So it was at this moment, in microseconds UTC."""

    at: int
    member: Member


@dataclass(frozen=True, slots=True)
class Gone:
    """It left the queue at this moment."""

    at: int
    device: str


@dataclass(frozen=True, slots=True)
class Talked:
    """Its call of the queue ended at this moment."""

    at: int
    device: str


MemberEvent = Seen | Gone | Talked


def parse(raw: Raw, queue: str) -> MemberEvent | None:
    """What an event tells of a member of this queue; None where it is of another, or has no time."""
    at, device = microseconds(raw.get("Timestamp")), raw.get("Interface", "")
    if at is None or not device or raw.get("Queue") != queue:
        return None
    match raw.get("Event"):
        case "QueueMemberRemoved":
            return Gone(at, device)
        case "AgentComplete":
            return Talked(at, device)
        case "QueueMemberAdded" | "QueueMemberPause" | "QueueMemberStatus":
            return Seen(at, _member(raw, device, raw.get("MemberName", "")))
    return None


def listed(answer: Iterable[Raw], queue: str) -> tuple[Member, ...]:
    """The members of this queue, from the answer to QueueStatus."""
    return tuple(
        _member(raw, raw["Location"], raw.get("Name", ""))
        for raw in answer
        if raw.get("Event") == LISTED and raw.get("Queue") == queue and raw.get("Location")
    )


def _member(raw: Raw, device: str, name: str) -> Member:
    return Member(
        device=device,
        name=name,
        status=whole_number(raw.get("Status", "")) or 0,
        paused=raw.get("Paused") == "1",
        reason=raw.get("PausedReason", ""),
        in_call=raw.get("InCall") == "1",
        last_call=microseconds(raw.get("LastCall")),
    )
