"""What people mean when they name an OPD, a category or an area."""

from collections.abc import Iterable
from difflib import get_close_matches

from depok_agi.errors import NotFoundError
from depok_agi.sentence import Sentence


def named(what: str, given: str, known: Iterable[str]) -> str:
    """The known name that is meant, whatever the case.

    Raises:
        NotFoundError: there is none; the text suggests the nearest, or lists them all.
    """
    by_lower = {name.lower(): name for name in known}
    if given.lower() in by_lower:
        return by_lower[given.lower()]
    near = get_close_matches(given.lower(), by_lower, n=1)
    raise NotFoundError(
        "there is no {what} {given!r}; do you mean {near}?"
        if near
        else "there is no {what} {given!r}; there are: {known}",
        what=Sentence(what),
        given=given,
        near=by_lower[near[0]] if near else None,
        known=", ".join(by_lower.values()),
    )
