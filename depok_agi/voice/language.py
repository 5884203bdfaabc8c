"""Greet, and ask for the language."""

from depok_agi.voice.caller import Caller, Language
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.variables import Result

KEYS = {"1": Language.INDONESIAN, "2": Language.ENGLISH}
SECONDS_TO_DECIDE = 4.0


async def step(caller: Caller, centre: Centre) -> StepResult:  # noqa: ARG001 - every step has these two
    """Always `chosen`: whoever presses nothing, or something else, is spoken to in Indonesian."""
    key = await caller.play(["welcome", "language-indonesian", "language-english"], "".join(KEYS))
    key = key or await caller.wait_key(SECONDS_TO_DECIDE)
    await caller.set_language(KEYS.get(key, Language.INDONESIAN))
    return StepResult(Result.CHOSEN, key)
