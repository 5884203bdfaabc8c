"""Recorded calls (tests/replay) as forms that are filled in: each with times, ids, channels and people of its own."""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from depok_agi.calls.facts import Fact, with_fact
from depok_agi.calls.numbers import CENTRE_NUMBER
from depok_agi.calls.record import CallRecord, Direction, Outcome, Role
from depok_agi.store import calls as call_rows
from tests.bench.city_people import OPERATORS
from tests.bench.feed_ledger import handle
from tests.bench.peer import REPOSITORY
from tests.bench.templates import MICROSECONDS, SEPARATOR

_OWN = re.compile(
    r"(?P<uniqueid>depok-\d{10}\.\d+)"
    r"|(?P<channel>PJSIP/(?:trunk|\d+)-[0-9a-f]{8})"
    r"|(?P<number>(?<=\+62)811\d{8}|(?<=\b0)811\d{8})"
    r"|(?P<operator>\b(?:siti|budi)\b)"
    r"|(?P<time>\b\d{16}\b)"
)
_TEXTS = ("id", "operator", "detail", "caller", "caller_raw", "dialled", "parties", "transferred_to")
_PERSONAL = 5


class _Hole(NamedTuple):
    """Something that is another one in every call."""

    name: str
    kind: str
    text: str


class Filled(NamedTuple):
    """The texts of one call."""

    id: str
    operator: str | None
    detail: str
    personal: tuple[str | None, ...]
    """caller, caller_raw, dialled, parties, transferred_to."""
    uniqueids: tuple[str, ...]


@dataclass(frozen=True)
class Recorded:
    """A recorded call.

    Attributes:
        record: it, as the ledger gave it out.
        form: all its texts, as a %-format with the names of its holes.
        missing: the places of those texts that are NULL.
        times: its times by their holes, in microseconds after its beginning.
        ids: its Uniqueids by their holes: when their channels were made, in microseconds after its beginning.
        channels: its devices by the holes of their channels.
        picked_up: when the talk began, in microseconds after its beginning; after its end where nobody spoke.
        lasts: in microseconds.
    """

    record: CallRecord
    form: str
    missing: tuple[int, ...]
    times: tuple[tuple[str, int], ...]
    ids: tuple[tuple[str, int], ...]
    channels: tuple[tuple[str, str], ...]
    picked_up: int
    lasts: int

    @property
    def outcome(self) -> str | None:
        """What it came to."""
        return None if self.record.outcome is None else self.record.outcome.value

    @property
    def spoke_with_us(self) -> bool:
        """Has a citizen called, and spoken with an operator?"""
        return self.record.outcome is Outcome.ANSWERED and self.record.direction is Direction.INBOUND

    def fill(self, began: int, longer: int, number: str, counter: Iterator[int], drawn: random.Random) -> Filled:
        """One call. When it began and how much longer its talk is are in microseconds; the number is the citizen's."""
        own: dict[str, Any] = {
            "number": number,
            "siti": OPERATORS[int(drawn.random() * len(OPERATORS))],
            "budi": OPERATORS[int(drawn.random() * len(OPERATORS))],
        }
        for name, after in self.times:
            own[name] = began + after + longer if after > self.picked_up else began + after
        for name, after in self.ids:
            own[name] = f"depok-{(began + after) // MICROSECONDS}.{next(counter)}"
        for name, device in self.channels:
            own[name] = f"{device}-{next(counter) & 0xFFFFFFFF:08x}"
        texts: list[Any] = (self.form % own).split(SEPARATOR)
        for place in self.missing:
            texts[place] = None
        call, operator, detail, *rest = texts
        return Filled(call, operator, detail, tuple(rest[:_PERSONAL]), tuple(rest[_PERSONAL:]))


def withheld(record: CallRecord) -> CallRecord:
    """The same call by somebody who does not show their number."""
    legs = tuple(replace(leg, party=None) if leg.role is Role.CALLER else leg for leg in record.legs)
    return with_fact(replace(record, caller=None, caller_raw="anonymous", legs=legs), Fact.WITHHELD)


def recorded(scenario: str) -> CallRecord:
    """The call of a scenario, as the ledger gives it out."""
    events = (REPOSITORY / "tests" / "replay" / scenario / "events.jsonl").read_text("utf-8").splitlines()
    record = handle([json.loads(event) for event in events])[-1]
    return replace(record, dialled=CENTRE_NUMBER) if record.direction is Direction.INBOUND else record


def form_of(record: CallRecord) -> Recorded:
    """What other calls like this one are made from: what the store writes down of it, with holes."""
    began, ended = record.started_at, record.ended_at
    assert began is not None
    assert ended is not None
    row = call_rows._row(record)
    texts = [row[column] for column in _TEXTS] + list(record.uniqueids)
    holes: dict[str, _Hole] = {}

    def hole(found: re.Match[str]) -> str:
        kind, text = str(found.lastgroup), found[0]
        name = {"number": kind, "operator": text}.get(kind, f"own{len(holes)}")
        return f"%({holes.setdefault(text, _Hole(name, kind, text)).name})s"

    form = _OWN.sub(hole, SEPARATOR.join(text or "" for text in texts).replace("%", "%%"))
    of_kind = {kind: [hole for hole in holes.values() if hole.kind == kind] for kind in _OWN.groupindex}
    first_second = began // MICROSECONDS
    return Recorded(
        record=record,
        form=form,
        missing=tuple(place for place, text in enumerate(texts) if text is None),
        times=tuple((hole.name, int(hole.text) - began) for hole in of_kind["time"]),
        ids=tuple((hole.name, (_second(hole.text) - first_second) * MICROSECONDS) for hole in of_kind["uniqueid"]),
        channels=tuple((hole.name, hole.text.rpartition("-")[0]) for hole in of_kind["channel"]),
        picked_up=(record.answered_at or ended + 1) - began,
        lasts=ended - began,
    )


def _second(uniqueid: str) -> int:
    return int(uniqueid.removeprefix("depok-").partition(".")[0])
