"""Plays a scenario at a centre and collects what everybody says of it: Asterisk live, Asterisk's journals, the log."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab.call_scenarios import Scenario
from tests.lab.centre import Centre, wait_until
from tests.lab.recorder import Recorder


@dataclass(frozen=True)
class Played:
    """What was said of one scenario.

    Attributes:
        events: the manager's events, all of them.
        cel: lines of CEL.
        queue_log: lines of queue_log.
        cdr: lines of the CDR.
        calls: the records of the live log, oldest first.
    """

    events: list[dict[str, str]]
    cel: list[str]
    queue_log: list[str]
    cdr: list[str]
    calls: list[dict[str, Any]]


def play(centre: Centre, recorder: Recorder, scenario: Scenario) -> Played:
    """Play it; returns when everything has been written down."""
    pbx = centre.pbx
    if scenario.opening == "closed":
        centre.shut()
    journals = (pbx.cel_csv, pbx.queue_log, pbx.cdr_csv)
    sizes = [_size(path) for path in journals]
    known = {call["id"] for call in _calls(centre)}
    first = len(recorder.events)
    try:
        scenario.play(pbx)
        recorder.until_channels_are_gone(first)
        time.sleep(0.7)  # CDR and AgentComplete come last
    finally:
        if scenario.opening == "closed":
            centre.open()
    count = len(scenario.wanted)

    def ended() -> list[dict[str, Any]] | None:
        new = [call for call in _calls(centre) if call["id"] not in known]
        return new if len(new) >= count and all(call["outcome"] for call in new) else None

    calls = wait_until(ended, 10, lambda: f"not {count} ended calls: {_calls(centre)}")
    cel, queue_log, cdr = (_since(path, size) for path, size in zip(journals, sizes, strict=True))
    return Played(recorder.events[first:], cel, queue_log, cdr, calls)


def _calls(centre: Centre) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = centre.json("calls", "list", "--limit", "1000")
    return found[::-1]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _since(path: Path, size: int) -> list[str]:
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(size)
        return file.read().decode("utf-8", "replace").splitlines()


def as_wanted(calls: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is not as the scenario wants it, in words."""
    if len(calls) != len(wanted):
        return [f"{len(calls)} calls, not {len(wanted)}"]
    return [
        f"{field} is {found!r}, not {value!r}"
        for call, fields in zip(calls, wanted, strict=True)
        for field, value in fields.items()
        if not _is(found := _shown(call, field), value)
    ]


def _is(found: Any, wanted: Any) -> bool:
    return found in wanted.split("|") if isinstance(wanted, str) and isinstance(found, str) else bool(found == wanted)


def _shown(call: Mapping[str, Any], field: str) -> Any:
    value = call[field]
    if field == "talks":
        return [tuple(_device(channel) for channel in talk["channels"]) for talk in value]
    if field == "transfers":
        return [(transfer["kind"], transfer["by"], transfer["to"]) for transfer in value]
    return value


def _device(channel: str) -> str:
    return channel.partition("/")[2].rpartition("-")[0]
