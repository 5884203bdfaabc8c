"""The citizen who is called back has picked up: who calls, and, for one key, how their tickets stand.

They have waited for a person, so whatever they press or do not press, the operator comes next.
"""

from depok_agi.errors import RefusedError
from depok_agi.tickets import number
from depok_agi.voice.caller import ANY_KEY, Caller
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.status import tell
from depok_agi.voice.variables import TICKETS_JOINED_BY, Result

STATUS_KEY = "1"
SECONDS_TO_DECIDE = 2.0


async def step(caller: Caller, centre: Centre) -> StepResult:
    """`told` when they heard how their tickets stand, else `operator`.

    The tickets are the step's argument. Nothing is offered that could not be told: without a ticket, or with the store
    out of reach, not one word is said.
    """
    tickets = _tickets(next(iter(caller.info.arguments), ""))
    if centre.ticket_status is None or not tickets:
        return StepResult(Result.OPERATOR)
    key = await caller.play(["called-greeting"], ANY_KEY) or await caller.wait_key(SECONDS_TO_DECIDE)
    if key != STATUS_KEY:
        return StepResult(Result.OPERATOR, key)
    for ticket in tickets:
        standing = await centre.ticket_status(ticket)
        if standing is not None and await tell(caller, centre, ticket, standing):
            break
    await caller.play(["to-operator"])
    return StepResult(Result.TOLD, key)


def _tickets(joined: str) -> list[str]:
    """The ticket numbers of the argument; what is none is left out."""
    found = []
    for text in joined.split(TICKETS_JOINED_BY):
        try:
            found.append(number.parse(text))
        except RefusedError:
            continue
    return found
