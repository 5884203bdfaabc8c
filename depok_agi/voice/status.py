"""How a ticket stands, by keypad.

Whoever types a ticket's number may hear its status, which OPD has it and until when that has to answer, and nothing
else of it. The newest open ticket of the number that calls is offered without typing.
"""

from depok_agi.calls.numbers import to_e164
from depok_agi.errors import RefusedError
from depok_agi.tickets import number
from depok_agi.tickets.status import TicketStatus
from depok_agi.voice import spoken
from depok_agi.voice.caller import ANY_KEY, Caller
from depok_agi.voice.centre import Centre, StepResult, TicketStanding
from depok_agi.voice.variables import Result

TRIES = 3
MOST_DIGITS = 12
SECONDS_BETWEEN_KEYS = 5.0
SECONDS_AFTER_OWN_KEY = 2.0
OWN_KEY = "1"
END_KEY = "#"


async def step(caller: Caller, centre: Centre) -> StepResult:
    """`told`, or `operator` when no ticket was found in three tries or the store is out of reach."""
    if centre.ticket_status is None:
        await caller.play(["status-unavailable", "to-operator"])
        return StepResult(Result.OPERATOR)
    own = await _own(caller, centre)
    for _ in range(TRIES):
        if own is None:
            typed = await caller.ask_digits("status-ask", digits=MOST_DIGITS, seconds=SECONDS_BETWEEN_KEYS)
        else:
            typed = await _ask_own_or_other(caller, own)
            own = None
        try:
            ticket = number.parse(typed)
        except RefusedError:
            await caller.play(["status-wrong-number"])
            continue
        found = await centre.ticket_status(ticket)
        if found is None:
            await caller.play(["status-not-found"])
            continue
        await tell(caller, centre, ticket, found)
        return StepResult(Result.TOLD)
    await caller.play(["to-operator"])
    return StepResult(Result.OPERATOR)


async def tell(caller: Caller, centre: Centre, ticket: str, standing: TicketStanding) -> str:
    """Say how a ticket stands. Any key ends it, and is returned; "" when all was said."""
    first, *rest = spoken.ticket(ticket)
    groups = [["status-ticket", *first], *rest]
    return await spoken.read(caller, groups, ANY_KEY) or await caller.play(_words(caller, centre, standing), ANY_KEY)


def _words(caller: Caller, centre: Centre, standing: TicketStanding) -> list[str]:
    words = [f"status-{standing.status}"]
    if standing.status is not TicketStatus.FORWARDED:
        return words
    if standing.opd is not None:
        # A sentence that is whole without it: an OPD that has no prompt is passed over.
        words.append(f"opd-{standing.opd.lower()}")
    if standing.due_at is not None:
        zone, now = centre.schedule.zone, centre.now()
        words.append("status-due" if now <= standing.due_at else "status-overdue")
        words += spoken.moment(standing.due_at.astimezone(zone), now.astimezone(zone), caller.info.language)
    return words


async def _own(caller: Caller, centre: Centre) -> str | None:
    """The ticket that may be told for the caller's number alone."""
    calling = to_e164(caller.info.number)
    return None if calling is None or centre.own_ticket is None else await centre.own_ticket(calling)


async def _ask_own_or_other(caller: Caller, own: str) -> str:
    """What was typed, or the own ticket for its key. A ticket's number begins with that key too, hence the waiting."""
    first, *rest = spoken.ticket(own)
    key = (
        await spoken.read(caller, [["status-own", *first], *rest], ANY_KEY)
        or await caller.play(["status-own-or-other"], ANY_KEY)
        or await caller.wait_key(SECONDS_BETWEEN_KEYS)
    )
    typed = ""
    while key and key != END_KEY and len(typed) < MOST_DIGITS:
        typed += key
        key = await caller.wait_key(SECONDS_AFTER_OWN_KEY if typed == OWN_KEY else SECONDS_BETWEEN_KEYS)
    return own if typed == OWN_KEY else typed
