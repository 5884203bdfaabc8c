"""The operator has hung up, the citizen has not: how content were they? One question, by keypad."""

from depok_agi.voice.caller import Caller
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.left import HIGHEST_SCORE, LOWEST_SCORE, Score
from depok_agi.voice.variables import Result

KEYS = "".join(str(score) for score in range(LOWEST_SCORE, HIGHEST_SCORE + 1))
SECONDS_TO_DECIDE = 6.0


async def step(caller: Caller, centre: Centre) -> StepResult:
    """`scored`, or `goodbye` for silence and any other key. It is asked once, and both end with thanks.

    The key is told to nobody but the spool: it is no key of the menu, and no line of a log should say who gave it.
    """
    key = await caller.play(["survey-ask"], KEYS) or await caller.wait_key(SECONDS_TO_DECIDE)
    scored = bool(key) and key in KEYS
    if scored:
        centre.leave(Score(caller.info.uniqueid, int(key), centre.now()))
    await caller.play(["survey-thanks"])
    return StepResult(Result.SCORED if scored else Result.GOODBYE)
