"""Text of errors, fit for a terminal: whatever was typed may stand in it."""

import re

LONGEST_WORD = 300
"""Characters: a path is shorter, and of a longer word the beginning tells enough."""

_LONG = re.compile(rf"(\S{{{LONGEST_WORD}}})\S+")


def clear(text: str) -> str:
    """The text with its line ends, without anything that a terminal would obey, and with no endless word."""
    shown = "".join(_escaped(character) for character in text)
    return _LONG.sub(r"\1...", shown)


def _escaped(character: str) -> str:
    if character.isprintable() or character == "\n":
        return character
    return character.encode("unicode_escape").decode()
