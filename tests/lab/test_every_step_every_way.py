"""Each step on a real Asterisk when it fails in its middle: the citizen goes on, or comes to a human.

By the daemon every key is pressed in test_menu_in_the_lab.py; here are the two other ways, and what was left meanwhile.
"""

import csv
import re
import signal
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from depok_agi.voice.variables import StepName
from tests.lab.centre import Centre, wait_until
from tests.lab.failing_steps import SAYS_NOTHING, FailingSteps
from tests.lab.media import loudest
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, HangUp, Operator, Pause, Press, Say, Step

SILENCE = 100
TO_A_HUMAN_WITHIN = 5.0
A_MOMENT = Pause(1)
CHOOSE: list[Step] = [A_MOMENT, Press("1")]
OPD: list[Step] = [*CHOOSE, A_MOMENT, Press("5"), A_MOMENT, Press("2")]

TO: dict[StepName, list[Step]] = {
    StepName.HOURS: [],
    StepName.LANGUAGE: [],
    StepName.MENU: CHOOSE,
    StepName.INFORMATION: [*CHOOSE, A_MOMENT, Press("1")],
    StepName.STATUS: [*CHOOSE, A_MOMENT, Press("3")],
    StepName.CALLBACK: [*CHOOSE, A_MOMENT, Press("4")],
    StepName.OPD: OPD,
    StepName.OPD_UNANSWERED: OPD,
    StepName.MESSAGE: [*CHOOSE, A_MOMENT, Press("6")],
}
"""The keys that lead to each step after which a human can come."""

AFTERWARDS: dict[StepName, list[Step]] = {
    StepName.CALLBACK: [Pause(4), Press("1"), Pause(3)],
    StepName.MESSAGE: [Pause(13), Say(3)],
}
"""What the citizen does once the forked script has taken the step over; the others listen for a while."""


@dataclass
class Calls:
    """What became of the calls: of one whose step failed with nothing behind it, and of one with the forked script.

    Attributes:
        failed: when each step failed, in seconds since 1970, by the number that called.
        talked: when each caller spoke with a human.
        lines: Asterisk's log by the number that called.
    """

    failed: dict[str, float]
    talked: dict[str, float]
    lines: dict[str, str]
    citizens: dict[str, Citizen] = field(default_factory=dict)


def _number(way: int, step: StepName) -> str:
    return f"08110000{way}0{list(StepName).index(step):02}"


ALONE, FORKED, CLOSED = 3, 4, 5
"""The parts of a number that tell how the call goes."""


