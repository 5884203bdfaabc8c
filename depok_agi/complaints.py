"""Trouble that lasts is told once in the log, not each time that it is met."""

import logging


class Complaints:
    """What was told and has not gone yet."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._told: dict[str, str] = {}

    def tell(self, what: str, why: str) -> bool:
        """Tell of a trouble, unless it has been told in these very words; says whether it was."""
        is_new = self._told.get(what) != why
        if is_new:
            self._log.error("%s: %s", what, why)
        self._told[what] = why
        return is_new

    def has_gone(self, what: str) -> bool:
        """Forget a trouble, so that it is told anew when it comes back; says whether there was one."""
        return self._told.pop(what, None) is not None
