"""What a check found."""

import re
from dataclasses import dataclass
from enum import StrEnum

from depok_agi.sentence import Sentence, Translate


class State(StrEnum):
    """How it is. With a failure citizens, or what they are owed, come to harm; a warning is on the way there."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at in a word or two, how it is, and what to do about it (empty where it is well)."""

    state: State
    subject: Sentence
    found: Sentence
    remedy: Sentence

    @property
    def check(self) -> str:
        """What was looked at, in English."""
        return str(self.subject)

    @property
    def text(self) -> str:
        """How it is, in English and one line."""
        return _one_line(str(self.found))

    @property
    def mend(self) -> str:
        """What to do about it, in English."""
        return str(self.remedy)

    def told(self, translate: Translate) -> tuple[str, str, str]:
        """Check, text and mend in the language of `translate`."""
        return self.subject.text(translate), _one_line(self.found.text(translate)), self.remedy.text(translate)


def ok(check: str, text: str, **values: object) -> Finding:
    """It is well. Both are source strings, which may have the values in them."""
    return _finding(State.OK, check, text, "", values)


def warning(check: str, text: str | Exception, mend: str, **values: object) -> Finding:
    """It works still."""
    return _finding(State.WARNING, check, text, mend, values)


def failure(check: str, text: str | Exception, mend: str, **values: object) -> Finding:
    """It does not work."""
    return _finding(State.FAILURE, check, text, mend, values)


def _finding(state: State, check: str, text: str | Exception, mend: str, values: dict[str, object]) -> Finding:
    found = Sentence(text, values) if isinstance(text, str) else Sentence("{error}", {"error": text})
    return Finding(state, Sentence(check, values), found, Sentence(mend, values))


def _one_line(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text)
