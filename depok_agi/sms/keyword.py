"""What an SMS asks for.

Rules
-----
1. `STATUS <number>`, or nothing but a ticket's number, asks how a ticket stands; without a number, how the sender's own
   does. Such an SMS is short: in a longer sentence the word is just a word, and the number may be anything.
2. `BANTUAN` or `HELP` alone asks what can be written; `TELEPON` or `CALL`, with one word more at most, asks for a
   call.
3. `BARU` or `NEW` before a text, `LAPOR` or `REPORT` too, makes a new ticket of it though there is an open one.
4. Case, signs and one slip in a keyword of five letters or more do not matter. A shorter one must be right: "call" and
   "all", "baru" and "bari" are too near to each other.
5. All else is what the citizen wants to say, unless it is too short to be understood: then help is of more use.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from depok_agi.sms.spelling import is_nearly


class Asks(StrEnum):
    """What it is about."""

    STATUS = "status"
    HELP = "help"
    CALL = "call"
    NEW = "new"
    SAYS = "says"
    UNCLEAR = "unclear"


KEYWORDS = {
    Asks.STATUS: ("status", "cek", "check"),
    Asks.HELP: ("bantuan", "help", "info", "panduan"),
    Asks.CALL: ("telepon", "telpon", "hubungi", "call"),
    Asks.NEW: ("baru", "lapor", "aduan", "new", "report"),
}
FORGIVING_FROM = 5
"""Letters of a keyword from which a slip is forgiven."""

MOST_STATUS_WORDS = 4
MOST_STATUS_WORDS_WITH_NUMBER = 6
MOST_CALL_WORDS = 2
LEAST_LETTERS = 8
"""Of something said. A street and what is wrong there needs more."""

MOST_DIGITS = 15
LEAST_DIGITS = 6
"""One fewer than a ticket's number has: a digit that is missing is told, not taken for a text."""

_NUMBER = re.compile(r"(?<![0-9])[0-9](?:[0-9]|[ .-](?=[0-9])){5,}")
_WORDS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Command:
    """What an SMS asks for.

    Attributes:
        number: the digits of the ticket that is asked for, right or not; None when none is named.
    """

    asks: Asks
    number: str | None = None


def parse(text: str) -> Command:
    """Read an SMS."""
    words = [word.lower() for word in _WORDS.findall(text)]
    number = _number(text)
    if not words:
        return Command(Asks.UNCLEAR) if number is None else Command(Asks.STATUS, number)
    keyword = _keyword(words[0])
    most = MOST_STATUS_WORDS if number is None else MOST_STATUS_WORDS_WITH_NUMBER
    if keyword is Asks.STATUS and len(words) <= most:
        return Command(Asks.STATUS, number)
    if keyword is Asks.HELP and len(words) == 1:
        return Command(Asks.HELP)
    if keyword is Asks.CALL and len(words) <= MOST_CALL_WORDS:
        return Command(Asks.CALL)
    said = "".join(words[1:] if keyword is Asks.NEW else words)
    if len(said) < LEAST_LETTERS:
        return Command(Asks.UNCLEAR)
    return Command(Asks.NEW if keyword is Asks.NEW else Asks.SAYS)


def _keyword(word: str) -> Asks | None:
    for asks, keywords in KEYWORDS.items():
        for keyword in keywords:
            if word == keyword or (len(keyword) >= FORGIVING_FROM and is_nearly(word, keyword)):
                return asks
    return None


def _number(text: str) -> str | None:
    found = _NUMBER.search(text)
    digits = re.sub(r"[^0-9]", "", found[0]) if found else ""
    return digits if LEAST_DIGITS <= len(digits) <= MOST_DIGITS else None
