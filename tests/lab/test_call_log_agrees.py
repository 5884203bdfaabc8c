"""The call log says what Asterisk itself wrote down: its CDR and its queue_log."""

import csv
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from depok_agi.calls.call import Switchboard
from depok_agi.calls.journal import parse_cel, parse_queue_log
from depok_agi.calls.ledger import Ledger
from depok_agi.calls.record import Source, to_json
from tests.lab.centre import Centre
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, HangUp, Operator, OutsideCitizen, Pause, Press, Say, Step

TO_OPERATOR: list[Step] = [Pause(1), Press("1"), Pause(1), Press("0")]
CALLS = 11
WIB = ZoneInfo("Asia/Jakarta")


@pytest.fixture(scope="module")
def morning(pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """A centre with a morning's calls behind it."""
    with Centre(pbx_root, tmp_path_factory.mktemp("morning"), globals={"DEPOK_QUEUE_SECONDS": "6"}) as centre:
        _play(centre)
        centre.calls(CALLS, within=20)
        yield centre


def _play(centre: Centre) -> None:
    pbx = centre.pbx
    with Operator(pbx, "101", after=1.0, talk_seconds=4):
        Citizen(pbx, "081100001001", name="Ani", steps=[*TO_OPERATOR, Say(3)], wait_for_bye=True).call()
    with Operator(pbx, "102", after=2.0):
        Citizen(pbx, "081100001002", steps=[*TO_OPERATOR, Pause(5), Say(3), HangUp()]).call()
    with Operator(pbx, "101", busy=True), Operator(pbx, "102", after=1.0, talk_seconds=3):
        Citizen(pbx, "081100001003", steps=TO_OPERATOR, wait_for_bye=True).call()
    with Operator(pbx, "101", answers=False):
        Citizen(pbx, "081100001004", steps=[*TO_OPERATOR, Pause(5), HangUp()]).call()
        Citizen(pbx, "081100001005", steps=[*TO_OPERATOR, Pause(14), HangUp()]).call()
    Citizen(pbx, "081100001006", steps=[*TO_OPERATOR, Pause(8), HangUp()]).call()
    Citizen(pbx, "081100001007", steps=[Pause(3), HangUp()]).call()
    with Operator(pbx, "101", after=1.0, talk_seconds=5), Operator(pbx, "102", after=1.0, talk_seconds=5):
        both = [
            threading.Thread(target=Citizen(pbx, number, steps=TO_OPERATOR, wait_for_bye=True).call)
            for number in ("081100001008", "081100001009")
        ]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
    with Operator(pbx, "101") as siti:
        with OutsideCitizen(pbx, after=1.0, talk_seconds=3):
            siti.call("081100001010", steps=[Say(2)], wait_for_bye=True).call()
        with OutsideCitizen(pbx, busy=True):
            siti.call("081100001011", steps=[]).call()


def _of(centre: Centre, number: str) -> dict[str, Any]:
    international = "+62" + number[1:]
    (call,) = (c for c in centre.calls(CALLS) if international in (c["caller"], c["dialled"]))
    return dict(call)


@dataclass
class Queued:
    """One call in queue_log."""

    agent: str | None = None
    wait: int | None = None
    talk: int | None = None
    abandoned: bool = False
    timed_out: bool = False


def _queue_log(path: Path) -> dict[str, Queued]:
    found: dict[str, Queued] = defaultdict(Queued)
    for line in path.read_text().splitlines():
        _, uniqueid, _, agent, event, *data = line.split("|")
        match event:
            case "ENTERQUEUE":
                found[uniqueid] = Queued()
            case "CONNECT":
                found[uniqueid].agent, found[uniqueid].wait = agent, int(data[0])
            case "COMPLETEAGENT" | "COMPLETECALLER":
                found[uniqueid].talk = int(data[1])
            case "ABANDON":
                found[uniqueid].abandoned, found[uniqueid].wait = True, int(data[2])
            case "EXITWITHTIMEOUT":
                found[uniqueid].timed_out = True
    return found


def test_every_call_is_there_once_as_in_the_cdr(morning: Centre) -> None:
    calls = morning.calls(CALLS)
    with morning.pbx.cdr_csv.open(newline="") as file:
        rows = list(csv.reader(file))
    linkedids = {row[-2] for row in rows}
    assert len(calls) == len(linkedids) == CALLS
    assert {linkedid for call in calls for linkedid in call["linkedids"]} == linkedids


def test_who_answered_and_how_long_agrees_with_the_queue_log(morning: Centre) -> None:
    calls = {call["uniqueids"][0]: call for call in morning.calls(CALLS)}
    queued = _queue_log(morning.pbx.queue_log)
    assert sorted(queued) == sorted(uniqueid for uniqueid, call in calls.items() if call["wait_seconds"] is not None)
    for uniqueid, entry in queued.items():
        call = calls[uniqueid]
        assert call["operator"] == entry.agent
        assert (call["outcome"] == "abandoned") == entry.abandoned
        assert (call["outcome"] == "timeout") == entry.timed_out
        if entry.wait is not None:
            assert abs(call["wait_seconds"] - entry.wait) <= 1
        if entry.talk is not None:
            assert abs(call["talk_seconds"] - entry.talk) <= 1
        else:
            assert call["talk_seconds"] is None


def test_outbound_talk_agrees_with_the_cdr(morning: Centre) -> None:
    call = _of(morning, "081100001010")
    with morning.pbx.cdr_csv.open(newline="") as file:
        billed = {row[-2]: int(row[13]) for row in csv.reader(file)}
    assert abs(call["talk_seconds"] - billed[call["linkedids"][0]]) <= 1


@pytest.mark.parametrize(
    ("number", "direction", "outcome", "operator"),
    [
        ("081100001001", "inbound", "answered", "siti"),
        ("081100001002", "inbound", "answered", "budi"),
        ("081100001003", "inbound", "answered", "budi"),
        ("081100001004", "inbound", "abandoned", None),
        ("081100001005", "inbound", "timeout", None),
        ("081100001006", "inbound", "no_operator", None),
        ("081100001007", "inbound", "left_menu", None),
        ("081100001010", "outbound", "answered", "siti"),
        ("081100001011", "outbound", "busy", None),
    ],
)
def test_each_call_has_its_outcome(
    morning: Centre, number: str, direction: str, outcome: str, operator: str | None
) -> None:
    call = _of(morning, number)
    assert (call["direction"], call["outcome"], call["operator"]) == (direction, outcome, operator)


SAME = ("direction", "caller", "dialled", "outcome", "operator", "queue", "wait_seconds", "menu_path", "hangup_cause")
CLOSE = ("started_at", "answered_at", "ended_at")


def test_the_journal_alone_gives_the_same_calls(morning: Centre) -> None:
    board = Switchboard("depok", frozenset({"trunk"}), {"PJSIP/101": "siti", "PJSIP/102": "budi"})
    ledger = Ledger(board)
    lines = [(parse_cel, line) for line in morning.pbx.cel_csv.read_text().splitlines()]
    lines += [(parse_queue_log, line) for line in morning.pbx.queue_log.read_text().splitlines()]
    for parse, line in lines:
        for event in parse(line):
            ledger.apply(event, Source.RECOVERED)
    records, dropped = ledger.changes()
    recovered = {record.id: to_json(record, WIB) for record in records}
    live = {call["id"]: call for call in morning.calls(CALLS)}
    assert dropped == []
    assert recovered.keys() == live.keys()
    for call_id, call in live.items():
        other = recovered[call_id]
        assert [(name, other[name]) for name in SAME] == [(name, call[name]) for name in SAME]
        assert (other["uniqueids"], other["linkedids"]) == (call["uniqueids"], call["linkedids"])
        assert other["source"] == "recovered"
        assert call["source"] == "live"
        for name in CLOSE:
            assert _apart(other[name], call[name]) <= 1, name
        assert abs((other["talk_seconds"] or 0) - (call["talk_seconds"] or 0)) <= 1
        assert [set(talk["channels"]) for talk in other["talks"]] == [set(talk["channels"]) for talk in call["talks"]]
        parts = ("channel", "party", "role")
        assert [[leg[p] for p in parts] for leg in other["legs"]] == [[leg[p] for p in parts] for leg in call["legs"]]


def _apart(one: str | None, other: str | None) -> float:
    if one is None or other is None:
        return 0 if one == other else float("inf")
    return abs((datetime.fromisoformat(one) - datetime.fromisoformat(other)).total_seconds())


def test_two_calls_at_once_are_kept_apart(morning: Centre) -> None:
    first, second = _of(morning, "081100001008"), _of(morning, "081100001009")
    assert {first["operator"], second["operator"]} == {"siti", "budi"}
    assert not set(first["uniqueids"]) & set(second["uniqueids"])


def test_whoever_wanted_a_person_and_got_none_is_owed_a_call(morning: Centre) -> None:
    owed = {callback["caller"] for callback in morning.json("callbacks", "list")}
    assert owed == {"+6281100001004", "+6281100001005", "+6281100001006"}


def test_the_log_says_one_line_per_call_without_personal_data(morning: Centre) -> None:
    said = morning.daemon_text()
    assert said.count(" INFO call ") >= CALLS
    assert "08110000" not in said
    assert "+62" not in said
    assert "Ani" not in said
