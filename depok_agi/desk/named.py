"""What people mean when they name an OPD, a category or an area."""

from collections.abc import Iterable
from difflib import get_close_matches

from depok_agi.errors import NotFoundError


def named(what: str, given: str, known: Iterable[str]) -> str:
    """The known name that is meant, whatever the case.

    Raises:
        NotFoundError: there is none; the text suggests the nearest, or lists them all.
    """
    by_lower = {name.lower(): name for name in known}
    if given.lower() in by_lower:
        return by_lower[given.lower()]
    near = get_close_matches(given.lower(), by_lower, n=1)
    hint = f"; do you mean {by_lower[near[0]]}?" if near else f"; there are: {', '.join(by_lower.values())}"
    raise NotFoundError(f"there is no {what} {given!r}{hint}")
