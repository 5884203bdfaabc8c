"""The citizen leaves a recorded message. The dialplan records it between two runs of this step (`55_message.conf`)."""

from dataclasses import replace

from depok_agi.calls.numbers import to_e164
from depok_agi.voice.caller import Caller
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.left import LEAST_SECONDS, Message, recording_of, seconds_of
from depok_agi.voice.variables import RECORDING, Result

RECORDED = "recorded"
"""The argument after the recording."""

HUNG_UP = "gone"
"""The same, when the caller has gone meanwhile: nothing is said to them."""


async def step(caller: Caller, centre: Centre) -> StepResult:
    """Before the recording `record`; after it `kept`, or `empty` when nothing was said.

    The caller is told beforehand that they are recorded, and no key skips that.
    """
    info = caller.info
    argument = next(iter(info.arguments), "")
    recordings = centre.around().recordings
    message = Message(
        uniqueid=info.uniqueid,
        number=to_e164(info.number),
        raw=info.number or "",
        at=centre.now(),
        language=info.language,
        file=recording_of(info.uniqueid),
    )
    if argument not in {RECORDED, HUNG_UP}:
        await caller.play(["message-recorded"])
        centre.leave(message)
        await caller.set_variable(RECORDING, str(recordings / message.file))
        return StepResult(Result.RECORD)
    seconds = seconds_of(recordings / message.file)
    centre.leave(replace(message, seconds=seconds))
    if argument == RECORDED:
        await caller.play(["message-kept", "goodbye"] if seconds >= LEAST_SECONDS else ["message-empty"])
    return StepResult(Result.KEPT if seconds >= LEAST_SECONDS else Result.EMPTY)
