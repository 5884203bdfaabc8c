"""Every channel variable and result between the dialplan and Python (its side: `dialplan/00_variables.conf`)."""

from enum import StrEnum

RESULT = "DEPOK_RESULT"
"""Set last: empty after the AGI call means that the step failed, and the dialplan goes on by itself."""

KEYS = "DEPOK_KEYS"
"""The menu keys that the caller pressed in this step."""

CALLBACK = "DEPOK_CALLBACK"
"""The id of the callback for which the daemon had the operator's phone rung."""

TICKETS = "DEPOK_TICKETS"
"""The numbers of the tickets whose answer that citizen is owed, joined by `TICKETS_JOINED_BY`."""

TICKETS_JOINED_BY = "-"


class StepName(StrEnum):
    """The steps that the dialplan can ask for."""

    HOURS = "hours"
    CLOSED = "closed"
    LANGUAGE = "language"
    MENU = "menu"
    INFORMATION = "information"
    STATUS = "status"
    CALLBACK = "callback"
    CALLING = "calling"
    CALLED = "called"


class Result(StrEnum):
    """What a step can end with: the extensions that the dialplan branches by."""

    OPEN = "open"
    CLOSED = "closed"
    CHOSEN = "chosen"
    OPERATOR = "operator"
    COMPLAINT = "complaint"
    INFORMATION = "information"
    STATUS = "status"
    CALLBACK = "callback"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TOLD = "told"
    GOODBYE = "goodbye"
