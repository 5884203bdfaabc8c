"""Runs a step by its name and tells the dialplan how it ended."""

from collections.abc import Awaitable, Callable, Mapping

from depok_agi.errors import NotFoundError
from depok_agi.voice import (
    block,
    callback,
    called,
    calling,
    closed,
    hours,
    information,
    language,
    menu,
    message,
    opd,
    recording,
    sms,
    status,
    survey,
)
from depok_agi.voice.caller import Caller
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.variables import KEYS, MENU, RESULT, TARGET, StepName

Step = Callable[[Caller, Centre], Awaitable[StepResult]]

STEPS: Mapping[StepName, Step] = {
    StepName.HOURS: hours.step,
    StepName.CLOSED: closed.step,
    StepName.LANGUAGE: language.step,
    StepName.MENU: menu.step,
    StepName.INFORMATION: information.step,
    StepName.STATUS: status.step,
    StepName.CALLBACK: callback.step,
    StepName.CALLING: calling.step,
    StepName.CALLED: called.step,
    StepName.BLOCK: block.step,
    StepName.MESSAGE: message.step,
    StepName.SURVEY: survey.step,
    StepName.OPD: opd.step,
    StepName.OPD_UNANSWERED: opd.unanswered,
    StepName.SMS: sms.step,
    StepName.RECORDING: recording.step,
}


async def run(name: str, caller: Caller, centre: Centre) -> None:
    """Run the step; `DEPOK_RESULT` is set last, so that it is empty whenever anything failed.

    Raises:
        NotFoundError: there is no such step.
        CallerGoneError: the citizen hung up.
    """
    try:
        step = STEPS[StepName(name)]
    except ValueError:
        raise NotFoundError("there is no step {name!r}", name=name) from None
    ended = await step(caller, centre)
    if ended.target is not None:
        await caller.set_variable(TARGET, ended.target)
    if ended.menu is not None:
        await caller.set_variable(MENU, ended.menu)
    await caller.set_variable(KEYS, ended.keys)
    await caller.set_variable(RESULT, ended.result)
