"""What citizens leave behind, on a real Asterisk: messages, how content they were, and wishes to speak with an OPD.

The calls of one morning are made at once; each test looks at what came of some of them.
"""

import json
import sqlite3
import wave
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import pytest

from tests.lab.centre import Centre, wait_until
from tests.lab.media import loudest
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, HangUp, Operator, Pause, Press, Say, Step

SILENCE = 100
VOICE = 1000
"""What a phone says is a tone far louder than this."""

SPEAK_AFTER = 8.0
"""When the words before the recording, and the tone, are over for sure."""

MESSAGE: list[Step] = [Pause(1), Press("1"), Pause(1), Press("6")]
OPDS: list[Step] = [Pause(1), Press("1"), Pause(1), Press("5"), Pause(1)]


@dataclass(frozen=True)
class Morning:
    """A centre after its morning, and what its command says of it."""

    centre: Centre
    citizens: dict[str, Citizen]
    opd_answered: int
    calls: list[dict[str, Any]]
    tickets: list[dict[str, Any]]
    callbacks: list[dict[str, Any]]

    def call_of(self, citizen: str) -> dict[str, Any]:
        return _only_one(self.calls, citizen)

    def ticket_of(self, citizen: str) -> dict[str, Any]:
        return _only_one(self.tickets, citizen)

    def callback_of(self, citizen: str) -> dict[str, Any]:
        return _only_one(self.callbacks, citizen)

    def left_nothing(self, citizen: str) -> bool:
        return number_of(citizen) not in {one["caller"] for one in (*self.tickets, *self.callbacks)}


def _only_one(found: list[dict[str, Any]], citizen: str) -> dict[str, Any]:
    (one,) = (one for one in found if one["caller"] == number_of(citizen))
    return one


def number_of(citizen: str) -> str:
    return f"+62811000010{list(STEPS).index(citizen):02}"


STEPS: dict[str, list[Step]] = {
    "hash": [*MESSAGE, Pause(SPEAK_AFTER), Say(2.5), Press("#")],
    "hung up in the middle": [*MESSAGE, Pause(SPEAK_AFTER), Say(2.5), HangUp()],
    "hung up before": [*MESSAGE, Pause(2), HangUp()],
    "content": [Pause(1), Press("1"), Pause(1), Press("0"), Pause(9), Press("4")],
    "opd not there": [*OPDS, Press("2"), Pause(10), HangUp()],
    "opd there": [*OPDS, Press("3"), Say(8), Press("2")],
    "gone while being asked": [Pause(1), Press("1"), Pause(1), Press("0"), Pause(9), HangUp()],
    "gone while being connected": [*OPDS, Press("2"), Pause(1), HangUp()],
    "blocked": [Pause(1), Press("1")],
    "blocked by the forked script": [Pause(1), Press("1")],
    "daemon down": [Pause(4), Press("1"), Pause(3), Press("6"), Pause(SPEAK_AFTER), Say(4), HangUp()],
}
OUTCOMES = {
    "hash": "message",
    "hung up in the middle": "message",
    "hung up before": "left_menu",
    "content": "answered",
    "opd not there": "callback",
    "opd there": "answered",
    "gone while being asked": "answered",
    "gone while being connected": "left_menu",
    "blocked": "blocked",
    "blocked by the forked script": "blocked",
    "daemon down": "message",
}
WITHOUT_DAEMON = ("blocked by the forked script", "daemon down")


