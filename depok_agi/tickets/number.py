"""Ticket numbers that can be read out, typed on a keypad, and caught when mistyped.

The last digit is a Damm check digit (H. Michael Damm, 2004): it catches every single wrong digit and every swap of two
neighbours, the two slips that people make on a keypad, so nobody is told about someone else's ticket.
"""

import re

from depok_agi.errors import RefusedError

FIRST_SERIAL = 100_001
"""The first serial, so that all numbers have at least seven digits and none begins with 0."""

FEWEST_TYPED = 4
"""Digits that are enough of a beginning: fewer are rather another thing's id."""

_NUMBER = re.compile(r"[1-9][0-9]{6,}")
_BEGINNING = re.compile(rf"[1-9][0-9]{{{FEWEST_TYPED - 1},5}}")
_LONGEST = 20
"""Digits. No number is ever longer, and nobody looks for slips in what is."""

_SEPARATORS = str.maketrans("", "", " .-")
_GROUP = 3


def make(serial: int) -> str:
    """Turn a serial, counted up from `FIRST_SERIAL`, into a ticket number."""
    if serial < FIRST_SERIAL:
        raise ValueError(f"serials start at {FIRST_SERIAL}: {serial}")
    from stdnum import damm  # noqa: PLC0415 - slow to start, and lists do not need it

    return f"{serial}{damm.calc_check_digit(str(serial))}"


def is_valid(number: str) -> bool:
    """Tell whether this is a ticket number, digits only, with the right check digit."""
    from stdnum import damm  # noqa: PLC0415 - see above

    return _NUMBER.fullmatch(number) is not None and damm.checksum(number) == 0


def parse(text: str) -> str:
    """Read a number as people write it, with spaces, dots or dashes.

    Raises:
        RefusedError: it cannot be a ticket number.
    """
    number = text.strip().translate(_SEPARATORS)
    if not _NUMBER.fullmatch(number):
        raise RefusedError("{text!r} is no ticket number: it has seven digits or more and nothing else", text=text)
    if not is_valid(number):
        raise RefusedError(
            "{text!r} is no ticket number: its last digit does not fit, so one digit is mistyped", text=text
        )
    return number


def beginning(text: str) -> str | None:
    """The first digits of a number, as people write them; None for what is no beginning, or as long as a number."""
    digits = text.strip().translate(_SEPARATORS)
    return digits if _BEGINNING.fullmatch(digits) else None


def one_slip_away(text: str) -> list[str]:
    """The numbers that one slip turns into this text: a digit wrong, missing or too many, or two neighbours swapped."""
    digits = text.strip().translate(_SEPARATORS)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _LONGEST:
        return []
    places = range(len(digits))
    wrong = {f"{digits[:place]}{digit}{digits[place + 1 :]}" for place in places for digit in "0123456789"}
    missing = {f"{digits[:place]}{digit}{digits[place:]}" for place in (*places, len(digits)) for digit in "0123456789"}
    too_many = {f"{digits[:place]}{digits[place + 1 :]}" for place in places}
    swapped = {f"{digits[:at]}{digits[at + 1]}{digits[at]}{digits[at + 2 :]}" for at in places[:-1]}
    return sorted(found for found in (wrong | missing | too_many | swapped) - {digits} if is_valid(found))


def spoken_groups(number: str) -> list[str]:
    """Split a number into threes for reading out; a digit left alone joins the group before it."""
    starts = range(0, len(number), _GROUP)
    groups = [number[start : start + _GROUP] for start in starts]
    if len(groups) > 1 and len(groups[-1]) == 1:
        alone = groups.pop()
        groups[-1] += alone
    return groups
