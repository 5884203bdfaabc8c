"""In which language somebody writes: Indonesian, unless an English word gives them away."""

import re
from enum import StrEnum

_ENGLISH = re.compile(
    r"\b(?:the|is|are|was|were|my|your|our|this|that|there|have|has|been|please|with|from|near|not|and|broken|street|road"
    r"|check|help|call|me|new|report)\b",
    re.IGNORECASE,
)
_INDONESIAN = re.compile(
    r"\b(?:yang|di|ke|dari|ini|itu|dan|tidak|ada|saya|kami|tolong|mohon|jalan|sudah|belum|pak|bu|untuk|sampah|banjir|cek"
    r"|bantuan|telepon|lapor|baru)\b",
    re.IGNORECASE,
)


class Language(StrEnum):
    """The languages that SMS are answered in."""

    INDONESIAN = "id"
    ENGLISH = "en"


def language_of(text: str) -> Language:
    """The language of most of the words that are known; Indonesian when they are as many."""
    english, indonesian = len(_ENGLISH.findall(text)), len(_INDONESIAN.findall(text))
    return Language.ENGLISH if english > indonesian else Language.INDONESIAN
