"""Every way to leave something behind: what the caller hears, and that nothing kept is lost with the line."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from depok_agi.errors import CallerGoneError, SettingsError
from depok_agi.voice import blocks, published_around, steps
from depok_agi.voice.around import Around
from depok_agi.voice.caller import CallerInfo, Language
from depok_agi.voice.centre import Centre, Left
from depok_agi.voice.left import Message, OpdRequest, Score, recording_of, seconds_of
from depok_agi.voice.variables import RECORDING, RESULT, TARGET, Result, StepName
from tests.unit.voice.fake_caller import ANI, FakeCaller
from tests.unit.voice.test_steps import NOW, SCHEDULE, WITHHELD, Desk, run

FILE = recording_of(ANI.uniqueid)
ONE_SECOND = b"\0" * 16_000
HEADER = b"\0" * 44


def at(argument: str, info: CallerInfo = ANI) -> CallerInfo:
    return replace(info, arguments=(argument,))


def desk_at(recordings: Path, phones: Iterable[tuple[str, str]] = ()) -> Desk:
    return Desk(around=Around(recordings, dict(phones)))


class TestMessage:
    MESSAGE = Message(ANI.uniqueid, "+6281100001234", "081100001234", NOW, Language.INDONESIAN, FILE)

    def test_the_caller_is_told_and_the_message_noted_before_it_is_recorded(self, tmp_path: Path) -> None:
        caller, desk = FakeCaller("1#"), desk_at(tmp_path)
        assert run(StepName.MESSAGE, caller, desk) == (Result.RECORD, "")
        assert caller.played == ["message-recorded"]
        assert desk.kept == [self.MESSAGE]
        assert caller.variables[RECORDING] == str(tmp_path / FILE)

    def test_who_hangs_up_before_it_begins_has_left_nothing(self, tmp_path: Path) -> None:
        desk = desk_at(tmp_path)
        with pytest.raises(CallerGoneError):
            run(StepName.MESSAGE, FakeCaller(hangs_up_at=1), desk)
        assert desk.kept == []

    def test_what_cannot_be_noted_is_not_recorded(self, tmp_path: Path) -> None:
        caller = FakeCaller()
        with pytest.raises(OSError, match="no space left"):
            run(StepName.MESSAGE, caller, replace(desk_at(tmp_path), full=True))
        assert caller.variables == {}

    def test_afterwards_its_length_is_known_and_the_caller_thanked(self, tmp_path: Path) -> None:
        (tmp_path / FILE).write_bytes(HEADER + ONE_SECOND * 23 + b"\0")
        caller, desk = FakeCaller(info=at("recorded")), desk_at(tmp_path)
        assert run(StepName.MESSAGE, caller, desk) == (Result.KEPT, "")
        assert caller.played == ["message-kept", "goodbye"]
        assert desk.kept == [replace(self.MESSAGE, seconds=23)]

    @pytest.mark.parametrize("point", [1, 2, 3])
    def test_it_is_kept_before_the_thanks(self, tmp_path: Path, point: int) -> None:
        (tmp_path / FILE).write_bytes(HEADER + ONE_SECOND)
        desk = desk_at(tmp_path)
        with pytest.raises(CallerGoneError):
            run(StepName.MESSAGE, FakeCaller(info=at("recorded"), hangs_up_at=point), desk)
        assert desk.kept == [replace(self.MESSAGE, seconds=1)]

    def test_nothing_is_said_to_who_has_hung_up(self, tmp_path: Path) -> None:
        (tmp_path / FILE).write_bytes(HEADER + ONE_SECOND * 3)
        caller, desk = FakeCaller(info=at("gone")), desk_at(tmp_path)
        assert run(StepName.MESSAGE, caller, desk) == (Result.KEPT, "")
        assert caller.played == []
        assert desk.kept == [replace(self.MESSAGE, seconds=3)]

    @pytest.mark.parametrize("recorded", [None, b"", HEADER, HEADER + ONE_SECOND[:-1]])
    def test_less_than_a_second_is_no_message(self, tmp_path: Path, recorded: bytes | None) -> None:
        if recorded is not None:
            (tmp_path / FILE).write_bytes(recorded)
        caller, desk = FakeCaller(info=at("recorded")), desk_at(tmp_path)
        assert run(StepName.MESSAGE, caller, desk) == (Result.EMPTY, "")
        assert caller.played == ["message-empty"]
        assert desk.kept == [replace(self.MESSAGE, seconds=0)]

    def test_without_a_number_it_is_kept_all_the_same(self, tmp_path: Path) -> None:
        desk = desk_at(tmp_path)
        run(StepName.MESSAGE, FakeCaller(info=WITHHELD), desk)
        assert desk.kept == [replace(self.MESSAGE, number=None, raw="")]

    @pytest.mark.parametrize("text", ["../../etc/passwd", "a\0b", "x" * 5000, "🙂", "", "${SHELL(id)}", "\ud800"])
    def test_no_text_of_the_caller_is_in_the_files_name(self, text: str) -> None:
        name = recording_of(text)
        assert (len(name), name[32:]) == (36, ".wav")
        assert set(name[:32]) <= set("0123456789abcdef")

    def test_a_recording_that_is_not_there_has_no_length(self, tmp_path: Path) -> None:
        assert seconds_of(tmp_path / FILE) == 0


class TestSurvey:
    @pytest.mark.parametrize("answers", [["3"], ["", "3"]])
    def test_one_key_at_any_time_is_the_answer(self, answers: list[str]) -> None:
        caller, desk = FakeCaller(*answers), Desk()
        assert run(StepName.SURVEY, caller, desk) == (Result.SCORED, "")
        assert desk.kept == [Score(ANI.uniqueid, 3, NOW)]
        assert caller.played == ["survey-ask", "survey-thanks"]

    @pytest.mark.parametrize("answers", [[], ["", "5"], ["", "0"], ["9", "*"], ["", "#"]])
    def test_it_is_asked_once_and_anything_else_ends_in_thanks(self, answers: list[str]) -> None:
        caller, desk = FakeCaller(*answers), Desk()
        assert run(StepName.SURVEY, caller, desk) == (Result.GOODBYE, "")
        assert desk.kept == []
        assert caller.played == ["survey-ask", "survey-thanks"]

    @pytest.mark.parametrize("point", [2, 3, 4])
    def test_who_answers_and_hangs_up_has_answered(self, point: int) -> None:
        desk = Desk()
        with pytest.raises(CallerGoneError):
            run(StepName.SURVEY, FakeCaller("1", hangs_up_at=point), desk)
        assert desk.kept == [Score(ANI.uniqueid, 1, NOW)]


class TestBlock:
    BLOCKED = blocks.of_numbers([("+6281100001234", NOW + timedelta(hours=1)), ("+6281100005678", NOW)])

    @pytest.mark.parametrize(
        ("number", "result"),
        [
            ("081100001234", Result.BLOCKED),
            ("+62 811-0000-1234", Result.BLOCKED),
            ("081100005678", Result.FREE),
            ("081100009999", Result.FREE),
            ("anonymous", Result.FREE),
            (None, Result.FREE),
        ],
    )
    def test_in_silence(self, number: str | None, result: Result) -> None:
        caller = FakeCaller(info=replace(ANI, number=number))
        assert run(StepName.BLOCK, caller, Desk(blocks=self.BLOCKED)) == (result, "")
        assert caller.played == []

    def test_it_ends_by_itself(self) -> None:
        later = Desk(now=NOW + timedelta(hours=1), blocks=self.BLOCKED)
        assert run(StepName.BLOCK, FakeCaller(), later) == (Result.FREE, "")

    def test_where_nothing_is_known_of_blocks_the_step_fails_and_the_dialplan_lets_the_caller_through(self) -> None:
        caller = FakeCaller()
        with pytest.raises(SettingsError):
            asyncio.run(steps.run(StepName.BLOCK, caller, Centre(SCHEDULE, lambda: NOW, lambda _: None)))
        assert RESULT not in caller.variables


class TestOpd:
    PHONES = (("DLHK", "201"),)
    CLOSED = NOW - timedelta(hours=3)

    def test_its_telephone_rings_in_working_hours(self, tmp_path: Path) -> None:
        caller = FakeCaller(info=at("DLHK"))
        assert run(StepName.OPD, caller, desk_at(tmp_path, self.PHONES)) == (Result.DIAL, "")
        assert caller.played == ["opd-connecting"]
        assert caller.variables[TARGET] == "201"

    @pytest.mark.parametrize("code", ["DPUPR", "", "dlhk", "DLHK&PJSIP/trunk", "../DLHK", "1"])
    def test_without_a_telephone_a_human_comes(self, tmp_path: Path, code: str) -> None:
        caller = FakeCaller(info=at(code))
        assert run(StepName.OPD, caller, desk_at(tmp_path, self.PHONES)) == (Result.OPERATOR, "")
        assert caller.played == ["to-operator"]
        assert TARGET not in caller.variables

    def test_out_of_hours_it_does_not_ring(self, tmp_path: Path) -> None:
        desk = replace(desk_at(tmp_path, self.PHONES), now=self.CLOSED)
        assert run(StepName.OPD, FakeCaller(info=at("DLHK")), desk) == (Result.CLOSED, "")

    def test_whoever_is_not_answered_is_called_back_and_hears_so(self) -> None:
        caller, desk = FakeCaller(info=at("DLHK")), Desk()
        assert run(StepName.OPD_UNANSWERED, caller, desk) == (Result.KEPT, "")
        assert desk.kept == [OpdRequest(ANI.uniqueid, "+6281100001234", "DLHK", NOW)]
        assert caller.played == ["opd-unanswered", "goodbye"]

    @pytest.mark.parametrize("number", [None, "anonymous", "1500664", "+442079460000"])
    def test_whoever_cannot_be_called_back_is_promised_nothing(self, number: str | None) -> None:
        caller, desk = FakeCaller(info=at("DLHK", replace(ANI, number=number))), Desk()
        assert run(StepName.OPD_UNANSWERED, caller, desk) == (Result.OPERATOR, "")
        assert (desk.kept, caller.played) == ([], [])

    def test_what_cannot_be_kept_is_not_promised(self) -> None:
        caller = FakeCaller(info=at("DLHK"))
        with pytest.raises(OSError, match="no space left"):
            run(StepName.OPD_UNANSWERED, caller, Desk(full=True))
        assert caller.played == []


class TestPublished:
    def test_what_lies_around_comes_out_as_it_went_in_and_the_group_can_read_it(self, tmp_path: Path) -> None:
        around = Around(tmp_path / "recordings", {"DLHK": "201", "DPUPR": "12"})
        published_around.publish_around(tmp_path, around)
        published_around.publish_blocks(tmp_path, TestBlock.BLOCKED)
        assert published_around.load_around(tmp_path) == around
        assert published_around.load_blocks(tmp_path) == TestBlock.BLOCKED
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o640}

    def test_no_number_is_in_the_file(self, tmp_path: Path) -> None:
        published_around.publish_blocks(tmp_path, TestBlock.BLOCKED)
        assert "81100001234" not in (tmp_path / published_around.BLOCKS).read_text()

    @pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b"7", b"null", b"{}", b"[" * 100_000])
    def test_garbage_is_told_by_the_steps_that_need_it_alone(self, tmp_path: Path, content: bytes) -> None:
        for name in (published_around.BLOCKS, published_around.AROUND):
            (tmp_path / name).write_bytes(content)
        left: list[Left] = []
        centre = published_around.with_around(Centre(SCHEDULE, lambda: NOW, left.append), tmp_path)
        asyncio.run(steps.run(StepName.HOURS, FakeCaller(), centre))
        for look in (centre.blocks, centre.around):
            with pytest.raises(SettingsError, match="nothing usable is published"):
                look()

    @pytest.mark.parametrize("phone", ["", "1", "1234567", "201&PJSIP/trunk", "2O1", "+62", "201\n"])
    def test_what_is_no_extension_is_no_telephone(self, tmp_path: Path, phone: str) -> None:
        published_around.publish_around(tmp_path, Around(tmp_path, {"DLHK": phone, "DPUPR": "202"}))
        assert published_around.load_around(tmp_path).phones == {"DPUPR": "202"}
