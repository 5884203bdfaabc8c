"""One e-mail to one person: what it says to whom, and how far it is.

Its key names both, so that nothing is said twice: an e-mail is put into the queue only when its key is new. Its words
are written when it is sent, from what is so then; the queue holds no text.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Any

from depok_agi.reports.period import Period, PeriodKind
from depok_agi.tickets.ticket import local_iso

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
)
_LONGEST_ADDRESS = 254
_LENGTHS = {PeriodKind.DAY: 10, PeriodKind.MONTH: 7, PeriodKind.YEAR: 4}
_DIGITS_OF_ID = 40


class Kind(StrEnum):
    """What an e-mail is about."""

    FORWARDED = "forwarded"
    """The OPD has got a ticket."""
    REMINDER = "reminder"
    """It will soon be due."""
    DUE = "due"
    """It is due."""
    LATE = "late"
    """It was not answered in time."""
    SHEET = "sheet"
    """What the OPD owes this morning."""
    REPORT = "report"
    """The evaluation of a day, month or year."""


class Role(StrEnum):
    """Who it is for."""

    OFFICER = "officer"
    """The OPD's own (PIC), who answers."""
    HEAD = "head"
    """The OPD's head."""
    SUPERVISOR = "supervisor"
    """Of the call centre."""
    RECIPIENT = "recipient"
    """Of reports: whoever the settings name."""


class MailStatus(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    SENDING = "sending"
    """It is being handed over, or was when the service was killed: then nobody knows whether it arrived."""
    SENT = "sent"
    DROPPED = "dropped"
    """There was nothing left to say."""


class MailFilter(StrEnum):
    """Which ones are wanted."""

    WAITING = "waiting"
    """Those that are being sent too."""
    SENT = "sent"
    DROPPED = "dropped"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail in the queue.

    Attributes:
        key: what it says to whom.
        opd: that it is about; None for a report.
        number: of its ticket, as people know it; None for a sheet.
        serial: of its ticket, as the store knows it.
        forwarding: the ticket's, for which it is meant.
        address: whom it goes to as things are; None while nobody has entered an address.
        next_try_at: not before this moment.
        tries: how often it was handed over, or tried to.
        error: why it waits or was dropped.
    """

    id: int
    key: str
    kind: Kind
    role: Role
    opd: str | None
    number: str | None
    serial: int | None
    forwarding: int | None
    address: str | None
    status: MailStatus
    queued_at: datetime
    next_try_at: datetime
    tries: int
    sent_at: datetime | None
    error: str | None

    def to_json(self, timezone: tzinfo) -> dict[str, Any]:
        """For scripts."""
        return {
            "id": self.id,
            "kind": self.kind,
            "role": self.role,
            "opd": self.opd,
            "report": None if self.kind is not Kind.REPORT else period_name(period_of(self.key)),
            "ticket": self.number,
            "address": self.address,
            "status": self.status,
            "queued_at": local_iso(self.queued_at, timezone),
            "next_try_at": local_iso(self.next_try_at, timezone) if self.status is MailStatus.WAITING else None,
            "sent_at": local_iso(self.sent_at, timezone),
            "tries": self.tries,
            "error": self.error,
        }


def forwarded_key(number: str, forwarding: int) -> str:
    """The key of the e-mail about one forwarding of a ticket."""
    return f"{Kind.FORWARDED}:{number}:{forwarding}"


def due_key(kind: Kind, role: Role, number: str, forwarding: int, due_at: int, address: str | None = None) -> str:
    """The key of an e-mail about a due date (microseconds UTC): when the date moves, there is something new to say.

    It ends with the date, by which the store tells those about a date that holds no more.
    """
    whom = "" if role is Role.OFFICER else f":{role}" if address is None else f":{role}:{address}"
    return f"{kind}{whom}:{number}:{forwarding}:{due_at}"


def sheet_key(opd: str, day: date) -> str:
    """The key of an OPD's sheet of one day."""
    return f"{Kind.SHEET}:{opd}:{day.isoformat()}"


def report_key(period: Period, address: str) -> str:
    """The key of a period's report for one address."""
    return f"{Kind.REPORT}:{period.kind}:{period.first.isoformat()}:{address}"


def period_of(key: str) -> Period:
    """The period that a report's e-mail is about. Raises ValueError when the key is another's."""
    _, kind, first, _ = key.split(":", 3)
    return Period(PeriodKind(kind), date.fromisoformat(first))


def period_name(period: Period) -> str:
    """Such as `2026-09-30`, `2026-09` or `2026`, as the command takes it."""
    return period.first.isoformat()[: _LENGTHS[period.kind]]


def first_key(mail: Mail) -> str | None:
    """The key of the e-mail that began the matter for the same person; None when this one does."""
    if mail.kind in {Kind.SHEET, Kind.FORWARDED} or mail.role is not Role.OFFICER:
        return None
    return None if mail.number is None or mail.forwarding is None else forwarded_key(mail.number, mail.forwarding)


def message_id(key: str, sender: str) -> str:
    """The Message-ID, the same for every try, so that a server can drop what it has already (RFC 5322, 3.6.4)."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:_DIGITS_OF_ID]
    return f"<{digest}@{sender.rpartition('@')[2]}>"


def is_address(address: str) -> bool:
    """Can mail be sent there? Plain addresses only: no quoted or foreign letters, which many servers refuse."""
    return len(address) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(address) is not None
