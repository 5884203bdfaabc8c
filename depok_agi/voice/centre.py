"""What a step may know of the centre, and what it may leave behind."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from depok_agi.hours.schedule import Schedule
from depok_agi.voice.caller import Language


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """A citizen asked to be called back.

    Attributes:
        uniqueid: the caller's channel; one request per channel, however often it is written.
        number: E.164.
        raw: the caller ID as it came.
        at: when, aware.
    """

    uniqueid: str
    number: str
    raw: str
    at: datetime
    language: Language


@dataclass(frozen=True, slots=True)
class StepResult:
    """How a step ended, and which menu keys were pressed in it."""

    result: str
    keys: str = ""


TicketLookup = Callable[[str], Awaitable[str | None]]
"""Ticket number to its status (`new`, `forwarded`, `answered`, `closed`), None when there is no such ticket."""


@dataclass(frozen=True, slots=True)
class Centre:
    """The centre as a step sees it.

    Attributes:
        schedule: when the centre is open.
        now: the time, aware.
        leave: keeps a request for a call back; raises OSError when it cannot.
        ticket_status: looks a ticket up; None where the store is out of reach, as it is for the forked script.
    """

    schedule: Schedule
    now: Callable[[], datetime]
    leave: Callable[[CallbackRequest], None]
    ticket_status: TicketLookup | None = None
