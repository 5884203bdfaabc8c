"""One call while the ledger works on it, and how it is frozen into a record."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from depok_agi.calls import events as ev
from depok_agi.calls.facts import QUEUE_FACTS, Fact, outcome
from depok_agi.calls.numbers import to_e164
from depok_agi.calls.record import CallRecord, Direction, Leg, MenuStep, QueueVisit, Role, Source, Talk

_NOT_DEVICES = ("Local/", "Announcer/", "Recorder/", "CBAnn/", "CBRec/", "Surrogate/", "Message/", "Bridge/")
"""Channels that Asterisk makes for its own use (`main/core_local.c`, `main/bridge_*.c`): nobody listens behind them."""


NEAR = ev.MICROSECONDS // 2
"""The same thing, told by the manager interface and by CEL, has times that differ by less."""

QUEUE_LOG_NEAR = 2 * ev.MICROSECONDS
"""The same for queue_log, whose times are whole seconds."""


def near(one: int | None, other: int | None, apart: int) -> bool:
    """May these two be one and the same moment?"""
    return one is not None and other is not None and abs(one - other) <= apart


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
    begun: bool = False
    """Was it seen to begin?"""

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
class Visit:
    """One time that the caller stands, or stood, in a queue."""

    queue: str
    joined_at: int | None
    left_at: int | None = None
    left: bool = False
    hold: int | None = None
    fact: Fact | None = Fact.QUEUEING

    def begun_by(self, at: int | None) -> bool:
        """Had it begun at this moment, as far as whole seconds can tell?"""
        return self.joined_at is None or at is None or self.joined_at <= at + QUEUE_LOG_NEAR

    def order(self) -> int:
        """By time."""
        return self.joined_at or self.left_at or 0

    @property
    def seconds(self) -> int | None:
        """How long: by Asterisk's own count, so that every record of the call says the same."""
        return self.hold if self.hold is not None else _seconds(_between(self.joined_at, self.left_at))


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
    visits: list[Visit] = field(default_factory=list)
    steps: list[MenuStep] = field(default_factory=list)
    sources: set[Source] = field(default_factory=set)
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
        self.visits = sorted(self.visits + other.visits, key=Visit.order)
        self.steps += other.steps
        self.sources |= other.sources
        self.seen |= other.seen
        self.left += other.left
        self.ended = self.ended and other.ended
        if not self.ended:
            self.facts.discard(Fact.UNSEEN_END)

    def visit(self, at: int | None) -> "Visit | None":
        """The queue visit that something at this moment is about: the last one that had begun."""
        begun = [visit for visit in self.visits if visit.begun_by(at)]
        return begun[-1] if begun else None

    def stop_waiting(self, at: int | None) -> None:
        """The caller stands in no queue any more."""
        for visit in self.visits:
            if not visit.left:
                visit.left, visit.left_at = True, at

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


def _leg(channel: Channel, initiator: Channel, board: Switchboard, *, withheld: bool) -> Leg:
    if not channel.is_device:
        role, party = Role.LOCAL, None
    elif not is_trunk(channel, board):
        role, party = Role.OPERATOR, _operator(channel, board)
    elif channel is initiator:
        role, party = Role.CALLER, None if withheld else to_e164(channel.caller) or channel.caller or None
    else:
        role, party = Role.CITIZEN, to_e164(initiator.exten) or initiator.exten or None
    return Leg(channel.name, party, role, channel.started_at, channel.answered_at, channel.ended_at)


def _facts(call: Call, *, spoke: bool) -> set[Fact]:
    """All facts: what the conversations and the last queue visit come to is seen only now."""
    derived = {Fact.SPOKE} if spoke else set()
    if call.visits and (last := call.visits[-1].fact) is not None:
        derived.add(last)
    return call.facts | derived


def _source(call: Call) -> Source:
    return Source.MIXED if len(call.sources) > 1 else next(iter(call.sources), Source.LIVE)


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
    facts = _facts(call, spoke=bool(conversations))
    waits = [seconds for visit in call.visits if visit.left and (seconds := visit.seconds) is not None]
    ends = [channel.ended_at for channel in channels if channel.ended_at is not None]
    starts = [channel.started_at for channel in channels if channel.started_at is not None]
    return CallRecord(
        id=call_id(call, board),
        direction=direction,
        caller=None if Fact.WITHHELD in facts else to_e164(initiator.caller),
        caller_raw=initiator.caller,
        dialled=to_e164(initiator.exten) or initiator.exten,
        started_at=min(starts, default=None),
        answered_at=conversations[0].started_at if conversations else None,
        ended_at=max(ends, default=None) if call.ended else None,
        ended=call.ended,
        outcome=outcome(direction, facts) if call.ended else None,
        operator=operator,
        queue=next((visit.queue for visit in reversed(call.visits) if visit.queue), None),
        wait_seconds=sum(waits) if waits else None,
        talk_seconds=_seconds(sum(spoken)) if spoken else None,
        menu_path="".join(step.keys for step in call.steps),
        hangup_cause=initiator.cause,
        source=_source(call),
        uniqueids=tuple(channel.uniqueid for channel in channels),
        linkedids=tuple(sorted(call.linkedids, key=order)),
        facts=tuple(sorted(facts)),
        legs=tuple(_leg(channel, initiator, board, withheld=Fact.WITHHELD in facts) for channel in channels),
        talks=tuple(Talk((t.first.name, t.second.name), t.started_at, t.ended_at) for t in talks),
        visits=tuple(QueueVisit(v.queue, v.joined_at, v.left_at, v.left, v.hold, v.fact) for v in call.visits),
        steps=tuple(call.steps),
    )


DERIVED_FACTS = {Fact.SPOKE, *QUEUE_FACTS}
SOURCES_OF = {
    Source.LIVE: {Source.LIVE},
    Source.RECOVERED: {Source.RECOVERED},
    Source.MIXED: {Source.LIVE, Source.RECOVERED},
}


def thaw(record: CallRecord) -> Call:
    """A call to go on with, from the record of one that was up when the daemon last ran."""
    call = Call(linkedids=set(record.linkedids), steps=list(record.steps), ended=record.ended)
    call.facts = {Fact(fact) for fact in record.facts} - DERIVED_FACTS
    call.ids = {*record.linkedids, *record.uniqueids}
    call.sources = set(SOURCES_OF[record.source])
    call.visits = [
        Visit(v.queue, v.joined_at, v.left_at, v.left, v.hold, None if v.fact is None else Fact(v.fact))
        for v in record.visits
    ]
    for uniqueid, leg in zip(record.uniqueids, record.legs, strict=True):
        channel = Channel(uniqueid, leg.channel, started_at=leg.started_at, answered_at=leg.answered_at)
        channel.ended_at, channel.ended = leg.ended_at, leg.ended_at is not None
        channel.begun = leg.started_at is not None
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
