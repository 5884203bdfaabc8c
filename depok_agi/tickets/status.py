"""The states of a ticket, and what may be done in each.

Rules
-----
1. The centre answers general matters itself; the rest is forwarded to an OPD, whose clock then starts.
2. `answered` means that there is an answer and that the citizen has yet to be told; `closed` that they were told. A
   forwarded ticket therefore cannot be closed: told "done" when nothing was done is what citizens suffer elsewhere.
   A new one can, when the centre answered in the same call.
3. An OPD that is not in charge bounces the ticket ("bukan kewenangan") back to `new`. Forwarded again, to whomever, it
   gets a new clock.
4. A reopened ticket is `new`, whatever OPD had it: the centre looks at it first, and no old clock or overdue mark
   outlives the answer (osTicket PR 5206).
5. A note changes nothing and is possible always.
"""

from enum import StrEnum

from depok_agi.errors import RefusedError
from depok_agi.language import gettext_noop
from depok_agi.sentence import Sentence


class TicketStatus(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    FORWARDED = "forwarded"
    ANSWERED = "answered"
    CLOSED = "closed"


class TicketAction(StrEnum):
    """What people do with a ticket."""

    FORWARD = "forward"
    ANSWER = "answer"
    CLOSE = "close"
    BOUNCE = "bounce"
    REOPEN = "reopen"
    NOTE = "note"


_S = TicketStatus
_A = TicketAction

TRANSITIONS = {
    (_S.NEW, _A.FORWARD): _S.FORWARDED,
    (_S.NEW, _A.ANSWER): _S.ANSWERED,
    (_S.NEW, _A.CLOSE): _S.CLOSED,
    (_S.NEW, _A.NOTE): _S.NEW,
    (_S.FORWARDED, _A.FORWARD): _S.FORWARDED,
    (_S.FORWARDED, _A.ANSWER): _S.ANSWERED,
    (_S.FORWARDED, _A.BOUNCE): _S.NEW,
    (_S.FORWARDED, _A.NOTE): _S.FORWARDED,
    (_S.ANSWERED, _A.CLOSE): _S.CLOSED,
    (_S.ANSWERED, _A.REOPEN): _S.NEW,
    (_S.ANSWERED, _A.NOTE): _S.ANSWERED,
    (_S.CLOSED, _A.REOPEN): _S.NEW,
    (_S.CLOSED, _A.NOTE): _S.CLOSED,
}
"""All that is allowed. Everything else has its line in `ADVICE`."""

ADVICE = {
    (_S.NEW, _A.BOUNCE): gettext_noop("forward it to an OPD first"),
    (_S.NEW, _A.REOPEN): gettext_noop("it is open already"),
    (_S.FORWARDED, _A.CLOSE): gettext_noop("enter the OPD's answer first, and tell the citizen"),
    (_S.FORWARDED, _A.REOPEN): gettext_noop("it is open already"),
    (_S.ANSWERED, _A.FORWARD): gettext_noop("reopen it first if the answer does not do"),
    (_S.ANSWERED, _A.ANSWER): gettext_noop("reopen it first if the answer does not do"),
    (_S.ANSWERED, _A.BOUNCE): gettext_noop("reopen it first if the answer does not do"),
    (_S.CLOSED, _A.FORWARD): gettext_noop("reopen it first"),
    (_S.CLOSED, _A.ANSWER): gettext_noop("reopen it first"),
    (_S.CLOSED, _A.CLOSE): gettext_noop("nothing is left to do"),
    (_S.CLOSED, _A.BOUNCE): gettext_noop("reopen it first"),
}
"""What to do instead of what is not allowed."""


def step(status: TicketStatus, action: TicketAction) -> TicketStatus:
    """Give the status after an action.

    Raises:
        RefusedError: it is not allowed now; the text says what to do and what is allowed.
    """
    try:
        return TRANSITIONS[status, action]
    except KeyError:
        allowed = ", ".join(allowed_actions(status))
        raise RefusedError(
            "ticket is {status}, cannot {action}: {advice} (possible now: {allowed})",
            status=status,
            action=action,
            advice=Sentence(ADVICE[status, action]),
            allowed=allowed,
        ) from None


def allowed_actions(status: TicketStatus) -> tuple[TicketAction, ...]:
    """List what may be done in a status, in the table's order."""
    return tuple(action for at, action in TRANSITIONS if at is status)
