"""200 calls at random while what listens is killed, cut off, or loses its Asterisk: nothing lost, nothing doubled."""

import csv
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Self

from tests.lab import agreement
from tests.lab.centre import Centre, wait_until
from tests.lab.pbx import LabError, Pbx
from tests.lab.phones import Citizen, HangUp, Operator, OutsideCitizen, Pause, Press, Say, Step

CALLS = 200
AT_ONCE = 16
KILLS = 10
CUTS = 5
MENU: list[Step] = [Pause(1), Press("1"), Pause(1)]
WAYS: list[list[Step]] = [
    [*MENU, Press("0"), Say(9), HangUp()],
    [*MENU, Press("0"), Say(2)],
    [*MENU, Press("2"), Pause(6), HangUp()],
    [*MENU, Press("4"), Pause(3), Press("1"), Pause(2), HangUp()],
    [Pause(2), HangUp()],
]
"""To an operator who hangs up first or not, out of the queue, to the call back, out of the menu."""


class Callers:
    """Citizens who call one after the other on some lines, until there were so many calls."""

    def __init__(self, pbx: Pbx, calls: int, seed: int) -> None:
        self._pbx = pbx
        self._waiting = iter(range(calls))
        self._chance = random.Random(seed)  # noqa: S311 - the same morning each time
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._line) for _ in range(AT_ONCE)]
        self.left = calls

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join()

    def _line(self) -> None:
        while True:
            with self._lock:
                number = next(self._waiting, None)
                steps = self._chance.choice(WAYS)
            if number is None:
                return
            waits = not any(isinstance(step, HangUp) for step in steps)
            caller = Citizen(self._pbx, f"08110000{2000 + number}", steps=steps, wait_for_bye=waits, patience=8)
            with caller, suppress(LabError):  # Asterisk may go away in mid-call: the citizen puts the phone down
                caller.wait(40)
            with self._lock:
                self.left -= 1


@contextmanager
def _operators(pbx: Pbx) -> Iterator[None]:
    with (
        Operator(pbx, "101", after=0.5, talk_seconds=4),
        Operator(pbx, "102", after=0.5, talk_seconds=4),
        OutsideCitizen(pbx, after=0.5, talk_seconds=2),
    ):
        yield


def _cut_the_link(pbx: Pbx) -> None:
    """Asterisk throws the daemon's manager session out."""
    for line in pbx.rx("manager show connected").splitlines():
        found = re.match(r"\s*depok-agi\s+127\.0\.0\.1\s+\d+\s+\d+\s+(\d+)\s", line)
        if found:
            pbx.rx(f"manager kick session {found[1]}")


def _settled(centre: Centre, within: float = 40) -> list[dict[str, Any]]:
    """The whole call log, once no call in it is up."""

    def log() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = centre.json("calls", "list", "--limit", "10000")
        return found[::-1]

    def over() -> list[dict[str, Any]] | None:
        calls = log()
        return calls if all(call["outcome"] for call in calls) else None

    return wait_until(over, within, lambda: f"still up: {[call for call in log() if not call['outcome']]}")


def _check_against_the_journal(centre: Centre, calls: list[dict[str, Any]]) -> None:
    """Every call that Asterisk wrote down is there once, and says what the journal says."""
    pbx = centre.pbx
    journal = agreement.recovered(pbx.cel_csv.read_text().splitlines(), pbx.queue_log.read_text().splitlines())
    legs = Counter(uniqueid for call in calls for uniqueid in call["uniqueids"])
    assert [uniqueid for uniqueid, count in legs.items() if count > 1] == []
    assert sorted(call["id"] for call in calls) == sorted(call["id"] for call in journal)
    by_id = {call["id"]: call for call in calls}
    faults = [
        f"{other['id']}: {text}"
        for other in journal
        for text in agreement.differences(by_id[other["id"]], other)
        if not _only_live(by_id[other["id"]], other, text)
    ]
    assert faults == []


def _only_live(call: dict[str, Any], other: dict[str, Any], difference: str) -> bool:
    """What the journal cannot know.

    Who hung up while being thanked has asked for the call back all the same: the spool has it. And a step that is
    followed by a hang-up may be told to the manager, but not to CEL any more: that is the next line of the dialplan.
    """
    if difference.startswith(".outcome"):
        return bool(call["outcome"] == "callback")
    return difference.startswith(".menu_path") and str(call["menu_path"]).startswith(other["menu_path"])


def test_200_calls_while_the_daemon_is_killed_and_cut_off_again_and_again(centre: Centre) -> None:
    chance = random.Random(664)  # noqa: S311 - the same morning each time
    pbx = centre.pbx
    harm = [centre.kill_daemon] * KILLS + [lambda: _cut_the_link(pbx)] * CUTS
    chance.shuffle(harm)
    with _operators(pbx), Callers(pbx, CALLS, seed=1):
        for strike in harm:
            time.sleep(chance.uniform(2, 6))
            strike()
            if strike == centre.kill_daemon:
                time.sleep(chance.uniform(0, 3))
                centre.start_daemon()
    pbx.rx("channel request hangup all")  # a phone that was taken out of the wall leaves its call up
    calls = _settled(centre)
    assert len({call["caller"] for call in calls}) == len(calls) == CALLS
    assert "unknown" not in {call["outcome"] for call in calls}
    _check_against_the_journal(centre, calls)
    with pbx.cdr_csv.open(newline="") as file:
        assert agreement.faults_by_cdr(calls, file) == []
    assert agreement.faults_by_queue_log(calls, pbx.queue_log.read_text().splitlines()) == []
    asked = {call["caller"] for call in calls if call["outcome"] == "callback"}
    owed = {callback["caller"] for callback in centre.json("callbacks", "list") if callback["reason"] == "request"}
    assert owed == asked
    gaps = centre.json("calls", "gaps")
    assert gaps
    assert all(gap["unknown"] == 0 for gap in gaps)


def test_asterisk_itself_is_killed_among_200_calls(centre: Centre) -> None:
    pbx = centre.pbx
    with _operators(pbx), Callers(pbx, CALLS, seed=2) as callers:
        wait_until(lambda: callers.left < CALLS // 2 or None, 300, lambda: "half of the calls are not over")
        pbx.crash()
        crashed = time.time()
        time.sleep(2)
        pbx.start()
    pbx.rx("channel request hangup all")
    calls = _settled(centre)
    started = _started_in_cel(pbx)
    legs = Counter(uniqueid for call in calls for uniqueid in call["uniqueids"])
    assert [uniqueid for uniqueid, count in legs.items() if count > 1] == []
    assert started <= set(legs)
    assert Counter(call["outcome"] for call in calls)["answered"] > 0
    ended_by_crash = [call for call in calls if not _hung_up_in_cel(pbx) & set(call["uniqueids"])]
    assert ended_by_crash
    for call in ended_by_crash:
        assert agreement.seconds_between(call["ended_at"], crashed) <= 2
        assert call["outcome"] in {"unknown", "answered", "callback"}


def _started_in_cel(pbx: Pbx) -> set[str]:
    with pbx.cel_csv.open(newline="") as file:
        return {row[2] for row in csv.reader(file) if row[1] == "CHAN_START"}


def _hung_up_in_cel(pbx: Pbx) -> set[str]:
    with pbx.cel_csv.open(newline="") as file:
        return {row[2] for row in csv.reader(file) if row[1] == "HANGUP"}
