"""Every channel variable and result between the dialplan and Python (its side: `dialplan/00_variables.conf`)."""

from enum import StrEnum

RESULT = "DEPOK_RESULT"
"""Set last: empty after the AGI call means that the step failed, and the dialplan goes on by itself."""

KEYS = "DEPOK_KEYS"
"""The menu keys that the caller pressed in this step."""


class StepName(StrEnum):
    """The steps that the dialplan can ask for."""

    HOURS = "hours"
    CLOSED = "closed"
    LANGUAGE = "language"
    MENU = "menu"
    INFORMATION = "information"
    STATUS = "status"
    CALLBACK = "callback"


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
