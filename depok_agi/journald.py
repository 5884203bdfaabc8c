"""Log lines as systemd's journal takes them: it adds the time itself, and reads how grave a line is from its begin.

The source of both rules: sd-daemon(3) for the `<N>` before a line, systemd.exec(5) for `JOURNAL_STREAM`.
"""

import logging
import os
from typing import TextIO

PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
"""Of syslog(3)."""


class JournalFormatter(logging.Formatter):
    """Every line of a message with its priority; a trace has many."""

    def format(self, record: logging.LogRecord) -> str:
        mark = f"<{PRIORITIES.get(record.levelno, 6)}>"
        return "\n".join(f"{mark}{line}" for line in super().format(record).split("\n"))


def is_journal(stream: TextIO) -> bool:
    """Does this stream lead into the journal? systemd names its device and inode to whom it starts."""
    try:
        there = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{there.st_dev}:{there.st_ino}"


def handler(stream: TextIO) -> logging.Handler:
    """Writes to the stream: for the journal where it leads there, else for people, with the time and the level."""
    found = logging.StreamHandler(stream)
    if is_journal(stream):
        found.setFormatter(JournalFormatter("%(message)s"))
    else:
        found.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    return found
