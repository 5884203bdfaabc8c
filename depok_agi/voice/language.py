"""Greet, and ask for the language."""

from depok_agi.errors import SettingsError
from depok_agi.voice.caller import Caller, Language
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.variables import Result

OFFERS = {Language.INDONESIAN: "language-indonesian", Language.ENGLISH: "language-english"}
"""The prompts that name the key for each language: they have to say what the menu file says."""

SECONDS_TO_DECIDE = 4.0


async def step(caller: Caller, centre: Centre) -> StepResult:
    """Always `chosen`: whoever presses nothing, or something else, is spoken to in Indonesian.

    The keys are those of the menu file; where it has one language, nobody is asked.

    Raises:
        SettingsError: there is no menu.
    """
    if centre.menu is None:
        raise SettingsError("no menu is published")
    keys = centre.menu.languages
    offered = [prompt for language, prompt in OFFERS.items() if language in keys.values()]
    key = ""
    if len(offered) > 1:
        key = await caller.play(["welcome", *offered], "".join(keys)) or await caller.wait_key(SECONDS_TO_DECIDE)
    else:
        await caller.play(["welcome"])
    await caller.set_language(keys.get(key, Language.INDONESIAN))
    return StepResult(Result.CHOSEN, key)
