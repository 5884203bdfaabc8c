"""The templates: whole calls as a real Asterisk told them once, with a hole for all that is a call's own.

`record.py` has recorded them, unfiltered: the manager's events as the shipped AMI user gets them, and the lines of CEL
and queue_log about the same call.
"""

import heapq
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import itemgetter
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "templates"

MICROSECONDS = 1_000_000

SEPARATOR = "\x1f"
"""Stands between the values of an event, in which it never comes."""

_OWN = re.compile(
    r"(?P<uniqueid>depok-\d+\.\d+)"
    r"|(?P<channel>PJSIP/(?:trunk|\d+)-[0-9a-f]{8})"
    r"|(?P<bridge>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|(?P<number>0811\d{8})"
)


class Kind(StrEnum):
    """What a template's line is; the journal's have the name of their file's ending."""

    EVENT = "jsonl"
    CEL = "cel"
    QUEUE_LOG = "queue_log"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a template.

    Attributes:
        kind: of which stream.
        after: when, in microseconds after the call's first event.
        text: a %-format with the names of the call's holes; `time` and `second` are those of the line itself.
        headers: an event's names, whose values are in the text.
    """

    kind: Kind
    after: int
    text: str
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hole:
    """Something that is another one in every call: a `uniqueid`, a `channel`, a `bridge`, a citizen's `number`."""

    name: str
    kind: str
    recorded: str
    second: int
    """When the channel of a Uniqueid was made; 0 where it is something else."""


@dataclass(frozen=True, slots=True)
class Template:
    """A whole call."""

    name: str
    holes: tuple[Hole, ...]
    lines: tuple[Line, ...]

    @property
    def lasts(self) -> int:
        """From its first event to its last, in microseconds."""
        return max(line.after for line in self.lines)

    @property
    def first_second(self) -> int:
        """When its first channel was made, in seconds since 1970 UTC."""
        return min(hole.second for hole in self.holes if hole.second)

    def count(self, kind: Kind) -> int:
        """How many lines of a kind the call has."""
        return sum(line.kind is kind for line in self.lines)


def load(name: str) -> Template:
    """Read one template."""
    holes: dict[str, Hole] = {}
    lines = {kind: list(_read(name, kind, holes)) for kind in Kind}
    lines[Kind.QUEUE_LOG] = [_exactly(line, lines[Kind.EVENT]) for line in lines[Kind.QUEUE_LOG]]
    began = min(line.after for found in lines.values() for line in found)
    ordered = heapq.merge(*(_in_order(found) for found in lines.values()), key=itemgetter(0))
    return Template(name, tuple(holes.values()), tuple(replace(line, after=line.after - began) for _, line in ordered))


def _in_order(lines: list[Line]) -> Iterator[tuple[int, Line]]:
    """Asterisk's own order is kept where its times are not in order."""
    latest = 0
    for line in lines:
        latest = max(latest, line.after)
        yield latest, line


def _exactly(line: Line, events: list[Line]) -> Line:
    """queue_log says whole seconds, but what the manager said in that second was about the same thing."""
    same_second = (event.after for event in events if 0 <= event.after - line.after < MICROSECONDS)
    return replace(line, after=min(same_second, default=line.after))


def _read(name: str, kind: Kind, holes: dict[str, Hole]) -> Iterator[Line]:
    for text in (FOLDER / f"{name}.{kind}").read_text("utf-8").splitlines():
        match kind:
            case Kind.EVENT:
                event: dict[str, str] = json.loads(text)
                at = _microseconds(event["Timestamp"])
                values = (_with_holes(value, holes) for value in event.values())
                texts = ("%(time)s" if key == "Timestamp" else value for key, value in zip(event, values, strict=True))
                yield Line(kind, at, SEPARATOR.join(texts), tuple(event))
            case Kind.CEL:
                _, time, rest = text.split('"', 2)
                yield Line(kind, _microseconds(time), f'"%(time)s"{_with_holes(rest, holes)}')
            case Kind.QUEUE_LOG:
                second, rest = text.split("|", 1)
                yield Line(kind, _microseconds(second), f"%(second)s|{_with_holes(rest, holes)}")


def _with_holes(text: str, holes: dict[str, Hole]) -> str:
    def hole(found: re.Match[str]) -> str:
        kind, recorded = str(found.lastgroup), found[0]
        second = int(recorded.removeprefix("depok-").partition(".")[0]) if kind == "uniqueid" else 0
        return f"%({holes.setdefault(recorded, Hole(f'own{len(holes)}', kind, recorded, second)).name})s"

    return _OWN.sub(hole, text.replace("%", "%%"))


def _microseconds(text: str) -> int:
    seconds, _, fraction = text.partition(".")
    return int(seconds) * MICROSECONDS + int(f"{fraction:0<6}")
