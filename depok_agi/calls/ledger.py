"""The ledger: typed events in, one record per call out.

Rules
-----
1. A call is the union of every Uniqueid and Linkedid that was ever seen together, in channel, dial, agent and bridge
   events. Linkedid alone is not enough: it changes when calls are bridged.
2. The call's id is its smallest Uniqueid, compared as numbers, with the PBX's name in front.
3. Only two device channels in one bridge are a conversation. DialEnd ANSWER, state Up and a hang-up cause are not.
4. What is seen is kept as facts; the outcome is the first line of a table (`facts.py`) whose fact holds, so there is
   exactly one, whatever the order of the events.
5. An event that does not fit is counted and ignored, never raised, and so is one that is heard again (with the same
   time to the microsecond). An event of a call that ended is still taken for `REMEMBER` after its end, because
   AgentComplete and DialEnd may come late; a leg that ended stays ended.
6. A call that is only seen from its middle gets a record that says what was seen, and `unknown` for the rest.
   Who leaves a bridge without having been seen to enter it was there with all who are still in it, or left it so too.

The table of what each event does, `TRANSITIONS`, stands at the end of the file, below the steps that it names.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from depok_agi.calls import events as ev
from depok_agi.calls.call import (
    NEAR,
    QUEUE_LOG_NEAR,
    Call,
    Channel,
    OpenTalk,
    Switchboard,
    Visit,
    freeze,
    near,
    order,
    thaw,
)
from depok_agi.calls.facts import DIAL_FACTS, DIAL_STATUS, QUEUE_STATUS, STEP_RESULT, Fact
from depok_agi.calls.record import CallRecord, MenuStep, Source

REMEMBER = 120 * ev.MICROSECONDS
"""How long, in event time, the ids of an ended call are remembered for late events."""

REMEMBER_AT_MOST = 2_000
"""How many ended calls are remembered at the most: the bound where events have no times."""


_OF_QUEUES = (ev.QueueJoined, ev.QueueLeft, ev.QueueAbandoned, ev.QueueEnded, ev.AgentConnected)
TAKEN_LATE: Mapping[Source, tuple[type[ev.Event], ...]] = {
    Source.LIVE: (ev.DialEnded,),
    Source.RECOVERED: (ev.DialEnded, ev.StepDone, *_OF_QUEUES),
}
"""What is taken for a leg that has hung up, too: the journal's queue_log is read after its CEL."""


