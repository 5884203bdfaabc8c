"""A citizen's number wherever it may stand: in any form, in texts, in names of channels, in the bytes of a file.

Numbers of this country differ in length, so that one can be the beginning of another: a trace is the whole number, by
itself or behind its country code or the 0, and never a part of a longer one.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

COUNTRY = "+62"

_NUMBER_OF_CHANNEL = re.compile(r"[^-]*[0-9]{6,}[^-]*(?=-)")
"""Channels are named after their endpoint; where a card has none, after the number that called or is called."""

_BETWEEN = r"[ .()\-]{0,2}"
"""What people write between the digits."""


@dataclass(frozen=True, slots=True)
class Traces:
    """The traces of one number.

    Attributes:
        digits: what all its forms have in common, such as 81100001234; by it databases look first.
    """

    digits: str
    in_text: re.Pattern[str]
    in_bytes: re.Pattern[bytes]

    def stand_in(self, text: str | None) -> bool:
        """Does the number stand in this text?"""
        return text is not None and self.in_text.search(text) is not None

    def taken_out_of(self, value: Any) -> Any:
        """The same plain JSON value with nothing in place of each string in which the number stands."""
        if isinstance(value, str):
            return "" if self.stand_in(value) else value
        if isinstance(value, Sequence):
            return [self.taken_out_of(one) for one in value]
        return value


def of_number(number: str) -> Traces:
    """The traces of a number in E.164."""
    digits = number.removeprefix(COUNTRY).removeprefix("+")
    country = rf"(?:(?:\+|00)?{COUNTRY[1:]}{_BETWEEN}|0)?" if number.startswith(COUNTRY) else r"(?:\+|00)?"
    pattern = rf"(?<![0-9+]){country}[ (]?{_BETWEEN.join(digits)}(?![0-9])"
    return Traces(digits, re.compile(pattern), re.compile(pattern.encode()))


def impersonal(channel: str) -> str:
    """The name of a channel without a number in the place of its endpoint; what tells channels apart stays."""
    return _NUMBER_OF_CHANNEL.sub("", channel, count=1)


@dataclass(frozen=True, slots=True)
class Seal:
    """By which a number that is given again is known, and which does not give the number.

    There are few enough numbers to try them all, so each try is made slow (scrypt); and it is kept for no longer than
    it takes to finish what was begun.
    """

    salt: str
    digest: str

    def is_of(self, number: str) -> bool:
        """Is it this number's? Takes some 50 ms."""
        return secrets.compare_digest(_slow(self.salt, number), self.digest)


def sealed(number: str) -> Seal:
    """The seal of a number in E.164. Takes some 50 ms."""
    salt = secrets.token_hex(16)
    return Seal(salt, _slow(salt, number))


def _slow(salt: str, number: str) -> str:
    return hashlib.scrypt(number.encode(), salt=salt.encode(), n=2**14, r=8, p=1).hex()
