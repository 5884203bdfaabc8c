"""Citizens in lists: enough to recognise one by, too little to call them or to know who they are."""

FIRST = 4
"""Digits that stay at the beginning: whose network, or which city."""

LAST = 3
"""Digits that stay at the end: by them people tell numbers apart."""

LEAST_HIDDEN = 4
"""Digits. Ten thousand numbers are too many to try."""

LONGEST_EXTENSION = 5
"""Digits. What is shorter is a telephone of the house or a short code, and nobody's secret."""


def masked_number(written: str) -> str:
    """A number as people write it with the middle digits hidden: `0811-xxxx-x234` for `0811-0000-1234`."""
    digits = [place for place, character in enumerate(written) if character.isdigit()]
    if len(digits) <= LONGEST_EXTENSION:
        return written
    last = min(LAST, len(digits) - LEAST_HIDDEN)
    first = min(FIRST, len(digits) - LEAST_HIDDEN - last)
    hidden = frozenset(digits[first : len(digits) - last])
    return "".join("x" if place in hidden else character for place, character in enumerate(written))


def masked_name(name: str) -> str:
    """The initials of a name: `E. P.` for `Eko Prasetyo`."""
    return " ".join(f"{word[0].upper()}." for word in name.split())
