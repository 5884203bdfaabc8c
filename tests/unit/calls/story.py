"""Raw manager events as Asterisk sends them, told as short stories, and the ledger that hears them."""

from collections.abc import Iterable, Mapping
from datetime import timedelta, timezone
from typing import Self

from depok_agi.calls.call import Switchboard
from depok_agi.calls.events import MICROSECONDS, Event, parse
from depok_agi.calls.ledger import Ledger
from depok_agi.calls.record import CallRecord

START = 1_795_485_600
"""2026-11-24 09:00:00 at Depok."""

WIB = timezone(timedelta(hours=7))
BOARD = Switchboard("depok", frozenset({"trunk"}), {"PJSIP/103": "tono"})
ANI = "081100001234"
MEMBERS = {"101": "siti", "102": "budi"}

Raw = dict[str, str]


def us(seconds: float) -> int:
    """A moment of the story in microseconds."""
    return round((START + seconds) * MICROSECONDS)


class Story:
    """What one PBX says, event by event. The clock moves by `wait`; a leg is named by its Uniqueid."""

    def __init__(self, *, clock: bool = True, first: int = 0) -> None:
        self.events: list[Raw] = []
        self.now = float(START)
        self._clock = clock
        self._count = first
        self._channels: dict[str, str] = {}
        self._linkedids: dict[str, str] = {}

    def wait(self, seconds: float) -> Self:
        self.now += seconds
        return self

    def say(self, event: str, leg: str = "", other: str = "", **headers: str) -> Self:
        raw = {"Event": event, "Privilege": "call,all"}
        if self._clock:
            raw["Timestamp"] = f"{self.now:.6f}"
            self.now += 0.001
        for prefix, one in (("", leg), ("Dest", other)):
            if one:
                raw |= {f"{prefix}Channel": self._channels[one], f"{prefix}Uniqueid": one}
                raw |= {f"{prefix}Linkedid": self._linkedids[one]}
        self.events.append(raw | headers)
        return self

    def leg(self, device: str, caller: str = "", exten: str = "", *, of: str = "", tech: str = "PJSIP/") -> str:
        """A new channel; `of` is the leg that it was made for."""
        uniqueid = f"depok-{START}.{self._count}"
        self._channels[uniqueid] = f"{tech}{device}-{self._count:08x}"
        self._linkedids[uniqueid] = self._linkedids[of] if of else uniqueid
        self._count += 1
        self.say("Newchannel", uniqueid, CallerIDNum=caller, Exten=exten, ChannelState="0")
        return uniqueid

    def relink(self, leg: str, to: str) -> None:
        """Asterisk counts the leg to another call from now on."""
        self._linkedids[leg] = self._linkedids[to]

    def up(self, leg: str) -> None:
        self.say("Newstate", leg, ChannelState="6", ChannelStateDesc="Up")

    def inbound(self, caller: str = ANI) -> str:
        """A citizen's call, taken by Asterisk, in opening hours."""
        leg = self.leg("trunk", caller, "1500664")
        self.up(leg)
        self.step(leg, "hours", "open")
        return leg

    def step(self, leg: str, step: str, result: str, keys: str = "") -> None:
        self.say("UserEvent", leg, UserEvent="DepokStep", Step=step, Result=result, Keys=keys, Way="fastagi")

    def to_queue(self, caller: str = ANI) -> str:
        """A citizen who chose a complaint, and waits."""
        leg = self.inbound(caller)
        self.step(leg, "language", "chosen", "1")
        self.step(leg, "menu", "complaint", "2")
        self.join(leg)
        return leg

    def join(self, leg: str) -> None:
        self.say("QueueCallerJoin", leg, Queue="depok", Position="1", Count="1")

    def ring(self, caller: str, device: str) -> str:
        """The queue rings a member."""
        member = self.leg(device, of=caller)
        name = MEMBERS.get(device, f"PJSIP/{device}")
        self.say("AgentCalled", caller, member, Queue="depok", MemberName=name, Interface=f"PJSIP/{device}")
        self.say("DialBegin", caller, member, DialString=device)
        return member

    def no_answer(self, caller: str, member: str) -> None:
        self.say("AgentRingNoAnswer", caller, member, Queue="depok", RingTime="15000")
        self.say("DialEnd", caller, member, DialStatus="NOANSWER")
        self.hang_up(member, cause="0")

    def connect(self, caller: str, member: str, device: str) -> None:
        """The member picks up."""
        self.up(member)
        self.say("DialEnd", caller, member, DialStatus="ANSWER")
        self.say("QueueCallerLeave", caller, Queue="depok", Count="0", Position="1")
        self.say("AgentConnect", caller, member, Queue="depok", MemberName=MEMBERS.get(device, ""))
        self.talk(caller, member)

    def talk(self, *legs: str, bridge: str = "") -> None:
        """They enter a bridge: the one of the first leg's call, where none is named."""
        for leg in legs:
            self.say("BridgeEnter", leg, BridgeUniqueid=bridge or self._bridge(legs))

    def leave(self, *legs: str, bridge: str = "") -> None:
        for leg in legs:
            self.say("BridgeLeave", leg, BridgeUniqueid=bridge or self._bridge(legs))

    def _bridge(self, legs: tuple[str, ...]) -> str:
        return f"bridge of {self._linkedids[legs[0]]}"

    def hang_up(self, *legs: str, cause: str = "16") -> None:
        for leg in legs:
            self.say("Hangup", leg, Cause=cause)

    def queue_gives_back(self, leg: str, status: str) -> None:
        self.say("UserEvent", leg, UserEvent="DepokQueue", Status=status)

    def dial(self, caller: str, device: str) -> str:
        """Dial() from one leg to a device."""
        other = self.leg(device, of=caller)
        self.say("DialBegin", caller, other, DialString=device)
        return other

    def dial_ends(self, caller: str, other: str, status: str) -> None:
        self.say("DialEnd", caller, other, DialStatus=status)


