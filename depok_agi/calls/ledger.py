"""The ledger: typed events in, one record per call out.

Rules
-----
1. A call is the union of every Uniqueid, Linkedid and bridge that was ever seen together, in channel, dial, agent,
   bridge, transfer and pickup events. Linkedid alone is not enough: it changes when calls are bridged. A holding bridge
   (parking, waiting rooms) joins nobody.
2. The call's id is its smallest Uniqueid, compared as numbers, with the PBX's name in front.
3. Only two device channels that can hear each other are a conversation (`talks.py`). DialEnd ANSWER, state Up and a
   hang-up cause are not.
4. What is seen is kept as it was said; the outcome is the first line of a table (`facts.py`) whose fact holds, so there
   is exactly one, whatever the order of the events.
5. An event that does not fit is counted and ignored, never raised, and so is one that is heard again: live and out of
   the journal, the same thing has times that are near each other. An event of a call that ended is still taken for
   `REMEMBER` after its end, because AgentComplete and DialEnd may come late; a leg that ended stays ended.
6. A call that is only seen from its middle gets a record that says what was seen, and `unknown` for the rest.
   Who leaves a bridge without having been seen to enter it was there with all who are still in it, or left it so too.
7. After a gap, what Asterisk does not list any more has ended: when Asterisk last gave a sign of life, and `unknown`
   where no conversation and nothing else says what became of it.

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
    Dial,
    Handover,
    Stay,
    Switchboard,
    Visit,
    created_at,
    near,
    order,
)
from depok_agi.calls.facts import CDR_DISPOSITION, QUEUE_STATUS, STEP_RESULT, Fact
from depok_agi.calls.freeze import freeze
from depok_agi.calls.record import CallRecord, MenuStep, Source, TransferKind
from depok_agi.calls.state import dump, load

_TwoLegs = ev.DialBegun | ev.AgentRung | ev.AgentConnected | ev.BlindTransferred | ev.AttendedTransferred | ev.PickedUp

REMEMBER = 120 * ev.MICROSECONDS
"""How long, in event time, the ids of an ended call are remembered for late events."""

REMEMBER_AT_MOST = 5_000
"""How many ended calls are remembered at the most: the bound where events have no times."""


class Ledger:
    """All calls that are up, and those that ended a moment ago."""

    def __init__(self, board: Switchboard) -> None:
        self._board = board
        self._calls: dict[str, Call] = {}
        self._changed: dict[int, Call] = {}
        self._dropped: set[str] = set()
        self._ended: OrderedDict[int, tuple[int | None, Call]] = OrderedDict()
        self._source = Source.LIVE
        self._untimed = 0
        self._forget_at = 0
        self._listening_since: int | None = None
        self._booted_at: int | None = None
        self._last_sign: int | None = None
        self.ignored: Counter[str] = Counter()
        """How many events of each kind did not fit."""

    def apply(self, event: ev.Event | ev.LinkUp | ev.ChannelsListed, source: Source = Source.LIVE) -> None:
        """Take one event, live or out of the journal. Never raises on an event, however odd."""
        self._source = source
        if isinstance(event, ev.Event):
            at = event.at
            if at is None:
                self._untimed += 1
                at = self._untimed
                event = replace(event, at=at)
            elif self._last_sign is not None:
                self._sign_of_life(at)
            kind = type(event)
            if self._is_late(event, at):
                self.ignored[kind.__name__] += 1
                return
            TRANSITIONS[kind](self, event)
            if at > self._forget_at or len(self._ended) > REMEMBER_AT_MOST:
                self._forget(at)
        elif isinstance(event, ev.LinkUp):
            self._link_up(event)
        else:
            self._listed(event)

    def changes(self) -> tuple[list[CallRecord], list[str]]:
        """What changed since the last time: records to write, and ids whose record went into another one."""
        records = []
        for call in self._changed.values():
            if call.channels:
                record = freeze(call, self._board.pbx)
                if call.written_as is not None and call.written_as != record.id:
                    self._dropped.add(call.written_as)
                call.written_as = record.id
                records.append(record)
        dropped = sorted(self._dropped - {record.id for record in records}) if self._dropped else []
        self._changed.clear()
        self._dropped.clear()
        return records, dropped

    @property
    def has_changes(self) -> bool:
        """Is there anything to write?"""
        return bool(self._changed or self._dropped)

    def states(self, records: Iterable[CallRecord]) -> dict[str, str]:
        """What `resume` needs of each call that was given out just now: its state by its id."""
        return {record.id: dump(call) for record in records if (call := self._calls.get(record.uniqueids[0]))}

    @property
    def open(self) -> list[CallRecord]:
        """The calls that are up now."""
        return [freeze(call, self._board.pbx) for call in self._open_calls() if call.channels]

    def resume(self, states: Iterable[tuple[str, str]]) -> None:
        """Take up calls that were up, or had just ended, when the daemon last ran: ids and states; before any event."""
        for written_as, state in states:
            call = load(state)
            call.written_as = written_as
            for known in call.ids:
                self._calls[known] = call
            if call.ended:
                ends = [channel.ended_at for channel in call.channels.values() if channel.ended_at is not None]
                self._ended[id(call)] = (max(ends, default=None), call)

    def _open_calls(self) -> list[Call]:
        return list({id(call): call for call in self._calls.values() if not call.ended}.values())

    def _is_late(self, event: ev.Event, at: int) -> bool:
        """Is it about a leg that had hung up before? Only how ringing ended may be told afterwards."""
        call = self._calls.get(event.uniqueid)
        if call is None or call.in_rows:
            return False
        channel = call.channels.get(event.uniqueid)
        if channel is None or channel.ended_at is None or isinstance(event, ev.DialEnded):
            return False
        if Fact.UNSEEN_END in call.facts:  # when it ended was a guess
            return False
        return at > channel.ended_at + (0 if self._source is Source.LIVE else NEAR)

    # ---- finding the call and the leg --------------------------------------------------------------------------

    def _call(self, *ids: str) -> Call:
        """The one call that all these ids belong to from now on: calls that turn out to be one are merged."""
        calls = self._calls
        call: Call | None = None
        for key in ids:
            found = calls.get(key)
            if found is not None and found is not call:
                call = found if call is None else self._merged(call, found)
        if call is None:
            call = Call()
        known = call.ids
        for key in ids:
            if key and key not in known:
                known.add(key)
                calls[key] = call
        self._changed[id(call)] = call
        return call

    def _merged(self, one: Call, other: Call) -> Call:
        """One call out of two: the older takes over the other."""
        if order(min(other.ids, key=order)) < order(min(one.ids, key=order)):
            one, other = other, one
        if other.written_as is not None:
            self._dropped.add(other.written_as)
        one.absorb(other)
        for key in other.ids:
            self._calls[key] = one
        self._changed.pop(id(other), None)
        self._ended.pop(id(other), None)
        if not one.ended:
            self._ended.pop(id(one), None)
        return one

    def _of(self, event: ev.Event, *ids: str) -> tuple[Call, Channel]:
        """The call and the leg of an event; further ids are of the same call."""
        uniqueid, linkedid = event.uniqueid, event.linkedid
        call = self._calls.get(uniqueid)
        if ids or call is None or linkedid not in call.linkedids:
            call = self._call(uniqueid, linkedid, *ids)
            if linkedid:
                call.linkedids.add(linkedid)
        else:
            self._changed[id(call)] = call
        return call, self._leg(call, uniqueid, event.channel, event.at)

    def _leg(self, call: Call, uniqueid: str, name: str, at: int | None) -> Channel:
        """The leg of a call; one that was never seen to begin is taken up from its middle."""
        channel = call.channels.get(uniqueid)
        if channel is None:
            channel = call.channels[uniqueid] = self._board.channel(uniqueid, name, at)
            call.facts.add(Fact.UNSEEN_START)
            call.sources.add(self._source)
            self._open(call)
        elif at is not None and (channel.last_at is None or channel.last_at < at):
            channel.last_at = at
        return channel

    def _open(self, call: Call) -> None:
        call.ended = False
        call.facts.discard(Fact.UNSEEN_END)
        self._ended.pop(id(call), None)

    def _pair(self, event: _TwoLegs, *ids: str) -> tuple[Call, Channel | None, Channel | None]:
        """The call of an event about two legs, and both. `uniqueid` is empty where a call was originated."""
        call = self._call(event.uniqueid, event.linkedid, event.other, event.other_linkedid, *ids)
        call.linkedids |= {event.linkedid, event.other_linkedid} - {""}
        one = self._leg(call, event.uniqueid, event.channel, event.at) if event.uniqueid and event.channel else None
        if not event.other_channel:  # queue_log names the member's leg by its id alone
            return call, one, call.channels.get(event.other)
        return call, one, self._leg(call, event.other, event.other_channel, event.at) if event.other else None

    # ---- one step per event ------------------------------------------------------------------------------------

    def _created(self, event: ev.ChannelCreated) -> None:
        call = self._call(event.uniqueid, event.linkedid)
        if event.linkedid:
            call.linkedids.add(event.linkedid)
        channel = call.channels.get(event.uniqueid)
        if channel is None:
            channel = call.channels[event.uniqueid] = self._board.channel(event.uniqueid, event.channel, event.at)
            self._open(call)
        elif channel.begun:
            self.ignored["ChannelCreated"] += 1
            return
        channel.begun = True
        channel.started_at, channel.caller = event.at, event.caller
        channel.exten = event.exten
        call.sources.add(self._source)
        if Fact.UNSEEN_START in call.facts and all(leg.begun for leg in call.channels.values()):
            call.facts.discard(Fact.UNSEEN_START)

    def _answered(self, event: ev.ChannelAnswered) -> None:
        call, channel = self._of(event)
        self._went_to(channel, event.exten)
        call.facts.add(Fact.UP)
        if channel.answered_at is None or (event.at or 0) < channel.answered_at - NEAR:
            channel.answered_at = event.at
            call.sources.add(self._source)

    def _hung_up(self, event: ev.HungUp) -> None:
        call, channel = self._of(event)
        self._went_to(channel, event.exten)
        if channel.ended and channel.cause is not None:
            self.ignored["HungUp"] += 1
            return
        channel.cause = event.cause
        if Fact.UNSEEN_END in call.facts:
            self._end_is_known(call, channel)
        self._end(call, channel, event.at)

    @staticmethod
    def _end_is_known(call: Call, channel: Channel) -> None:
        """The journal, read later than the list of what there was, says when it ended after all."""
        channel.ended_at = None
        if all(leg.cause is not None for leg in call.channels.values()):
            call.facts.discard(Fact.UNSEEN_END)

    def _dial_begun(self, event: ev.DialBegun) -> None:
        call, dialling, other = self._pair(event)
        if other is not None:
            other.dialled = other.dialled or dialling is not None
            self._went_to(other, event.other_exten)
        if dialling is None:  # Asterisk itself rings it, for a call that somebody asked for on another way
            return
        self._went_to(dialling, event.exten)
        dial = call.dials.setdefault((event.uniqueid, event.other), Dial(event.at))
        if dial.began_at is None:
            dial.began_at = event.at

    def _dial_ended(self, event: ev.DialEnded) -> None:
        call = self._calls.get(event.other) or self._calls.get(event.uniqueid)
        if call is None:
            self.ignored["DialEnded"] += 1
            return
        if not event.uniqueid:
            return
        self._changed[id(call)] = call
        dial = call.dials.setdefault((event.uniqueid, event.other), Dial(None))
        if not dial.status:  # Queue() says NOANSWER and then CANCEL of the same phone: the first word is the reason
            dial.status = event.status

    def _queue_joined(self, event: ev.QueueJoined) -> None:
        call = self._in_queue(event)
        if call is None:
            return
        for visit in call.visits:
            if visit.queue != event.queue:
                continue
            if near(visit.joined_at, event.at, QUEUE_LOG_NEAR):
                self.ignored["QueueJoined"] += 1
                return
            if visit.joined_at is None and visit.begun_by_its_end(event.at):
                visit.joined_at = event.at
                call.visits.sort(key=Visit.order)
                return
        call.sources.add(self._source)
        call.add_visit(Visit(event.queue, event.at))

    def _queue_left(self, event: ev.QueueLeft) -> None:
        call = self._in_queue(event)
        if call is not None:
            self._left(call, event, event.queue)

    def _queue_abandoned(self, event: ev.QueueAbandoned) -> None:
        call = self._in_queue(event)
        if call is not None:
            self._left(call, event, event.queue, hold=event.hold)

    def _queue_ended(self, event: ev.QueueEnded) -> None:
        call = self._in_queue(event)
        fact = QUEUE_STATUS.get(event.status)
        if call is None:
            return
        visit = self._visit(call, event, event.queue)
        if fact is not None and (visit is None or visit.fact not in (Fact.QUEUEING, fact)):
            # a full or an empty queue takes nobody in: no event of it comes before this one
            visit = Visit(event.queue, None, event.at, left=True)
            call.add_visit(visit)
        if visit is not None:
            self._left(call, event, event.queue)
            visit.fact = fact if fact is not None else visit.fact

    def _agent_rung(self, event: ev.AgentRung) -> None:
        _, _, member = self._pair(event)
        if member is not None:
            member.member = event.member or member.member
            member.dialled = True

    def _agent_connected(self, event: ev.AgentConnected) -> None:
        if self._in_queue(event) is None:
            return
        call, _, member = self._pair(event)
        if member is not None:
            member.member = event.member or member.member
            member.dialled = True
        if self._visit(call, event, event.queue) is None:
            call.add_visit(Visit(event.queue, None))
        self._left(call, event, event.queue, hold=event.hold)
        visit = self._visit(call, event, event.queue)
        if visit is not None:
            visit.answered = True

    def _in_queue(self, event: ev.Event) -> Call | None:
        """The call of an event of a queue. queue_log does not name the channel, so what is unknown stays so."""
        if not event.uniqueid or (event.uniqueid not in self._calls and not event.channel):
            self.ignored[type(event).__name__] += 1
            return None
        if event.channel:
            return self._of(event)[0]
        return self._call(event.uniqueid)

    @staticmethod
    def _visit(call: Call, event: ev.Event, queue: str) -> Visit | None:
        """Which visit it is about. queue_log, which names no channel, has whole seconds."""
        return call.visit(event.at, queue, 0 if event.channel else QUEUE_LOG_NEAR)

    def _left(self, call: Call, event: ev.Event, queue: str, hold: int | None = None) -> None:
        """The caller stands in the queue no more; how long they did, Asterisk may say in another event."""
        visit = self._visit(call, event, queue)
        if visit is None:
            self.ignored[type(event).__name__] += 1
            return
        if not visit.left:
            visit.left, visit.left_at = True, event.at
            call.sources.add(self._source)
        if visit.hold is None:
            visit.hold = hold

    def _bridge_entered(self, event: ev.BridgeEntered) -> None:
        if event.holding or not event.bridge:
            self._of(event)
            return
        call, channel = self._of(event, event.bridge)
        self._went_to(channel, event.exten)
        at = event.at
        for stay in call.stays_of(channel, event.bridge):
            if near(stay.since, at, NEAR):
                self.ignored["BridgeEntered"] += 1
                return
            if stay.since is None and at is not None and (stay.until is None or at <= stay.until):
                stay.since = at
                call.sources.add(self._source)
                return
        call.stays.append(Stay(event.bridge, channel, at))
        call.sources.add(self._source)

    def _bridge_left(self, event: ev.BridgeLeft) -> None:
        if event.holding or not event.bridge:
            self._of(event)
            return
        call, channel = self._of(event, event.bridge)
        at = event.at
        begun = None
        for stay in call.stays_of(channel, event.bridge):
            if near(stay.until, at, NEAR):
                self.ignored["BridgeLeft"] += 1
                return
            fits = stay.until is None and (stay.since is None or at is None or stay.since <= at)
            if fits and (begun is None or (stay.since or 0) > (begun.since or 0)):
                begun = stay
        if begun is None:
            begun = Stay(event.bridge, channel, None, latest=self._listening_since)
            call.stays.append(begun)
        begun.until = at
        call.sources.add(self._source)

    def _step_done(self, event: ev.StepDone) -> None:
        call, _ = self._of(event)
        keys = event.keys and "".join(key for key in event.keys if key in "0123456789*#")
        step, result, at = event.step, event.result, event.at
        for known in call.steps:
            if (known.step, known.result, known.keys) == (step, result, keys) and near(known.at, at, NEAR):
                self.ignored["StepDone"] += 1
                return
        call.sources.add(self._source)
        call.steps.append(MenuStep(at, step, result, keys))
        if len(call.steps) > 1 and (call.steps[-2].at or 0) > (at or 0):
            call.steps.sort(key=lambda done: done.at or 0)
        call.facts.add(Fact.IN_MENU)
        fact = STEP_RESULT.get((step, result))
        if fact is not None:
            call.facts.add(fact)

    def _recording_begun(self, event: ev.RecordingBegun) -> None:
        call, channel = self._of(event)
        if channel.recording is not None:
            self.ignored["RecordingBegun"] += 1
            return
        channel.recording = event.file
        call.sources.add(self._source)

    def _blind_transferred(self, event: ev.BlindTransferred) -> None:
        call, by, _ = self._pair(event)
        if by is not None:
            self._handed_over(call, Handover(TransferKind.BLIND, by, event.at, exten=event.exten))

    def _attended_transferred(self, event: ev.AttendedTransferred) -> None:
        call, by, _ = self._pair(event, event.transferee, event.target)
        if by is not None:
            handover = Handover(
                TransferKind.ATTENDED,
                by,
                event.at,
                second=event.other,
                target=event.target,
                application=event.application,
            )
            self._handed_over(call, handover)

    def _handed_over(self, call: Call, handover: Handover) -> None:
        if any(known.by is handover.by and near(known.at, handover.at, NEAR) for known in call.handovers):
            self.ignored["Transfer"] += 1
            return
        call.sources.add(self._source)
        call.handovers.append(handover)
        call.handovers.sort(key=lambda known: known.at or 0)

    def _detailed(self, event: ev.CallDetailed) -> None:
        """What the CDR has of a channel: a row for each thing that the dialplan did with it.

        It names the other side without its id; calls that have a channel of one name are one call.
        """
        names = [f"named {name}" for name in (event.channel, event.other_channel) if name]
        call, channel = self._of(event, *names)
        call.in_rows = True
        call.facts.add(Fact.UNSEEN_START)  # of the menu, at least, it knows nothing
        if event.application == "Dial" and event.disposition in CDR_DISPOSITION:
            call.dials[event.uniqueid, ""] = Dial(event.started_at, CDR_DISPOSITION[event.disposition])
        if event.other_channel:
            self._detailed_other(call, channel, event)
        channel.ended_at = None  # an earlier row of it may have said that it was over
        self._end(call, channel, event.at)

    def _detailed_other(self, call: Call, channel: Channel, event: ev.CallDetailed) -> None:
        """The other side of a row; they talked where the row was answered."""
        named = (leg for leg in call.channels.values() if leg.name == event.other_channel)
        other = next(named, None) or self._leg(call, f"named {event.other_channel}", event.other_channel, event.at)
        other.dialled = True
        since = self._connected_at(call, event)
        if since is not None and event.at is not None and not self._talked(call, channel, other):
            bridge = f"{event.uniqueid} {event.other_channel} {event.started_at}"
            call.stays += [Stay(bridge, leg, since, event.at) for leg in (channel, other)]
        self._end(call, other, event.at)

    @staticmethod
    def _talked(call: Call, one: Channel, other: Channel) -> bool:
        """Is it known already that these two were in one bridge?"""
        bridges = {stay.bridge for stay in call.stays if stay.channel is one}
        return any(stay.channel is other and stay.bridge in bridges for stay in call.stays)

    @staticmethod
    def _connected_at(call: Call, event: ev.CallDetailed) -> int | None:
        """Since when the two of a row talked. Of a queue, only queue_log says whether, and when, they were joined."""
        if event.disposition != "ANSWERED" or event.answered_at is None:
            return None
        if event.application != "Queue":
            return event.answered_at
        joined = (
            visit.left_at
            for visit in reversed(call.visits)
            if visit.answered and visit.left_at is not None and visit.left_at <= (event.at or 0)
        )
        return next(joined, None)

    def _picked_up(self, event: ev.PickedUp) -> None:
        self._pair(event)

    @staticmethod
    def _went_to(channel: Channel, exten: str) -> None:
        """Where a channel is in the dialplan. Of one that Asterisk made, the first number there is what it is about."""
        if exten and not channel.sent_to and exten.lstrip("+*#").isdigit():
            channel.sent_to = exten

    # ---- gaps --------------------------------------------------------------------------------------------------

    def _link_up(self, event: ev.LinkUp) -> None:
        """From here on everything is heard; what was up may have ended unseen."""
        self._listening_since = event.at
        self._booted_at = event.booted_at
        self._last_sign = event.heard_until or 0

    def _sign_of_life(self, at: int) -> None:
        """Asterisk ran at this moment, before it went down: until then at least what was up then was up."""
        if self._last_sign is not None and self._booted_at is not None and self._last_sign < at < self._booted_at:
            self._last_sign = at

    def _listed(self, event: ev.ChannelsListed) -> None:
        """What exists: the rest is gone, and what was never seen to begin is taken up."""
        existing = {listed.uniqueid: listed for listed in event.channels}
        for listed in event.channels:
            self._take_up(listed, event.at)
        for call in self._open_calls():
            if not call.channels:  # ids that an event named, and never a channel that could hang up
                call.ended = True
                self._ended[id(call)] = (event.at, call)
                continue
            last = self._last_heard(call)
            for channel in list(call.channels.values()):
                if not channel.ended and channel.uniqueid not in existing and self._was_there(channel, event.at):
                    self._changed[id(call)] = call
                    self._end(call, channel, last + 1)  # it was there then
            if call.ended:
                call.facts.add(Fact.UNSEEN_END)
        if event.waiting is not None:
            self._waiting(event)
        self._last_sign = None

    def _last_heard(self, call: Call) -> int:
        """The last moment at which the call was surely up."""
        return max(self._last_sign or 0, max((channel.last_at or 0 for channel in call.channels.values()), default=0))

    @staticmethod
    def _was_there(channel: Channel, at: int | None) -> bool:
        """Had it begun when the list was asked for? One that began later need not be in it."""
        made = created_at(channel.uniqueid)
        began = channel.started_at if channel.started_at is not None else made and made + ev.MICROSECONDS
        return at is None or began is None or began <= at

    def _take_up(self, listed: ev.ListedChannel, at: int | None) -> None:
        """A channel that exists, and the bridge that it is in: of either, the beginning may not have been seen."""
        if not listed.uniqueid:
            return
        known = self._calls.get(listed.uniqueid)
        channel = known.channels.get(listed.uniqueid) if known else None
        heard_since = channel is not None and at is not None and (channel.last_at or 0) > at
        if channel is not None and (channel.ended or heard_since):
            return
        if known is None or channel is None:
            known = self._call(listed.uniqueid, listed.linkedid)
            known.linkedids |= {listed.linkedid} - {""}
            channel = self._leg(known, listed.uniqueid, listed.channel, at)
        here = False
        for stay in known.stays:
            if stay.channel is channel and stay.until is None:
                here = here or stay.bridge == listed.bridge
                if stay.bridge != listed.bridge:  # it left that one unseen
                    stay.until = self._last_heard(known) + 1
                    self._changed[id(known)] = known
        if listed.bridge and not here:
            known = self._call(listed.uniqueid, listed.bridge)
            known.stays.append(Stay(listed.bridge, channel, None, latest=at))

    def _waiting(self, event: ev.ChannelsListed) -> None:
        """Who stands in a queue joined it unseen, or was seen to; who does not any more has left it unseen."""
        waiting = {(waiting.uniqueid, waiting.queue): waiting for waiting in event.waiting or ()}
        for call in self._open_calls():
            for visit in call.visits:
                still = any((uniqueid, visit.queue) in waiting for uniqueid in call.channels)
                if not visit.left and not still and visit.may_be_at(event.at, visit.queue, 0):
                    visit.left, visit.left_at = True, self._last_heard(call)
                    self._changed[id(call)] = call
        for one in waiting.values():
            found = self._calls.get(one.uniqueid)
            channel = found.channels.get(one.uniqueid) if found else None
            if found is None or channel is None or event.at is None or (channel.last_at or 0) > event.at:
                continue
            if not any(visit.queue == one.queue and not visit.left for visit in found.visits):
                found.add_visit(Visit(one.queue, event.at - one.seconds * ev.MICROSECONDS))
                self._changed[id(found)] = found

    # ---- ends --------------------------------------------------------------------------------------------------

    def _end(self, call: Call, channel: Channel, at: int | None) -> None:
        if not channel.ended or channel.ended_at is None:
            channel.ended, channel.ended_at = True, at
        call.sources.add(self._source)
        if all(leg.ended for leg in call.channels.values()):
            if not call.in_rows:
                call.stop_waiting(at)
            call.ended = True
            self._ended[id(call)] = (at, call)

    def _forget(self, now: int) -> None:
        """The ids of calls that ended a while ago; looked at once a second."""
        self._forget_at = now + ev.MICROSECONDS
        while self._ended:
            at, call = next(iter(self._ended.values()))
            old = at is not None and now - at > REMEMBER
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
    ev.DialEnded: Ledger._dial_ended,  # how ringing ended
    ev.QueueJoined: Ledger._queue_joined,  # waiting begins
    ev.AgentRung: Ledger._agent_rung,  # joins the operator's leg, which learns whose it is
    ev.AgentConnected: Ledger._agent_connected,  # waiting ends
    ev.QueueLeft: Ledger._queue_left,  # waiting ends
    ev.QueueAbandoned: Ledger._queue_abandoned,  # the same, with Asterisk's count of the wait
    ev.QueueEnded: Ledger._queue_ended,  # back in the dialplan: why nobody took it
    ev.BridgeEntered: Ledger._bridge_entered,  # hears each device that is in the bridge, or comes into it
    ev.BridgeLeft: Ledger._bridge_left,  # and hears them no more
    ev.BlindTransferred: Ledger._blind_transferred,  # sent on
    ev.AttendedTransferred: Ledger._attended_transferred,  # two calls become one
    ev.PickedUp: Ledger._picked_up,  # joins the phone that took a call which rang elsewhere
    ev.CallDetailed: Ledger._detailed,  # where CEL is off, the CDR's word for the whole of it
    ev.StepDone: Ledger._step_done,  # the menu did something
    ev.RecordingBegun: Ledger._recording_begun,  # what is said from now on is recorded, once somebody says something
    ev.HungUp: Ledger._hung_up,  # a leg ends; the last one ends the call
}
