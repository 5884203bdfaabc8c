"""Text in a CSV file that a spreadsheet opens: it stays what it is."""

import re

FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet would run: text that begins so gets an apostrophe before it."""

_NUMERIC = re.compile(r"[0-9][0-9.,eE+]*")
_KEPT = re.compile(r"0|[1-9][0-9]{0,10}")
"""Whole numbers that a spreadsheet shows as they were; of others it drops leading noughts, or rounds them."""


def inert(text: str) -> str:
    """Without anything that a terminal would obey, and such that no spreadsheet runs it as a formula."""
    shown = "".join(character for character in text if character.isprintable())
    return f"'{shown}" if shown.startswith(FORMULA) else shown


def kept(text: str) -> str:
    """The same, and such that no spreadsheet takes it for a number that it then shows otherwise."""
    shown = inert(text)
    return f"'{shown}" if _NUMERIC.fullmatch(shown) and not _KEPT.fullmatch(shown) else shown
