"""What a step may know of the centre, and what it may leave behind."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from depok_agi.errors import SettingsError
from depok_agi.hours.schedule import Schedule
from depok_agi.tickets.status import TicketStatus
from depok_agi.voice.around import Around
from depok_agi.voice.blocks import Blocks
from depok_agi.voice.caller import Language
from depok_agi.voice.left import Message, OpdRequest, Score, Sms
from depok_agi.voice.menu_tree import MenuTree


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


Left = CallbackRequest | Message | Score | OpdRequest | Sms
"""What a citizen can leave behind."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """How a step ended.

    Attributes:
        result: what the dialplan branches by.
        keys: the menu keys that were pressed in it.
        target: what the result leads to, such as a queue's name; None leaves the dialplan's variable as it is.
        menu: the menu to come back to afterwards; None as above.
    """

    result: str
    keys: str = ""
    target: str | None = None
    menu: str | None = None


@dataclass(frozen=True, slots=True)
class TicketStanding:
    """All of a ticket that may be told by telephone.

    Attributes:
        opd: the code of the OPD that has it; None while the centre has it.
        due_at: when that OPD has to answer, aware.
    """

    status: TicketStatus
    opd: str | None = None
    due_at: datetime | None = None


TicketLookup = Callable[[str], Awaitable[TicketStanding | None]]
"""Ticket number to how it stands, None when there is no such ticket."""

OwnTicketLookup = Callable[[str], Awaitable[str | None]]
"""A citizen's number in E.164 to the number of their newest open ticket, None when they have none."""


def _nothing_known() -> NoReturn:
    raise SettingsError("the blocks and the surroundings of the centre are not known")


@dataclass(frozen=True, slots=True)
class Centre:
    """The centre as a step sees it.

    Attributes:
        schedule: when the centre is open.
        now: the time, aware.
        leave: keeps what the citizen leaves behind; raises OSError when it cannot.
        ticket_status: looks a ticket up; None where the store is out of reach, as it is for the forked script.
        menu: what the caller is asked; None where no menu is published, and then a human has to ask.
        own_ticket: finds the ticket of who calls; None as for `ticket_status`.
        blocks: which numbers are blocked; raises SettingsError when that is not known.
        around: what is recorded and where to, and the OPDs' telephones; raises SettingsError when that is not known.
    """

    schedule: Schedule
    now: Callable[[], datetime]
    leave: Callable[[Left], None]
    ticket_status: TicketLookup | None = None
    menu: MenuTree | None = None
    own_ticket: OwnTicketLookup | None = None
    blocks: Callable[[], Blocks] = _nothing_known
    around: Callable[[], Around] = _nothing_known
