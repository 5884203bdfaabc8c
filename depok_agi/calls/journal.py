"""Asterisk's own journal, CEL and queue_log, as the same typed events that the manager interface gives.

What was missed live is read from here and goes through the same ledger. CEL has the channels, bridges and steps
(`dialplan/asterisk/cel_custom.conf` sets the columns), queue_log has the queues and who answered. Where CEL is off, the
CDR has at least who called, when, and whom they were connected with. A line that cannot be understood gives nothing:
the caller of these functions counts it.
"""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from depok_agi.calls import events as ev
from depok_agi.calls.recordings import is_name

_CEL_COLUMNS = 11
_QUEUE_LOG_COLUMNS = 5
_LONGEST_LINE = 20_000

EXITS = {"EXITWITHTIMEOUT": "TIMEOUT", "EXITEMPTY": "LEAVEEMPTY", "WITHDRAW": "WITHDRAW"}
"""Events of queue_log (`apps/app_queue.c`) and the QUEUESTATUS that the dialplan saw for them."""


class NotUnderstoodError(ValueError):
    """A line that is none of the journal's."""


@dataclass(frozen=True, slots=True)
class _CelLine:
    base: tuple[int, str, str, str]
    exten: str
    caller: str
    extra: str


def parse_cel(line: str) -> list[ev.Event]:
    """The events of one line of CEL; none where the ledger has no use for it.

    Raises:
        NotUnderstoodError: the line is damaged or of another mapping.
    """
    try:
        columns = next(csv.reader([line[:_LONGEST_LINE]]), [])
    except csv.Error as error:
        raise NotUnderstoodError(str(error)) from None
    if len(columns) != _CEL_COLUMNS:
        raise NotUnderstoodError(f"{len(columns)} columns")
    time, kind, uniqueid, linkedid, channel, exten, _, _, caller, _, extra = columns
    if channel.startswith(ev.MESSAGES):
        return []
    at = ev.microseconds(time)
    if at is None or not uniqueid:
        raise NotUnderstoodError("no time or no channel")
    parser = _CEL_PARSERS.get(kind)
    return [] if parser is None else parser(_CelLine((at, uniqueid, linkedid, channel), exten, caller, extra))


def _hangup(line: _CelLine) -> list[ev.Event]:
    extra = _extra(line.extra)
    cause = extra.get("hangupcause")
    hung_up = ev.HungUp(*line.base, cause if isinstance(cause, int) else None, line.exten)
    status = _text(extra, "dialstatus")
    return [ev.DialEnded(*line.base, "", "", "", status), hung_up] if status else [hung_up]


def _step(line: _CelLine) -> list[ev.Event]:
    step, _, rest = _text(_extra(line.extra), "extra").partition("/")
    result, _, keys = rest.partition("/")
    return [ev.StepDone(*line.base, step, result, keys)]


def _queue_ended(line: _CelLine) -> list[ev.Event]:
    status, _, queue = _text(_extra(line.extra), "extra").partition("/")
    return [ev.QueueEnded(*line.base, status, queue)]


def _recording_begun(line: _CelLine) -> list[ev.Event]:
    file = _text(_extra(line.extra), "extra")
    return [ev.RecordingBegun(*line.base, file)] if is_name(file) else []


def _bridge(line: _CelLine) -> tuple[str, bool]:
    extra = _extra(line.extra)
    return _text(extra, "bridge_id"), extra.get("bridge_technology") == ev.HOLDING


def _blind_transfer(line: _CelLine) -> list[ev.Event]:
    extra = _extra(line.extra)
    transferee = _named(extra, "transferee_channel_uniqueid"), "", _named(extra, "transferee_channel_name")
    return [ev.BlindTransferred(*line.base, *transferee, _text(extra, "extension"))]


def _attended_transfer(line: _CelLine) -> list[ev.Event]:
    extra = _extra(line.extra)
    second = _named(extra, "channel2_uniqueid"), "", _named(extra, "channel2_name")
    transferee, target = (_named(extra, f"{who}_channel_uniqueid") for who in ("transferee", "transfer_target"))
    return [ev.AttendedTransferred(*line.base, *second, transferee, target, _text(extra, "app"))]


def _pickup(line: _CelLine) -> list[ev.Event]:
    """CEL tells it of the phone that rang; the one that took the call stands beside it."""
    at, uniqueid, linkedid, channel = line.base
    extra = _extra(line.extra)
    taker = _named(extra, "pickup_channel_uniqueid"), "", _named(extra, "pickup_channel")
    return [ev.PickedUp(at, *taker, uniqueid, linkedid, channel)]


