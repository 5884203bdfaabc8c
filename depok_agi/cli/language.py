"""The language that the command speaks: the one of the settings, where they name one, else that of the locale."""

import gettext
import os
from collections.abc import Mapping
from enum import StrEnum

from depok_agi.errors import DepokError
from depok_agi.language import DOMAIN, LOCALE, Language, translate

_spoken = Language.ENGLISH


def speak(language: Language) -> None:
    """From now on the command speaks this language, and so do click's own words in it.

    click takes them from `gettext.gettext`, thus from the catalogue of the process's text domain in the language of the
    environment. So both are set here, in the ways that gettext's documentation gives: nothing of click is replaced.
    The names of days and months do not change, as they would with `locale.setlocale`.
    """
    global _spoken  # noqa: PLW0603 - one command speaks one language
    _spoken = language
    gettext.bindtextdomain(DOMAIN, LOCALE)
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = language.value


def spoken() -> Language:
    """The language that the command speaks."""
    return _spoken


def _(text: str) -> str:
    """The source string in the language that the command speaks."""
    return translate(text, _spoken)


def word(value: StrEnum | str) -> str:
    """A word of the store or of an enum as people read it in a table; in JSON it stays as it is."""
    return translate(str(value), _spoken)


def told(error: Exception) -> str:
    """What an error says, in the language that the command speaks; what the system itself says stays English."""
    return error.text(_) if isinstance(error, DepokError) else str(error)


def of_locale(environment: Mapping[str, str]) -> Language:
    """The first known language of the locale, as GNU gettext finds it: LANGUAGE counts where the locale is not C."""
    names = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next(filter(None, names), "C")
    if _code(locale) in {"c", "posix"}:
        return Language.ENGLISH
    for wanted in (*environment.get("LANGUAGE", "").split(":"), locale):
        if _code(wanted) in set(Language):
            return Language(_code(wanted))
    return Language.ENGLISH


def _code(locale: str) -> str:
    """`id` of `id_ID.UTF-8`."""
    return locale.partition(".")[0].partition("@")[0].partition("_")[0].lower()
