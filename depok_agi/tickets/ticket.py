"""A ticket and a callback as the rest of the house and the users' scripts see them. Times are aware datetimes."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Any

from depok_agi.tickets.callback import AttemptResult, CallbackStatus, Debt, is_overdue
from depok_agi.tickets.clock import Clock
from depok_agi.tickets.status import TicketStatus

AREAS = (
    "Beji",
    "Pancoran Mas",
    "Cipayung",
    "Sukmajaya",
    "Cilodong",
    "Limo",
    "Cinere",
    "Cimanggis",
    "Tapos",
    "Sawangan",
    "Bojongsari",
)
"""The kecamatan of Depok (2022 list)."""


class TicketChannel(StrEnum):
    """How a complaint came in."""

    PHONE = "phone"
    MESSAGE = "message"
    SMS = "sms"
    IN_PERSON = "in_person"
    LETTER = "letter"
    WEB = "web"
    SOCIAL = "social"


def local_iso(at: datetime | None, timezone: tzinfo) -> str | None:
    """ISO 8601 with the offset of `timezone`, whole seconds."""
    return None if at is None else at.astimezone(timezone).replace(microsecond=0).isoformat()


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One thing that happened to a ticket.

    Attributes:
        detail: what changed; nothing personal is in it.
        text: what was told, such as the complaint or the answer; None also once it was destroyed.
        origin: from where: the host, and its terminal or door.
        id: its place in the history of all tickets; None until it is stored.
    """

    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]
    text: str | None
    origin: str | None = None
    id: int | None = None

    def to_json(self, timezone: tzinfo) -> dict[str, Any]:
        """For scripts."""
        return {
            "at": local_iso(self.at, timezone),
            "actor": self.actor,
            "action": self.action,
            "detail": self.detail,
            "text": self.text,
            "origin": self.origin,
        }


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the city owes one citizen an answer to.

    Attributes:
        clock: which of the two dates binds; fixed when it is forwarded.
        forwarding: the entry of the history with which the OPD that has it got it.
        revision: the newest entry of the history that a person made.
        recording: the name of the file, when it was left as a recorded message.
    """

    serial: int
    number: str
    status: TicketStatus
    opened_at: datetime
    channel: TicketChannel
    caller: str | None
    name: str | None
    secret: bool
    category: str | None
    area: str | None
    text: str | None
    opd: str | None
    forwarded_at: datetime | None
    due_at: datetime | None
    due_elapsed_at: datetime | None
    due_working_days_at: datetime | None
    answered_at: datetime | None
    answer: str | None
    closed_at: datetime | None
    calls: tuple[str, ...]
    callback: int | None
    citizen: int | None
    clock: Clock | None = None
    forwarding: int | None = None
    revision: int = 0
    recording: str | None = None

    def overdue(self, now: datetime) -> bool:
        """Is the OPD late? Only a ticket that waits for its answer can be."""
        return self.status is TicketStatus.FORWARDED and self.due_at is not None and now > self.due_at

    def to_json(self, timezone: tzinfo, now: datetime) -> dict[str, Any]:
        """For scripts."""
        times = {
            name: local_iso(getattr(self, name), timezone)
            for name in ("forwarded_at", "due_at", "due_elapsed_at", "due_working_days_at", "answered_at")
        }
        return {
            "number": self.number,
            "status": self.status,
            "opened_at": local_iso(self.opened_at, timezone),
            "channel": self.channel,
            "caller": self.caller,
            "name": self.name,
            "secret": self.secret,
            "category": self.category,
            "area": self.area,
            "text": self.text,
            "opd": self.opd,
            **times,
            "answer": self.answer,
            "closed_at": local_iso(self.closed_at, timezone),
            "overdue": self.overdue(now),
            "calls": list(self.calls),
            "callback": self.callback,
            "recording": self.recording,
            "clock": self.clock,
            "revision": self.revision,
        }


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to reach a citizen.

    Attributes:
        call: the call's id, where Asterisk's events told of it.
        confirmed: whether an operator has said how it went; Asterisk only knows that somebody answered.
    """

    at: datetime
    operator: str
    result: AttemptResult
    call: str | None
    note: str | None
    id: int | None = None
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Callback:
    """A call that is owed to one citizen, with everything that it is about."""

    id: int
    citizen: int
    caller: str | None
    name: str | None
    debt: Debt
    tickets: tuple[str, ...]
    calls: tuple[str, ...]
    attempts: tuple[Attempt, ...]

    @property
    def is_open(self) -> bool:
        """Does somebody still have to call?"""
        return self.debt.status in (CallbackStatus.PENDING, CallbackStatus.CLAIMED)

    def to_json(self, timezone: tzinfo, now: datetime) -> dict[str, Any]:
        """For scripts."""
        debt = self.debt
        return {
            "id": self.id,
            "caller": self.caller,
            "name": self.name,
            "reason": debt.reason,
            "status": debt.status,
            "tickets": list(self.tickets),
            "calls": list(self.calls),
            "owed_since": local_iso(debt.owed_since, timezone),
            "due_at": local_iso(debt.due_at, timezone),
            "not_before": local_iso(debt.not_before, timezone),
            "claimed_by": debt.claimed_by,
            "claimed_until": local_iso(debt.claimed_until, timezone),
            "attempts": [
                {
                    "at": local_iso(attempt.at, timezone),
                    "operator": attempt.operator,
                    "result": attempt.result,
                    "call": attempt.call,
                    "note": attempt.note,
                }
                for attempt in self.attempts
            ],
            "overdue": is_overdue(debt, now),
            "causes": [
                {
                    "reason": cause.reason,
                    "since": local_iso(cause.since, timezone),
                    "due_at": local_iso(cause.due_at, timezone),
                    "ticket": cause.ticket,
                    "settled_at": local_iso(cause.settled_at, timezone),
                    "settled_by": cause.settled_by,
                }
                for cause in debt.causes
            ],
        }
