"""The oldest Asterisk that is supported, 16, with the same dialplan, settings and journals."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab import agreement
from tests.lab.centre import Centre
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, HangUp, Operator, OutsideCitizen, Pause, Press, Say, Step

TO_OPERATOR: list[Step] = [Pause(1), Press("1"), Pause(1), Press("0")]
CALLS = 3


@pytest.fixture(scope="module")
def centre_16(pbx_root_16: PbxRoot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """A centre on Asterisk 16 with an answered, an abandoned and an outbound call behind it."""
    with Centre(pbx_root_16, tmp_path_factory.mktemp("centre")) as centre:
        pbx = centre.pbx
        with Operator(pbx, "101", after=1.0, talk_seconds=4):
            Citizen(pbx, "081100001001", name="Ani", steps=[*TO_OPERATOR, Say(3)], wait_for_bye=True).call()
        with Operator(pbx, "101", answers=False):
            Citizen(pbx, "081100001002", steps=[*TO_OPERATOR, Pause(8), HangUp()]).call()
        with Operator(pbx, "102") as budi, OutsideCitizen(pbx, after=1.0, talk_seconds=3):
            budi.call("081100001003", steps=[Say(2)], wait_for_bye=True).call()
        centre.calls(CALLS, within=20)
        yield centre


@pytest.fixture
def calls(centre_16: Centre) -> list[dict[str, Any]]:
    return centre_16.calls(CALLS)


def test_it_is_asterisk_16_and_finds_nothing_wrong_with_its_configuration(centre_16: Centre) -> None:
    pbx = centre_16.pbx
    assert pbx.rx("core show version").startswith("Asterisk 16.")
    assert [line for line in pbx.log_text().splitlines() if " ERROR[" in line or " WARNING[" in line] == []


def test_the_live_log_says_how_each_call_went(calls: list[dict[str, Any]]) -> None:
    fields = ("direction", "outcome", "operator", "caller", "dialled", "source")
    assert [tuple(call[name] for name in fields) for call in calls] == [
        ("inbound", "answered", "siti", "+6281100001001", "1500664", "live"),
        ("inbound", "abandoned", None, "+6281100001002", "1500664", "live"),
        ("outbound", "answered", "budi", None, "+6281100001003", "live"),
    ]
    answered, abandoned, outbound = calls
    assert abs(answered["talk_seconds"] - 4) <= 1
    assert abandoned["wait_seconds"] >= 2
    assert abs(outbound["talk_seconds"] - 3) <= 1


def test_outcome_operator_wait_and_talk_agree_with_queue_log_and_cdr(
    centre_16: Centre, calls: list[dict[str, Any]]
) -> None:
    queue_log, cdr = (path.read_text().splitlines() for path in (centre_16.pbx.queue_log, centre_16.pbx.cdr_csv))
    assert [entry.last for entry in agreement.queued(queue_log).values()] == ["COMPLETEAGENT", "ABANDON"]
    assert agreement.faults_by_queue_log(calls, queue_log) == []
    assert len(agreement.cdr_rows(cdr)) == CALLS
    assert agreement.faults_by_cdr(calls, cdr) == []


def test_the_journal_alone_gives_the_same_calls(centre_16: Centre, calls: list[dict[str, Any]]) -> None:
    cel, queue_log = (path.read_text().splitlines() for path in (centre_16.pbx.cel_csv, centre_16.pbx.queue_log))
    recovered = agreement.recovered(cel, queue_log)
    assert [call["id"] for call in recovered] == [call["id"] for call in calls]
    assert [agreement.differences(*both) for both in zip(calls, recovered, strict=True)] == [[]] * CALLS
