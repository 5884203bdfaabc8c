"""Each key of the menu is pressed on a real Asterisk, by many callers at once, and they hang up at every prompt.

The menu file changes while the centre is at work.
"""

import itertools
import json
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from depok_agi.desk.menus import SHIPPED_MENU
from tests.lab.centre import Centre, wait_until
from tests.lab.media import loudest
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, HangUp, Operator, Pause, Press, Step

SILENCE = 100
OTHER_MENU = """
start = "main"
languages = { 1 = "id", 2 = "en" }
[menu.main]
prompt = "digit-7"
seconds = 1
tries = 2
keys.1 = { queue = "opd" }
keys.2 = { queue = "no-such-queue" }
keys.3 = { menu = "more" }
[menu.more]
prompt = "digit-8"
seconds = 2
keys.1 = { announcement = "digit-9" }
keys.2 = "callback"
keys.9 = "back"
"""


@dataclass(frozen=True)
class Walked:
    """A call through the menu.

    Attributes:
        record: as `calls list` tells it.
        led_to: what the menu step ended with, each time.
        played: the prompts, as Asterisk's log has them.
        ways: how the steps were run.
        language: the key that was pressed at the greeting.
        loudest: of what was heard.
    """

    record: dict[str, Any]
    led_to: list[str]
    played: list[str]
    ways: set[str]
    language: str
    loudest: float


