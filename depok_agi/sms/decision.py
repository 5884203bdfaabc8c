"""What is made of an SMS, and whether and how it is answered.

Rules
-----
1. Who is blocked gets no answer, and nothing is made of what they write.
2. The same text of the same number within two minutes is the same SMS, sent again by a gateway that heard no answer.
3. What follows within thirty seconds on something that a citizen said is the rest of it: it goes to the same ticket,
   and the answer to its begin is the answer to all, so that a long text that came in parts is not torn.
4. What a citizen says goes to their open ticket; without one, or after the word for a new one, it opens a ticket. A few
   letters open none: they get the help text.
5. An SMS that is too long for Asterisk comes without its text, so the citizen is asked for shorter ones.
6. An answer is left out where it would keep a loop going (`loop.py`).

The two times are working assumptions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from depok_agi.sms.keyword import Asks, Command, parse
from depok_agi.sms.loop import Earlier, looks_automatic, may_answer, text_digest
from depok_agi.sms.outgoing import Kind

REPEATED_WITHIN = timedelta(minutes=2)
CONTINUED_WITHIN = timedelta(seconds=30)


class Made(StrEnum):
    """What was made of an SMS."""

    TICKET = "ticket"
    APPENDED = "appended"
    CONTINUED = "continued"
    STATUS = "status"
    HELP = "help"
    CALL = "call"
    TOO_LONG = "too_long"
    REPEATED = "repeated"
    BLOCKED = "blocked"
    IGNORED = "ignored"
    """Its sender is nobody's number."""


SAID = frozenset({Made.TICKET, Made.APPENDED, Made.CONTINUED})
"""What stands in a ticket."""

_ANSWERS = {
    Made.TICKET: Kind.TICKET,
    Made.APPENDED: Kind.APPENDED,
    Made.STATUS: Kind.STATUS,
    Made.HELP: Kind.HELP,
    Made.CALL: Kind.CALL,
    Made.TOO_LONG: Kind.TOO_LONG,
}


_ALONE = {
    Asks.CALL: Made.CALL,
    Asks.NEW: Made.TICKET,
    Asks.SAYS: Made.TICKET,
    Asks.HELP: Made.HELP,
    Asks.UNCLEAR: Made.HELP,
}
"""What is made of it where there is no ticket to which it could go."""


@dataclass(frozen=True, slots=True)
class Previous:
    """An SMS that the same number sent within the last hour.

    Attributes:
        ticket: the number of the ticket that it went to.
    """

    at: datetime
    made: Made
    ticket: str | None
    text_digest: str | None
    words_digest: str | None
    looks_automatic: bool
    answered: bool


@dataclass(frozen=True, slots=True)
class Sender:
    """What is known of who wrote.

    Attributes:
        open_ticket: the number of their newest ticket that is not closed.
        earlier: what they sent within the last hour, newest first.
    """

    blocked: bool = False
    open_ticket: str | None = None
    earlier: Sequence[Previous] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done.

    Attributes:
        ticket: the one that it goes to or asks for; digits that may be no ticket's number where it asks.
        answer: what it is answered; None for no answer.
    """

    made: Made
    ticket: str | None = None
    answer: Kind | None = None
    looks_automatic: bool = False


def decide(text: str | None, at: datetime, sender: Sender) -> Decision:
    """Decide by the rules above; `at` is when it came, aware."""
    if sender.blocked:
        return Decision(Made.BLOCKED)
    if text is not None and _is_repeated(text, at, sender):
        return Decision(Made.REPEATED)
    automatic = text is not None and looks_automatic(text, {one.words_digest or "" for one in sender.earlier})
    made, ticket = _made(text, at, sender)
    answer = _ANSWERS.get(made)
    if answer is Kind.STATUS and ticket is None:
        answer = Kind.HELP
    earlier = [Earlier(one.looks_automatic, one.answered) for one in sender.earlier]
    if answer is not None and not may_answer(earlier, automatic=automatic):
        answer = None
    return Decision(made, ticket, answer, automatic)


def _made(text: str | None, at: datetime, sender: Sender) -> tuple[Made, str | None]:
    if text is None:
        return Made.TOO_LONG, None
    command = parse(text)
    if command.asks not in {Asks.STATUS, Asks.HELP, Asks.CALL}:
        begun = _begun(at, sender)
        if begun is not None and text.strip():
            return Made.CONTINUED, begun
    return _by_command(command, sender, empty=not text.strip())


def _by_command(command: Command, sender: Sender, *, empty: bool) -> tuple[Made, str | None]:
    if command.asks is Asks.STATUS:
        return Made.STATUS, command.number or sender.open_ticket
    if command.asks in {Asks.SAYS, Asks.UNCLEAR} and sender.open_ticket is not None and not empty:
        return Made.APPENDED, sender.open_ticket
    return _ALONE[command.asks], None


def _is_repeated(text: str, at: datetime, sender: Sender) -> bool:
    digest = text_digest(text)
    return any(one.text_digest == digest and abs(at - one.at) <= REPEATED_WITHIN for one in sender.earlier)


def _begun(at: datetime, sender: Sender) -> str | None:
    """The ticket of what this is the rest of."""
    for one in sender.earlier:
        if one.made in SAID and one.ticket is not None and abs(at - one.at) <= CONTINUED_WITHIN:
            return one.ticket
    return None
