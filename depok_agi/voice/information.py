"""General information: what the centre does, when it is open."""

from depok_agi.voice.caller import Caller
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.variables import Result


async def step(caller: Caller, centre: Centre) -> StepResult:  # noqa: ARG001 - every step has these two
    """`told`; any key ends the announcement and goes back to the menu."""
    await caller.play(["information"], "0123456789*#")
    return StepResult(Result.TOLD)
