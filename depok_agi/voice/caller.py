"""What a step may do with the citizen on the line.

Three things speak this protocol: FastAGI (`asterisk/fastagi.py`), the forked script (`asterisk/forked_agi.py`) and the
fake caller of the tests. A step is a coroutine over it, so that it runs unchanged behind all three; the forked script
drives the coroutine without an event loop, which works because its methods never really wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from depok_agi.language import Language as Language  # noqa: PLC0414 - the steps take it from here

ANY_KEY = "0123456789*#"
"""The keys of a telephone."""


@dataclass(frozen=True, slots=True)
class CallerInfo:
    """What Asterisk says about the call when a step begins. All of it was chosen by the caller: never trust it.

    Attributes:
        uniqueid: Asterisk's id of the caller's channel.
        number: the caller ID number as it came, None when withheld or `unknown`.
        name: the caller ID name as it came, None when there is none.
        dialled: the extension that was dialled.
        language: the channel's language; Indonesian when it is none of ours.
        arguments: what the dialplan asked the step with, such as a number to be read out.
    """

    uniqueid: str
    number: str | None
    name: str | None
    dialled: str
    language: Language = Language.INDONESIAN
    arguments: tuple[str, ...] = ()


class Caller(Protocol):
    """The citizen on the line. Every method raises `CallerGoneError` once they have hung up."""

    @property
    def info(self) -> CallerInfo:
        """What Asterisk said at the start of the step."""

    async def play(self, prompts: Sequence[str], keys: str = "") -> str:
        """Play prompts one after another, in the channel's language.

        Prompts are names without folder, language or ending ("menu-main"). A key out of `keys` stops the playing
        (barge-in) and is returned; "" when all was played. A prompt that cannot be played is passed over.
        """

    async def wait_key(self, seconds: float) -> str:
        """Wait for one key; "" when none came."""

    async def ask_digits(self, prompt: str, *, digits: int, seconds: float) -> str:
        """Play a prompt and collect up to `digits` keys, ended by `#` or a pause of `seconds`; "" when none came."""

    async def set_language(self, language: Language) -> None:
        """Speak this language from now on, in later steps of the call too."""

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable; the dialplan reads it."""

    async def get_variable(self, name: str) -> str:
        """What Asterisk knows of an SMS, such as its text (the names: `variables.py`); "" for what it does not know."""
