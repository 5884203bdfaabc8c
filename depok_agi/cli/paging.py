"""Long output on a terminal, page by page.

The pager is `less` in its secure mode and nothing else: under sudo it runs with the service's rights, and `less` could
start a shell otherwise. No variable names another one, and none of the caller's is handed on but what the terminal is.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import click

LESS = Path("/usr/bin/less")
ENVIRONMENT = {"LESSSECURE": "1", "LESSHISTFILE": "-", "LESS": "-FRX"}
"""`less(1)`: neither shell, editor, pipe, other files, key files nor tags; it ends by itself after a single page."""

OF_THE_TERMINAL = ("TERM", "LANG", "LC_ALL", "LC_CTYPE", "COLUMNS", "LINES")
HEIGHT = 24
"""Lines of a terminal that does not say how many it has."""


def show(text: str) -> None:
    """Print text, by the pager where it is longer than the terminal and there is a person at the keyboard."""
    if not is_interactive() or text.count("\n") < shutil.get_terminal_size((80, HEIGHT)).lines - 1 or not LESS.exists():
        click.echo(text)
        return
    known = {name: os.environ[name] for name in OF_THE_TERMINAL if name in os.environ}
    content = f"{text}\n".encode(sys.stdout.encoding or "utf-8", "backslashreplace")
    pager = subprocess.Popen([LESS], stdin=subprocess.PIPE, env={**known, **ENVIRONMENT})
    interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the pager's, as long as it is there
    try:
        pager.communicate(content)  # whoever has seen enough leaves: that is no fault
    finally:
        signal.signal(signal.SIGINT, interrupted)


def is_interactive() -> bool:
    """Is there a person who both reads and types?"""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
