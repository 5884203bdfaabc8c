"""A caller's name, number and keys are text and nothing else, wherever the caller goes and whatever they leave."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import pytest

from tests.lab.centre import Centre
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, HangUp, Operator, Pause, Press, Say, Step

HEADERS: dict[str, bytes] = {
    "quotes": b'"O\\"Brien\\\\" <sip:08110000600%d@127.0.0.2>',
    "emoji and a command": '"Ñandú 😀 \\" SET VARIABLE X 1" <sip:08110000601%d@127.0.0.2>'.encode(),
    "broken UTF-8": b'"\xff\xfe broken \xc3" <sip:08110000602%d@127.0.0.2>',
    "expressions": b'"${SHELL(touch hacked)} $[1+1] `touch hacked`; DROP TABLE calls" <sip:08110000603%d@127.0.0.2>',
    "line ends": b'"a%%0AACTION: Originate%%0D%%0A" <sip:0811000060%d%%0Ax@127.0.0.2>',
    "an expression for a number": b'"x" <sip:%%24%%7BSHELL%%28touch%%20hacked%d%%29%%7D@127.0.0.2>',
    "a path for a number": b'"../../etc" <sip:..%%2F..%%2Fhacked%d@127.0.0.2>',
}

CHOOSE: list[Step] = [Pause(1), Press("1"), Pause(1)]
WAYS: dict[str, list[Step]] = {
    "operator": [*CHOOSE, Press("0"), Pause(9), Press("3")],
    "status": [*CHOOSE, Press("3"), Pause(2), Press("1000012#"), Pause(3), HangUp()],
    "callback": [*CHOOSE, Press("4"), Pause(2), Press("1"), Pause(2), Press("0811000069#"), Pause(12), Press("1")],
    "message": [*CHOOSE, Press("6"), Pause(9), Say(2), Press("#")],
    "opd": [*CHOOSE, Press("5"), Pause(1), Press("2")],
}
WAYS_OF_EACH = 3
"""How many of them each of these callers goes, other ones than the one before."""

AWAY = re.compile(r"touch hacked|ACTION|DROP|Ñandú|Brien")


@dataclass(frozen=True)
class Morning:
    """The centre after each of them has gone each way, and what its command says."""

    centre: Centre
    citizens: dict[tuple[str, str], Citizen]
    calls: list[dict[str, Any]]
    operators: int


@pytest.fixture(scope="module")
def morning(pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    """All of them at once, every one with a number of its own where the header leaves room for one."""
    settings = {"DEPOK_SURVEY": "yes"}
    with Centre(pbx_root, tmp_path_factory.mktemp("centre"), globals=settings) as centre, ExitStack() as phones:
        centre.give_phone("DLHK", "104")
        operators = [
            phones.enter_context(Operator(centre.pbx, number, after=0.1, talk_seconds=1)) for number in ("101", "102")
        ]
        citizens = {
            (header, way): phones.enter_context(
                Citizen(
                    centre.pbx,
                    from_header=HEADERS[header] % place,
                    steps=WAYS[way],
                    wait_for_bye=WAYS[way][-1] != HangUp(),
                )
            )
            for number, header in enumerate(HEADERS)
            for place, way in enumerate(islice(cycle(WAYS), number, number + WAYS_OF_EACH))
        }
        for citizen in citizens.values():
            citizen.wait(120)
        calls = centre.calls(len(citizens), within=20)
        yield Morning(centre, citizens, calls, sum(operator.calls_taken for operator in operators))


def test_everybody_is_served_as_anybody_is(morning: Morning) -> None:
    assert {citizen.ended_by for (_, way), citizen in morning.citizens.items() if way != "status"} == {"pbx"}
    ways = Counter(way for _, way in morning.citizens)
    outcomes = Counter(call["outcome"] for call in morning.calls)
    assert outcomes["message"] == ways["message"], "a number is not needed for it"
    assert outcomes["answered"] == morning.operators >= ways["operator"]
    assert outcomes["left_menu"] == ways["status"]
    assert set(outcomes) == {"answered", "message", "callback", "left_menu"}
    run_by = re.findall(r"DepokStep,Step: .*Way: ([a-z]*)", morning.centre.pbx.log_text())
    assert set(run_by) == {"fastagi"}


def test_nothing_of_it_was_run(morning: Morning) -> None:
    assert list(morning.centre.folder.rglob("*hacked*")) == []
    assert not re.search(r"Executing .*(System|TrySystem|SHELL)\(", morning.centre.pbx.log_text())
    assert "Traceback" not in morning.centre.daemon_text()
    assert "ERROR" not in morning.centre.daemon_text()


def test_none_of_it_is_in_a_name_of_a_file_or_in_the_daemons_log(morning: Morning) -> None:
    recordings = sorted(path.name for path in (morning.centre.folder / "recordings").iterdir())
    assert len(recordings) == sum(way == "message" for _, way in morning.citizens)
    assert all(re.fullmatch(r"[0-9a-f]{32}\.wav", name) for name in recordings)
    assert list(morning.centre.spool.glob("*.json")) == []
    assert not AWAY.search(morning.centre.daemon_text())


def test_the_commands_show_it_as_text(morning: Morning) -> None:
    for noun in (("calls", "list"), ("tickets", "list"), ("callbacks", "list")):
        shown = morning.centre.command(*noun, "--limit", "100").stdout
        assert shown
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", shown), "nothing that a terminal would act on"
    stored = json.dumps(morning.centre.json("calls", "list", "--limit", "100"), ensure_ascii=False)
    assert "${SHELL(touch hacked" in stored, "it came through, unchanged"
