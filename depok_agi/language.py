"""The languages that people read and hear here, and the catalogue of translations.

Source strings are English and stand in the code; `locale/<language>/LC_MESSAGES` has the others, made and compiled by
`scripts/translate`. A string that is looked up by a variable is marked where it stands by `gettext_noop`.
"""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a step of the menu needs the names alone, and starts faster
    from gettext import NullTranslations

DOMAIN = "depok_agi"
LOCALE = Path(__file__).with_name("locale")


class Language(StrEnum):
    """The languages that there are, as ISO 639-1 and Asterisk's `CHANNEL(language)` name them."""

    INDONESIAN = "id"
    ENGLISH = "en"


@cache
def translations(language: Language) -> "NullTranslations":
    """The catalogue of a language; for English the source strings as they are.

    Raises:
        FileNotFoundError: this installation lacks the catalogue.
    """
    import gettext  # noqa: PLC0415 - see above

    if language is Language.ENGLISH:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE, [language.value])


def translate(text: str, language: Language) -> str:
    """The source string in this language; itself where the catalogue lacks it."""
    return translations(language).gettext(text) if text else ""  # "" is where a catalogue keeps its head


def gettext_noop(text: str) -> str:
    """The string itself, marked for the catalogue: it is translated where it is shown."""
    return text
