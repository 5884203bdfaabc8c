"""The centre is closed: say why and until when, and what can be left meanwhile."""

from depok_agi.hours.schedule import Answer, Reason
from depok_agi.voice import spoken
from depok_agi.voice.caller import Caller, Language
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.variables import Result

WHY = {
    Reason.WEEKLY: "closed-hours",
    Reason.BREAK: "closed-break",
    Reason.HOLIDAY: "closed-holiday",
    Reason.OVERRIDE: "closed-today",
}
CHOICES = {"1": Result.CALLBACK, "2": Result.MESSAGE}
"""The prompts `closed-offer` and `closed-english` read these out: change all three."""

SECONDS_TO_DECIDE = 6.0


async def step(caller: Caller, centre: Centre) -> StepResult:
    """One of `CHOICES` when the caller wants to leave something, else `goodbye`."""
    answer = centre.schedule.check(centre.now())
    why = WHY.get(answer.reason, "closed-hours")
    prompts = [why, *_until(answer, caller.info.language), "closed-offer", "closed-english"]
    key = await caller.play(prompts, "".join(CHOICES)) or await caller.wait_key(SECONDS_TO_DECIDE)
    if key in CHOICES:
        return StepResult(CHOICES[key], key)
    await caller.play(["goodbye"])
    return StepResult(Result.GOODBYE, key)


def _until(answer: Answer, language: Language) -> list[str]:
    """When the centre opens again; the schedule's own words for a time that it does not know."""
    opens = answer.next_change_at
    if opens is None or answer.open:
        return ["closed-opening"]
    if opens.date() == answer.at.date():
        return ["closed-until-today", *spoken.clock(opens.time(), language)]
    return ["closed-until", *spoken.moment(opens, answer.at, language)]
