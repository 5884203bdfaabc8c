"""The citizen wants to speak with an OPD itself: before its telephone rings, and when nobody has answered there.

The OPD's code is the steps' argument.
"""

from depok_agi.voice.around import OPD_CODE
from depok_agi.voice.callback import callable_number
from depok_agi.voice.caller import ANY_KEY, Caller
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.left import OpdRequest
from depok_agi.voice.variables import Result


async def step(caller: Caller, centre: Centre) -> StepResult:
    """`dial` with the OPD's extension as the target; `closed` out of hours; `operator` when it has no telephone."""
    if not centre.schedule.check(centre.now()).open:
        return StepResult(Result.CLOSED)
    code = _code(caller)
    phone = None if code is None else centre.around().phones.get(code)
    if phone is None:
        await caller.play(["to-operator"])
        return StepResult(Result.OPERATOR)
    await caller.play(["opd-connecting"], ANY_KEY)
    return StepResult(Result.DIAL, target=phone)


async def unanswered(caller: Caller, centre: Centre) -> StepResult:
    """`kept` once the citizen's wish is noted; `operator` when there is no number to call them back on."""
    code, number = _code(caller), callable_number(caller.info.number)
    if code is None or number is None:
        return StepResult(Result.OPERATOR)
    centre.leave(OpdRequest(caller.info.uniqueid, number, code, centre.now()))
    await caller.play(["opd-unanswered", "goodbye"])
    return StepResult(Result.KEPT)


def _code(caller: Caller) -> str | None:
    code = next(iter(caller.info.arguments), "")
    return code if OPD_CODE.fullmatch(code) else None
