"""Which SMS Asterisk was given last, so that a daemon that was killed in its very middle does not give it twice.

The store is told before and after, but a transaction takes milliseconds, in which a kill leaves nobody knowing. This
note is one small write in the same breath as that to Asterisk's socket. It outlives the process, though not a power
cut, in which Asterisk may lose what it was given as well.
"""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_NOTE = "{:020d} {:010d}\n"


@dataclass(frozen=True, slots=True)
class Try:
    """One SMS of the queue, and which try of it."""

    sms: int
    tries: int


class HandedOver:
    """The note. Only the daemon has one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1

    def open(self) -> Self:
        """Make the file ready. Raises OSError."""
        if self._file < 0:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        return self

    def close(self) -> None:
        """Leave the file as it is."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def note(self, given: Try) -> None:
        """Asterisk has been given this one. Where it cannot be noted, it may be given twice after a kill."""
        with contextlib.suppress(OSError):
            os.pwrite(self._file, _NOTE.format(given.sms, given.tries).encode(), 0)

    def last(self) -> Try | None:
        """The last one that was noted; None where none was, or the note is damaged. Raises OSError."""
        words = os.pread(self._file, 100, 0).decode("ascii", "replace").split()
        if len(words) != 2 or not all(word.isdigit() for word in words):  # noqa: PLR2004 - the SMS and the try
            return None
        return Try(int(words[0]), int(words[1]))
