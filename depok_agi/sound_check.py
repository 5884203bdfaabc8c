"""What can be wrong with one sound file that Asterisk is to play."""

import re
import shutil
import subprocess
import wave
from array import array
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path


class SoundFault(StrEnum):
    """What is wrong."""

    UNPLAYABLE = "unplayable"
    """Asterisk has no format of this ending, or wants another rate, one channel or 16 bits for it."""
    SILENT = "silent"
    CLIPPED = "clipped"


RATES = {".wav": 8_000, ".wav16": 16_000}
"""What Asterisk's format_wav takes: mono, 16 bits, and for each ending one rate only."""

_HEARD_BY_SOX = {
    **dict.fromkeys((".ulaw", ".ul", ".mu", ".ulw", ".pcm"), ("-t", "ul", "-r", "8000", "-c", "1")),
    **dict.fromkeys((".alaw", ".al", ".alw"), ("-t", "al", "-r", "8000", "-c", "1")),
    ".sln": ("-t", "raw", "-r", "8000", "-e", "signed", "-b", "16", "-c", "1"),
    ".sln16": ("-t", "raw", "-r", "16000", "-e", "signed", "-b", "16", "-c", "1"),
    ".gsm": ("-t", "gsm"),
}
_PLAYED_UNHEARD = re.compile(
    r"\.(WAV|wav49|g722|g723|g723sf|g729|g726-(16|24|32|40)|ilbc|siren7|siren14|vox|sln[0-9]+)"
)
"""Formats that Asterisk plays and that are not looked into here."""

FULL_SCALE = 32_767
CLIPPED_FROM = 0.99 * FULL_SCALE
CLIPPED_SAMPLES = 4
"""So many samples on end at the edge: a single one may just be loud."""

SILENT_BELOW = 0.01 * FULL_SCALE
WINDOW_SECONDS = 0.05
SOUND_SECONDS = 0.1
"""A file with less sound than this is silent, whatever clicks are in it. The shortest word is three times as long."""


def fault_of(file: Path) -> SoundFault | None:
    """The worst fault of a file; None when it has none. Raises OSError when it cannot be read."""
    if file.suffix in RATES:
        sound = _of_wav(file)
    elif file.suffix in _HEARD_BY_SOX:
        if shutil.which("sox") is None:
            return None
        sound = _by_sox(file)
    else:
        return None if _PLAYED_UNHEARD.fullmatch(file.suffix) else SoundFault.UNPLAYABLE
    if sound is None:
        return SoundFault.UNPLAYABLE
    samples, rate = sound
    if _seconds_of_sound(samples, rate) < SOUND_SECONDS:
        return SoundFault.SILENT
    return SoundFault.CLIPPED if _is_clipped(samples) else None


def _of_wav(file: Path) -> tuple[Sequence[int], int] | None:
    try:
        with wave.open(str(file), "rb") as wav:
            rate = wav.getframerate()
            if (wav.getnchannels(), wav.getsampwidth(), rate) != (1, 2, RATES[file.suffix]):
                return None
            return _samples(wav.readframes(wav.getnframes())), rate
    except (wave.Error, EOFError):
        return None


def _by_sox(file: Path) -> tuple[Sequence[int], int] | None:
    command = ["sox", *_HEARD_BY_SOX[file.suffix], str(file.resolve()), "-t", "raw", "-e", "signed", "-b", "16"]
    done = subprocess.run([*command, "-r", "8000", "-c", "1", "-"], capture_output=True, check=False)
    return None if done.returncode != 0 else (_samples(done.stdout), 8_000)


def _samples(content: bytes) -> Sequence[int]:
    samples = array("h")
    samples.frombytes(content[: len(content) // samples.itemsize * samples.itemsize])
    return samples


def _seconds_of_sound(samples: Sequence[int], rate: int) -> float:
    size = int(rate * WINDOW_SECONDS)
    windows = (samples[start : start + size] for start in range(0, len(samples), size))
    return sum(max(window) - min(window) > 2 * SILENT_BELOW for window in windows) * WINDOW_SECONDS


def _is_clipped(samples: Sequence[int]) -> bool:
    if max(samples) < CLIPPED_FROM and -min(samples) < CLIPPED_FROM:
        return False
    on_end = 0
    for sample in samples:
        on_end = on_end + 1 if abs(sample) >= CLIPPED_FROM else 0
        if on_end == CLIPPED_SAMPLES:
            return True
    return False
