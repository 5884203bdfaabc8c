"""The events that the ledger understands, and how they come out of Asterisk Manager events.

Field names are Asterisk's (`main/manager_channels.c`, `manager_bridges.c`, `app_queue.c`). Anything else that Asterisk
sends is none of the ledger's business and parses to None, as does an event that lacks what it must have.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

MICROSECONDS = 1_000_000

LATEST = 1 << 57
"""The year 6500: a time after it is none, since calendars end at 9999."""


@dataclass(frozen=True, slots=True)
class Event:
    """What all events share.

    Attributes:
        at: when it happened, in microseconds since 1970 UTC (`timestampevents=yes`); None without.
        uniqueid: the channel it happened to.
        linkedid: the call that Asterisk counted the channel to at that moment; changes when calls are bridged.
        channel: the channel's name, such as `PJSIP/trunk-00000001`.
    """

    at: int | None
    uniqueid: str
    linkedid: str
    channel: str


@dataclass(frozen=True, slots=True)
class ChannelCreated(Event):
    """Newchannel."""

    caller: str
    exten: str


@dataclass(frozen=True, slots=True)
class ChannelAnswered(Event):
    """Newstate with state 6 (Up)."""


@dataclass(frozen=True, slots=True)
class HungUp(Event):
    """Hangup. The cause is Q.850; it is never an outcome."""

    cause: int | None


@dataclass(frozen=True, slots=True)
class DialBegun(Event):
    """DialBegin: `uniqueid` (empty for an originated call) rings `other`."""

    other: str
    other_linkedid: str
    other_channel: str
    dialled: str


@dataclass(frozen=True, slots=True)
class DialEnded(Event):
    """DialEnd: how ringing `other` ended. ANSWER here is not a conversation."""

    other: str
    other_linkedid: str
    other_channel: str
    status: str


@dataclass(frozen=True, slots=True)
class BridgeEntered(Event):
    """BridgeEnter."""

    bridge: str


@dataclass(frozen=True, slots=True)
class BridgeLeft(Event):
    """BridgeLeave."""

    bridge: str


@dataclass(frozen=True, slots=True)
class QueueJoined(Event):
    """QueueCallerJoin. A full or an empty queue gives no such event."""

    queue: str


@dataclass(frozen=True, slots=True)
class QueueLeft(Event):
    """QueueCallerLeave: for an operator, or for the dialplan, or gone."""

    queue: str


@dataclass(frozen=True, slots=True)
class QueueAbandoned(Event):
    """QueueCallerAbandon: nobody took it. Not `abandoned`: it also comes on timeout and from an empty queue."""

    queue: str
    hold: int | None


@dataclass(frozen=True, slots=True)
class AgentRung(Event):
    """AgentCalled: the queue rings a member's phone, the channel `other`."""

    other: str
    other_linkedid: str
    other_channel: str
    member: str


@dataclass(frozen=True, slots=True)
class AgentConnected(Event):
    """AgentConnect: the member has picked up and the queue joins the two. `hold` is Asterisk's count of the wait."""

    other: str
    other_linkedid: str
    other_channel: str
    member: str
    queue: str
    hold: int | None


@dataclass(frozen=True, slots=True)
class StepDone(Event):
    """UserEvent DepokStep, from the dialplan: a step of the menu ended so."""

    step: str
    result: str
    keys: str


@dataclass(frozen=True, slots=True)
class QueueEnded(Event):
    """UserEvent DepokQueue: Queue() gave the caller back to the dialplan, with this QUEUESTATUS."""

    status: str


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The daemon has logged in: what was known before may have ended unseen."""


@dataclass(frozen=True, slots=True)
class ChannelsListed:
    """CoreShowChannels, after a `LinkUp`: the channels that exist, each as (uniqueid, linkedid, name)."""

    at: int | None
    channels: tuple[tuple[str, str, str], ...]


Raw = Mapping[str, str]
_Base = tuple[int | None, str, str, str]


def _base(raw: Raw) -> _Base:
    return microseconds(raw.get("Timestamp")), raw.get("Uniqueid", ""), raw.get("Linkedid", ""), raw.get("Channel", "")


def microseconds(text: str | None) -> int | None:
    """Asterisk's `seconds.fraction` since 1970 UTC as microseconds; None for what is no such time."""
    seconds, _, fraction = (text or "").partition(".")
    try:
        at = int(seconds) * MICROSECONDS + int((fraction + "000000")[:6])
    except ValueError:
        return None
    return at if 0 < at < LATEST else None


def whole_number(text: str) -> int | None:
    """The number, where it is one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004


def _newstate(raw: Raw) -> Event | None:
    return ChannelAnswered(*_base(raw)) if raw.get("ChannelState") == "6" else None


def _hangup(raw: Raw) -> Event:
    cause = raw.get("Cause", "")
    return HungUp(*_base(raw), cause=int(cause) if cause.isascii() and cause.isdigit() and len(cause) < 6 else None)  # noqa: PLR2004


def _destination(raw: Raw) -> tuple[str, str, str]:
    return raw.get("DestUniqueid", ""), raw.get("DestLinkedid", ""), raw.get("DestChannel", "")


def _user_event(raw: Raw) -> Event | None:
    match raw.get("UserEvent"):
        case "DepokStep":
            return StepDone(*_base(raw), raw.get("Step", ""), raw.get("Result", ""), raw.get("Keys", ""))
        case "DepokQueue":
            return QueueEnded(*_base(raw), raw.get("Status", ""))
    return None


_PARSERS: dict[str, Callable[[Raw], Event | None]] = {
    "Newchannel": lambda raw: ChannelCreated(*_base(raw), raw.get("CallerIDNum", ""), raw.get("Exten", "")),
    "Newstate": _newstate,
    "Hangup": _hangup,
    "DialBegin": lambda raw: DialBegun(*_base(raw), *_destination(raw), raw.get("DialString", "")),
    "DialEnd": lambda raw: DialEnded(*_base(raw), *_destination(raw), raw.get("DialStatus", "")),
    "BridgeEnter": lambda raw: BridgeEntered(*_base(raw), raw.get("BridgeUniqueid", "")),
    "BridgeLeave": lambda raw: BridgeLeft(*_base(raw), raw.get("BridgeUniqueid", "")),
    "QueueCallerJoin": lambda raw: QueueJoined(*_base(raw), raw.get("Queue", "")),
    "QueueCallerLeave": lambda raw: QueueLeft(*_base(raw), raw.get("Queue", "")),
    "QueueCallerAbandon": lambda raw: QueueAbandoned(
        *_base(raw), raw.get("Queue", ""), whole_number(raw.get("HoldTime", ""))
    ),
    "AgentCalled": lambda raw: AgentRung(*_base(raw), *_destination(raw), raw.get("MemberName", "")),
    "AgentConnect": lambda raw: AgentConnected(
        *_base(raw),
        *_destination(raw),
        raw.get("MemberName", ""),
        raw.get("Queue", ""),
        whole_number(raw.get("HoldTime", "")),
    ),
    "UserEvent": _user_event,
}


def parse(raw: Raw) -> Event | None:
    """The typed event, or None where the ledger has no use for it."""
    parser = _PARSERS.get(raw.get("Event", ""))
    if parser is None:
        return None
    event = parser(raw)
    if event is None or not (event.uniqueid or getattr(event, "other", "")):
        return None
    return event
