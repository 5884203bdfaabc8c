"""One call while the ledger works on it.

What is kept is what was said, each with its time, and nothing that follows from it: conversations, outcome and the rest
are derived when the call is frozen into a record (`freeze.py`). So the order in which events come changes nothing, and
neither does hearing them twice, live and out of the journal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from depok_agi.calls import events as ev
from depok_agi.calls.facts import Fact
from depok_agi.calls.record import MenuStep, Source, TransferKind

_NOT_DEVICES = ("Local/", "Announcer/", "Recorder/", "CBAnn/", "CBRec/", "Surrogate/", "Message/", "Bridge/")
"""Channels that Asterisk makes for its own use (`main/core_local.c`, `main/bridge_*.c`): nobody listens behind them."""

MADE_BY_ASTERISK = ("", "s")
"""What a channel that Asterisk makes says that it dialled."""

NEAR = ev.MICROSECONDS // 2
"""The same thing, told by the manager interface and by CEL, has times that differ by less."""

QUEUE_LOG_NEAR = 2 * ev.MICROSECONDS
"""The same for queue_log, whose times are whole seconds."""


def near(one: int | None, other: int | None, apart: int) -> bool:
    """May these two be one and the same moment?"""
    return one is not None and other is not None and abs(one - other) <= apart


LONGEST_ID = 200
"""Characters; Asterisk's are of 149 at the most (`AST_MAX_PUBLIC_UNIQUEID`). A longer one is none, and is not kept."""


def order(uniqueid: str) -> tuple[int, int, str]:
    """The sort key of a Uniqueid, which is `[system-]seconds.count`; as text `9.10` would come after `10.2`."""
    return _order(uniqueid) if len(uniqueid) < LONGEST_ID else (1 << 62, 0, uniqueid)


@lru_cache(maxsize=4096)
def _order(uniqueid: str) -> tuple[int, int, str]:
    seconds, _, count = uniqueid.rpartition("-")[2].partition(".")
    if seconds.isascii() and seconds.isdigit() and count.isascii() and count.isdigit():
        return int(seconds), int(count), uniqueid
    return 1 << 62, 0, uniqueid


def created_at(uniqueid: str) -> int | None:
    """When Asterisk made the channel, by its Uniqueid: whole seconds, in microseconds UTC; None where it has none."""
    seconds = order(uniqueid)[0] * ev.MICROSECONDS
    return seconds if ev.EARLIEST < seconds < ev.LATEST else None


@dataclass(frozen=True, slots=True)
class Switchboard:
    """What the ledger knows of the PBX. `PJSIP/trunk-0000001` is a channel of the device `PJSIP/trunk`.

    Attributes:
        pbx: the PBX's name, put in front of ids that do not carry it (Asterisk does that itself with `systemname`).
        trunks: endpoints behind which are citizens; every other device is an operator's or an OPD's phone.
        operators: device (`PJSIP/101`) to operator's name, for calls that no queue handed out.
    """

    pbx: str
    trunks: frozenset[str]
    operators: Mapping[str, str] = field(default_factory=dict)

    def channel(self, uniqueid: str, name: str, at: int | None) -> "Channel":
        """A leg, first heard of at this moment."""
        device, _, _ = name.rpartition("-")
        _, _, endpoint = device.partition("/")
        owner = self.operators.get(device) or endpoint or None
        return Channel(uniqueid, name, endpoint in self.trunks, owner, last_at=at)


@dataclass(slots=True, eq=False)
class Channel:
    """One leg.

    Attributes:
        is_trunk: is a citizen behind it?
        owner: whose device it is: an operator's name, else what the device is called.
        exten: what it dialled; `s` for one that Asterisk made.
        sent_to: the first number in the dialplan that such a one was sent to.
        member: the operator whose phone a queue rang with it.
        dialled: was it made to ring somebody?
        begun: was it seen to begin?
        last_at: the latest moment at which something was heard of it.
        recording: the file that what is said on it is recorded to.
        is_device: can somebody listen behind it?
        order: what legs are sorted by.
    """

    uniqueid: str
    name: str
    is_trunk: bool
    owner: str | None
    caller: str = ""
    exten: str = ""
    sent_to: str = ""
    member: str | None = None
    dialled: bool = False
    started_at: int | None = None
    answered_at: int | None = None
    ended_at: int | None = None
    ended: bool = False
    cause: int | None = None
    begun: bool = False
    last_at: int | None = None
    recording: str | None = None
    is_device: bool = field(init=False)
    order: tuple[int, int, str] = field(init=False)

    def __post_init__(self) -> None:
        self.is_device = not self.name.startswith(_NOT_DEVICES)
        self.order = order(self.uniqueid)

    @property
    def operator(self) -> str | None:
        """Which of us it is: by the queue's own word, else by the device."""
        return self.member or self.owner

    @property
    def number(self) -> str:
        """The number that it is about: what it dialled, or what it was made to ring."""
        return self.sent_to if self.exten in MADE_BY_ASTERISK else self.exten