@pytest.fixture(scope="module")
def morning(pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    with Centre(pbx_root, tmp_path_factory.mktemp("centre"), globals={"DEPOK_SURVEY": "yes"}) as centre:
        centre.command("opd", "edit", "DLHK", "--phone", "104")
        centre.command("opd", "edit", "DPUPR", "--phone", "103")
        for citizen in ("blocked", "blocked by the forked script"):
            number = number_of(citizen)
            centre.command("numbers", "block", number, "--until", "+1h", "--why", "prank calls")
        wait_until(lambda: _published(centre) or None, 5, lambda: "the telephones and the blocks are not published")
        citizens = {
            citizen: Citizen(centre.pbx, f"0{number_of(citizen)[3:]}", steps=steps, wait_for_bye=steps[-1] != HangUp())
            for citizen, steps in STEPS.items()
        }
        with (
            Operator(centre.pbx, "101", after=0.3, talk_seconds=2),
            Operator(centre.pbx, "102", after=0.3, talk_seconds=2),
            Operator(centre.pbx, "103", after=0.3, talk_seconds=2) as dpupr,
        ):
            _all_at_once([call for citizen, call in citizens.items() if citizen not in WITHOUT_DAEMON])
            centre.kill_daemon()
            _all_at_once([citizens[citizen] for citizen in WITHOUT_DAEMON])
            centre.start_daemon()

        def all_known() -> list[dict[str, Any]] | None:
            calls: list[dict[str, Any]] = centre.json("calls", "list")
            return calls if {call["caller"]: call["outcome"] for call in calls} == wanted else None

        wanted = {number_of(citizen): outcome for citizen, outcome in OUTCOMES.items()}
        calls = wait_until(all_known, 20, lambda: f"not {wanted}: {centre.json('calls', 'list')}")
        assert list(centre.spool.glob("*.json")) == []
        tickets, callbacks = centre.json("tickets", "list"), centre.json("callbacks", "list")
        yield Morning(centre, citizens, dpupr.calls_taken, calls, tickets, callbacks)


def _published(centre: Centre) -> bool:
    phones = json.loads((centre.published / "around.json").read_text())["phones"]
    blocks = json.loads((centre.published / "blocks.json").read_text())["until"]
    return (len(phones), len(blocks)) == (2, 2)


def _all_at_once(citizens: list[Citizen]) -> None:
    with ExitStack() as stack:
        for citizen in citizens:
            stack.enter_context(citizen)
        for citizen in citizens:
            citizen.wait(90)


@pytest.mark.parametrize("citizen", ["hash", "hung up in the middle", "daemon down"])
def test_a_message_is_kept_however_it_ends(morning: Morning, citizen: str) -> None:
    call, ticket, callback = morning.call_of(citizen), morning.ticket_of(citizen), morning.callback_of(citizen)
    assert (ticket["channel"], ticket["calls"]) == ("message", [call["id"]])
    assert ticket["text"].startswith("Pesan suara, ")
    assert call["recording"] == ticket["recording"]
    recording = morning.centre.folder / "recordings" / ticket["recording"]
    with wave.open(str(recording), "rb") as file:
        assert file.getnframes() / file.getframerate() > 1
    assert loudest(recording) > VOICE
    assert (callback["reason"], callback["calls"]) == ("message", [call["id"]])
    assert loudest(morning.citizens[citizen].heard) > SILENCE


def test_who_ends_it_with_hash_is_thanked(morning: Morning) -> None:
    assert morning.citizens["hash"].ended_by == "pbx"


def test_who_hangs_up_before_it_is_recorded_leaves_nothing(morning: Morning) -> None:
    assert morning.left_nothing("hung up before")
    assert len(list((morning.centre.folder / "recordings").iterdir())) == 3


def test_who_talked_with_an_operator_or_an_opd_says_how_content_they_were(morning: Morning) -> None:
    call = morning.call_of("content")
    assert call["operator"] in {"siti", "budi"}
    assert (call["talk_seconds"] in {1, 2, 3}, call["menu_path"]) == (True, "10")
    assert morning.citizens["content"].ended_by == "pbx"
    with closing(sqlite3.connect(morning.centre.store)) as store:
        query = "SELECT s.score, u.call FROM surveys s JOIN call_uniqueids u ON u.uniqueid = s.uniqueid"
        assert dict(store.execute(query)) == {4: call["id"], 2: morning.call_of("opd there")["id"]}


@pytest.mark.parametrize(
    ("citizen", "prompt"),
    [
        ("gone while being asked", "survey-ask"),
        ("gone while being connected", "opd-connecting"),
        ("opd not there", "opd-unanswered"),
    ],
)
def test_who_hangs_up_at_a_prompt_was_hearing_it_and_leaves_no_more_than_they_did(
    morning: Morning, citizen: str, prompt: str
) -> None:
    channel = morning.call_of(citizen)["legs"][0]["channel"]
    lines = [line for line in morning.centre.pbx.log_text().splitlines() if f"<{channel}> Playing 'depok/" in line]
    assert f"Playing 'depok/{prompt}." in lines[-1]
    assert morning.left_nothing(citizen) is (citizen != "opd not there")
    assert "Traceback" not in morning.centre.daemon_text()


def test_an_opd_is_rung_on_its_own_telephone(morning: Morning) -> None:
    assert morning.opd_answered == 1
    assert morning.call_of("opd there")["talk_seconds"] > 0
    assert morning.left_nothing("opd there")


def test_who_is_not_answered_there_gets_a_ticket_and_is_called_back(morning: Morning) -> None:
    who = "opd not there"
    call, ticket, callback = morning.call_of(who), morning.ticket_of(who), morning.callback_of(who)
    assert (ticket["channel"], ticket["text"]) == ("phone", "Minta disambungkan dengan DLHK, tidak terjawab")
    assert ticket["calls"] == callback["calls"] == [call["id"]]
    assert callback["reason"] == "request"


@pytest.mark.parametrize("citizen", ["blocked", "blocked by the forked script"])
def test_a_blocked_number_hears_so_and_reaches_nobody(morning: Morning, citizen: str) -> None:
    call = morning.call_of(citizen)
    assert (call["operator"], call["menu_path"]) == (None, "")
    assert morning.citizens[citizen].ended_by == "pbx"
    assert loudest(morning.citizens[citizen].heard) > SILENCE
    assert number_of(citizen)[3:] not in (morning.centre.published / "blocks.json").read_text()
