"""Whether a talk is recorded, as the dialplan is told; by the daemon and by the forked script."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from depok_agi.calls.recordings import is_name, name_of
from depok_agi.errors import SettingsError
from depok_agi.voice import published_around
from depok_agi.voice.around import Around, Talk
from depok_agi.voice.left import recording_of
from depok_agi.voice.variables import KEYS, RECORDING, RESULT, StepName
from tests.unit.voice.fake_caller import ANI, FakeCaller
from tests.unit.voice.test_steps import Desk, run

FOLDER = Path("/nowhere/recordings")
ALL = frozenset(Talk)


def asked(kind: str, recorded: frozenset[Talk]) -> FakeCaller:
    caller = FakeCaller(info=replace(ANI, arguments=(kind,) if kind else ()))
    run(StepName.RECORDING, caller, Desk(around=Around(FOLDER, recorded=recorded)))
    return caller


@pytest.mark.parametrize("kind", Talk)
def test_what_is_to_be_recorded_gets_a_file_of_its_own_before_the_result(kind: Talk) -> None:
    caller = asked(kind, frozenset({kind}))
    assert list(caller.variables) == [RECORDING, KEYS, RESULT]
    assert caller.variables[RESULT] == "record"
    file = Path(caller.variables[RECORDING])
    assert (file.parent, is_name(file.name)) == (FOLDER, True)
    assert file.name != recording_of(ANI.uniqueid), "the message of the same caller is another file"


@pytest.mark.parametrize(
    ("kind", "recorded"),
    [
        (Talk.INBOUND, frozenset()),
        (Talk.INBOUND, frozenset({Talk.CALLBACK})),
        (Talk.CALLBACK, frozenset({Talk.INBOUND})),
        ("", ALL),
        ("INBOUND", ALL),
    ],
)
def test_all_else_is_not_recorded(kind: str, recorded: frozenset[Talk]) -> None:
    assert asked(kind, recorded).variables == {KEYS: "", RESULT: "unrecorded"}


def test_the_caller_hears_nothing_of_the_step() -> None:
    assert asked(Talk.INBOUND, ALL).played == []


def test_the_forked_script_goes_by_what_was_published(tmp_path: Path) -> None:
    around = Around(FOLDER, {"DLHK": "201"}, frozenset({Talk.CALLBACK}))
    published_around.publish_around(tmp_path, around)
    assert published_around.load_around(tmp_path) == around


def test_what_an_older_version_has_published_records_nothing(tmp_path: Path) -> None:
    (tmp_path / published_around.AROUND).write_text(json.dumps({"recordings": str(FOLDER), "phones": {}}))
    assert published_around.load_around(tmp_path).recorded == frozenset()


@pytest.mark.parametrize("recorded", [["outbound"], 1, "inbound", [[]]])
def test_what_cannot_be_understood_ends_the_step_without_a_result(tmp_path: Path, recorded: object) -> None:
    content = {"recordings": str(FOLDER), "phones": {}, "recorded": recorded}
    (tmp_path / published_around.AROUND).write_text(json.dumps(content))
    with pytest.raises(SettingsError):
        published_around.load_around(tmp_path)


DIGEST = "a" * 32


@pytest.mark.parametrize(
    "text", ["", "x.wav", f"../{DIGEST[3:]}.wav", DIGEST, f"{DIGEST.upper()}.wav", f"{DIGEST}.wav\n"]
)
def test_nothing_but_a_digest_is_a_files_name(text: str) -> None:
    assert not is_name(text)
    assert is_name(name_of("talk", text))
