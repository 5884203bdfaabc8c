"""The centre is closed: say why, and offer to call back."""

from depok_agi.hours.schedule import Reason
from depok_agi.voice.caller import Caller
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.variables import Result

WHY = {
    Reason.WEEKLY: "closed-hours",
    Reason.BREAK: "closed-break",
    Reason.HOLIDAY: "closed-holiday",
    Reason.OVERRIDE: "closed-today",
}
CALLBACK_KEY = "1"
SECONDS_TO_DECIDE = 6.0


async def step(caller: Caller, centre: Centre) -> StepResult:
    """`callback` when the caller wants to be called back, else `goodbye`."""
    why = WHY.get(centre.schedule.check(centre.now()).reason, "closed-hours")
    key = await caller.play([why, "closed-opening", "closed-offer", "closed-english"], CALLBACK_KEY)
    key = key or await caller.wait_key(SECONDS_TO_DECIDE)
    if key == CALLBACK_KEY:
        return StepResult(Result.CALLBACK, key)
    await caller.play(["goodbye"])
    return StepResult(Result.GOODBYE, key)
