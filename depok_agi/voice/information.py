"""An announcement: what the centre does, when it is open, or whatever else the menu file has to tell."""

from depok_agi.voice.caller import ANY_KEY, Caller
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.menu_tree import PROMPT
from depok_agi.voice.variables import Result

WITHOUT_ARGUMENT = "information"


async def step(caller: Caller, centre: Centre) -> StepResult:  # noqa: ARG001 - every step has these two
    """`told`; any key ends the announcement and goes back to the menu. Which prompt it is, is the step's argument."""
    prompt = next(iter(caller.info.arguments), "")
    await caller.play([prompt if PROMPT.fullmatch(prompt) else WITHOUT_ARGUMENT], ANY_KEY)
    return StepResult(Result.TOLD)
