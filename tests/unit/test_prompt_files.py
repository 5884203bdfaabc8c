"""Prompts are synthesised until somebody records them, and what is wrong with their files is told."""

import csv
import io
import json
import shutil
import wave
from array import array
from pathlib import Path

import pytest

from depok_agi import prompts
from depok_agi.prompt_check import Finding, PromptFault, check
from depok_agi.prompt_files import MANIFEST, RECORDED
from depok_agi.prompts import Prompt, State
from depok_agi.voice.caller import Language
from tests.unit.cli.command import in_process
from tests.unit.test_sound_check import LOUD, TOO_LOUD, tone, write

pytestmark = pytest.mark.skipif(
    not (shutil.which("espeak-ng") and shutil.which("sox")), reason="espeak-ng and sox are not there"
)
ID, EN = Language.INDONESIAN, Language.ENGLISH
SCRIPT = """\
[welcome]
id = "Selamat datang."
en = "Welcome."
[digit-1]
id = "satu"
en = "one"
[number-10]
id = "sepuluh"
en = "ten"
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "prompts.toml"
    file.write_text(SCRIPT)
    return file


@pytest.fixture
def made(script: Path, tmp_path: Path) -> Path:
    """Asterisk's sounds with a draft of every prompt."""
    sounds = tmp_path / "sounds"
    assert prompts.make(prompts.load(script), sounds) == 6
    return sounds


