"""Every channel variable and result between the dialplan and Python (its side: `dialplan/00_variables.conf`)."""

from enum import StrEnum

RESULT = "DEPOK_RESULT"
"""Set last: empty after the AGI call means that the step failed, and the dialplan goes on by itself."""

KEYS = "DEPOK_KEYS"
"""The menu keys that the caller pressed in this step."""

TARGET = "DEPOK_TARGET"
"""What the result leads to: a prompt, a queue, an OPD."""

MENU = "DEPOK_MENU"
"""The menu to come back to: the menus from the first one on, joined by `MENUS_JOINED_BY`."""

MENUS_JOINED_BY = "/"

RECORDING = "DEPOK_RECORDING"
"""The file that a message or a talk is recorded to, or that is played to who listens to it, with its whole path."""

CALLBACK = "DEPOK_CALLBACK"
"""The id of the callback for which the daemon had the operator's phone rung."""

TICKETS = "DEPOK_TICKETS"
"""The numbers of the tickets whose answer that citizen is owed, joined by `TICKETS_JOINED_BY`."""

TICKETS_JOINED_BY = "-"


SMS_TEXT = "MESSAGE(body)"
SMS_FROM = "MESSAGE_DATA(From)"
"""The header as it came. MESSAGE(from) is the same, but Asterisk 16 cuts it off behind `sip`."""

SMS_CALL_ID = "MESSAGE_DATA(Call-ID)"
SMS_CSEQ = "MESSAGE_DATA(CSeq)"
SMS_LENGTH = "MESSAGE_DATA(Content-Length)"
"""In bytes; it tells an SMS that was too long for Asterisk from an empty one."""

SMS_OF_MODEM = "SMS_BASE64"
"""The text of an SMS that came by a modem's channel driver (chan_dongle and its kin)."""


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
    BLOCK = "block"
    MESSAGE = "message"
    SURVEY = "survey"
    OPD = "opd"
    OPD_UNANSWERED = "opd-unanswered"
    SMS = "sms"
    RECORDING = "recording"


class Result(StrEnum):
    """What a step can end with: the extensions that the dialplan branches by."""

    OPEN = "open"
    CLOSED = "closed"
    CHOSEN = "chosen"
    OPERATOR = "operator"
    ANNOUNCEMENT = "announcement"
    QUEUE = "queue"
    OPD = "opd"
    MESSAGE = "message"
    STATUS = "status"
    CALLBACK = "callback"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TOLD = "told"
    GOODBYE = "goodbye"
    FREE = "free"
    BLOCKED = "blocked"
    RECORD = "record"
    UNRECORDED = "unrecorded"
    KEPT = "kept"
    EMPTY = "empty"
    SCORED = "scored"
    DIAL = "dial"
