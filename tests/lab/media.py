"""The sound of a lab phone: one UDP port that speaks, presses keys and records what it hears.

SIPp does the signalling only. It needs root to send its own sound, and it cannot record; a phone with one port for both
directions is also what a real one looks like to Asterisk.
"""

import itertools
import math
import secrets
import socket
import struct
import time
import wave
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

RATE = 8000
TICK = 0.02
SAMPLES = int(RATE * TICK)
ALAW = 8
TELEPHONE_EVENT = 101
KEYS = "0123456789*#ABCD"
KEY_TICKS = 6
KEY_END_PACKETS = 3
KEY_GAP_TICKS = 6
TONE = 2500
"""What a phone sends as a tone has an amplitude of 8000; speech has far less at any one frequency."""
# A recording keeps to the clock: a gap in what arrives is a gap in the sound, unless it is only jitter.
JITTER = 0.1


@dataclass(frozen=True)
class Frame:
    """What one tick of 20 ms sends. `age` counts the ticks since a key went down, as its timestamp must not move."""

    payload: bytes
    payload_type: int = ALAW
    marker: bool = False
    age: int = 0


SILENCE = Frame(b"\xd5" * SAMPLES)


def silence(seconds: float) -> list[Frame]:
    return [SILENCE] * round(seconds / TICK)


def tone(hertz: float, seconds: float) -> list[Frame]:
    """Returns a tone; whole ticks of a multiple of 50 Hz can be repeated without a click."""
    return [
        Frame(
            bytes(_to_alaw(int(8000 * math.sin(2 * math.pi * hertz * n / RATE))) for n in range(start, start + SAMPLES))
        )
        for start in range(0, round(seconds / TICK) * SAMPLES, SAMPLES)
    ]


def keys(digits: str) -> list[Frame]:
    """Returns the keys as RFC 4733 events, each followed by a short silence."""
    return list(itertools.chain.from_iterable(_key(digit) for digit in digits))


def _key(digit: str) -> Iterator[Frame]:
    code = KEYS.index(digit.upper())
    for age in range(KEY_TICKS + KEY_END_PACKETS):
        held = min(age + 1, KEY_TICKS)
        end_and_volume = 0x80 | 10 if age >= KEY_TICKS else 10
        payload = struct.pack("!BBH", code, end_and_volume, held * SAMPLES)
        yield Frame(payload, TELEPHONE_EVENT, marker=age == 0, age=age)
    yield from silence(KEY_GAP_TICKS * TICK)


class MediaPort:
    """A bound port. It is quiet until `talk_to` names the other side; from then on it sends one frame a tick."""

    def __init__(self, address: str, *, idle: Iterable[Frame] = (SILENCE,)) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self.packets_heard = 0
        self._idle = itertools.cycle(idle)
        self._waiting: deque[Frame] = deque()
        self._remote: tuple[str, int] | None = None
        self._sequence = 0
        self._clock = 0
        self._source = secrets.randbits(32)
        self._began = time.monotonic()
        self._sound = bytearray()

    def talk_to(self, address: str, port: int) -> None:
        self._remote = (address, port)

    def fall_silent(self) -> None:
        self._remote = None
        self._waiting.clear()

    def send(self, frames: Iterable[Frame]) -> None:
        self._waiting.extend(frames)

    def tick(self) -> None:
        """Takes in what has arrived and sends the next frame."""
        self._listen()
        self._clock = (self._clock + SAMPLES) % 2**32
        if self._remote is None:
            return
        frame = self._waiting.popleft() if self._waiting else next(self._idle)
        timestamp = (self._clock - frame.age * SAMPLES) % 2**32
        kind = frame.payload_type | (0x80 if frame.marker else 0)
        self._sequence = (self._sequence + 1) % 2**16
        header = struct.pack("!BBHII", 0x80, kind, self._sequence, timestamp, self._source)
        try:
            self._socket.sendto(header + frame.payload, self._remote)
        except OSError:  # The other side has just closed its port.
            return

    def save(self, path: Path) -> None:
        """Writes what was heard as a 16-bit wav file."""
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(b"".join(_LINEAR[byte] for byte in self._sound))

    def close(self) -> None:
        self._socket.close()

    def _listen(self) -> None:
        while True:
            try:
                packet = self._socket.recv(2048)
            except OSError:  # Nothing more for now, or the other side has just closed its port.
                return
            sound = _sound_in(packet)
            if sound:
                self.packets_heard += 1
                self._keep(sound)

    def _keep(self, sound: bytes) -> None:
        due = int((time.monotonic() - self._began) * RATE) - len(sound)
        if due - len(self._sound) > JITTER * RATE:
            self._sound += b"\xd5" * (due - len(self._sound))
        self._sound += sound