class Log:
    """The call log as the store would hold it: written over by id, less what was dropped."""

    def __init__(self, ledger: Ledger | None = None, kept: Iterable[CallRecord] = ()) -> None:
        self.ledger = ledger or Ledger(BOARD)
        self.records: dict[str, CallRecord] = {record.id: record for record in kept}
        self.dropped: list[str] = []

    def hear(self, events: Iterable[Mapping[str, str]]) -> Self:
        for raw in events:
            event = parse(raw)
            if event is not None:
                self.apply(event)
        return self

    def apply(self, event: Event) -> None:
        self.ledger.apply(event)
        self.take()

    def take(self) -> None:
        changed, dropped = self.ledger.changes()
        self.records |= {record.id: record for record in changed}
        for old in dropped:
            self.records.pop(old, None)
        self.dropped += dropped

    def states(self) -> list[tuple[str, str]]:
        """What the store keeps for the next daemon of the calls that are up."""
        return list(self.ledger.states(record for record in self.records.values() if not record.ended).items())

    @property
    def only(self) -> CallRecord:
        """The one call there is."""
        (record,) = self.records.values()
        return record


def told(story: Story) -> CallRecord:
    """The one call of a story."""
    return Log().hear(story.events).only


def a_day() -> list[Raw]:
    """Calls of every kind, one after the other and interleaved."""
    story = Story()
    for kind in (_answered, _rung_in_vain, _abandoned, _timed_out, _left_menu, _out_of_hours, _outbound, _busy):
        kind(story)
        story.wait(1)
    _internal(story)
    _moved(story)
    first = story.to_queue("081100000021")
    second = story.to_queue("081100000022")
    member = story.wait(2).ring(first, "101")
    story.connect(first, member, "101")
    story.wait(4).hang_up(second)
    story.leave(member, first)
    story.hang_up(first, member)
    return story.events


def _answered(story: Story) -> None:
    caller = story.to_queue("081100000001")
    member = story.wait(3).ring(caller, "101")
    story.wait(2).connect(caller, member, "101")
    story.wait(9).leave(member, caller)
    story.say("AgentComplete", caller, member, Queue="depok", MemberName="siti")
    story.hang_up(member, caller)


def _rung_in_vain(story: Story) -> None:
    caller = story.to_queue("081100000002")
    budi = story.ring(caller, "102")
    story.wait(12).no_answer(caller, budi)
    siti = story.ring(caller, "101")
    story.wait(2).connect(caller, siti, "101")
    story.wait(9).leave(caller, siti)
    story.hang_up(caller, siti)


def _abandoned(story: Story) -> None:
    caller = story.to_queue("081100000003")
    member = story.ring(caller, "101")
    story.wait(7).say("QueueCallerAbandon", caller, Queue="depok")
    story.say("QueueCallerLeave", caller, Queue="depok")
    story.dial_ends(caller, member, "CANCEL")
    story.hang_up(caller, member)


def _timed_out(story: Story) -> None:
    caller = story.to_queue("081100000004")
    story.wait(9).say("QueueCallerLeave", caller, Queue="depok")
    story.queue_gives_back(caller, "TIMEOUT")
    story.step(caller, "callback", "accepted", "1")
    story.hang_up(caller)


def _left_menu(story: Story) -> None:
    caller = story.inbound("081100000005")
    story.wait(5).step(caller, "menu", "", "99")
    story.hang_up(caller)


def _out_of_hours(story: Story) -> None:
    caller = story.leg("trunk", "081100000006", "1500664")
    story.up(caller)
    story.step(caller, "hours", "closed")
    story.step(caller, "closed", "goodbye")
    story.hang_up(caller)


def _outbound(story: Story) -> None:
    siti = story.leg("101", "101", "081100000007")
    ani = story.dial(siti, "trunk")
    story.wait(5).up(ani)
    story.dial_ends(siti, ani, "ANSWER")
    story.up(siti)
    story.talk(ani, siti, bridge="b7")
    story.wait(8).leave(ani, siti, bridge="b7")
    story.hang_up(ani, siti)


def _busy(story: Story) -> None:
    siti = story.leg("101", "101", "081100000008")
    ani = story.dial(siti, "trunk")
    story.wait(1).hang_up(ani, cause="17")
    story.dial_ends(siti, ani, "BUSY")
    story.hang_up(siti, cause="17")


def _internal(story: Story) -> None:
    siti = story.leg("101", "101", "102")
    budi = story.dial(siti, "102")
    story.up(budi)
    story.dial_ends(siti, budi, "ANSWER")
    story.up(siti)
    story.talk(budi, siti, bridge="b9")
    story.wait(3).leave(siti, budi, bridge="b9")
    story.hang_up(siti, budi)


def _moved(story: Story) -> None:
    """An attended transfer: what began as two calls ends as one."""
    caller = story.to_queue("081100000010")
    siti = story.ring(caller, "101")
    story.connect(caller, siti, "101")
    second = story.leg("101", "101", "102")
    budi = story.dial(second, "102")
    story.up(budi)
    story.dial_ends(second, budi, "ANSWER")
    story.talk(second, budi, bridge="b10")
    story.relink(budi, caller)
    story.leave(siti)
    story.leave(second, bridge="b10")
    story.leave(budi, bridge="b10")
    story.talk(budi)
    story.hang_up(siti, second)
    story.wait(5).leave(budi, caller)
    story.hang_up(budi, caller)
