"""Recorded talks on a real Asterisk, the newest and the oldest: who is told, what is in the file, and who listens.

The calls of one morning are made in its beginning; each test looks at what came of some of them.
"""

import re
import sqlite3
import subprocess
import sys
import wave
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from depok_agi.voice.left import WAV_HEADER_BYTES
from tests.lab.centre import REPOSITORY, Centre, wait_until
from tests.lab.media import first_tone, seconds_of_tone
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, HangUp, Operator, OutsideCitizen, Pause, Press, Say, Step
from tests.lab.test_callback_call import HastyOperator, answered_ticket, call, owe

CITIZEN, OPERATOR, OUTSIDE = 500, 800, 600
"""What each kind of phone sounds like, in Hertz."""

TALK = 4
TOLD = "depok/talk-recorded"
WELCOME = "depok/queue-welcome"
BEGUN = "Begin MixMonitor Recording"

SPEAK: list[Step] = [Pause(3), Say(40)]
TO_OPERATOR: list[Step] = [Pause(1), Press("1"), Pause(1), Press("0")]
TO_OPD: list[Step] = [Pause(1), Press("1"), Pause(1), Press("5"), Pause(1), Press("3")]
WITHOUT_DAEMON: list[Step] = [Pause(4), Press("1"), Pause(3), Press("0")]

OPERATORS, OPD, LEAVES, RECOVERED = (f"0811000010{n:02}" for n in range(4))
CALLED, ASKED = "081100003001", "081100003002"
NOT_TOLD, NOT_WRITTEN = "081100001005", "081100001006"


@dataclass(frozen=True)
class Morning:
    """A centre that records, after its morning. `heard` is what a citizen heard, by their number."""

    centre: Centre
    heard: dict[str, Path]
    calls: dict[str, dict[str, Any]]

    def file(self, citizen: str) -> Path:
        return self.recordings / str(self.calls[citizen]["recording"])

    @property
    def recordings(self) -> Path:
        return self.centre.folder / "recordings"

    def said(self, citizen: str) -> str:
        """What Asterisk has logged of a citizen's channel."""
        legs = self.calls[citizen]["legs"]
        (channel,) = [leg["channel"] for leg in legs if "trunk" in leg["channel"]]
        return "\n".join(line for line in self.centre.pbx.log_text().splitlines() if channel in line)


