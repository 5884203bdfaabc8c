"""The one tree of errors. The command's edge turns each into one clear line and exit code 1."""


class DepokError(Exception):
    """Something that a person can be told in one line."""


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
