"""From what is known of a call to its record: all that follows from it is worked out here."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from operator import attrgetter

from depok_agi.calls import events as ev
from depok_agi.calls.call import MADE_BY_ASTERISK, NEAR, Call, Channel, Dial, Handover, Visit, created_at, order
from depok_agi.calls.facts import DIAL_ORDER, DIAL_STATUS, Fact, outcome
from depok_agi.calls.numbers import to_e164
from depok_agi.calls.record import CallRecord, Direction, Leg, QueueVisit, Recording, Role, Source, Talk, Transfer
from depok_agi.calls.talks import Hearing, hearings

_BY_ID = attrgetter("order")


def freeze(call: Call, pbx: str) -> CallRecord:
    """The record as it is known now. Its id is the smallest Uniqueid, with the PBX's name in front."""
    channels = sorted(call.channels.values(), key=_BY_ID)
    initiator = _initiator(channels)
    direction = _direction(channels, initiator)
    heard = hearings(call.stays) if len(call.stays) > 1 else []
    spoken = [pair for pair in heard if _is_conversation(pair, direction)]
    facts = call.facts | _derived_facts(call, channels, spoken)
    withheld = Fact.WITHHELD in facts
    waits = [seconds for visit in call.visits if visit.left and (seconds := _waited(visit)) is not None]
    recordings = _recordings(channels, heard)
    ends = [at for channel in channels if (at := _time(channel.ended_at)) is not None] if call.ended else []
    return CallRecord(
        id=channels[0].uniqueid if channels[0].uniqueid.startswith(f"{pbx}-") else f"{pbx}-{channels[0].uniqueid}",
        direction=direction,
        caller=None if withheld else to_e164(initiator.caller),
        caller_raw=initiator.caller,
        dialled=_as_e164(_dialled(channels, initiator, direction)),
        started_at=_started_at(initiator, channels),
        answered_at=_time(spoken[0].since) if spoken else None,
        ended_at=max(ends, default=None),
        ended=call.ended,
        outcome=outcome(direction, facts) if call.ended else None,
        operator=_operator_of(spoken[0], initiator, direction) if spoken else None,
        queue=next((visit.queue for visit in reversed(call.visits) if visit.queue), None),
        wait_seconds=sum(waits) if waits else None,
        talk_seconds=_talk_seconds(spoken),
        menu_path="".join(step.keys for step in call.steps),
        hangup_cause=initiator.cause,
        source=Source.MIXED if len(call.sources) > 1 else next(iter(call.sources), Source.LIVE),
        uniqueids=tuple(channel.uniqueid for channel in channels),
        linkedids=tuple(sorted(call.linkedids, key=order)),
        facts=tuple(sorted(facts)),
        legs=tuple(_leg(channel, initiator, withheld=withheld) for channel in channels),
        talks=tuple(Talk((h.first.name, h.second.name), _time(h.since), _time(h.until)) for h in heard),
        transfers=tuple(_transfer(handover, call) for handover in call.handovers),
        visits=tuple(QueueVisit(v.queue, v.joined_at, v.left_at, v.left, v.hold, v.fact) for v in call.visits),
        steps=tuple(call.steps),
        recordings=recordings,
        recording=next((recording.file for recording in recordings), None),
    )


def _time(at: int | None) -> int | None:
    """A moment to be told: not the number of an event that had no time."""
    return at if at is not None and at > ev.EARLIEST else None


def _seconds(start: int | None, end: int | None) -> int | None:
    start, end = _time(start), _time(end)
    return None if start is None or end is None else round(max(0, end - start) / ev.MICROSECONDS)


def _waited(visit: Visit) -> int | None:
    """Seconds in the queue, by Asterisk's own count where it gave one: so every record of the call says the same."""
    return visit.hold if visit.hold is not None else _seconds(visit.joined_at, visit.left_at)


def _initiator(channels: Sequence[Channel]) -> Channel:
    """Who began it: the first citizen that called, else the first phone."""
    first = next((channel for channel in channels if channel.is_device), channels[0])
    for channel in channels:
        if channel.is_trunk and not channel.dialled and (channel is first or channel.exten not in MADE_BY_ASTERISK):
            return channel
    return first


def _direction(channels: Iterable[Channel], initiator: Channel) -> Direction:
    if initiator.is_trunk:
        return Direction.INBOUND
    return Direction.OUTBOUND if any(channel.is_trunk for channel in channels) else Direction.INTERNAL


def _dialled(channels: Iterable[Channel], initiator: Channel, direction: Direction) -> str:
    if direction is Direction.OUTBOUND and initiator.exten in MADE_BY_ASTERISK:
        rung = (channel.number for channel in channels if channel.is_trunk and channel.number)
        return next(rung, initiator.number)
    return initiator.number


def _as_e164(number: str) -> str:
    """The number in E.164 where it is one, else as it is."""
    return to_e164(number) or number


