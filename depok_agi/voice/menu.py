"""The main menu."""

from depok_agi.voice.caller import Caller
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.variables import Result

CHOICES = {
    "1": Result.INFORMATION,
    "2": Result.COMPLAINT,
    "3": Result.STATUS,
    "4": Result.CALLBACK,
    "0": Result.OPERATOR,
}
"""The prompt `menu` reads these out: change both."""

TRIES = 3
SECONDS_TO_DECIDE = 5.0


async def step(caller: Caller, centre: Centre) -> StepResult:  # noqa: ARG001 - every step has these two
    """One of `CHOICES`; whoever finds none in three tries gets a human."""
    pressed = ""
    for _ in range(TRIES):
        key = await caller.play(["menu"], "0123456789*#")
        key = key or await caller.wait_key(SECONDS_TO_DECIDE)
        pressed += key
        if key in CHOICES:
            return StepResult(CHOICES[key], pressed)
        await caller.play(["menu-wrong-key" if key else "menu-no-key"])
    await caller.play(["to-operator"])
    return StepResult(Result.OPERATOR, pressed)
