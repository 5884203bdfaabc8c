"""A stream of as many calls as wanted, from the templates: every call with ids, channels and a citizen of its own.

What is asked for is the same each time: the choice of calls, their numbers and the pauses between them are drawn from a
seed. Calls are whole, and as many as wanted go on at once, each at the pace at which it was recorded.
"""

import heapq
import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from operator import itemgetter

from tests.bench.templates import MICROSECONDS, SEPARATOR, Hole, Kind, Line, Template, load

SHARES = {
    "answered": 50,
    "left_in_menu": 15,
    "abandoned": 12,
    "outbound": 10,
    "ring_no_answer_then_answered": 8,
    "blind_transfer": 5,
}
"""Of a hundred calls: a centre that is busy, but copes."""

LONGEST_PAUSE = 2.0
"""Seconds between two calls, at the most, where as many go on at once as may."""

Event = dict[str, str]
Told = tuple[int, Kind, Line, dict[str, str]]


@cache
def templates() -> dict[str, Template]:
    """All templates, by name."""
    return {name: load(name) for name in SHARES}


@dataclass(frozen=True)
class Stream:
    """What is wanted.

    Attributes:
        calls: how many, all of them whole.
        at_once: how many go on at the same time, but for the stream's end.
        began: its first moment, in microseconds since 1970 UTC.
        seed: what is drawn is drawn from it.
    """

    calls: int
    at_once: int = 1
    began: int = 1_795_482_000 * MICROSECONDS
    seed: int = 1

    def events(self) -> Iterator[Event]:
        """The manager's events, in the order in which Asterisk would send them."""
        for _, _, line, own in self._told({Kind.EVENT}):
            yield dict(zip(line.headers, (line.text % own).split(SEPARATOR), strict=True))

    def journal(self) -> Iterator[tuple[Kind, str]]:
        """The lines of CEL and queue_log about the same calls, each with its line end."""
        for _, kind, line, own in self._told({Kind.CEL, Kind.QUEUE_LOG}):
            yield kind, f"{line.text % own}\n"

    def _told(self, kinds: set[Kind]) -> Iterator[Told]:
        waiting = itertools.count()
        numbers = _Numbers()
        places = (self._place(place, waiting, numbers, kinds) for place in range(self.at_once))
        return heapq.merge(*places, key=itemgetter(0))

    def _place(self, place: int, waiting: Iterator[int], numbers: "_Numbers", kinds: set[Kind]) -> Iterator[Told]:
        """One call after the other, as long as any are wanted."""
        drawn = random.Random(f"{self.seed}/{place}")  # noqa: S311 - a seed is the point of it
        names, shares = list(SHARES), list(SHARES.values())
        begin = self.began
        if self.at_once > 1:
            begin += int(drawn.uniform(0, mean_seconds()) * MICROSECONDS)
        while next(waiting) < self.calls:
            template = templates()[drawn.choices(names, shares)[0]]
            yield from _told_of(template, begin, numbers.fill(template, begin, drawn), kinds)
            begin += template.lasts + int(drawn.uniform(0, LONGEST_PAUSE) * MICROSECONDS)


class _Numbers:
    """What Asterisk counts: channels, for their ids and their names."""

    def __init__(self) -> None:
        self._channels = itertools.count()
        self._names = itertools.count()

    def fill(self, template: Template, begin: int, drawn: random.Random) -> dict[str, str]:
        """What a call has of its own, by the names of the template's holes."""
        second, since = begin // MICROSECONDS, template.first_second
        return {hole.name: self._own(hole, second + hole.second - since, drawn) for hole in template.holes}

    def _own(self, hole: Hole, second: int, drawn: random.Random) -> str:
        match hole.kind:
            case "uniqueid":
                return f"depok-{second}.{next(self._channels)}"
            case "channel":
                return f"{hole.recorded[:-8]}{next(self._names) & 0xFFFFFFFF:08x}"
            case "bridge":
                drawn_id = f"{drawn.getrandbits(128):032x}"
                return "-".join((drawn_id[:8], drawn_id[8:12], drawn_id[12:16], drawn_id[16:20], drawn_id[20:]))
            case _:
                return f"08110000{drawn.randrange(10_000):04}"


def _told_of(template: Template, begin: int, own: dict[str, str], kinds: set[Kind]) -> Iterator[Told]:
    latest = begin
    for line in template.lines:
        if line.kind in kinds:
            at = begin + line.after
            second, rest = divmod(at, MICROSECONDS)
            own["second"] = str(second)
            own["time"] = f"{second}.{rest:06}"
            latest = max(latest, at)
            yield latest, line.kind, line, own


def _mean(measure: Callable[[Template], float]) -> float:
    return sum(share * measure(templates()[name]) for name, share in SHARES.items()) / sum(SHARES.values())


def mean_seconds() -> float:
    """How long a call lasts, with the pause after it."""
    return LONGEST_PAUSE / 2 + _mean(lambda template: template.lasts / MICROSECONDS)


def mean_lines(*kinds: Kind) -> float:
    """How many lines of these kinds a call has."""
    return _mean(lambda template: sum(template.count(kind) for kind in kinds))


def at_once_for(events_per_second: float) -> int:
    """How many calls at once make so many events a second."""
    return round(events_per_second * mean_seconds() / mean_lines(Kind.EVENT))


def calls_for(lines: float, *kinds: Kind) -> int:
    """How many calls make about so many events, or lines of the kinds given."""
    return max(1, round(lines / mean_lines(*(kinds or (Kind.EVENT,)))))


def wire(event: Event) -> bytes:
    """The event as the manager sends it."""
    return "".join(f"{name}: {value}\r\n" for name, value in event.items()).encode() + b"\r\n"