class Ledger:
    """All calls that are up, and those that ended a moment ago."""

    def __init__(self, board: Switchboard) -> None:
        self._board = board
        self._calls: dict[str, Call] = {}
        self._bridges: dict[str, dict[str, tuple[Channel, int | None]]] = {}
        self._changed: dict[int, Call] = {}
        self._dropped: set[str] = set()
        self._ended: OrderedDict[int, tuple[int | None, Call]] = OrderedDict()
        self._unsure: set[str] = set()
        self._source = Source.LIVE
        self.ignored: Counter[str] = Counter()
        """How many events of each kind did not fit."""

    def apply(self, event: ev.Event | ev.LinkUp | ev.ChannelsListed, source: Source = Source.LIVE) -> None:
        """Take one event, live or out of the journal. Never raises on an event, however odd."""
        self._source = source
        if isinstance(event, ev.LinkUp):
            self._link_up()
            return
        if isinstance(event, ev.ChannelsListed):
            self._listed(event)
            return
        call = self._call_of(event)
        channel = call.channels.get(event.uniqueid or getattr(event, "other", "")) if call else None
        late = channel is not None and channel.ended and not isinstance(event, TAKEN_LATE.get(source, ()))
        if late or (call is not None and event in call.seen):
            self.ignored[type(event).__name__] += 1
            return
        TRANSITIONS[type(event)](self, event)
        if event.at is not None:
            call = self._call_of(event)
            if call is not None:
                call.seen.add(event)
            self._forget(event.at)

    def changes(self) -> tuple[list[CallRecord], list[str]]:
        """What changed since the last time: records to write, and ids whose record went into another one."""
        records = []
        for call in self._changed.values():
            if call.channels:
                record = freeze(call, self._board)
                if call.written_as is not None and call.written_as != record.id:
                    self._dropped.add(call.written_as)
                call.written_as = record.id
                records.append(record)
        dropped = sorted(self._dropped - {record.id for record in records})
        self._changed.clear()
        self._dropped.clear()
        return records, dropped

    @property
    def open(self) -> list[CallRecord]:
        """The calls that are up now."""
        return [freeze(call, self._board) for call in self._open_calls() if call.channels]

    def resume(self, records: Iterable[CallRecord]) -> None:
        """Take up calls that were up, or had just ended, when the daemon last ran; before any event."""
        for record in records:
            call = thaw(record)
            call.written_as = record.id
            for known in call.ids:
                self._calls[known] = call
            if call.ended:
                self._ended[id(call)] = (record.ended_at, call)

    def _open_calls(self) -> list[Call]:
        return list({id(call): call for call in self._calls.values() if not call.ended}.values())

    # ---- finding the call and the leg --------------------------------------------------------------------------

    def _call_of(self, event: ev.Event) -> Call | None:
        return self._calls.get(event.uniqueid) or self._calls.get(getattr(event, "other", ""))

    def _call(self, *ids: str) -> Call:
        """The one call that all these ids belong to from now on: calls that turn out to be one are merged."""
        known = {id(call): call for key in ids if key and (call := self._calls.get(key))}
        if len(known) == 1:
            (call,) = known.values()
        else:
            call, *others = sorted(known.values(), key=lambda c: order(min(c.ids, key=order))) or [Call()]
            for other in others:
                self._merge(call, other)
        for key in ids:
            if key and key not in call.ids:
                call.ids.add(key)
                self._calls[key] = call
        self._changed[id(call)] = call
        return call

    def _merge(self, call: Call, other: Call) -> None:
        if other.written_as is not None:
            self._dropped.add(other.written_as)
        call.absorb(other)
        for key in other.ids:
            self._calls[key] = call
        self._changed.pop(id(other), None)
        self._ended.pop(id(other), None)
        if not call.ended:
            self._ended.pop(id(call), None)

    def _of(self, event: ev.Event) -> tuple[Call, Channel]:
        """The call and the leg of an event."""
        call = self._call(event.uniqueid, event.linkedid)
        call.linkedids |= {event.linkedid} - {""}
        return call, self._leg(call, event.uniqueid, event.channel)

    def _leg(self, call: Call, uniqueid: str, name: str) -> Channel:
        """The leg of a call; one that was never seen to begin is taken up from its middle."""
        channel = call.channels.get(uniqueid)
        if channel is None:
            channel = call.channels[uniqueid] = Channel(uniqueid, name)
            call.facts.add(Fact.UNSEEN_START)
            call.sources.add(self._source)
            self._open(call)
        return channel

    def _open(self, call: Call) -> None:
        call.ended = False
        call.facts.discard(Fact.UNSEEN_END)
        self._ended.pop(id(call), None)

    def _pair(self, event: ev.DialBegun | ev.AgentRung | ev.AgentConnected) -> tuple[Call, Channel | None]:
        """The call of an event about two legs, and the other leg. `uniqueid` is empty where a call was originated."""
        call = self._call(event.uniqueid, event.linkedid, event.other, event.other_linkedid)
        call.linkedids |= {event.linkedid, event.other_linkedid} - {""}
        if event.uniqueid:
            self._leg(call, event.uniqueid, event.channel)
        if not event.other_channel:  # queue_log names the member's leg by its id alone
            return call, call.channels.get(event.other)
        return call, self._leg(call, event.other, event.other_channel) if event.other else None

    # ---- one step per event ------------------------------------------------------------------------------------

    def _created(self, event: ev.ChannelCreated) -> None:
        call = self._call(event.uniqueid, event.linkedid)
        call.linkedids |= {event.linkedid} - {""}
        channel = call.channels.get(event.uniqueid)
        if channel is None:
            channel = call.channels[event.uniqueid] = Channel(event.uniqueid, event.channel)
            self._open(call)
        elif channel.begun:
            self.ignored["ChannelCreated"] += 1
            return
        channel.begun = True
        channel.started_at, channel.caller, channel.exten = event.at, event.caller, event.exten
        call.sources.add(self._source)
        if all(leg.begun for leg in call.channels.values()):
            call.facts.discard(Fact.UNSEEN_START)

    def _answered(self, event: ev.ChannelAnswered) -> None:
        call, channel = self._of(event)
        call.facts.add(Fact.UP)
        if channel.answered_at is None:
            channel.answered_at = event.at
            call.sources.add(self._source)

    def _hung_up(self, event: ev.HungUp) -> None:
        call, channel = self._of(event)
        channel.cause = event.cause
        self._end(call, channel, event.at)

    def _dial_begun(self, event: ev.DialBegun) -> None:
        call, _ = self._pair(event)
        call.facts -= DIAL_FACTS

    def _dial_ended(self, event: ev.DialEnded) -> None:
        call = self._calls.get(event.other) or self._calls.get(event.uniqueid)
        if call is None:
            self.ignored["DialEnded"] += 1
            return
        self._changed[id(call)] = call
        call.facts -= DIAL_FACTS
        if event.status in DIAL_STATUS:
            call.facts.add(DIAL_STATUS[event.status])

    def _queue_joined(self, event: ev.QueueJoined) -> None:
        call = self._in_queue(event)
        if call is None or any(near(visit.joined_at, event.at, QUEUE_LOG_NEAR) for visit in call.visits):
            self.ignored["QueueJoined"] += 1
            return
        call.sources.add(self._source)
        call.visits.append(Visit(event.queue, event.at))
        call.visits.sort(key=Visit.order)

    def _queue_left(self, event: ev.QueueLeft) -> None:
        call = self._in_queue(event)
        if call is not None:
            self._left(call, event)

    def _queue_abandoned(self, event: ev.QueueAbandoned) -> None:
        call = self._in_queue(event)
        if call is not None:
            self._left(call, event, hold=event.hold)

    def _queue_ended(self, event: ev.QueueEnded) -> None:
        call = self._in_queue(event)
        fact = QUEUE_STATUS.get(event.status)
        if call is None:
            return
        visit = call.visit(event.at)
        if fact is not None and (visit is None or visit.fact not in (Fact.QUEUEING, fact)):
            # a full or an empty queue takes nobody in: no event of it comes before this one
            visit = Visit("", None, event.at, left=True)
            call.visits.append(visit)
            call.visits.sort(key=Visit.order)
        if visit is not None:
            self._left(call, event)
            visit.fact = fact if fact is not None else visit.fact

    def _agent_rung(self, event: ev.AgentRung) -> None:
        _, member = self._pair(event)
        if member is not None:
            member.member = event.member or member.member

    def _agent_connected(self, event: ev.AgentConnected) -> None:
        if self._in_queue(event) is None:
            return
        call, member = self._pair(event)
        if member is not None:
            member.member = event.member or member.member
        if call.visit(event.at) is None:
            call.visits.append(Visit(event.queue, None))
        self._left(call, event, hold=event.hold)

    def _in_queue(self, event: ev.Event) -> Call | None:
        """The call of an event of a queue. queue_log does not name the channel, so what is unknown stays so."""
        if event.uniqueid not in self._calls and not event.channel:
            self.ignored[type(event).__name__] += 1
            return None
        call = self._call(event.uniqueid, event.linkedid)
        if event.channel:
            call.linkedids |= {event.linkedid} - {""}
            self._leg(call, event.uniqueid, event.channel)
        return call

    def _left(self, call: Call, event: ev.Event, hold: int | None = None) -> None:
        """The caller stands in the queue no more; how long they did, Asterisk may say in another event."""
        visit = call.visit(event.at)
        if visit is None:
            self.ignored[type(event).__name__] += 1
            return
        if not visit.left:
            visit.left, visit.left_at = True, event.at
            call.sources.add(self._source)
        if visit.hold is None:
            visit.hold = hold

    def _bridge_entered(self, event: ev.BridgeEntered) -> None:
        members = self._bridges.get(event.bridge, {})
        call, channel = self._of(event)
        call = self._call(event.uniqueid, *members)
        if not event.bridge or event.uniqueid in members:
            self.ignored["BridgeEntered"] += 1
            return
        for other, _ in members.values():
            if channel.is_device and other.is_device:
                self._talk(call, OpenTalk(other, channel, event.bridge, event.at))
        self._bridges.setdefault(event.bridge, {})[event.uniqueid] = channel, event.at

    def _talk(self, call: Call, talk: OpenTalk) -> None:
        """A conversation begins, unless it is the one that is known already from elsewhere."""
        for known in call.talks:
            if known.is_of(talk.first, talk.second) and near(known.started_at, talk.started_at, NEAR):
                known.bridge = known.bridge or talk.bridge
                return
        call.talks.append(talk)
        call.sources.add(self._source)

    def _bridge_left(self, event: ev.BridgeLeft) -> None:
        members = self._bridges.get(event.bridge, {})
        call, channel = self._of(event)
        if event.bridge and event.uniqueid not in members:
            call = self._call(event.uniqueid, *members)
            self._was_with(call, channel, event)
        _, since = members.get(event.uniqueid, (channel, None))
        call.left.append((event.bridge, channel, since, event.at))
        self._leave(call, channel, event.bridge, event.at)

    def _was_with(self, call: Call, channel: Channel, left: ev.BridgeLeft) -> None:
        """The talks of a channel that nobody saw enter the bridge which it leaves: it was there before the others."""
        there = [(other, since, None, False) for other, since in self._bridges.get(left.bridge, {}).values()]
        gone = [(other, since, at, True) for bridge, other, since, at in call.left if bridge == left.bridge]
        for other, since, at, ended in there + gone:
            known = other is channel or any(talk.is_of(channel, other) for talk in call.talks)
            if channel.is_device and other.is_device and not known:
                call.talks.append(OpenTalk(channel, other, left.bridge, since, at, ended=ended))

    def _step_done(self, event: ev.StepDone) -> None:
        call, _ = self._of(event)
        keys = "".join(key for key in event.keys if key in "0123456789*#")
        done = MenuStep(event.at, event.step, event.result, keys)
        if any(replace(known, at=done.at) == done and near(known.at, done.at, NEAR) for known in call.steps):
            self.ignored["StepDone"] += 1
            return
        call.sources.add(self._source)
        call.steps.append(done)
        call.steps.sort(key=lambda step: step.at or 0)
        call.facts.add(Fact.IN_MENU)
        fact = STEP_RESULT.get((event.step, event.result))
        if fact is not None:
            call.facts.add(fact)

    def _link_up(self) -> None:
        """What was up may have ended unseen; and who was in a bridge first cannot be told any more."""
        calls = self._open_calls()
        self._unsure = {c.uniqueid for call in calls for c in call.channels.values() if not c.ended}
        for call in calls:
            call.left.clear()
        for members in self._bridges.values():
            members.update({key: (channel, None) for key, (channel, _) in members.items()})

    def _listed(self, event: ev.ChannelsListed) -> None:
        """What exists after a login: the rest is gone, and what was never seen to begin is taken up."""
        gone = self._unsure - {uniqueid for uniqueid, _, _ in event.channels}
        self._unsure = set()
        for uniqueid, linkedid, name in event.channels:
            known = self._calls.get(uniqueid)
            if uniqueid and (known is None or uniqueid not in known.channels):
                call = self._call(uniqueid, linkedid)
                call.linkedids |= {linkedid} - {""}
                self._leg(call, uniqueid, name)
        for call in self._open_calls():
            for channel in [c for c in call.channels.values() if not c.ended and c.uniqueid in gone]:
                self._changed[id(call)] = call
                self._end(call, channel, event.at)
            if call.ended:
                call.facts.add(Fact.UNSEEN_END)

    # ---- ends --------------------------------------------------------------------------------------------------

    def _leave(self, call: Call, channel: Channel, bridge: str, at: int | None) -> None:
        members = self._bridges.get(bridge, {})
        members.pop(channel.uniqueid, None)
        if not members:
            self._bridges.pop(bridge, None)
        call.end_talks(channel, bridge, at)

    def _end(self, call: Call, channel: Channel, at: int | None) -> None:
        channel.ended, channel.ended_at = True, at
        call.sources.add(self._source)
        for bridge in [key for key, members in self._bridges.items() if channel.uniqueid in members]:
            self._leave(call, channel, bridge, at)
        call.end_talks(channel, None, at)
        if all(leg.ended for leg in call.channels.values()):
            call.stop_waiting(at)
            call.ended = True
            self._ended[id(call)] = (at, call)
            self._forget(at)

    def _forget(self, now: int | None) -> None:
        while self._ended:
            at, call = next(iter(self._ended.values()))
            old = at is not None and now is not None and now - at > REMEMBER
            if not old and len(self._ended) <= REMEMBER_AT_MOST:
                return
            self._ended.popitem(last=False)
            for key in call.ids:
                if self._calls.get(key) is call:
                    del self._calls[key]


