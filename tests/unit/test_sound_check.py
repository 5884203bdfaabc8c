"""What is wrong with a sound file, told from the file itself."""

import math
import shutil
import subprocess
import wave
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.sound_check import RATES, SoundFault, fault_of

needs_sox = pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not there")
LOUD, TOO_LOUD = 10_000, 60_000


def tone(seconds: float, level: float, rate: int = 8_000) -> list[int]:
    """A tone; what is above full scale is cut off, as a microphone would."""
    wanted = (level * math.sin(2 * math.pi * 440 * n / rate) for n in range(int(seconds * rate)))
    return [max(-32_768, min(32_767, int(sample))) for sample in wanted]


def write(file: Path, samples: list[int], rate: int = 8_000, channels: int = 1) -> Path:
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(array("h", samples).tobytes())
    return file


@pytest.mark.parametrize(("suffix", "rate"), RATES.items())
def test_a_word_at_a_good_level_has_no_fault(tmp_path: Path, suffix: str, rate: int) -> None:
    assert fault_of(write(tmp_path / f"word{suffix}", tone(0.3, LOUD, rate), rate)) is None


@pytest.mark.parametrize(
    "samples",
    [
        [],
        [0] * 8_000,
        tone(1, 100),
        [0] * 8_000 + [30_000] * 100 + [0] * 8_000,
    ],
    ids=["nothing", "silence", "a whisper of noise", "a click"],
)
def test_what_nobody_can_hear_is_silent(tmp_path: Path, samples: list[int]) -> None:
    assert fault_of(write(tmp_path / "word.wav", samples)) is SoundFault.SILENT


def test_what_was_cut_off_at_full_scale_is_clipped(tmp_path: Path) -> None:
    assert fault_of(write(tmp_path / "word.wav", tone(0.5, TOO_LOUD))) is SoundFault.CLIPPED


def test_one_loud_sample_is_no_fault(tmp_path: Path) -> None:
    assert fault_of(write(tmp_path / "word.wav", [*tone(0.5, LOUD), 32_767, -32_768])) is None


@pytest.mark.parametrize(("rate", "channels"), [(44_100, 1), (16_000, 1), (8_000, 2)])
def test_what_asterisk_does_not_play_is_told_from_its_head(tmp_path: Path, rate: int, channels: int) -> None:
    file = write(tmp_path / "word.wav", tone(1, LOUD), rate, channels)
    assert fault_of(file) is SoundFault.UNPLAYABLE


@pytest.mark.parametrize("name", ["word.mp3", "word.wave", "word.wav.orig", "word.txt"])
def test_an_ending_that_asterisk_does_not_know_is_never_played(tmp_path: Path, name: str) -> None:
    assert fault_of(write(tmp_path / name, tone(1, LOUD))) is SoundFault.UNPLAYABLE


@pytest.mark.parametrize("name", ["word.g722", "word.WAV", "word.sln48"])
def test_what_cannot_be_looked_into_is_not_accused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"?")
    assert fault_of(tmp_path / name) is None


@needs_sox
@pytest.mark.parametrize("suffix", [".gsm", ".ulaw", ".alaw", ".sln"])
def test_other_formats_are_heard_by_sox(tmp_path: Path, suffix: str) -> None:
    options = {".gsm": ["-t", "gsm"], ".ulaw": ["-t", "ul"], ".alaw": ["-t", "al"], ".sln": ["-t", "raw"]}[suffix]
    for name, level, fault in (("loud", LOUD, None), ("silent", 0, SoundFault.SILENT)):
        source = write(tmp_path / "source.wav", tone(0.5, level))
        file = tmp_path / f"{name}{suffix}"
        subprocess.run(["sox", "-D", str(source), *options, str(file)], check=True)
        assert fault_of(file) is fault


@given(content=st.binary(max_size=200))
def test_whatever_is_in_a_file_it_has_an_answer(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("sound") / "word.wav"
    for head in (b"", b"RIFF\x00\x00\x00\x00WAVEfmt "):
        file.write_bytes(head + content)
        assert fault_of(file) in {SoundFault.UNPLAYABLE, SoundFault.SILENT, SoundFault.CLIPPED, None}
