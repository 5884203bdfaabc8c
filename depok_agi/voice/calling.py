"""The operator has picked up a phone that the daemon had rung: they hear which number is called now."""

from depok_agi.calls.numbers import national, to_e164
from depok_agi.voice import spoken
from depok_agi.voice.caller import ANY_KEY, Caller
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.variables import Result


async def step(caller: Caller, centre: Centre) -> StepResult:  # noqa: ARG001 - every step has these two
    """Always `told`; any key ends the reading. The number is the step's argument, in groups as it is written here."""
    number = to_e164(next(iter(caller.info.arguments), None))
    if number is not None:
        key = await caller.play(["calling-number"], ANY_KEY)
        for group in spoken.groups(national(number)):
            key = key or await caller.play(group, ANY_KEY) or await caller.wait_key(spoken.SECONDS_BETWEEN_GROUPS)
    return StepResult(Result.TOLD)
