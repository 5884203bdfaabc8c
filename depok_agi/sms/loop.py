"""No endless talk with another automatic system, and no costs without end.

Rules
-----
1. An SMS looks automatic when it says of itself that it is, when it holds our own signature (an echo, or an answer that
   quotes us), or when the same number has sent the same words within the last hour; digits do not count as words, for
   automatic systems number and date what they write.
2. At most two SMS in a row are answered to a number as long as what comes from it looks automatic: the one that began
   it, which nothing tells from a person's, and one more. An SMS that does not look so begins anew.
3. No number gets more than ten answers within an hour, whatever it writes.
4. What is not answered is taken down all the same.
"""

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

WINDOW = timedelta(hours=1)
MOST_IN_A_ROW = 2
MOST_IN_WINDOW = 10

SIGNATURE = "Depok 1500664:"
"""All that the centre writes begins with it."""

_SAYS_SO = re.compile(
    r"balas(?:an)? otomatis|pesan otomatis|jangan (?:di)?balas|auto[ -]?(?:matic )?(?:reply|response)|do not reply"
    r"|out of (?:the )?office|no-?reply",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Earlier:
    """An SMS that the same number sent before: did it look automatic, was it answered?"""

    looks_automatic: bool
    answered: bool


def words_digest(text: str) -> str:
    """The same for texts with the same words, whatever digits, signs and spaces are between them."""
    return text_digest(" ".join(_WORDS.findall(text.lower())))


def text_digest(text: str) -> str:
    """The same for the same text alone."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def looks_automatic(text: str, earlier_words: Collection[str]) -> bool:
    """Rule 1; `earlier_words` are the digests of what the number sent within the window."""
    quotes_us = SIGNATURE.lower() in text.lower()
    return quotes_us or _SAYS_SO.search(text) is not None or words_digest(text) in earlier_words


def may_answer(earlier: Sequence[Earlier], *, automatic: bool) -> bool:
    """Rules 2 and 3; `earlier` is what the number sent within the window, newest first."""
    if sum(one.answered for one in earlier) >= MOST_IN_WINDOW:
        return False
    if not automatic:
        return True
    in_a_row = 0
    for one in earlier:
        in_a_row += one.answered
        if not one.looks_automatic:
            break
    return in_a_row < MOST_IN_A_ROW
