"""One call while the ledger works on it, and how it is frozen into a record."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from depok_agi.calls import events as ev
from depok_agi.calls.facts import Fact, outcome
from depok_agi.calls.numbers import to_e164
from depok_agi.calls.record import CallRecord, Direction, Leg, Role, Source, Talk

_NOT_DEVICES = ("Local/", "Announcer/", "Recorder/", "CBAnn/", "CBRec/", "Surrogate/", "Message/", "Bridge/")
"""Channels that Asterisk makes for its own use (`main/core_local.c`, `main/bridge_*.c`): nobody listens behind them."""


def order(uniqueid: str) -> tuple[int, int, str]:
    """The sort key of a Uniqueid, which is `[system-]seconds.count`; as text `9.10` would come after `10.2`."""
    seconds, _, count = uniqueid.rpartition("-")[2].partition(".")
    if seconds.isascii() and seconds.isdigit() and count.isascii() and count.isdigit() and len(uniqueid) < 200:  # noqa: PLR2004
        return int(seconds), int(count), uniqueid
    return 1 << 62, 0, uniqueid


def endpoint(channel: str) -> str:
    """`PJSIP/trunk-0000001` is a channel of the endpoint `trunk`."""
    return channel.partition("/")[2].rpartition("-")[0]


@dataclass(frozen=True, slots=True)
class Switchboard:
    """What the ledger knows of the PBX.

    Attributes:
        pbx: the PBX's name, put in front of ids that do not carry it (Asterisk does that itself with `systemname`).
        trunks: endpoints behind which are citizens; every other device is an operator's or an OPD's phone.
        operators: device (`PJSIP/101`) to operator's name, for calls that no queue handed out.
    """

    pbx: str
    trunks: frozenset[str]
    operators: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Channel:
    """One leg."""

    uniqueid: str
    name: str
    caller: str = ""
    exten: str = ""
    member: str | None = None
    started_at: int | None = None
    answered_at: int | None = None
    ended_at: int | None = None
    ended: bool = False
    cause: int | None = None

    @property
    def is_device(self) -> bool:
        """Can somebody listen behind it?"""
        return not self.name.startswith(_NOT_DEVICES)


@dataclass(slots=True)
class OpenTalk:
    """Two devices in one bridge."""

    first: Channel
    second: Channel
    bridge: str | None
    """None where it is not known: any bridge that one of them leaves may be it."""
    started_at: int | None
    ended_at: int | None = None
    ended: bool = False

    def is_of(self, one: Channel, other: Channel) -> bool:
        """Is it these two who talk?"""
        return (self.first is one and self.second is other) or (self.first is other and self.second is one)


@dataclass(slots=True)
class Call:
    """All that is known of one call. `ids` are all its Uniqueids and Linkedids: what the ledger finds it by.

    `written_as` is the id that its record was last given out with. `seen` are its events that had a time, so that
    hearing one again changes nothing. `left` says who left which bridge: the bridge, the channel, when it entered and
    when it left.
    """

    ids: set[str] = field(default_factory=set)
    linkedids: set[str] = field(default_factory=set)
    channels: dict[str, Channel] = field(default_factory=dict)
    facts: set[Fact] = field(default_factory=set)
    talks: list[OpenTalk] = field(default_factory=list)
    queue: str | None = None
    joined_at: int | None = None
    waited: int | None = None
    keys: str = ""
    ended: bool = False
    written_as: str | None = None
    seen: set[ev.Event] = field(default_factory=set)
    left: list[tuple[str, Channel, int | None, int | None]] = field(default_factory=list)

    def absorb(self, other: "Call") -> None:
        """Take over all of another record of the same call."""
        self.ids |= other.ids
        self.linkedids |= other.linkedids
        self.channels |= other.channels
        self.facts |= other.facts
        self.talks += other.talks
        self.queue = self.queue or other.queue
        self.joined_at = self.joined_at if self.joined_at is not None else other.joined_at
        if other.waited is not None:
            self.waited = (self.waited or 0) + other.waited
        self.keys += other.keys
        self.seen |= other.seen
        self.left += other.left
        self.ended = self.ended and other.ended
        if not self.ended:
            self.facts.discard(Fact.UNSEEN_END)

    def stop_waiting(self, at: int | None) -> None:
        """The caller stands in no queue any more."""
        if self.joined_at is not None:
            self.waited = (self.waited or 0) + (_between(self.joined_at, at) or 0)
            self.joined_at = None

    def end_talks(self, channel: Channel, bridge: str | None, at: int | None) -> None:
        """The channel left the bridge, or every bridge."""
        for talk in self.talks:
            if (
                not talk.ended
                and channel in (talk.first, talk.second)
                and (bridge is None or talk.bridge in (None, bridge))
            ):
                talk.ended_at, talk.ended = at, True


def _between(start: int | None, end: int | None) -> int | None:
    return None if start is None or end is None else max(0, end - start)


def _seconds(duration: int | None) -> int | None:
    return None if duration is None else round(duration / ev.MICROSECONDS)


def is_trunk(channel: Channel, board: Switchboard) -> bool:
    """Is a citizen behind this channel?"""
    return endpoint(channel.name) in board.trunks


def is_conversation(call: Call, first: Channel, second: Channel, board: Switchboard) -> bool:
    """A citizen with one of us; or, where no citizen is in the call, two of us."""
    if any(is_trunk(channel, board) for channel in call.channels.values()):
        return is_trunk(first, board) != is_trunk(second, board)
    return True


def call_id(call: Call, board: Switchboard) -> str:
    """The smallest Uniqueid, with the PBX's name in front."""
    uniqueid = min(call.channels or call.ids, key=order)
    return uniqueid if uniqueid.startswith(f"{board.pbx}-") else f"{board.pbx}-{uniqueid}"


