"""The dialplan that is loaded is held against the one that was shipped, line by line."""

from pathlib import Path

import pytest

from depok_agi.doctor.shipped_dialplan import differences, load, loaded
from depok_agi.errors import SettingsError

DIALPLAN = Path(__file__).parents[3] / "dialplan"
SMALL = """\
; a comment
[one]
exten => s,1,Set(A=1)
 ; another
 same => n(again),GotoIf($["${A}" = "1"]?s,2:other,1)
 same => n,Hangup()
exten => _0[2-9]X.,1,Goto(two,${FILTER(0-9,${EXTEN})},1)

[two]
exten => _X.,1,NoOp()
"""


def listed(context: str, extension: str, priority: int, application: str, data: str) -> dict[str, str]:
    return {
        "Event": "ListDialplan",
        "Context": context,
        "Extension": extension,
        "Priority": str(priority),
        "Application": application,
        "AppData": data,
    }


def test_the_shipped_files_are_understood() -> None:
    steps = load(DIALPLAN)
    assert steps["depok-inbound", "1500664", 1] == "Goto(depok-centre,s,1)"
    assert steps["depok-operator", "s", 2] == "Playback(depok/queue-welcome)"
    assert steps["depok-menu", "s", 4].startswith("GotoIf(")
    assert len({context for context, *_ in steps}) > 15


def test_priorities_are_counted_and_comments_passed_over(tmp_path: Path) -> None:
    (tmp_path / "10_small.conf").write_text(SMALL)
    assert load(tmp_path) == {
        ("one", "s", 1): "Set(A=1)",
        ("one", "s", 2): 'GotoIf($["${A}" = "1"]?s,2:other,1)',
        ("one", "s", 3): "Hangup()",
        ("one", "_0[2-9]X.", 1): "Goto(two,${FILTER(0-9,${EXTEN})},1)",
        ("two", "_X.", 1): "NoOp()",
    }


def test_a_line_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "10_small.conf").write_text("[one]\nexten = what\n")
    with pytest.raises(SettingsError, match=r"10_small\.conf, line 2"):
        load(tmp_path)


def test_a_folder_without_any_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no dialplan"):
        load(tmp_path)


def test_what_asterisk_lists_is_the_same_as_what_was_shipped() -> None:
    answer = [
        {"Response": "Success", "EventList": "start"},
        listed("two", "_X.", 1, "NoOp", ""),
        {"Event": "ListDialplan", "Context": "two", "IncludeContext": "other", "Registrar": "pbx_config"},
        {"Event": "ShowDialPlanComplete", "EventList": "Complete"},
    ]
    assert loaded(answer) == {("two", "_X.", 1): "NoOp()"}
    assert differences({("two", "_X.", 1): "NoOp()"}, loaded(answer)) == []


def test_changed_missing_and_added_lines_are_differences_and_other_contexts_are_none() -> None:
    shipped = {("one", "s", 1): "Answer()", ("one", "s", 2): "Hangup()"}
    there = {("one", "s", 1): "NoOp()", ("one", "x", 1): "Dial(PJSIP/1)", ("city", "s", 1): "Answer()"}
    assert differences(shipped, there) == [
        "one,s,1: NoOp(), shipped is Answer()",
        "one,s,2: not there, shipped is Hangup()",
        "one,x,1: Dial(PJSIP/1), shipped is nothing",
    ]
