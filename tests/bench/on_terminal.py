"""A command as a person runs it, on a terminal: it may show other things there than into a pipe."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading

from tests.bench.peer import REPOSITORY

ROWS, COLUMNS = 40, 120
PIECE = 1 << 16
WITHIN = 60.0


def kept_environment() -> dict[str, str]:
    """The environment without what would lead the command to other settings, or tell it another width.

    Nor may it be told to compile itself at each start, which no installed command does.
    """
    ours = ("DEPOK_", "COLUMNS", "LINES", "PYTHONDONTWRITEBYTECODE")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)}


def run_on_terminal(*command: str) -> str:
    """Run it until it ends; gives what it showed.

    Raises:
        RuntimeError: it failed.
    """
    master, slave = pty.openpty()
    try:
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env={**kept_environment(), "TERM": "xterm-256color"},
            stdin=subprocess.DEVNULL,
            stdout=slave,
            stderr=slave,
        )
    finally:
        os.close(slave)
    too_long = threading.Timer(WITHIN, process.kill)
    too_long.start()
    with os.fdopen(master, "rb", buffering=0) as terminal:
        shown = b"".join(iter(lambda: _read(terminal.fileno()), b""))
    failed = process.wait()
    too_long.cancel()
    if failed:
        raise RuntimeError(f"{' '.join(command)}: {shown.decode(errors='replace').strip()}")
    return shown.decode(errors="replace")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, PIECE)
    except OSError:  # EIO: nobody has the other side open any more
        return b""