_CEL_PARSERS: dict[str, Callable[[_CelLine], list[ev.Event]]] = {
    "CHAN_START": lambda line: [ev.ChannelCreated(*line.base, line.caller, line.exten)],
    "ANSWER": lambda line: [ev.ChannelAnswered(*line.base, line.exten)],
    "BRIDGE_ENTER": lambda line: [ev.BridgeEntered(*line.base, *_bridge(line), line.exten)],
    "BRIDGE_EXIT": lambda line: [ev.BridgeLeft(*line.base, *_bridge(line))],
    "BLINDTRANSFER": _blind_transfer,
    "ATTENDEDTRANSFER": _attended_transfer,
    "PICKUP": _pickup,
    "HANGUP": _hangup,
    "DepokStep": _step,
    "DepokQueue": _queue_ended,
    "DepokRecording": _recording_begun,
}


def _extra(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        raise NotUnderstoodError("the extra column is not JSON") from None
    return found if isinstance(found, dict) else {}


def _text(extra: dict[str, Any], key: str) -> str:
    value = extra.get(key, "")
    return value if isinstance(value, str) else ""


def _named(extra: dict[str, Any], key: str) -> str:
    """CEL writes `N/A` for a channel that is not there (`main/cel.c`)."""
    value = _text(extra, key)
    return "" if value == "N/A" else value


def parse_queue_log(line: str) -> list[ev.Event]:
    """The events of one line of queue_log. Its times are whole seconds.

    Raises:
        NotUnderstoodError: the line is damaged.
    """
    columns = line[:_LONGEST_LINE].split("|")
    if len(columns) < _QUEUE_LOG_COLUMNS:
        raise NotUnderstoodError(f"{len(columns)} columns")
    time, uniqueid, queue, agent, kind, *data = columns
    at = ev.microseconds(time)
    if at is None:
        raise NotUnderstoodError("no time")
    base = (at, uniqueid, "", "")
    match kind:
        case "ENTERQUEUE":
            return [ev.QueueJoined(*base, queue)]
        case "CONNECT":
            return [ev.AgentConnected(*base, _at(data, 1), "", "", agent, queue, ev.whole_number(_at(data, 0)))]
        case "ABANDON" | "EXITWITHTIMEOUT" | "EXITEMPTY" | "WITHDRAW":
            left: list[ev.Event] = [ev.QueueAbandoned(*base, queue, ev.whole_number(_at(data, 2)))]
            return [*left, ev.QueueEnded(*base, EXITS[kind], queue)] if kind in EXITS else left
        case "EXITWITHKEY":
            return [ev.QueueAbandoned(*base, queue, ev.whole_number(_at(data, 3)))]
    return []


_CDR_COLUMNS = 21
"""With `loguniqueid`, `loguserfield` and `newcdrcolumns`, as dialplan/asterisk/cdr.conf asks for (`cdr/cdr_csv.c`)."""


def parse_cdr(line: str) -> list[ev.Event]:
    """The events of one row of the CDR, which is written at its end. Its times are whole seconds, UTC (`usegmtime`).

    Raises:
        NotUnderstoodError: the line is damaged, or has other columns.
    """
    try:
        columns = next(csv.reader([line[:_LONGEST_LINE]]), [])
    except csv.Error as error:
        raise NotUnderstoodError(str(error)) from None
    if len(columns) != _CDR_COLUMNS:
        raise NotUnderstoodError(f"{len(columns)} columns")
    _, caller, exten, _, _, channel, other, application, _, start, answer, end, _, _, disposition, *_ = columns
    started_at, answered_at, ended_at = _utc(start), _utc(answer), _utc(end)
    of = columns[16], columns[19], channel
    if started_at is None or ended_at is None or not all(of):
        raise NotUnderstoodError("no time or no channel")
    created = ev.ChannelCreated(started_at, *of, caller, exten)
    answered = [ev.ChannelAnswered(answered_at, *of)] if answered_at is not None else []
    return [
        created,
        *answered,
        ev.CallDetailed(ended_at, *of, other, started_at, answered_at, application, disposition),
    ]


def _utc(text: str) -> int | None:
    try:
        at = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(at.timestamp()) * ev.MICROSECONDS


def _at(data: Sequence[str], index: int) -> str:
    return data[index] if index < len(data) else ""