def _operator(channel: Channel, board: Switchboard) -> str | None:
    if is_trunk(channel, board):
        return None
    return channel.member or board.operators.get(channel.name.rpartition("-")[0]) or endpoint(channel.name) or None


def _direction(call: Call, initiator: Channel, board: Switchboard) -> Direction:
    if is_trunk(initiator, board):
        return Direction.INBOUND
    if any(is_trunk(channel, board) for channel in call.channels.values()):
        return Direction.OUTBOUND
    return Direction.INTERNAL


def _leg(channel: Channel, initiator: Channel, board: Switchboard) -> Leg:
    if not channel.is_device:
        role, party = Role.LOCAL, None
    elif not is_trunk(channel, board):
        role, party = Role.OPERATOR, _operator(channel, board)
    elif channel is initiator:
        role, party = Role.CALLER, to_e164(channel.caller) or channel.caller or None
    else:
        role, party = Role.CITIZEN, to_e164(initiator.exten) or initiator.exten or None
    return Leg(channel.name, party, role, channel.started_at, channel.answered_at, channel.ended_at)


def freeze(call: Call, board: Switchboard) -> CallRecord:
    """The record as it is known now."""
    channels = sorted(call.channels.values(), key=lambda channel: order(channel.uniqueid))
    initiator = next((channel for channel in channels if channel.is_device), channels[0])
    direction = _direction(call, initiator, board)
    talks = sorted(call.talks, key=lambda talk: talk.started_at or 0)
    conversations = [talk for talk in talks if is_conversation(call, talk.first, talk.second, board)]
    operator = None
    for talk in conversations[:1]:
        sides = [side for side in (talk.first, talk.second) if not is_trunk(side, board)]
        operator = _operator(
            next((s for s in sides if s is initiator or direction is Direction.INBOUND), sides[0]), board
        )
    spoken = [time for talk in conversations if (time := _between(talk.started_at, talk.ended_at)) is not None]
    facts = (call.facts - {Fact.SPOKE}) | ({Fact.SPOKE} if conversations else set())
    ends = [channel.ended_at for channel in channels if channel.ended_at is not None]
    starts = [channel.started_at for channel in channels if channel.started_at is not None]
    return CallRecord(
        id=call_id(call, board),
        direction=direction,
        caller=to_e164(initiator.caller),
        caller_raw=initiator.caller,
        dialled=to_e164(initiator.exten) or initiator.exten,
        started_at=min(starts, default=None),
        answered_at=conversations[0].started_at if conversations else None,
        ended_at=max(ends, default=None) if call.ended else None,
        ended=call.ended,
        outcome=outcome(direction, facts) if call.ended else None,
        operator=operator,
        queue=call.queue,
        wait_seconds=_seconds(call.waited),
        talk_seconds=_seconds(sum(spoken)) if spoken else None,
        menu_path=call.keys,
        hangup_cause=initiator.cause,
        source=Source.LIVE,
        uniqueids=tuple(channel.uniqueid for channel in channels),
        linkedids=tuple(sorted(call.linkedids, key=order)),
        facts=tuple(sorted(facts)),
        legs=tuple(_leg(channel, initiator, board) for channel in channels),
        talks=tuple(Talk((t.first.name, t.second.name), t.started_at, t.ended_at) for t in talks),
        queued_since=call.joined_at,
    )


def thaw(record: CallRecord) -> Call:
    """A call to go on with, from the record of one that was up when the daemon last ran."""
    call = Call(linkedids=set(record.linkedids), facts={Fact(fact) for fact in record.facts}, queue=record.queue)
    call.ids = {*record.linkedids, *record.uniqueids}
    call.keys, call.joined_at = record.menu_path, record.queued_since
    call.waited = None if record.wait_seconds is None else record.wait_seconds * ev.MICROSECONDS
    for uniqueid, leg in zip(record.uniqueids, record.legs, strict=True):
        channel = Channel(uniqueid, leg.channel, started_at=leg.started_at, answered_at=leg.answered_at)
        channel.ended_at, channel.ended = leg.ended_at, leg.ended_at is not None
        channel.member = leg.party if leg.role is Role.OPERATOR else None
        call.channels[uniqueid] = channel
    initiator = min((c for c in call.channels.values() if c.is_device), key=lambda c: order(c.uniqueid), default=None)
    if initiator is not None:
        initiator.caller, initiator.exten, initiator.cause = record.caller_raw, record.dialled, record.hangup_cause
    by_name = {channel.name: channel for channel in call.channels.values()}
    for talk in record.talks:
        first, second = by_name.get(talk.channels[0]), by_name.get(talk.channels[1])
        if first and second:
            ended = talk.ended_at is not None
            call.talks.append(OpenTalk(first, second, None, talk.started_at, talk.ended_at, ended=ended))
    return call