def _started_at(initiator: Channel, channels: Iterable[Channel]) -> int | None:
    """When it began; where that was not seen, Asterisk's own ids say it to the second."""
    if initiator.started_at is not None:
        return _time(initiator.started_at)
    known = [at for channel in channels if (at := _time(channel.last_at)) is not None]
    made = created_at(initiator.uniqueid)
    return made if known and made is not None and made <= min(known) else None


def _is_conversation(pair: Hearing, direction: Direction) -> bool:
    """A citizen with one of us; or, where no citizen is in the call, two of us."""
    return direction is Direction.INTERNAL or pair.first.is_trunk != pair.second.is_trunk


def _operator_of(pair: Hearing, initiator: Channel, direction: Direction) -> str | None:
    """Which of us spoke; among ourselves, the one who called."""
    ours = [side for side in (pair.first, pair.second) if not side.is_trunk]
    return next((s for s in ours if s is initiator or direction is Direction.INBOUND), ours[0]).operator


def _talk_seconds(spoken: Iterable[Hearing]) -> int | None:
    """The seconds in which at least one conversation went on. Of one that goes on still, nothing is counted yet."""
    times = sorted((start, end) for h in spoken if (start := _time(h.since)) is not None and (end := _time(h.until)))
    total, counted = 0, 0
    for start, end in times:
        total += max(0, end - max(start, counted))
        counted = max(counted, end)
    return round(total / ev.MICROSECONDS) if times else None


def _recordings(channels: Iterable[Channel], heard: Iterable[Hearing]) -> tuple[Recording, ...]:
    """The files in which something is: only what is said while a channel is connected is recorded."""
    connected = {side.uniqueid for pair in heard for side in (pair.first, pair.second)}
    recorded = (c for c in channels if c.uniqueid in connected)
    return tuple(Recording(c.uniqueid, c.recording) for c in recorded if c.recording is not None)


def _derived_facts(call: Call, channels: Iterable[Channel], spoken: Sequence[Hearing]) -> set[Fact]:
    """What the conversations, the last queue visit and the dialling come to."""
    derived = set()
    if call.visits and (last := call.visits[-1].fact) is not None:
        derived.add(last)
    if spoken:
        derived.add(Fact.SPOKE)
    elif call.dials and (dialled := _dial_fact(call, channels)) is not None:
        derived.add(dialled)
    return derived


def _dial_fact(call: Call, channels: Iterable[Channel]) -> Fact | None:
    """What dialling came to, for a call in which nobody spoke: of the first channel whose dialling was in vain."""
    answered = {stay.channel.uniqueid for stay in call.stays}
    result = None
    for channel in channels:
        dialled = {other: dial for (by, other), dial in call.dials.items() if by == channel.uniqueid}
        statuses = _last_statuses(call, dialled, answered)
        if statuses:
            facts = {DIAL_STATUS.get(status) for status in statuses}
            result = next((fact for fact in DIAL_ORDER if fact in facts), None)
            if "ANSWER" not in statuses:
                return result
    return result


def _last_statuses(call: Call, dialled: Mapping[str, Dial], answered: AbstractSet[str]) -> set[str]:
    """How it ended the last time that the channel dialled: Asterisk's own summary, else of each phone that was rung.

    Phones that a queue rings are the queue's matter. One that was in a bridge was answered, whatever else was heard.
    """
    if "" in dialled:
        return {dialled[""].status}
    rung = {
        other: dial for other, dial in dialled.items() if not ((channel := call.channels.get(other)) and channel.member)
    }
    latest = max((dial.began_at or 0 for dial in rung.values()), default=0)
    return {
        "ANSWER" if other in answered else dial.status
        for other, dial in rung.items()
        if latest - (dial.began_at or 0) <= NEAR
    }


def _leg(channel: Channel, initiator: Channel, *, withheld: bool) -> Leg:
    party: str | None
    if not channel.is_device:
        role, party = Role.LOCAL, None
    elif not channel.is_trunk:
        role, party = Role.OPERATOR, channel.operator
    elif channel is initiator:
        role, party = Role.CALLER, None if withheld else _as_e164(channel.caller) or None
    else:
        dialled = "" if initiator.is_trunk else initiator.number
        role, party = Role.CITIZEN, _as_e164(channel.number or dialled) or None
    times = (_time(channel.started_at), _time(channel.answered_at), _time(channel.ended_at))
    return Leg(channel.name, party, role, *times)


def _transfer(handover: Handover, call: Call) -> Transfer:
    to = handover.exten
    if (target := call.channels.get(handover.target)) is not None and not target.is_trunk:
        to = target.operator or ""
    elif not to and (second := call.channels.get(handover.second)) is not None:
        to = second.number
    return Transfer(
        handover.kind, handover.by.operator, _as_e164(to) or handover.application or None, _time(handover.at)
    )
