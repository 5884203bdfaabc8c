"""Is the centre open? Says nothing to the caller."""

from depok_agi.voice.caller import Caller
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.variables import Result


async def step(caller: Caller, centre: Centre) -> StepResult:  # noqa: ARG001 - every step has these two
    """`open` or `closed`."""
    return StepResult(Result.OPEN if centre.schedule.check(centre.now()).open else Result.CLOSED)
