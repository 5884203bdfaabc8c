"""That a call log says what Asterisk itself wrote down: its CEL and queue_log, and its CDR.

Calls are as `calls list --json` shows them, oldest first; journals are lines, as Asterisk wrote them.
"""

import csv
import heapq
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from depok_agi.calls.call import Switchboard
from depok_agi.calls.events import Event
from depok_agi.calls.journal import parse_cdr, parse_cel, parse_queue_log
from depok_agi.calls.ledger import Ledger
from depok_agi.calls.record import CallRecord, Source, to_json
from depok_agi.recovery import turn

Call = Mapping[str, Any]

WIB = ZoneInfo("Asia/Jakarta")
BOARD = Switchboard("depok", frozenset({"trunk"}), {"PJSIP/101": "siti", "PJSIP/102": "budi", "PJSIP/103": "tono"})
OF_ITS_OWN = {"source", "ticket", "callback"}
"""Fields that must differ, or that no journal has."""


def recovered(cel: Iterable[str], queue_log: Iterable[str], cdr: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The calls that the journals alone give, as the daemon reads them after a gap."""
    ledger = Ledger(BOARD)
    for event in by_time(cel, queue_log, cdr):
        ledger.apply(event, Source.RECOVERED)
    assert ledger.open == []
    records, dropped = ledger.changes()
    assert dropped == []
    return [shown(record) for record in sorted(records, key=lambda record: record.started_at or 0)]


def shown(record: CallRecord) -> dict[str, Any]:
    """The record as the command shows it."""
    return dict(json.loads(json.dumps(to_json(record, WIB))))


def by_time(cel: Iterable[str], queue_log: Iterable[str], cdr: Iterable[str] = ()) -> Iterable[Event]:
    """The events of all journals, in the daemon's order."""
    files = ((parse_cel, cel), (parse_queue_log, queue_log), (parse_cdr, cdr))
    return heapq.merge(
        *(sorted((event for line in lines for event in parse(line)), key=turn) for parse, lines in files), key=turn
    )


def differences(call: Call, other: Call) -> list[str]:
    """Every field in which two records of a call differ, times and seconds by more than one."""
    return _differences(
        {key: value for key, value in call.items() if key not in OF_ITS_OWN},
        {key: value for key, value in other.items() if key not in OF_ITS_OWN},
        "",
    )


def _differences(one: Any, other: Any, name: str) -> list[str]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        keys = [*one, *(key for key in other if key not in one)]
        return [text for key in keys for text in _differences(one.get(key), other.get(key), f"{name}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [text for n, (left, right) in pairs for text in _differences(left, right, f"{name}[{n}]")]
    near = (name.endswith((".at", "_at")) and _apart(one, other) <= 1) or (
        name.endswith("_seconds") and None not in (one, other) and abs(one - other) <= 1
    )
    return [] if one == other or near else [f"{name}: {one!r} and {other!r}"]


def _apart(one: str | None, other: str | None) -> float:
    if one is None or other is None:
        return 0 if one == other else float("inf")
    return abs((datetime.fromisoformat(one) - datetime.fromisoformat(other)).total_seconds())


def seconds_between(one: str, other: float) -> float:
    """How far a time of a record is from a moment in seconds since 1970."""
    return abs(datetime.fromisoformat(one).timestamp() - other)


@dataclass
class Queued:
    """What queue_log says of one caller: who took the call first, all waiting, and the talk where nothing followed."""

    agent: str | None = None
    queue: str | None = None
    waits: list[int] = field(default_factory=list)
    talk: int | None = None
    last: str = ""


def queued(lines: Iterable[str]) -> dict[str, Queued]:
    """By the id of the caller's channel."""
    found: dict[str, Queued] = defaultdict(Queued)
    for line in lines:
        _, uniqueid, queue, agent, event, *data = line.split("|")
        if uniqueid in ("NONE", "REALTIME"):
            continue
        entry = found[uniqueid]
        entry.last = event
        match event:
            case "ENTERQUEUE":
                entry.queue = queue
            case "CONNECT":
                entry.agent = entry.agent or agent
                entry.waits.append(int(data[0]))
            case "COMPLETEAGENT" | "COMPLETECALLER":
                entry.talk = int(data[1])
            case "ABANDON" | "EXITWITHTIMEOUT" | "EXITEMPTY" | "WITHDRAW":
                entry.waits.append(int(data[2]))
            case "EXITWITHKEY":
                entry.waits.append(int(data[3]))
    return found


OUTCOMES = {
    "ABANDON": {"abandoned"},
    "EXITWITHTIMEOUT": {"timeout", "callback", "answered"},
    "EXITEMPTY": {"no_operator", "callback"},
    "EXITWITHKEY": {"callback", "abandoned", "left_menu"},
    "WITHDRAW": {"no_operator", "callback"},
    "CONNECT": {"answered"},
    "COMPLETEAGENT": {"answered"},
    "COMPLETECALLER": {"answered"},
    "BLINDTRANSFER": {"answered"},
    "ATTENDEDTRANSFER": {"answered"},
}
"""What a caller's last line in queue_log can have come to."""


def faults_by_queue_log(calls: Sequence[Call], lines: Iterable[str]) -> list[str]:
    """Where the calls say anything else than queue_log: who answered, the queue, the wait, the talk, the outcome."""
    of_call: dict[str, list[Queued]] = defaultdict(list)
    by_channel = {uniqueid: call["id"] for call in calls for uniqueid in call["uniqueids"]}
    faults = []
    for uniqueid, entry in queued(lines).items():
        if uniqueid in by_channel:
            of_call[by_channel[uniqueid]].append(entry)
        else:
            faults.append(f"no call has {uniqueid}, which queued")
    for call in calls:
        entries = of_call[call["id"]]
        waits = [wait for entry in entries for wait in entry.waits]
        waited = call["wait_seconds"]
        if (waited is not None) != bool(waits) or (waited is not None and abs(waited - sum(waits)) > 1):
            faults.append(f"{call['id']} waited {call['wait_seconds']}, queue_log says {waits}")
        agent = next((entry.agent for entry in entries if entry.agent), None)
        if agent and call["operator"] != agent:
            faults.append(f"{call['id']} was answered by {call['operator']}, queue_log says {agent}")
        if len(entries) == 1:
            faults += _one_queued(call, entries[0])
    return faults


def _one_queued(call: Call, entry: Queued) -> list[str]:
    faults = []
    if call["queue"] != entry.queue:
        faults.append(f"{call['id']} queued in {call['queue']}, queue_log says {entry.queue}")
    if call["direction"] == "inbound" and call["outcome"] not in OUTCOMES[entry.last]:
        faults.append(f"{call['id']} is {call['outcome']}, queue_log says {entry.last}")
    if entry.talk is not None and not call["transfers"] and abs(call["talk_seconds"] - entry.talk) > 1:
        faults.append(f"{call['id']} talked {call['talk_seconds']}, queue_log says {entry.talk}")
    return faults


@dataclass(frozen=True)
class CdrRow:
    """One row of the CDR, which has up to five for a call."""

    source: str
    channel: str
    application: str
    start: datetime
    end: datetime
    billed: int
    disposition: str
    uniqueid: str
    linkedid: str


def cdr_rows(lines: Iterable[str]) -> list[CdrRow]:
    """In the columns that dialplan/asterisk/cdr.conf asks for."""
    return [
        CdrRow(
            row[1],
            row[5],
            row[7],
            _utc(row[9]),
            _utc(row[11]),
            int(row[13]),
            row[14],
            uniqueid=row[16],
            linkedid=row[19],
        )
        for row in csv.reader(lines)
    ]


def _utc(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def faults_by_cdr(calls: Sequence[Call], lines: Iterable[str]) -> list[str]:
    """Where the calls say anything else than the CDR: how many there are, when each began and ended, and who called."""
    of_call: dict[str, list[CdrRow]] = defaultdict(list)
    by_channel = {uniqueid: call["id"] for call in calls for uniqueid in call["uniqueids"]}
    faults = []
    for row in cdr_rows(lines):
        if row.uniqueid in by_channel:
            of_call[by_channel[row.uniqueid]].append(row)
        else:
            faults.append(f"no call has {row.uniqueid}, which is in the CDR")
    for call in calls:
        rows = of_call[call["id"]]
        if not rows:
            faults.append(f"{call['id']} is not in the CDR")
            continue
        faults += _one_in_cdr(call, rows)
    return faults


def _one_in_cdr(call: Call, rows: Sequence[CdrRow]) -> list[str]:
    faults = []
    if not {row.linkedid for row in rows} <= set(call["linkedids"]):
        faults.append(f"{call['id']} has not the linked ids of its rows in the CDR")
    times = {"started_at": min(row.start for row in rows), "ended_at": max(row.end for row in rows)}
    if any(row.application == "ConfBridge" for row in rows):
        del times["ended_at"]  # a row ends with the pair that it is about, not with the caller's stay
    for name, at in times.items():
        if abs((datetime.fromisoformat(call[name]) - at).total_seconds()) > 1:
            faults.append(f"{call['id']} {name} {call[name]}, the CDR says {at}")
    caller = [row.source for row in rows if row.uniqueid == call["uniqueids"][0]]
    if call["direction"] == "inbound" and call["caller_raw"] not in caller:
        faults.append(f"{call['id']} is by {call['caller_raw']}, the CDR says {caller}")
    dialled = [row for row in rows if row.application == "Dial" and row.channel == call["legs"][0]["channel"]]
    if call["direction"] == "outbound" and len(rows) == len(dialled) == 1:
        billed = dialled[0].billed if dialled[0].disposition == "ANSWERED" and call["answered_at"] else None
        if billed is not None and abs(call["talk_seconds"] - billed) > 1 and not _was_originated(call):
            faults.append(f"{call['id']} talked {call['talk_seconds']}, the CDR says {billed}")
    return faults


def _was_originated(call: Call) -> bool:
    """Asterisk rang the operator first, whose channel is answered, and billed, before the citizen's is."""
    answered = [datetime.fromisoformat(leg["answered_at"]) for leg in call["legs"] if leg["answered_at"]]
    return bool(answered) and (max(answered) - min(answered)).total_seconds() > 1