def files(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def found(script: Path, sounds: Path) -> list[Finding]:
    return check(prompts.load(script), sounds)


def changed(script: Path) -> Path:
    script.write_text(SCRIPT.replace("Selamat datang.", "Selamat pagi."))
    return script


class TestMaking:
    def test_each_prompt_comes_in_both_rates_and_is_loud_enough(self, script: Path, made: Path) -> None:
        for language in Language:
            names = {f"{name}.{suffix}" for name in ("welcome", "digit-1", "number-10") for suffix in ("wav", "wav16")}
            assert files(made / language / "depok") == {*names, MANIFEST}
        for suffix, rate in (("wav", 8_000), ("wav16", 16_000)):
            with wave.open(str(made / "id" / "depok" / f"welcome.{suffix}")) as sound:
                assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (rate, 1, 2)
                samples = array("h", sound.readframes(sound.getnframes()))
            assert 0.65 < max(abs(sample) for sample in samples) / 32_768 < 0.75, "3 dB below full scale"
        assert found(script, made) == []

    def test_a_second_time_there_is_nothing_to_do(self, script: Path, made: Path) -> None:
        assert prompts.make(prompts.load(script), made) == 0

    def test_another_text_is_made_anew_and_only_that(self, script: Path, made: Path) -> None:
        assert prompts.make(prompts.load(changed(script)), made) == 1
        assert found(script, made) == []

    def test_a_draft_of_an_older_version_gets_its_second_rate(self, script: Path, made: Path) -> None:
        folder = made / "id" / "depok"
        notes = json.loads((folder / MANIFEST).read_text())
        (folder / MANIFEST).write_text(
            json.dumps({name: {"text": note["text"], "audio": note["audio"]} for name, note in notes.items()})
        )
        for file in folder.glob("*.wav16"):
            file.unlink()
        assert prompts.make(prompts.load(script), made) == 3
        assert found(script, made) == []

    @pytest.mark.parametrize("suffix", [".wav", ".wav16", ".gsm"])
    def test_a_recording_is_never_written_over_and_no_draft_is_left_to_be_played(
        self, script: Path, made: Path, suffix: str
    ) -> None:
        recording = made / "id" / "depok" / f"welcome{suffix}"
        recording.write_bytes(b"by a person")
        assert prompts.make(prompts.load(changed(script)), made) == 0
        assert [file.name for file in recording.parent.glob("welcome.*")] == [recording.name]
        assert recording.read_bytes() == b"by a person"

    def test_whatever_is_killed_between_note_and_sound_leaves_a_draft(
        self, script: Path, made: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        replace = Path.replace

        def killed(self: Path, target: Path) -> Path:
            if self.suffix == ".wav16":
                raise KeyboardInterrupt
            return replace(self, target)

        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", killed)
            with pytest.raises(KeyboardInterrupt):
                prompts.make(prompts.load(changed(script)), made)
        assert prompts.states(prompts.load(script), made)["welcome", ID] is State.MISSING
        assert prompts.make(prompts.load(script), made) == 1
        assert found(script, made) == []


class TestAsterisksOwnNumbers:
    def test_are_links_to_ours_in_indonesian_alone(self, made: Path) -> None:
        assert files(made / "id" / "digits") == {"1.wav", "1.wav16", "10.wav", "10.wav16"}
        assert (made / "id" / "digits" / "10.wav").samefile(made / "id" / "depok" / "number-10.wav")
        assert not (made / "en" / "digits").exists()

    def test_what_the_host_has_already_is_left_alone(self, script: Path, made: Path) -> None:
        digits = made / "id" / "digits"
        shutil.rmtree(digits)
        digits.mkdir()
        (digits / "1.gsm").write_bytes(b"the host's")
        prompts.make(prompts.load(script), made)
        assert files(digits) == {"1.gsm", "10.wav", "10.wav16"}

    def test_follow_a_recording(self, script: Path, made: Path) -> None:
        recording = made / "id" / "depok" / "digit-1.gsm"
        recording.write_bytes(b"by a person")
        prompts.make(prompts.load(script), made)
        assert files(made / "id" / "digits") == {"1.gsm", "10.wav", "10.wav16"}
        assert (made / "id" / "digits" / "1.gsm").samefile(recording)


class TestChecking:
    def test_what_nobody_made_is_missing_in_each_language(self, script: Path, tmp_path: Path) -> None:
        findings = found(script, tmp_path / "none")
        assert {(one.language, one.fault, one.file) for one in findings} == {
            (ID, PromptFault.MISSING, None),
            (EN, PromptFault.MISSING, None),
        }
        assert len(findings) == 6

    def test_a_draft_of_another_text_is_stale(self, script: Path, made: Path) -> None:
        assert found(changed(script), made) == [Finding("welcome", ID, PromptFault.STALE, "welcome.wav")]

    def test_a_recording_is_stale_once_its_text_is_changed_after_it_was_seen(self, script: Path, made: Path) -> None:
        folder = made / "id" / "depok"
        (folder / "welcome.wav16").unlink()
        write(folder / "welcome.wav", tone(0.5, LOUD))
        assert found(script, made) == []
        assert files(folder) > {RECORDED}
        assert found(changed(script), made) == [Finding("welcome", ID, PromptFault.STALE, "welcome.wav")]
        write(folder / "welcome.wav", tone(0.6, LOUD))
        assert found(script, made) == [], "it was recorded anew"

    def test_a_draft_beside_a_recording_is_told_for_asterisk_might_play_it(self, script: Path, made: Path) -> None:
        write(made / "id" / "depok" / "welcome.wav", tone(0.5, LOUD))
        assert found(script, made) == [Finding("welcome", ID, PromptFault.STALE, "welcome.wav16")]

    @pytest.mark.parametrize(
        ("level", "rate", "fault"),
        [
            (0, 8_000, PromptFault.SILENT),
            (TOO_LOUD, 8_000, PromptFault.CLIPPED),
            (LOUD, 44_100, PromptFault.UNPLAYABLE),
        ],
    )
    def test_a_bad_recording_is_told(self, script: Path, made: Path, level: int, rate: int, fault: PromptFault) -> None:
        folder = made / "en" / "depok"
        (folder / "digit-1.wav16").unlink()
        write(folder / "digit-1.wav", tone(0.5, level), rate)
        assert found(script, made) == [Finding("digit-1", EN, fault, "digit-1.wav")]

    def test_who_may_not_write_there_may_check_all_the_same(
        self, script: Path, made: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(made / "id" / "depok" / "welcome.wav", tone(0.5, LOUD))

        def refused(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("tempfile.NamedTemporaryFile", refused)
        assert len(found(script, made)) == 1


class TestTheCommand:
    def options(self, script: Path, sounds: Path) -> list[str]:
        return ["--script", str(script), "--sounds", str(sounds)]

    def test_fails_when_a_caller_would_hear_nothing(self, script: Path, made: Path) -> None:
        (made / "id" / "depok" / "digit-1.wav").unlink()
        (made / "id" / "depok" / "digit-1.wav16").unlink()
        result = in_process("prompts", "check", *self.options(script, made))
        assert result.exit_code == 1
        assert "missing" in result.stdout
        assert "1 prompts cannot be heard" in result.stderr

    def test_does_not_fail_for_what_is_only_stale(self, script: Path, made: Path) -> None:
        result = in_process("prompts", "check", *self.options(changed(script), made))
        assert (result.exit_code, result.stdout.count("stale")) == (0, 1)

    def test_tells_scripts(self, script: Path, made: Path) -> None:
        options = self.options(script, made)
        assert json.loads(in_process("prompts", "check", "--json", *options).stdout) == []
        changed(script)
        assert json.loads(in_process("prompts", "check", "--json", *options).stdout) == [
            {"fault": "stale", "language": "id", "name": "welcome", "file": "welcome.wav"}
        ]

    def test_gives_a_sheet_to_record_from(self, script: Path, made: Path) -> None:
        result = in_process("prompts", "list", "--csv", *self.options(script, made))
        assert list(csv.reader(io.StringIO(result.stdout)))[:2] == [
            ["name", "id", "en"],
            ["welcome", "Selamat datang.", "Welcome."],
        ]
        assert in_process("prompts", "list", "--csv", "--json", *self.options(script, made)).exit_code == 2

    def test_lists_how_each_stands(self, script: Path, made: Path) -> None:
        (made / "id" / "depok" / "welcome.gsm").write_bytes(b"by a person")
        rows = json.loads(in_process("prompts", "list", "--json", *self.options(script, made)).stdout)
        assert rows[:2] == [
            {"name": "welcome", "language": "id", "state": "recorded", "text": "Selamat datang."},
            {"name": "welcome", "language": "en", "state": "synthesised", "text": "Welcome."},
        ]


def test_a_prompt_that_is_always_said_in_one_language_is_made_anew_when_that_changes() -> None:
    texts = dict.fromkeys(Language, "For English, press two.")
    assert Prompt("x", texts).digest(ID) != Prompt("x", texts, EN).digest(ID)
