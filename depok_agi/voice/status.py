"""A ticket's status by keypad. Whoever types the ticket's number may hear its status, and nothing else of it."""

from depok_agi.errors import RefusedError
from depok_agi.tickets import number
from depok_agi.voice import spoken
from depok_agi.voice.caller import Caller
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.variables import Result

TRIES = 3
MOST_DIGITS = 12
SECONDS_BETWEEN_KEYS = 5.0


async def step(caller: Caller, centre: Centre) -> StepResult:
    """`told`, or `operator` when no ticket was found in three tries or the store is out of reach."""
    if centre.ticket_status is None:
        await caller.play(["status-unavailable", "to-operator"])
        return StepResult(Result.OPERATOR)
    for _ in range(TRIES):
        typed = await caller.ask_digits("status-ask", digits=MOST_DIGITS, seconds=SECONDS_BETWEEN_KEYS)
        try:
            ticket = number.parse(typed)
        except RefusedError:
            await caller.play(["status-wrong-number"])
            continue
        found = await centre.ticket_status(ticket)
        if found is None:
            await caller.play(["status-not-found"])
            continue
        await caller.play(["status-ticket", *spoken.digits(ticket), f"status-{found}"])
        return StepResult(Result.TOLD)
    await caller.play(["to-operator"])
    return StepResult(Result.OPERATOR)
