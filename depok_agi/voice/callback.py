"""The citizen asks to be called back: on the number they call from, or on another one that they type."""

from depok_agi.calls.numbers import to_e164
from depok_agi.voice import spoken
from depok_agi.voice.caller import Caller
from depok_agi.voice.centre import CallbackRequest, Centre, StepResult
from depok_agi.voice.variables import Result

THIS_NUMBER = "1"
ANOTHER_NUMBER = "2"
TRIES = 3
MOST_DIGITS = 15
SECONDS_TO_DECIDE = 6.0
SECONDS_BETWEEN_KEYS = 5.0


async def step(caller: Caller, centre: Centre) -> StepResult:
    """`accepted` once the request is kept; `declined` when the caller does not want it or gives no number."""
    number = callable_number(caller.info.number)
    pressed = ""
    tries = TRIES
    while tries > 0 or number is not None:  # a number that was typed right is always confirmed
        tries -= 1
        if number is not None:
            key = await _confirm(caller, number)
            pressed += key
            if key == THIS_NUMBER:
                request = CallbackRequest(
                    caller.info.uniqueid, number, caller.info.number or "", centre.now(), caller.info.language
                )
                centre.leave(request)
                await caller.play(["callback-accepted", "goodbye"])
                return StepResult(Result.ACCEPTED, pressed)
            if not key or tries <= 0:
                break
            if key != ANOTHER_NUMBER:
                await caller.play(["menu-wrong-key"])
                continue
        number = await _ask(caller)
    return StepResult(Result.DECLINED, pressed)


def callable_number(typed: str | None) -> str | None:
    """The number, where operators' phones can dial it: an Indonesian one (`dialplan/60_operators.conf`)."""
    number = to_e164(typed)
    return number if number is not None and number.startswith("+62") else None


async def _confirm(caller: Caller, number: str) -> str:
    prompts = ["callback-number", *spoken.digits(spoken.national(number)), "callback-confirm"]
    return await caller.play(prompts, THIS_NUMBER + ANOTHER_NUMBER) or await caller.wait_key(SECONDS_TO_DECIDE)


async def _ask(caller: Caller) -> str | None:
    typed = await caller.ask_digits("callback-type-number", digits=MOST_DIGITS, seconds=SECONDS_BETWEEN_KEYS)
    number = callable_number(typed)
    if number is None:
        await caller.play(["callback-wrong-number"])
    return number