@pytest.fixture(scope="module", params=["pbx_root", "pbx_root_16"])
def morning(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    root: PbxRoot = request.getfixturevalue(request.param)
    with Centre(root, tmp_path_factory.mktemp("centre"), daemon=False) as centre:
        with centre.settings.open("a") as settings:
            settings.write("[recording]\ninbound = true\ncallbacks = true\n")
        centre.start_daemon()
        centre.give_phone("DPUPR", "103")
        with (
            Operator(centre.pbx, "101", after=0.5, talk_seconds=TALK),
            Operator(centre.pbx, "103", after=0.5, talk_seconds=TALK),
        ):
            citizens = {
                OPERATORS: Citizen(centre.pbx, OPERATORS, steps=[*TO_OPERATOR, *SPEAK], wait_for_bye=True),
                OPD: Citizen(centre.pbx, OPD, steps=[*TO_OPD, *SPEAK], wait_for_bye=True),
                LEAVES: Citizen(centre.pbx, LEAVES, steps=[*TO_OPERATOR, Pause(6), HangUp()]),
            }
            with citizens[OPERATORS], citizens[OPD], citizens[LEAVES]:
                for citizen in citizens.values():
                    citizen.wait(60)
            centre.calls(3)
            centre.kill_daemon()
            citizens[RECOVERED] = Citizen(
                centre.pbx, RECOVERED, steps=[*WITHOUT_DAEMON, *SPEAK], wait_for_bye=True
            ).call()
            centre.start_daemon()
            centre.calls(4)
        heard = {number: citizen.heard for number, citizen in citizens.items()}
        heard |= {number: _called_back(centre, number) for number in (CALLED, ASKED)}
        calls = {(one["caller"] or one["dialled"]).replace("+62", "0"): one for one in centre.calls(6)}
        yield Morning(centre, heard, calls)
        assert "Traceback" not in centre.daemon_text()


def _called_back(centre: Centre, number: str) -> Path:
    owed = owe(centre, number) if number == CALLED else answered_ticket(centre, number)[0]
    seconds = TALK + (5 if number == CALLED else 18)  # what they are told before is a part of their call
    with (
        HastyOperator(centre.pbx, "101", after=0.3),
        OutsideCitizen(centre.pbx, after=0.3, talk_seconds=seconds) as outside,
    ):
        call(centre, owed)
    return outside.heard


@pytest.mark.parametrize("citizen", [OPERATORS, OPD, RECOVERED, CALLED, ASKED])
def test_a_talk_is_recorded_with_both_voices_and_nothing_else(morning: Morning, citizen: str) -> None:
    found, file = morning.calls[citizen], morning.file(citizen)
    assert found["outcome"] == "answered"
    voice = OUTSIDE if citizen in {CALLED, ASKED} else CITIZEN
    talked = found["talk_seconds"]
    with wave.open(str(file), "rb") as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(talked, abs=1)
    for hertz in (voice, OPERATOR):
        assert seconds_of_tone(file, hertz) == pytest.approx(talked, abs=1), hertz


@pytest.mark.parametrize("citizen", [OPERATORS, OPD, RECOVERED, CALLED, ASKED])
def test_the_citizen_is_told_before_it_is_recorded_and_before_they_talk(morning: Morning, citizen: str) -> None:
    said = morning.said(citizen)
    assert said.count(f"Playing '{TOLD}.") == 1
    assert said.count(BEGUN) == 1
    assert said.index(f"Playing '{TOLD}.") < said.index(BEGUN)
    told = re.search(rf"\[([^]]+)\][^\n]*Playing '{TOLD}\.", said)
    begun = re.search(rf"\[([^]]+)\][^\n]*{BEGUN}", said)
    assert told
    assert begun
    assert _seconds(begun[1]) - _seconds(told[1]) > 2, "to the end of the words"
    assert first_tone(morning.heard[citizen], OPERATOR) > 2


def _seconds(logged: str) -> float:
    """Of a time of day, as Asterisk logs it."""
    hours, minutes, seconds = logged.split()[1].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def test_the_call_log_has_the_same_live_and_out_of_the_journal(morning: Morning) -> None:
    live, recovered = morning.calls[OPERATORS], morning.calls[RECOVERED]
    assert (live["source"], recovered["source"]) == ("live", "recovered")
    assert all(re.fullmatch(r"[0-9a-f]{32}\.wav", one["recording"]) for one in (live, recovered))
    shown = morning.centre.command("calls", "show", live["id"]).stdout
    assert f"recording {live['recording']}" in shown


def test_of_who_spoke_with_nobody_nothing_is_kept(morning: Morning) -> None:
    assert morning.calls[LEAVES]["recording"] is None
    known = {one["recording"] for one in morning.calls.values()}
    others = [file for file in morning.recordings.iterdir() if file.name not in known]
    assert all(file.stat().st_size <= WAV_HEADER_BYTES for file in others)
    assert len(others) <= 1


def test_nobody_but_the_group_can_look_into_the_folder(morning: Morning) -> None:
    assert morning.recordings.stat().st_mode & 0o007 == 0


def test_the_operators_phone_rings_and_they_hear_both_and_it_is_written_down_each_time(morning: Morning) -> None:
    centre, found = morning.centre, morning.calls[OPERATORS]
    with Operator(centre.pbx, "102", after=0.5) as budi:
        done = centre.command("calls", "play", found["id"], "--phone", "102")
        budi.wait_for("bye", 30)
    assert done.stderr.splitlines() == ["ringing your phone 102 ...", "playing: # goes forward, * back, 0 pauses"]
    for hertz in (CITIZEN, OPERATOR):
        assert seconds_of_tone(budi.heard, hertz) == pytest.approx(found["talk_seconds"], abs=1)
    assert '"recording" <sip:1500664@' in budi.messages
    listening = wait_until(
        lambda: one if (one := centre.json("calls", "list")[0])["outcome"] else None, 5, lambda: "it is up still"
    )
    assert (listening["direction"], listening["outcome"]) == ("internal", "answered")
    output = subprocess.run(
        [sys.executable, "-m", "depok_agi", "calls", "play", found["id"], "--output", "-"],
        env=centre.environment,
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    ).stdout
    assert output == morning.file(OPERATORS).read_bytes()
    with closing(sqlite3.connect(centre.store)) as store:
        query = "SELECT deed, allowed, call, detail FROM access_log WHERE deed = 'listen'"
        assert list(store.execute(query)) == [("listen", 1, found["id"], "calls play")] * 2


def test_where_the_words_cannot_be_played_nothing_is_recorded_and_the_call_goes_on(morning: Morning) -> None:
    centre = morning.centre
    words = [path for path in centre.pbx.sounds.glob("*/depok/talk-recorded.*") if path.is_file()]
    assert words
    aside = [(path, path.rename(path.with_name(f"{path.name}.aside"))) for path in words]
    try:
        found = _answered(centre, NOT_TOLD)
    finally:
        for path, moved in aside:
            moved.rename(path)
    assert found["recording"] is None
    assert centre.pbx.log_text().count(BEGUN) == len(morning.calls)


def test_a_folder_that_cannot_be_written_costs_the_recording_and_not_the_call(morning: Morning) -> None:
    """As root Asterisk may write anywhere, so there is a file where the folder was."""
    aside = morning.recordings.with_name("aside")
    morning.recordings.rename(aside)
    morning.recordings.touch()
    try:
        found = _answered(morning.centre, NOT_WRITTEN)
        refused = morning.centre.command("calls", "play", found["id"], "--output", "-", check=False)
    finally:
        morning.recordings.unlink()
        aside.rename(morning.recordings)
    assert found["talk_seconds"] in {1, 2, 3}
    assert (refused.returncode, refused.stdout) == (1, "")
    assert re.fullmatch(r"depok-agi: the recording [0-9a-f]{32}\.wav is not in its folder: .*\n", refused.stderr)


def _answered(centre: Centre, number: str) -> dict[str, Any]:
    """One more call to an operator."""
    with Operator(centre.pbx, "101", after=0.3, talk_seconds=2):
        Citizen(centre.pbx, number, steps=TO_OPERATOR, wait_for_bye=True).call()

    def ended() -> dict[str, Any] | None:
        found = centre.json("calls", "list", "--number", number)
        return dict(found[0]) if found and found[0]["outcome"] == "answered" else None

    return wait_until(ended, 10, lambda: f"no answered call: {centre.json('calls', 'list')}")


def test_where_it_is_not_switched_on_nothing_is_recorded_and_nobody_is_told(centre: Centre) -> None:
    assert _answered(centre, OPERATORS)["recording"] is None
    centre.kill_daemon()
    with Operator(centre.pbx, "101", after=0.3, talk_seconds=2):
        Citizen(centre.pbx, RECOVERED, steps=WITHOUT_DAEMON, wait_for_bye=True).call()
    log = centre.pbx.log_text()
    assert log.count(f"Playing '{WELCOME}.") == 2
    assert f"Playing '{TOLD}." not in log
    assert BEGUN not in log
    assert list((centre.folder / "recordings").iterdir()) == []
