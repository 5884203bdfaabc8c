"""The events that the ledger understands, and how they come out of Asterisk Manager events.

Field names are Asterisk's (`main/manager_channels.c`, `manager_bridges.c`, `app_queue.c`). Anything else that Asterisk
sends is none of the ledger's business and parses to None, as does an event that lacks what it must have.

Nobody changes an event. The classes are not frozen all the same: a frozen one takes more than three times as long to
make, and events are made by the thousand a second (`scripts/bench`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from depok_agi.calls.recordings import is_name

MICROSECONDS = 1_000_000

EARLIEST = 946_684_800 * MICROSECONDS
"""The year 2000: a time before it is none. The ledger counts events that have no time in numbers far below it."""

LATEST = 1 << 57
"""The year 6500: a time after it is none, since calendars end at 9999."""


@dataclass(slots=True)
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


@dataclass(slots=True)
class ChannelCreated(Event):
    """Newchannel."""

    caller: str
    exten: str


@dataclass(slots=True)
class ChannelAnswered(Event):
    """Newstate with state 6 (Up)."""

    exten: str = ""


@dataclass(slots=True)
class HungUp(Event):
    """Hangup. The cause is Q.850; it is never an outcome. `exten` is where in the dialplan the channel was last."""

    cause: int | None
    exten: str = ""


@dataclass(slots=True)
class DialBegun(Event):
    """DialBegin: `uniqueid` (empty for an originated call), which is at `exten`, rings `other`."""

    other: str
    other_linkedid: str
    other_channel: str
    exten: str
    other_exten: str


@dataclass(slots=True)
class DialEnded(Event):
    """DialEnd: how ringing `other` ended. ANSWER here is not a conversation."""

    other: str
    other_linkedid: str
    other_channel: str
    status: str


@dataclass(slots=True)
class BridgeEntered(Event):
    """BridgeEnter. In a `holding` bridge (parking, waiting rooms) nobody hears anybody."""

    bridge: str
    holding: bool = False
    exten: str = ""


@dataclass(slots=True)
class BridgeLeft(Event):
    """BridgeLeave."""

    bridge: str
    holding: bool = False


@dataclass(slots=True)
class BlindTransferred(Event):
    """BlindTransfer that succeeded: `uniqueid` sent `other` to an extension."""

    other: str
    other_linkedid: str
    other_channel: str
    exten: str


@dataclass(slots=True)
class AttendedTransferred(Event):
    """AttendedTransfer that succeeded: `uniqueid` joined its call with that of its second channel, `other`.

    Attributes:
        transferee: the one who was handed on; empty where there were several.
        target: the one they were handed to; empty where nobody had answered yet, or an application runs there.
        application: what the second call was in when nobody was bridged there, such as `Dial`, `Queue` or `Playback`.
    """

    other: str
    other_linkedid: str
    other_channel: str
    transferee: str
    target: str
    application: str


@dataclass(slots=True)
class PickedUp(Event):
    """Pickup: `uniqueid` takes the call that rings `other`."""

    other: str
    other_linkedid: str
    other_channel: str


@dataclass(slots=True)
class QueueJoined(Event):
    """QueueCallerJoin. A full or an empty queue gives no such event."""

    queue: str


@dataclass(slots=True)
class QueueLeft(Event):
    """QueueCallerLeave: for an operator, or for the dialplan, or gone."""

    queue: str


@dataclass(slots=True)
class QueueAbandoned(Event):
    """QueueCallerAbandon: nobody took it. Not `abandoned`: it also comes on timeout and from an empty queue."""

    queue: str
    hold: int | None


@dataclass(slots=True)
class AgentRung(Event):
    """AgentCalled: the queue rings a member's phone, the channel `other`."""

    other: str
    other_linkedid: str
    other_channel: str
    member: str


@dataclass(slots=True)
class AgentConnected(Event):
    """AgentConnect: the member has picked up and the queue joins the two. `hold` is Asterisk's count of the wait."""

    other: str
    other_linkedid: str
    other_channel: str
    member: str
    queue: str
    hold: int | None


@dataclass(slots=True)
class StepDone(Event):
    """UserEvent DepokStep, from the dialplan: a step of the menu ended so."""

    step: str
    result: str
    keys: str


@dataclass(slots=True)
class QueueEnded(Event):
    """UserEvent DepokQueue: Queue() gave the caller back to the dialplan, with this QUEUESTATUS."""

    status: str
    queue: str = ""


