"""Is what the citizen and a person say to each other recorded? Says nothing to the caller.

They are told by the dialplan (`dialplan/32_recording.conf`), for only Asterisk knows that the words were really played;
without them nothing is recorded.
"""

from depok_agi.calls.recordings import name_of
from depok_agi.voice.caller import Caller
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.variables import RECORDING, Result


async def step(caller: Caller, centre: Centre) -> StepResult:
    """`record`, with the file, where talks of the kind that the argument names are recorded; else `unrecorded`.

    Raises:
        SettingsError: it is not known whether they are.
    """
    around = centre.around()
    if next(iter(caller.info.arguments), "") not in around.recorded:
        return StepResult(Result.UNRECORDED)
    await caller.set_variable(RECORDING, str(around.recordings / name_of("talk", caller.info.uniqueid)))
    return StepResult(Result.RECORD)
