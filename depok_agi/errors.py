"""The one tree of errors. The command's edge turns each into one clear line and exit code 1."""

from depok_agi.sentence import Sentence, Translate


class DepokError(Exception):
    """Something that a person can be told in one line: `str()` is English, `text()` any language.

    Args:
        source: an English source string with a `{name}` for each value.
        values: what is filled in, as in `RefusedError("ticket {number} is closed", number=number)`.
    """

    def __init__(self, source: str = "", /, **values: object) -> None:
        super().__init__(source)
        self.sentence = Sentence(source, values)

    def __str__(self) -> str:
        return str(self.sentence)

    def text(self, translate: Translate) -> str:
        """What it says, in the language of `translate`."""
        return self.sentence.text(translate)


class SettingsError(DepokError):
    """The settings, hours or menu file is wrong; the text lists every fault with its path."""


class StoreError(DepokError):
    """The store is missing, locked, too new or broken."""


class NotFoundError(DepokError):
    """There is no such call, ticket, callback or OPD."""


class RefusedError(DepokError):
    """The rules of the centre do not allow this change."""


class AsteriskError(DepokError):
    """Asterisk cannot be reached, refuses, or answers what cannot be understood."""


class CallerGoneError(DepokError):
    """The citizen hung up, or the line broke, while a step was talking to them."""


class ReportError(DepokError):
    """A report cannot be made or written here."""
