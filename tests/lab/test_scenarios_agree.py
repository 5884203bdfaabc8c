"""Each scenario of the call log on a real Asterisk: live log, journal alone, CDR and queue_log say the same."""

import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.lab import agreement
from tests.lab.call_scenarios import SCENARIOS
from tests.lab.centre import Centre
from tests.lab.pbx import LabError, scenario_dialplan
from tests.lab.pbx_root import PbxRoot
from tests.lab.played import Played, as_wanted, play
from tests.lab.recorder import Recorder

CENTRES = 4
"""How many play at the same time: phones mostly wait."""

MAIN = [name for name, scenario in SCENARIOS.items() if scenario.is_main]


@dataclass
class Morning:
    """Scenarios that are being played: each is there once it is over."""

    played: dict[str, Played | Exception] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    owed: set[str] = field(default_factory=set)

    def of(self, name: str) -> Played:
        found = self.played[name]
        if isinstance(found, Exception):
            raise LabError(f"{name} could not be played: {found}") from found
        return found


def _play_all(root: PbxRoot, names: list[str], folder: Path) -> Morning:
    morning, waiting = Morning(), queue.SimpleQueue[str]()
    for name in names:
        waiting.put(name)
    lock = threading.Lock()

    def centre_of_its_own(number: int) -> None:
        with (
            Centre(root, folder / str(number), dialplan=scenario_dialplan()) as centre,
            Recorder(centre.pbx) as recorder,
        ):
            while not waiting.empty():
                try:
                    name = waiting.get_nowait()
                except queue.Empty:
                    break
                try:
                    played: Played | Exception = play(centre, recorder, SCENARIOS[name])
                except Exception as error:  # noqa: BLE001 - told by the tests of that scenario
                    played = error
                with lock:
                    morning.played[name] = played
            with lock:
                morning.said.append(centre.daemon_text())
                morning.owed |= {callback["caller"] for callback in centre.json("callbacks", "list")}

    with ThreadPoolExecutor(CENTRES) as centres:
        list(centres.map(centre_of_its_own, range(CENTRES)))
    return morning


@pytest.fixture(scope="module")
def morning(pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory) -> Morning:
    return _play_all(pbx_root, list(SCENARIOS), tmp_path_factory.mktemp("morning"))


@pytest.fixture(scope="module")
def morning_16(pbx_root_16: PbxRoot, tmp_path_factory: pytest.TempPathFactory) -> Morning:
    """The main ones on the oldest release that is supported."""
    return _play_all(pbx_root_16, MAIN, tmp_path_factory.mktemp("morning-16"))


def _faults(name: str, played: Played) -> list[str]:
    faults = as_wanted(played.calls, SCENARIOS[name].wanted)
    from_journal = agreement.recovered(played.cel, played.queue_log)
    if [call["id"] for call in from_journal] != [call["id"] for call in played.calls]:
        faults.append(f"the journal gives {[call['id'] for call in from_journal]}")
    else:
        for call, other in zip(played.calls, from_journal, strict=True):
            faults += [f"live and from the journal: {text}" for text in agreement.differences(call, other)]
            assert (call["source"], other["source"]) == ("live", "recovered")
    faults += agreement.faults_by_queue_log(played.calls, played.queue_log)
    return faults + agreement.faults_by_cdr(played.calls, played.cdr)


@pytest.mark.parametrize("name", SCENARIOS)
def test_live_log_journal_cdr_and_queue_log_agree(morning: Morning, name: str) -> None:
    assert _faults(name, morning.of(name)) == []


@pytest.mark.parametrize("name", MAIN)
def test_they_agree_on_asterisk_16(morning_16: Morning, name: str) -> None:
    assert _faults(name, morning_16.of(name)) == []


def test_whoever_wanted_a_person_and_got_none_is_owed_a_call(morning: Morning) -> None:
    wanted = {"abandoned", "timeout", "full", "no_operator", "callback"}
    calls = [call for name in SCENARIOS for call in morning.of(name).calls]
    assert morning.owed == {call["caller"] for call in calls if call["outcome"] in wanted}


def test_the_log_says_one_line_per_call_without_personal_data(morning: Morning) -> None:
    said = "".join(morning.said)
    assert said.count(" INFO call ") >= len(SCENARIOS)
    assert "08110000" not in said
    assert "+62" not in said
    assert "Ani" not in said
