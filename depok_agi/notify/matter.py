"""What an OPD is told of: nothing of the citizen. The centre calls back, so an OPD needs neither name nor number."""

import re
from dataclasses import dataclass
from datetime import datetime

from depok_agi.calls.numbers import to_e164
from depok_agi.tickets.clock import Clock

HIDDEN = "[nomor pelapor]"

_NUMBER = re.compile(r"\+?\d[\d .()/-]{6,18}\d")


@dataclass(frozen=True, slots=True)
class Matter:
    """A ticket that waits for an OPD's answer. Times are aware.

    Attributes:
        text: the complaint; None once it was destroyed.
        clock: which of the two dates binds; None where the ticket is older than that question.
    """

    number: str
    category: str | None
    area: str | None
    text: str | None
    secret: bool
    forwarded_at: datetime
    due_at: datetime
    due_elapsed_at: datetime
    due_working_days_at: datetime
    clock: Clock | None


@dataclass(frozen=True, slots=True)
class Department:
    """The OPD that an e-mail is about."""

    code: str
    name: str


def without_number(text: str, citizen: str | None) -> str:
    """The complaint without the citizen's own number (E.164), however the operator wrote it down; others stay."""
    if citizen is None:
        return text
    return _NUMBER.sub(lambda found: HIDDEN if to_e164(found[0]) == citizen else found[0], text)