TRANSITIONS: Mapping[type[ev.Event], Callable[[Ledger, Any], None]] = {
    # event                what it does to the call
    ev.ChannelCreated: Ledger._created,  # a leg begins: opens the call, or joins the call of its Linkedid
    ev.ChannelAnswered: Ledger._answered,  # the leg is up: not yet a conversation
    ev.DialBegun: Ledger._dial_begun,  # joins the ringing leg to the call
    ev.DialEnded: Ledger._dial_ended,  # how ringing ended, for outbound and internal calls
    ev.QueueJoined: Ledger._queue_joined,  # waiting begins
    ev.AgentRung: Ledger._agent_rung,  # joins the operator's leg, which learns whose it is
    ev.AgentConnected: Ledger._agent_connected,  # waiting ends
    ev.QueueLeft: Ledger._queue_left,  # waiting ends
    ev.QueueAbandoned: Ledger._queue_abandoned,  # the same, with Asterisk's count of the wait
    ev.QueueEnded: Ledger._queue_ended,  # back in the dialplan: why nobody took it
    ev.BridgeEntered: Ledger._bridge_entered,  # a conversation begins with each device that is there already
    ev.BridgeLeft: Ledger._bridge_left,  # it ends
    ev.StepDone: Ledger._step_done,  # the menu did something
    ev.HungUp: Ledger._hung_up,  # a leg ends; the last one ends the call
}