@pytest.fixture(scope="module")
def centre(pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """Open, with an OPD whose telephone is not there, and two operators."""
    with Centre(pbx_root, tmp_path_factory.mktemp("centre"), globals={"DEPOK_SURVEY": "yes"}) as centre:
        centre.give_phone("DLHK", "104")
        centre.pbx.rx("queue add member PJSIP/103 to depok")
        yield centre


@contextmanager
def _operators(centre: Centre, talk_seconds: float = 1) -> Iterator[list[Operator]]:
    with ExitStack() as phones:
        yield [
            phones.enter_context(Operator(centre.pbx, number, after=0.1, talk_seconds=talk_seconds))
            for number in ("101", "102", "103")
        ]


@contextmanager
def _no_forked_script(centre: Centre) -> Iterator[None]:
    script = centre.pbx.agi_bin / "depok-agi-step"
    away = script.rename(script.with_suffix(".away"))
    try:
        yield
    finally:
        away.rename(script)


def _call(centre: Centre, fails: Mapping[str, StepName], steps: Mapping[str, Sequence[Step]]) -> Calls:
    """All call at once; the server in the daemon's place fails each in the step of their own."""
    with FailingSteps(centre.pbx.fastagi_port, centre.published, fails) as server, ExitStack() as phones:
        citizens = {
            number: phones.enter_context(
                Citizen(centre.pbx, number, steps=taken, wait_for_bye=not taken or taken[-1] != HangUp())
            )
            for number, taken in steps.items()
        }
        for citizen in citizens.values():
            citizen.wait(60)
    return Calls(server.failed, _talked(centre), {number: _lines(centre, number) for number in steps}, citizens)


def _trunk_events(centre: Centre, kind: str) -> list[tuple[str, str, float]]:
    """Number, channel and time of each such event of a caller's channel, as CEL has them."""
    with centre.pbx.cel_csv.open(newline="") as file:
        rows = [row for row in csv.reader(file) if row[1] == kind and row[4].startswith("PJSIP/trunk")]
    return [(row[8], row[4], float(row[0])) for row in rows]


def _talked(centre: Centre) -> dict[str, float]:
    """When each caller was connected for the first time."""
    entered = _trunk_events(centre, "BRIDGE_ENTER")
    return {number: at for number, _, at in reversed(entered)}


def _lines(centre: Centre, number: str) -> str:
    """What Asterisk's log says of this caller's last call."""
    *_, channel = (channel for caller, channel, _ in _trunk_events(centre, "ANSWER") if caller == number)
    return "\n".join(line for line in centre.pbx.log_text().splitlines() if channel in line)


@pytest.fixture(scope="module")
def alone(centre: Centre) -> Calls:
    """Nothing stands behind the step that fails."""
    centre.stop_daemon()
    fails = {_number(ALONE, step): step for step in (*TO, StepName.BLOCK, StepName.SURVEY)}
    steps: dict[str, list[Step]] = {
        _number(ALONE, step): [*_later(keys, 0.8 * place), Pause(9), HangUp()]
        for place, (step, keys) in enumerate(TO.items())
    }
    steps[_number(ALONE, StepName.BLOCK)] = [Pause(3), HangUp()]
    steps[_number(ALONE, StepName.SURVEY)] = [*CHOOSE, A_MOMENT, Press("0")]
    with _no_forked_script(centre), _operators(centre):
        return _call(centre, fails, steps)


def _later(keys: list[Step], seconds: float) -> list[Step]:
    """The same with a longer thought before the last key, so that the operators are not all talking."""
    return [*keys[:-1], Pause(seconds), *keys[-1:]]


@pytest.fixture(scope="module")
def forked(centre: Centre, alone: Calls) -> Calls:
    """The forked script stands behind it."""
    assert alone.lines, "after the other calls, in the same centre"
    fails = {_number(FORKED, step): step for step in (*TO, StepName.SURVEY)}
    steps = {_number(FORKED, step): [*keys, *AFTERWARDS.get(step, [Pause(5)]), HangUp()] for step, keys in TO.items()}
    steps[_number(FORKED, StepName.SURVEY)] = [*CHOOSE, A_MOMENT, Press("0"), Pause(9), Press("3"), Pause(2), HangUp()]
    with Operator(centre.pbx, "101", after=0.1, talk_seconds=1):
        return _call(centre, fails, steps)


@pytest.mark.parametrize("step", TO)
def test_a_step_that_fails_with_nothing_behind_it_brings_the_citizen_to_a_human(alone: Calls, step: StepName) -> None:
    number = _number(ALONE, step)
    assert number in alone.talked, alone.lines[number]
    assert alone.talked[number] - alone.failed[number] < TO_A_HUMAN_WITHIN
    assert loudest(alone.citizens[number].heard) > SILENCE


def test_a_block_that_cannot_be_looked_up_keeps_nobody_out(alone: Calls) -> None:
    number = _number(ALONE, StepName.BLOCK)
    assert number in alone.failed
    assert "Step: hours,Result: open" in alone.lines[number]
    assert "Playing 'depok/welcome" in alone.lines[number]


def test_a_question_after_the_talk_that_fails_ends_in_thanks(alone: Calls) -> None:
    number = _number(ALONE, StepName.SURVEY)
    assert alone.failed[number] > alone.talked[number]
    assert "Playing 'depok/goodbye" in alone.lines[number]
    assert alone.citizens[number].ended_by == "pbx"


@pytest.mark.parametrize("step", [*TO, StepName.SURVEY])
def test_a_step_that_fails_is_taken_over_by_the_forked_script(forked: Calls, step: StepName) -> None:
    number = _number(FORKED, step)
    assert number in forked.failed
    before, script, after = forked.lines[number].partition(f'"depok-agi-step,{step},')
    assert script, "it was started"
    assert "Playing" in after
    spoken = re.findall(r"Playing '(?:depok/)?([a-z0-9-]+)", before)
    if step not in SAYS_NOTHING:
        assert spoken[-1] in after, "the words in which it failed are said again"
    assert "@depok-operator:" not in after or step is StepName.SURVEY


def test_what_was_left_in_a_step_that_failed_is_stored_later_and_once(centre: Centre, forked: Calls) -> None:
    assert forked.failed
    for _ in range(2):
        centre.start_daemon()
        wait_until(
            lambda: True if not list(centre.spool.glob("*.json")) else None, 10, lambda: "the spool is not empty"
        )
        tickets = centre.json("tickets", "list")
        owed = centre.json("callbacks", "list")
        centre.stop_daemon()
        assert sorted((ticket["caller"], ticket["channel"]) for ticket in tickets) == sorted(
            [
                (_e164(ALONE, StepName.OPD_UNANSWERED), "phone"),
                (_e164(FORKED, StepName.OPD_UNANSWERED), "phone"),
                (_e164(FORKED, StepName.OPD), "phone"),
                (_e164(FORKED, StepName.MESSAGE), "message"),
            ]
        )
        reasons = {callback["caller"]: callback["reason"] for callback in owed}
        assert reasons[_e164(FORKED, StepName.CALLBACK)] == "request"
        assert reasons[_e164(FORKED, StepName.MESSAGE)] == "message"
        assert len(reasons) == len(owed), "one debt each"
        with sqlite3.connect(centre.store) as store:
            assert store.execute("SELECT score FROM surveys").fetchall() == [(3,)]


def _e164(way: int, step: StepName) -> str:
    return f"+62{_number(way, step)[1:]}"


def test_out_of_hours_a_step_that_fails_ends_in_an_honest_message(centre: Centre, forked: Calls) -> None:
    assert forked.failed
    centre.start_daemon()
    centre.shut()
    centre.stop_daemon()
    number = _number(CLOSED, StepName.CLOSED)
    fails = {number: StepName.CLOSED}
    by_script = _call(centre, fails, {number: [Pause(4), HangUp()]}).lines[number]
    assert re.search(r"depok-agi-step,closed,[\s\S]*Playing 'depok/closed-", by_script)
    with _no_forked_script(centre):
        by_dialplan = _call(centre, fails, {number: []})
    assert "Playing 'depok/closed-plain" in by_dialplan.lines[number]
    assert by_dialplan.citizens[number].ended_by == "pbx"


def test_a_frozen_daemon_with_nothing_behind_it_leaves_nobody_waiting(
    pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with (
        Centre(pbx_root, tmp_path_factory.mktemp("centre")) as centre,
        _no_forked_script(centre),
        ExitStack() as phones,
    ):
        centre.pbx.rx("queue add member PJSIP/103 to depok")
        phones.enter_context(_operators(centre))
        frozen_in = (StepName.LANGUAGE, StepName.MENU, StepName.CALLBACK)
        for step in frozen_in:
            steps = [*TO[step], Pause(15)]
            phones.enter_context(Citizen(centre.pbx, _number(ALONE, step), steps=steps, wait_for_bye=True))
        wait_until(
            lambda: True if "Playing 'depok/callback-number" in centre.pbx.log_text() else None,
            10,
            lambda: "the last of them is not there",
        )
        began = time.time()
        centre.freeze_daemon()
        assert centre.wait_for_end_of_daemon(TO_A_HUMAN_WITHIN) == -signal.SIGKILL
        talked = wait_until(
            lambda: found if len(found := _talked(centre)) == len(frozen_in) else None,
            TO_A_HUMAN_WITHIN,
            lambda: f"only {_talked(centre)}",
        )
        assert max(talked.values()) - began < TO_A_HUMAN_WITHIN, talked


LEAVING: dict[str, list[Step]] = {
    "081100006001": [*CHOOSE, A_MOMENT, Press("6"), Pause(9), Say(2), Press("#")],
    "081100006002": [*CHOOSE, A_MOMENT, Press("4"), Pause(2), Press("1")],
    "081100006003": OPD,
    "081100006004": [*CHOOSE, A_MOMENT, Press("0"), Pause(8), Press("3")],
}
"""A message, a request to be called back, a wish to speak with an OPD, and how content they were with an operator."""


@contextmanager
def _locked(store: Path) -> Iterator[None]:
    lock = sqlite3.connect(store, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        lock.execute("ROLLBACK")
        lock.close()


def test_a_locked_store_keeps_nobody_waiting_and_all_that_was_left_is_stored_once(
    pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Centre(pbx_root, tmp_path_factory.mktemp("centre"), globals={"DEPOK_SURVEY": "yes"}) as centre:
        centre.give_phone("DLHK", "104")
        with _locked(centre.store), _operators(centre) as operators, ExitStack() as phones:
            citizens = [
                phones.enter_context(Citizen(centre.pbx, number, steps=steps, wait_for_bye=True))
                for number, steps in LEAVING.items()
            ]
            refused = centre.command("callbacks", "next", check=False)
            assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
            assert "busy" in refused.stderr
            for citizen in citizens:
                citizen.wait(60)
            assert sum(operator.calls_taken for operator in operators) == 1
        assert {call["outcome"] for call in centre.calls(4, within=20)} == {"message", "callback", "answered"}
        for again in (False, True):
            if again:
                centre.kill_daemon()
                centre.start_daemon()
            _everything_is_stored(centre)


def _everything_is_stored(centre: Centre) -> None:
    def owed() -> dict[str, str] | None:
        found = {one["caller"]: one["reason"] for one in centre.json("callbacks", "list")}
        return found if len(found) == 3 else None

    reasons = wait_until(owed, 15, lambda: f"not all of it: {centre.json('callbacks', 'list')}")
    assert reasons == {"+6281100006001": "message", "+6281100006002": "request", "+6281100006003": "request"}
    tickets = sorted((ticket["caller"], ticket["channel"]) for ticket in centre.json("tickets", "list"))
    assert tickets == [("+6281100006001", "message"), ("+6281100006003", "phone")]
    with sqlite3.connect(centre.store) as store:
        assert store.execute("SELECT score FROM surveys").fetchall() == [(3,)]
    assert list(centre.spool.glob("*.json")) == []