@dataclass(slots=True)
class RecordingBegun(Event):
    """UserEvent DepokRecording, from the dialplan: what is said while the channel is connected goes into this file."""

    file: str


@dataclass(slots=True)
class CallDetailed(Event):
    """A row of the CDR, at its end: where CEL is off, all that is said of whom a channel was connected with.

    Attributes:
        other_channel: whom it was connected with, or rang; named, but without its id. Empty for nobody.
        started_at, answered_at: microseconds UTC.
        application: what the dialplan did last, such as `Dial` or `Queue`.
        disposition: ANSWERED, NO ANSWER, BUSY, FAILED or CONGESTION. ANSWERED only says that the channel was up.
    """

    other_channel: str
    started_at: int
    answered_at: int | None
    application: str
    disposition: str


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The daemon has logged in: what was known before may have ended unseen. Times are microseconds UTC.

    Attributes:
        at: when; from here on every event is heard.
        heard_until: until when events were heard before, None where they never were.
        booted_at: when Asterisk started, None where that is not known.
    """

    at: int | None = None
    heard_until: int | None = None
    booted_at: int | None = None


@dataclass(frozen=True, slots=True)
class ListedChannel:
    """A channel that exists (CoreShowChannel). `bridge` is empty for one that is in none."""

    uniqueid: str
    linkedid: str
    channel: str
    bridge: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A caller who stands in a queue (QueueEntry), for so many seconds."""

    uniqueid: str
    channel: str
    queue: str
    seconds: int


@dataclass(frozen=True, slots=True)
class ChannelsListed:
    """CoreShowChannels and QueueStatus: all that is up, and all who wait, as Asterisk had it after `at`.

    Attributes:
        at: when it was asked for, microseconds UTC: what began later may not be in the lists.
        channels: the channels that exist.
        waiting: who stands in a queue; None where that could not be asked.
    """

    at: int | None
    channels: tuple[ListedChannel, ...]
    waiting: tuple[Waiting, ...] | None = None


Raw = Mapping[str, str]

HOLDING = "holding_bridge"
"""The technology of parking lots and waiting rooms (`bridges/bridge_holding.c`)."""


def _base(raw: Raw) -> tuple[int | None, str, str, str]:
    get = raw.get
    return microseconds(get("Timestamp")), get("Uniqueid", ""), get("Linkedid", ""), get("Channel", "")


def microseconds(text: str | None) -> int | None:
    """Asterisk's `seconds.fraction` since 1970 UTC as microseconds; None for what is no such time."""
    if not text:
        return None
    try:
        if text[10:11] == "." and len(text) == 17:  # noqa: PLR2004 - as Asterisk writes it until 2286
            at = int(text[:10] + text[11:])
        else:
            seconds, _, fraction = text.partition(".")
            at = int(seconds) * MICROSECONDS + int((fraction + "000000")[:6])
    except ValueError:
        return None
    return at if EARLIEST < at < LATEST else None


