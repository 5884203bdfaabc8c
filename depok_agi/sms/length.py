"""How many SMS a text is: of 7-bit characters (3GPP TS 23.038, 6.2.1), or of UCS-2 when one of them is not there.

A gateway splits a long text by itself, and a telephone puts it together again: so texts are handed over whole, and this
only tells what one costs.
"""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("\f^{}\\[~]|€")
"""The extension table: each of these takes the place of two."""

ONE_GSM, PART_GSM = 160, 153
ONE_UCS2, PART_UCS2 = 70, 67


def is_gsm(text: str) -> bool:
    """Whether the 7-bit alphabet has all of it."""
    return all(character in _BASIC or character in _TWICE for character in text)


def parts(text: str) -> int:
    """How many SMS it takes; an empty one is one, too."""
    if is_gsm(text):
        units, one, part = sum(1 + (character in _TWICE) for character in text), ONE_GSM, PART_GSM
    else:
        units, one, part = len(text.encode("utf-16-le")) // 2, ONE_UCS2, PART_UCS2
    return 1 if units <= one else -(-units // part)
