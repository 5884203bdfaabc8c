"""The language that the command speaks."""

from depok_agi.language import Language, translate

_spoken = Language.ENGLISH


def speak(language: Language) -> None:
    """From now on the command speaks this language."""
    global _spoken  # noqa: PLW0603 - one command speaks one language
    _spoken = language


def _(text: str) -> str:
    """The source string in the language that the command speaks."""
    return translate(text, _spoken)
