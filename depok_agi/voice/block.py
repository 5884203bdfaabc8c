"""Is the caller's number blocked? Says nothing to the caller, who hears the refusal from the dialplan."""

from depok_agi.calls.numbers import to_e164
from depok_agi.voice.caller import Caller
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.variables import Result


async def step(caller: Caller, centre: Centre) -> StepResult:
    """`blocked` or `free`; whoever shows no number is free."""
    blocks = centre.blocks()
    if not blocks.until:
        return StepResult(Result.FREE)  # at once: to understand a number takes the forked script a while
    number = to_e164(caller.info.number)
    blocked = number is not None and blocks.has(number, centre.now())
    return StepResult(Result.BLOCKED if blocked else Result.FREE)
