"""Every prompt that can be played is in the script, in both languages, and none is there for nothing.

What the steps play is read out of their source: each text in `depok_agi/voice` that looks like a prompt's name.
"""

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depok_agi.tickets.status import TicketStatus
from depok_agi.voice import steps
from depok_agi.voice.caller import CallerInfo, Language
from depok_agi.voice.spoken import PROMPTS
from depok_agi.voice.variables import StepName
from tests.unit.voice import fake_caller, test_steps

ROOT = Path(__file__).parents[3]
DIALPLAN = ROOT / "dialplan"
SCRIPT: dict[str, Any] = tomllib.loads((DIALPLAN / "prompts.toml").read_text("utf-8"))


def of_the_dialplan() -> set[str]:
    text = "\n".join(path.read_text("utf-8") for path in DIALPLAN.glob("*.conf"))
    played = re.findall(r"\b(?:Playback|Background|BackGround|Read)\(([^)]*)\)", text)
    queues = (DIALPLAN / "asterisk" / "queues.conf").read_text("utf-8")
    played += re.findall(r"^queue-[a-z]+ = (.*)$", queues, re.MULTILINE)
    return {name for one in played for name in re.findall(r"depok/([A-Za-z0-9_-]+)", one)}


def of_the_opds() -> set[str]:
    """The names of the OPDs that the first migration makes known."""
    migration = (ROOT / "depok_agi" / "store" / "migrations" / "0001_first.sql").read_text("utf-8")
    rows = migration.partition("INSERT INTO opds (code, name) VALUES")[2].partition(";")[0]
    return {f"opd-{code.lower()}" for code in re.findall(r"\('([A-Z0-9]+)',", rows)}


def of_the_steps() -> set[str]:
    """The names in the steps' lists of prompts, tables of prompts and questions, and those put together at run time."""
    found = {*PROMPTS, *of_the_opds(), *fake_caller.SHIPPED_MENU.prompts()}
    found |= {f"status-{status}" for status in TicketStatus}
    for step in set(steps.STEPS.values()):
        source = Path(step.__code__.co_filename).read_text("utf-8")
        texts = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
        found |= {text for text in texts if isinstance(text, str) and (text in SCRIPT or _is_name(text))}
    return found


def _is_name(text: str) -> bool:
    return re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", text) is not None


def test_what_is_played_is_in_the_script() -> None:
    assert of_the_dialplan() | of_the_steps() <= SCRIPT.keys()


def test_nothing_is_in_the_script_that_is_never_played() -> None:
    assert SCRIPT.keys() <= of_the_dialplan() | of_the_steps()


def test_every_opd_that_is_shipped_has_a_name_to_be_said() -> None:
    assert {"opd-dlhk", "opd-disdukcapil", "opd-pln"} <= of_the_opds() <= SCRIPT.keys()


def test_the_dialplan_does_play_some() -> None:
    assert {"queue-next", "queue-position", "queue-minutes"} <= of_the_dialplan()
    assert {"queue-welcome", "queue-nobody", "goodbye", "closed-plain"} <= of_the_dialplan()


@pytest.mark.parametrize("name", SCRIPT)
@pytest.mark.parametrize("language", Language)
def test_every_prompt_is_said_in_both_languages(name: str, language: Language) -> None:
    assert SCRIPT[name][language].strip()


@pytest.mark.parametrize("name", SCRIPT)
def test_the_door_takes_every_name(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]+", name)


@given(st.sampled_from(StepName), test_steps.ANSWERS, st.sampled_from([fake_caller.ANI, test_steps.WITHHELD]))
@settings(max_examples=200)
def test_no_way_through_a_step_plays_anything_else(step: StepName, answers: list[str], info: CallerInfo) -> None:
    caller = fake_caller.FakeCaller(*answers, info=info)
    test_steps.run(step, caller)
    assert set(caller.played) <= SCRIPT.keys()
