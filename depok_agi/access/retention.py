"""How long personal data is kept, and when what is older is destroyed.

UU 27/2022 has data destroyed at the end of its retention time and leaves the time to the controller; the shipped ones
are guesses. Figures, and the history of what was done when, are no personal data and stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum


class Kind(StrEnum):
    """What is destroyed, in the order in which it is: who called or wrote last, and is in nothing any more."""

    RECORDINGS = "recordings"
    TICKETS = "tickets"
    """Texts, answers and notes of closed tickets, their recording, and whose they were."""
    CALLBACKS = "callbacks"
    """Notes on the tries, and whose they were, of those that have ended."""
    CALLS = "calls"
    """Who called whom."""
    BLOCKS = "blocks"
    SUSPENSIONS = "suspensions"
    SMS = "sms"
    """From whom and to whom; their texts are those of tickets."""
    ACCESS_LOG = "access_log"
    CITIZENS = "citizens"
    """Number and name of whoever is in nothing of all this any more."""


@dataclass(frozen=True, slots=True)
class Periods:
    """How many days each is kept; 0 for ever. Callbacks, blocks and suspensions are kept as long as calls."""

    recordings: int
    tickets: int
    calls: int
    sms: int
    access_log: int

    def limits(self, now: datetime) -> Mapping[Kind, datetime]:
        """What is older than this is destroyed, by kind, in order; without what is kept for ever."""
        days = {
            Kind.RECORDINGS: self.recordings,
            Kind.TICKETS: self.tickets,
            Kind.CALLBACKS: self.calls,
            Kind.CALLS: self.calls,
            Kind.BLOCKS: self.calls,
            Kind.SUSPENSIONS: self.calls,
            Kind.SMS: self.sms,
            Kind.ACCESS_LOG: self.access_log,
        }
        found = {kind: now - timedelta(days=kept) for kind, kept in days.items() if kept}
        return {**found, Kind.CITIZENS: now}


def is_due(last: datetime, now: datetime, at: time, zone: tzinfo) -> bool:
    """Is the run of today to begin, which is at `at` by the wall clock of `zone`? One that was missed is made up for.

    `last` is when the last run began, or, where there was none yet, since when one could have.
    """
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), at, zone)
    latest = today if local >= today else datetime.combine(local.date() - timedelta(days=1), at, zone)
    return last < latest
