"""Telephone numbers: E.164 in the store, the national form for people, stars for everyone else."""

import re
from functools import lru_cache

REGION = "ID"
"""Numbers without a country code are Indonesian."""

CENTRE_NUMBER = "1500664"


LONGEST = 100
"""Characters, blanks around it included. What is longer is no number, and is not kept."""


def to_e164(raw: str | None) -> str | None:
    """The number in E.164, or None where nobody can be called back on it.

    Withheld, `anonymous`, empty and impossible numbers, extensions and short codes all give None: such a call is kept,
    but never becomes a callback. Letters are refused, because phonenumbers would dial them by keypad.
    """
    return None if raw is None or len(raw) > LONGEST else _to_e164(raw)


@lru_cache(maxsize=4096)
def _to_e164(raw: str) -> str | None:
    if not re.fullmatch(r"\+?[0-9 ().-]{7,24}", raw.strip()):
        return None
    import phonenumbers  # noqa: PLC0415 - 50 ms that `--help` and most steps do not need

    try:
        number = phonenumbers.parse(raw, REGION)
    except phonenumbers.NumberParseException:
        return None
    kind = phonenumbers.number_type(number)
    if kind in (phonenumbers.PhoneNumberType.UNKNOWN, phonenumbers.PhoneNumberType.UAN):
        return None  # impossible; or 1500664 and its like: nobody's phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_USUAL = (
    (re.compile(r"\+62(8[1-35-9][0-9])([0-9]{3,4})([0-9]{3})"), r"0\1-\2-\3"),
    (re.compile(r"\+62(8[1-9][0-9])([0-9]{4})([0-9]{4,5})"), r"0\1-\2-\3"),
    (re.compile(r"\+62(2[124]|[36]1)([0-9]{5,9})"), r"(0\1) \2"),
    (re.compile(r"\+62([2-79][0-9]{2})([0-9]{5,8})"), r"(0\1) \2"),
)
"""How phonenumbers writes mobiles and landlines of this country (a test compares), for lists that need no others."""


@lru_cache(maxsize=4096)
def national(e164: str) -> str:
    """The number as people write it here: `0811-0000-1234`."""
    for numbers, form in _USUAL:
        if found := numbers.fullmatch(e164):
            return found.expand(form)
    return _national_of_any(e164)


def _national_of_any(e164: str) -> str:
    import phonenumbers  # noqa: PLC0415 - see above

    try:
        number = phonenumbers.parse(e164, REGION)
    except phonenumbers.NumberParseException:
        return e164
    form = phonenumbers.PhoneNumberFormat.NATIONAL
    if number.country_code != phonenumbers.country_code_for_region(REGION):
        form = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def masked(number: str | None) -> str:
    """The number with its middle hidden, for logs: enough to tell two apart, too little to dial."""
    if not number:
        return "withheld"
    if len(number) <= 5:  # noqa: PLR2004 - an extension or a short code is nobody's secret, but hide it all the same
        return "***"
    return f"{number[:4]}***{number[-2:]}"
