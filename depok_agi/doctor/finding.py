"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it is. With a failure citizens, or what they are owed, come to harm; a warning is on the way there."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line.

    Attributes:
        check: what was looked at, in a word or two.
        text: how it is.
        mend: what to do about it; empty where it is well.
    """

    check: str
    state: State
    text: str
    mend: str = ""


def ok(check: str, text: str) -> Finding:
    """It is well."""
    return Finding(check, State.OK, text)


def warning(check: str, text: str, mend: str) -> Finding:
    """It works still."""
    return Finding(check, State.WARNING, text, mend)


def failure(check: str, text: str, mend: str) -> Finding:
    """It does not work."""
    return Finding(check, State.FAILURE, text, mend)