@pytest.fixture(scope="module")
def centre(pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """One for the module, with a menu file of its own that is the shipped one to begin with."""
    with Centre(pbx_root, tmp_path_factory.mktemp("centre"), daemon=False) as centre:
        (centre.folder / "menu.toml").write_text(SHIPPED_MENU.read_text("utf-8"))
        centre.settings.write_text('[centre]\nmenu = "menu.toml"\n' + centre.settings.read_text())
        centre.start_daemon()
        yield centre


def walk(centre: Centre, ways: Sequence[tuple[str, Sequence[Step]]]) -> list[Walked]:
    """Call all at once, each with a language key, unless it is empty, and then these steps, and hang up."""
    known = {call["id"] for call in centre.json("calls", "list", "--limit", "1000")}
    numbers = [f"0811000020{place:02}" for place in range(len(ways))]
    with ExitStack() as phones:
        citizens = [
            phones.enter_context(Citizen(centre.pbx, number, steps=[*_in_language(language), *steps, HangUp()]))
            for number, (language, steps) in zip(numbers, ways, strict=True)
        ]
        for citizen in citizens:
            citizen.wait(90)

    def ended() -> dict[str, Any] | None:
        new = [call for call in centre.json("calls", "list", "--limit", "1000") if call["id"] not in known]
        found = {call["caller_raw"]: call for call in new if call["outcome"]}
        return found if len(found) == len(ways) else None

    calls = wait_until(ended, 15, lambda: f"not {len(ways)} new calls: {centre.json('calls', 'list')}")
    log = centre.pbx.log_text()
    return [
        _walked(calls[number], log, language, loudest(citizen.heard))
        for number, citizen, (language, _) in zip(numbers, citizens, ways, strict=True)
    ]


def _in_language(key: str) -> list[Step]:
    return [Pause(1.5), Press(key), Pause(1.5)] if key else []


def _walked(call: dict[str, Any], log: str, language: str, loud: float) -> Walked:
    channel = call["legs"][0]["channel"]
    lines = [line for line in log.splitlines() if channel in line]
    ours = "\n".join(lines)
    return Walked(
        call,
        re.findall(r"\[menu-([a-z]*)@depok-menu:1\]", ours),
        re.findall(r"Playing 'depok/([a-z0-9-]+)\.", ours),
        set(re.findall(r"DepokStep,Step: .*Way: ([a-z]+)", ours)),
        language,
        loud,
    )


A_MOMENT = Pause(1.5)
EVERY_KEY: dict[str, tuple[Sequence[Step], list[str], str]] = {
    "1 and any key": ([Press("1"), A_MOMENT, Press("5"), A_MOMENT], ["announcement"], "1"),
    "2": ([Press("2"), Pause(7)], ["queue"], "2"),
    "3": ([Press("3"), A_MOMENT], ["status"], "3"),
    "4, and yes": ([Press("4"), A_MOMENT, Press("1"), Pause(3)], ["callback"], "4"),
    "5, 1": ([Press("5"), A_MOMENT, Press("1"), A_MOMENT], ["opd"], "51"),
    "5, 2": ([Press("5"), A_MOMENT, Press("2"), A_MOMENT], ["opd"], "52"),
    "5, back, 3": ([Press("5"), A_MOMENT, Press("9"), A_MOMENT, Press("3"), A_MOMENT], ["status"], "593"),
    "5, 0": ([Press("5"), A_MOMENT, Press("0"), A_MOMENT], ["operator"], "50"),
    "6": ([Press("6"), A_MOMENT], ["message"], "6"),
    "0": ([Press("0"), Pause(7)], ["operator"], "0"),
    "repeat, 3": ([Press("*"), A_MOMENT, Press("3"), A_MOMENT], ["status"], "*3"),
    "three wrong ones": ([Press("7"), A_MOMENT, Press("8"), A_MOMENT, Press("#"), Pause(4)], ["operator"], "78#"),
}


HANG_UPS: dict[str, tuple[str, Sequence[Step]]] = {
    "welcome": ("", [Pause(1)]),
    "language-indonesian": ("", [Pause(7.5)]),
    "language-english": ("", [Pause(11)]),
    "menu": ("1", []),
    "information": ("1", [Press("1"), A_MOMENT]),
    "status-ask": ("1", [Press("3"), A_MOMENT]),
    "callback-number": ("1", [Press("4"), A_MOMENT]),
    "callback-confirm": ("1", [Press("4"), Pause(17)]),
    "callback-type-number": ("1", [Press("4"), A_MOMENT, Press("2"), A_MOMENT]),
    "menu-opd": ("1", [Press("5"), A_MOMENT]),
    "to-operator": ("1", [Press("5"), A_MOMENT, Press("1"), A_MOMENT]),
    "message-recorded": ("1", [Press("6"), A_MOMENT]),
    "menu-wrong-key": ("1", [Press("8"), Pause(0.8)]),
    "queue-welcome": ("1", [Press("0"), A_MOMENT]),
    "queue-nobody": ("1", [Press("0"), Pause(7)]),
}
"""What the caller was hearing when they hung up: the key for the language, and what they did then."""

AT_ONCE = 50


@pytest.fixture(scope="module")
def at_once(centre: Centre) -> dict[str, list[Walked]]:
    """All of it in 50 calls at once: every key, each in a call of its own, and every other one in English."""
    keys = [(f"key {way}", steps) for way, (steps, *_) in EVERY_KEY.items()]
    keys = list(itertools.islice(itertools.cycle(keys), AT_ONCE - len(HANG_UPS)))
    ways = [(way, "12"[place % 2], steps) for place, (way, steps) in enumerate(keys)]
    ways += [(f"hung up at {prompt}", language, steps) for prompt, (language, steps) in HANG_UPS.items()]
    assert len(ways) == AT_ONCE
    found: dict[str, list[Walked]] = {}
    for (way, *_), walked in zip(ways, walk(centre, [way[1:] for way in ways]), strict=True):
        found.setdefault(way, []).append(walked)
    return found


@pytest.fixture(scope="module")
def walked(at_once: dict[str, list[Walked]]) -> dict[str, Walked]:
    """One call of every key of the shipped menu."""
    return {way: at_once[f"key {way}"][0] for way in EVERY_KEY}


@pytest.mark.parametrize("way", EVERY_KEY)
def test_each_key_of_the_shipped_menu_leads_where_the_file_says(at_once: dict[str, list[Walked]], way: str) -> None:
    assert len(at_once[f"key {way}"]) > 1
    for call in at_once[f"key {way}"]:
        assert call.led_to == EVERY_KEY[way][1], call
        assert call.ways == {"fastagi"}
        assert call.loudest > SILENCE, "heard in both languages"
        assert call.record["menu_path"] == f"{call.language}{EVERY_KEY[way][2]}", call


@pytest.mark.parametrize("prompt", HANG_UPS)
def test_whoever_hangs_up_at_a_prompt_leaves_an_ended_call_and_nothing_else(
    centre: Centre, at_once: dict[str, list[Walked]], prompt: str
) -> None:
    (call,) = at_once[f"hung up at {prompt}"]
    assert call.played[-1] == prompt, call
    assert call.record["outcome"] == ("no_operator" if prompt == "queue-nobody" else "left_menu"), call.record
    assert call.record["ended_at"] is not None
    assert "Traceback" not in centre.daemon_text()
    assert "ERROR" not in centre.daemon_text()


def test_what_became_of_the_calls_is_in_the_log(walked: dict[str, Walked]) -> None:
    outcomes = {way: walked[way].record["outcome"] for way in ("1 and any key", "2", "3", "4, and yes", "0")}
    assert outcomes == {
        "1 and any key": "self_service",
        "2": "no_operator",
        "3": "left_menu",
        "4, and yes": "callback",
        "0": "no_operator",
    }


def test_after_an_announcement_the_caller_is_back_in_the_menu(walked: dict[str, Walked]) -> None:
    played = walked["1 and any key"].played
    assert played[played.index("information") :][:2] == ["information", "menu"]


def test_a_changed_file_is_taken_over_by_a_running_centre(centre: Centre, walked: dict[str, Walked]) -> None:
    assert walked, "the shipped menu was walked before"
    began = time.monotonic()
    (centre.folder / "menu.toml").write_text(OTHER_MENU)
    wait_until(
        lambda: True if "callers hear the new menu" in centre.daemon_text() else None, 5, lambda: "not taken over"
    )
    assert time.monotonic() - began < 4
    with Operator(centre.pbx, "103", after=0.2) as tono:
        other_queue, no_queue, silent, below = walk(
            centre,
            [
                ("1", [Press("1"), Pause(8)]),
                ("1", [Press("2"), Pause(7)]),
                ("1", [Pause(11)]),
                ("1", [Press("3"), A_MOMENT, Press("1"), A_MOMENT, Press("9"), A_MOMENT, Press("3"), A_MOMENT]),
            ],
        )
        assert tono.calls_taken == 1
    assert (other_queue.record["outcome"], other_queue.record["queue"]) == ("answered", "opd")
    assert (no_queue.led_to, no_queue.record["outcome"]) == (["queue"], "no_operator"), "in the centre's own queue"
    assert silent.led_to == ["operator"], "twice nothing is a human, as this file says"
    assert below.led_to == ["announcement"]
    assert re.sub("(?:.* )?digit-9 ", "", " ".join(below.played)).startswith("digit-8 digit-7"), (
        "back in the menu below, and one up from there"
    )


def test_a_broken_file_is_told_once_with_its_faults_and_what_it_said_before_stays_published(centre: Centre) -> None:
    (centre.folder / "menu.toml").write_text(OTHER_MENU.replace('"callback"', '"nobody"'))
    wait_until(
        lambda: True if "menu.more.keys.2: must be one of" in centre.daemon_text() else None, 5, lambda: "not told"
    )
    time.sleep(2.5)
    assert centre.daemon_text().count("the menu file is broken") == 1
    refused = centre.command("menu", "check", check=False)
    assert refused.returncode == 1
    assert "menu.more.keys.2: must be one of" in refused.stderr


def test_without_the_daemon_the_forked_script_walks_the_published_menu(centre: Centre) -> None:
    long_words = OTHER_MENU.replace('prompt = "digit-7"', 'prompt = "menu"').replace('"digit-8"', '"menu-opd"')
    (centre.folder / "menu.toml").write_text(long_words)
    published = centre.published / "centre.json"
    wait_until(lambda: True if '"menu-opd"' in published.read_text() else None, 5, lambda: "not published")
    centre.kill_daemon()
    try:
        log = walk_unlogged(centre, [Press("3"), Pause(3), Press("1"), Pause(4), Press("2"), Pause(3)])
        assert re.findall(r"\[menu-([a-z]*)@depok-menu:1\]", log) == ["announcement", "callback"]
        assert re.findall(r"Step: (?:menu|information),.*Way: ([a-z]+)", log) == ["agi"] * 3
        assert "Playing 'depok/digit-9." in log
        content = json.loads(published.read_text())
        del content["menu"]
        published.write_text(json.dumps(content))
        assert "@depok-operator:" in walk_unlogged(centre, []), "no menu is published: a human"
    finally:
        centre.start_daemon()


def walk_unlogged(centre: Centre, steps: Sequence[Step]) -> str:
    """A call while no daemon listens; what Asterisk's own log says of it."""
    before = len(centre.pbx.log_text())
    Citizen(centre.pbx, "081100002099", steps=[Pause(3), Press("1"), Pause(3), *steps, HangUp()]).call()
    return centre.pbx.log_text()[before:]
