"""What a mail server may answer, and when an e-mail that it did not take is tried again.

Rules
-----
1. When the server cannot be reached, or lets nobody in, the fault is no e-mail's: all of them wait together, so that a
   server that is away is asked once at a time and not once for each of them.
2. An e-mail that is refused for now (4xx, RFC 5321, 4.2.1) waits by itself, and no other waits for it.
3. An e-mail that is refused for good (5xx) is tried again too, rarely: an address may be mended. A server that says
   that there is no such person must not be asked every hour. It ends when there is nothing left to say.
4. Whoever waits for an address is looked at again each hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Verdict(StrEnum):
    """How a hand-over ended."""

    TAKEN = "taken"
    """The server has it (250): it is the server's to deliver now."""
    LATER = "later"
    """This one is refused for now."""
    REFUSED = "refused"
    """This one is refused for good."""
    AWAY = "away"
    """The server is not reached, is busy, or was lost on the way."""
    BARRED = "barred"
    """The server lets nobody in with these settings: its certificate, the login or the sender's address is wrong."""
    NEEDLESS = "needless"
    """There was nothing left to say, so the server was not asked."""


ABOUT_THE_SERVER = frozenset({Verdict.AWAY, Verdict.BARRED})
DONE = frozenset({Verdict.TAKEN, Verdict.NEEDLESS})


@dataclass(frozen=True, slots=True)
class Answer:
    """How a hand-over ended, and what the server or the network said to it."""

    verdict: Verdict
    said: str


WITHOUT_ADDRESS = timedelta(hours=1)

_MINUTES = {
    Verdict.LATER: (1, 5, 15, 60),
    # A network that is back finds what waits on its way within five minutes, however long it was away.
    Verdict.AWAY: (1, 5),
    Verdict.BARRED: (1, 5, 15, 60),
    Verdict.REFUSED: (60, 4 * 60, 24 * 60),
}


def gap(verdict: Verdict, times: int) -> timedelta:
    """How long to wait after it ended so for the n-th time (from 1 on); the longest repeats. For none that is done."""
    minutes: Sequence[int] = _MINUTES[verdict]
    return timedelta(minutes=minutes[min(times, len(minutes)) - 1])