def loudest(path: Path, window: float = 0.1) -> float:
    """Returns the loudness (RMS, 0 to 32767) of the loudest moment of a recording; 0 for silence or nothing at all."""
    return max(_loudness(path, window), default=0.0)


def longest_silence(path: Path, window: float = 0.1, quieter_than: float = 50.0) -> float:
    """Returns for how many seconds on end nothing was heard."""
    runs = itertools.groupby(loudness < quieter_than for loudness in _loudness(path, window))
    return max((sum(1 for _ in run) * window for quiet, run in runs if quiet), default=0.0)


def seconds_of_tone(path: Path, hertz: float, window: float = 0.1) -> float:
    """Returns for how many seconds this tone of a phone was there, also among other sounds (Goertzel's algorithm)."""
    return sum(window for level in _levels(path, hertz, window) if level > TONE)


def first_tone(path: Path, hertz: float, window: float = 0.1) -> float:
    """Returns when this tone began, in seconds from the beginning; infinity where it never did."""
    found = (number * window for number, level in enumerate(_levels(path, hertz, window)) if level > TONE)
    return next(found, math.inf)


def _levels(path: Path, hertz: float, window: float) -> Iterator[float]:
    """The amplitude of one frequency, window by window; windows hold whole periods of any multiple of 10 Hz."""
    for chunk in _chunks(path, window):
        turn = 2 * math.pi * hertz / RATE
        real = sum(sample * math.cos(turn * n) for n, sample in enumerate(chunk))
        imaginary = sum(sample * math.sin(turn * n) for n, sample in enumerate(chunk))
        yield 2 * math.hypot(real, imaginary) / len(chunk)


def _loudness(path: Path, window: float) -> Iterator[float]:
    for chunk in _chunks(path, window):
        yield math.sqrt(sum(s * s for s in chunk) / len(chunk))


def _chunks(path: Path, window: float) -> Iterator[tuple[int, ...]]:
    with wave.open(str(path), "rb") as file:
        count = file.getnframes()
        samples = struct.unpack(f"<{count}h", file.readframes(count))
        size = int(file.getframerate() * window)
    for start in range(0, count, size):
        yield samples[start : start + size]


def is_audible(packet: bytes, louder_than: float = 300.0) -> bool:
    """Returns whether an RTP packet holds sound that somebody can hear: so loud, as RMS, in its 20 ms."""
    samples = [_from_alaw(byte) for byte in _sound_in(packet)]
    return bool(samples) and math.sqrt(sum(s * s for s in samples) / len(samples)) > louder_than


def _sound_in(packet: bytes) -> bytes:
    """Returns the A-law sound of an RTP packet (RFC 3550), or nothing when it holds something else."""
    if len(packet) < 12 or packet[0] >> 6 != 2 or packet[1] & 0x7F != ALAW:
        return b""
    start = 12 + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4])
    end = len(packet) - (packet[-1] if packet[0] & 0x20 else 0)
    return packet[start:end]


def _from_alaw(byte: int) -> int:
    """Decodes one byte of G.711 A-law (audioop, which could, left Python in 3.13)."""
    byte ^= 0x55
    exponent, mantissa = (byte >> 4) & 7, byte & 15
    magnitude = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
    # A level of 8 is the quietest there is: what a phone sends as silence.
    return magnitude if byte & 0x80 else -magnitude


_LINEAR = [struct.pack("<h", _from_alaw(byte)) for byte in range(256)]
_LEVELS = sorted((_from_alaw(byte), byte) for byte in range(256))


def _to_alaw(sample: int) -> int:
    return min(_LEVELS, key=lambda level: abs(level[0] - sample))[1]