@dataclass(slots=True)
class Stay:
    """One channel in one bridge. It is in one at a time: the next stay ends this one.

    Attributes:
        since: None where nobody saw it enter.
        until: None while it is in there, or when it ended in there.
        latest: where `since` is None: it had entered by this moment, None for before anything that was heard.
    """

    bridge: str
    channel: Channel
    since: int | None
    until: int | None = None
    latest: int | None = None


@dataclass(slots=True)
class Visit:
    """One time that the caller stands, or stood, in a queue; `answered`: a member took the call."""

    queue: str
    joined_at: int | None
    left_at: int | None = None
    left: bool = False
    hold: int | None = None
    fact: Fact | None = Fact.QUEUEING
    answered: bool = False

    def may_be_at(self, at: int | None, queue: str, clocks: int) -> bool:
        """Is it in this queue, as far as that is known, and had it begun at this moment, give or take the clocks?"""
        begun = self.joined_at is None or at is None or self.joined_at <= at + clocks
        return begun and (not self.queue or not queue or self.queue == queue)

    def begun_by_its_end(self, at: int | None) -> bool:
        """May it have begun at this moment, so that it ended afterwards?"""
        return self.left_at is None or at is None or at <= self.left_at + QUEUE_LOG_NEAR

    def order(self) -> int:
        """By time."""
        return self.joined_at or self.left_at or 0


@dataclass(slots=True)
class Dial:
    """One channel rings another; `status` is Asterisk's word for how that ended, empty while it rings."""

    began_at: int | None
    status: str = ""


@dataclass(slots=True)
class Handover:
    """A transfer. `exten` is what a blind one was sent to; `target` and `application` are of an attended one."""

    kind: TransferKind
    by: Channel
    at: int | None
    second: str = ""
    exten: str = ""
    target: str = ""
    application: str = ""


@dataclass(slots=True, eq=False)
class Call:
    """All that is known of one call.

    Attributes:
        ids: all its Uniqueids, Linkedids and bridges: what the ledger finds it by.
        dials: by the channel that dials and the one that is rung; the second is empty for Asterisk's own summary of
            all that the first has dialled (DIALSTATUS, which CEL has at the channel's end).
        in_rows: is it told in rows of the CDR, each of which ends it as far as it knows?
        written_as: the id that its record was last given out with.
    """

    ids: set[str] = field(default_factory=set)
    linkedids: set[str] = field(default_factory=set)
    channels: dict[str, Channel] = field(default_factory=dict)
    facts: set[Fact] = field(default_factory=set)
    stays: list[Stay] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    steps: list[MenuStep] = field(default_factory=list)
    dials: dict[tuple[str, str], Dial] = field(default_factory=dict)
    handovers: list[Handover] = field(default_factory=list)
    sources: set[Source] = field(default_factory=set)
    ended: bool = False
    in_rows: bool = False
    written_as: str | None = None

    def absorb(self, other: "Call") -> None:
        """Take over all of another record of the same call."""
        self.ids |= other.ids
        self.linkedids |= other.linkedids
        self.channels |= other.channels
        self.facts |= other.facts
        self.stays += other.stays
        self.visits = sorted(self.visits + other.visits, key=Visit.order)
        self.steps = sorted(self.steps + other.steps, key=lambda step: step.at or 0)
        self.dials |= other.dials
        self.handovers += other.handovers
        self.sources |= other.sources
        self.in_rows = self.in_rows or other.in_rows
        self.ended = self.ended and other.ended
        if not self.ended:
            self.facts.discard(Fact.UNSEEN_END)

    def visit(self, at: int | None, queue: str, clocks: int) -> Visit | None:
        """The queue visit that something at this moment is about: the last one that had begun."""
        return next((visit for visit in reversed(self.visits) if visit.may_be_at(at, queue, clocks)), None)

    def add_visit(self, visit: Visit) -> None:
        """One more, in its place by time."""
        self.visits.append(visit)
        self.visits.sort(key=Visit.order)

    def stop_waiting(self, at: int | None) -> None:
        """The caller stands in no queue any more."""
        for visit in self.visits:
            if not visit.left:
                visit.left, visit.left_at = True, at

    def stays_of(self, channel: Channel, bridge: str) -> Iterable[Stay]:
        """When the channel was in the bridge."""
        return (stay for stay in self.stays if stay.channel is channel and stay.bridge == bridge)