def whole_number(text: str) -> int | None:
    """The number, where it is one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004


def _newstate(raw: Raw) -> Event | None:
    return ChannelAnswered(*_base(raw), raw.get("Exten", "")) if raw.get("ChannelState") == "6" else None


def _hangup(raw: Raw) -> Event:
    return HungUp(*_base(raw), whole_number(raw.get("Cause", "")), raw.get("Exten", ""))


def _side(raw: Raw, prefix: str) -> tuple[str, str, str]:
    """One of several channels in an event, as Asterisk prefixes them."""
    return raw.get(f"{prefix}Uniqueid", ""), raw.get(f"{prefix}Linkedid", ""), raw.get(f"{prefix}Channel", "")


def _destination(raw: Raw) -> tuple[str, str, str]:
    return raw.get("DestUniqueid", ""), raw.get("DestLinkedid", ""), raw.get("DestChannel", "")


def _bridge(raw: Raw) -> tuple[str, bool]:
    return raw.get("BridgeUniqueid", ""), raw.get("BridgeTechnology") == HOLDING


def _blind_transfer(raw: Raw) -> Event | None:
    if raw.get("Result") != "Success":
        return None
    by = microseconds(raw.get("Timestamp")), *_side(raw, "Transferer")
    return BlindTransferred(*by, *_side(raw, "Transferee"), raw.get("Extension", ""))


def _attended_transfer(raw: Raw) -> Event | None:
    if raw.get("Result") != "Success":
        return None
    by = microseconds(raw.get("Timestamp")), *_side(raw, "OrigTransferer")
    transferee, target = raw.get("TransfereeUniqueid", ""), raw.get("TransferTargetUniqueid", "")
    return AttendedTransferred(*by, *_side(raw, "SecondTransferer"), transferee, target, raw.get("DestApp", ""))


def _member(raw: Raw) -> str:
    """What the queue calls the member; nothing where nobody gave it a name, as by a feature code of the phone."""
    name = raw.get("MemberName", "")
    return "" if name == raw.get("Interface") else name


def _user_event(raw: Raw) -> Event | None:
    match raw.get("UserEvent"):
        case "DepokStep":
            return StepDone(*_base(raw), raw.get("Step", ""), raw.get("Result", ""), raw.get("Keys", ""))
        case "DepokQueue":
            return QueueEnded(*_base(raw), raw.get("Status", ""), raw.get("Queue", ""))
        case "DepokRecording" if is_name(file := raw.get("File", "")):
            return RecordingBegun(*_base(raw), file)
    return None


_PARSERS: dict[str, Callable[[Raw], Event | None]] = {
    "Newchannel": lambda raw: ChannelCreated(*_base(raw), raw.get("CallerIDNum", ""), raw.get("Exten", "")),
    "Newstate": _newstate,
    "Hangup": _hangup,
    "DialBegin": lambda raw: DialBegun(*_base(raw), *_destination(raw), raw.get("Exten", ""), raw.get("DestExten", "")),
    "DialEnd": lambda raw: DialEnded(*_base(raw), *_destination(raw), raw.get("DialStatus", "")),
    "BridgeEnter": lambda raw: BridgeEntered(*_base(raw), *_bridge(raw), raw.get("Exten", "")),
    "BridgeLeave": lambda raw: BridgeLeft(*_base(raw), *_bridge(raw)),
    "BlindTransfer": _blind_transfer,
    "AttendedTransfer": _attended_transfer,
    "Pickup": lambda raw: PickedUp(*_base(raw), *_side(raw, "Target")),
    "QueueCallerJoin": lambda raw: QueueJoined(*_base(raw), raw.get("Queue", "")),
    "QueueCallerLeave": lambda raw: QueueLeft(*_base(raw), raw.get("Queue", "")),
    "QueueCallerAbandon": lambda raw: QueueAbandoned(
        *_base(raw), raw.get("Queue", ""), whole_number(raw.get("HoldTime", ""))
    ),
    "AgentCalled": lambda raw: AgentRung(*_base(raw), *_destination(raw), _member(raw)),
    "AgentConnect": lambda raw: AgentConnected(
        *_base(raw),
        *_destination(raw),
        _member(raw),
        raw.get("Queue", ""),
        whole_number(raw.get("HoldTime", "")),
    ),
    "UserEvent": _user_event,
}


UNDERSTOOD = frozenset(_PARSERS)
"""The names of the events that the ledger has a use for."""


MESSAGES = "Message/"
"""The one channel that carries all SMS and other messages (`create_msg_q_chan` in message.c): no call of anybody."""


def parse(raw: Raw) -> Event | None:
    """The typed event, or None where the ledger has no use for it."""
    parser = _PARSERS.get(raw.get("Event", ""))
    if parser is None or raw.get("Channel", "").startswith(MESSAGES):
        return None
    event = parser(raw)
    if event is None or event.uniqueid or getattr(event, "other", ""):
        return event
    return None


def listed(at: int, channels: Iterable[Raw], bridges: Iterable[Raw], waiting: Iterable[Raw]) -> ChannelsListed:
    """What there is, from the answers to CoreShowChannels, BridgeList and QueueStatus, asked for at `at`."""
    talking = {
        raw.get("BridgeUniqueid", "")
        for raw in bridges
        if raw.get("Event") == "BridgeListItem" and raw.get("BridgeTechnology") != HOLDING
    }
    return ChannelsListed(
        at,
        tuple(
            ListedChannel(*_base(raw)[1:], bridge if (bridge := raw.get("BridgeId", "")) in talking else "")
            for raw in channels
            if raw.get("Event") == "CoreShowChannel" and not raw.get("Channel", "").startswith(MESSAGES)
        ),
        tuple(
            Waiting(
                raw.get("Uniqueid", ""),
                raw.get("Channel", ""),
                raw.get("Queue", ""),
                whole_number(raw.get("Wait", "")) or 0,
            )
            for raw in waiting
            if raw.get("Event") == "QueueEntry"
        ),
    )
