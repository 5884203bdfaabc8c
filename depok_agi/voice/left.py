"""What a citizen can leave behind, beside the request to be called back (`centre.CallbackRequest`).

One of each kind per channel, however often it is written. All times are aware.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from depok_agi.calls.recordings import name_of
from depok_agi.voice.caller import Language

LEAST_SECONDS: Final = 1
"""Nothing is said in a recording that is shorter."""

LOWEST_SCORE: Final = 1
HIGHEST_SCORE: Final = 4
"""As in each element of the SKM (Permenpan RB 14/2017)."""

WAV_HEADER_BYTES = 44
WAV_BYTES_PER_SECOND = 16_000
"""Of Asterisk's format `wav`: 8 kHz, 16 bit, one channel (`formats/format_wav.c`)."""


@dataclass(frozen=True, slots=True)
class Message:
    """A recorded message. It is left before it is recorded, so that it is found whatever goes wrong meanwhile.

    Attributes:
        number: E.164; None when the caller has none that can be called.
        raw: the caller ID as it came.
        file: the recording's name inside the folder for recordings.
        seconds: how long it is; None while it is not known to have ended.
    """

    uniqueid: str
    number: str | None
    raw: str
    at: datetime
    language: Language
    file: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """How content a citizen was with the talk, from 1 to 4."""

    uniqueid: str
    score: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Sms:
    """An SMS that came in.

    Attributes:
        uniqueid: what only its repeats share with it: the Call-ID and CSeq of the SIP MESSAGE, else the channel.
        number: E.164; None when the sender is nobody who can be answered, such as a company's name or a short code.
        raw: the sender as it came.
        at: when it came, aware.
        text: None when it was too long for Asterisk, which then passes on nothing of it.
    """

    uniqueid: str
    number: str | None
    raw: str
    at: datetime
    text: str | None


@dataclass(frozen=True, slots=True)
class OpdRequest:
    """A citizen wanted to speak with an OPD, which did not answer, and is to be called back.

    Attributes:
        number: E.164.
        opd: the OPD's code.
    """

    uniqueid: str
    number: str
    opd: str
    at: datetime


def recording_of(uniqueid: str) -> str:
    """The name of the file that a channel's message is recorded to."""
    return name_of("message", uniqueid)


def seconds_of(recording: Path) -> int:
    """How long a recording is, whole seconds; 0 when there is none.

    By its size: Asterisk writes the length into the header only at the end, which a crash does not wait for.
    """
    try:
        size = recording.stat().st_size
    except FileNotFoundError:
        return 0
    return max(0, size - WAV_HEADER_BYTES) // WAV_BYTES_PER_SECOND
