"""A terminal of 80 by 24 with a shell in it: what a person types, and the screen that they then see."""

import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

from tests.lab.pbx import LabError

ROWS, COLUMNS = 24, 80
PIECE = 1 << 16
PATIENCE = 60.0


class Terminal:
    """Use it as a context manager; the shell is gone afterwards. `start` is what the shell reads first."""

    def __init__(self, folder: Path, environment: Mapping[str, str], start: str = "") -> None:
        self._folder = folder
        self._start = start
        self._environment = {**environment, "TERM": "linux", "LC_ALL": "C.UTF-8"}
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self._master = -1
        self._shell: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        profile = self._folder / "profile"
        profile.write_text(f"PS1='$ '\nbind 'set enable-bracketed-paste off'\n{self._start}\n")
        try:
            self._shell = subprocess.Popen(
                ["bash", "--noprofile", "--rcfile", profile, "-i"],
                cwd=self._folder,
                env=self._environment,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                start_new_session=True,
                preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - its own terminal, no thread
            )
        finally:
            os.close(slave)
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()
        self.wait_for_prompt()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shell is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._shell.pid, signal.SIGHUP)
            self._shell.wait(5)
        if self._reader is not None:
            self._reader.join(5)
        os.close(self._master)

    def type(self, line: str) -> None:
        """Clear the screen, type a line and press Enter."""
        with self._lock:
            self._screen.reset()
        os.write(self._master, f"{line}\r".encode())

    def run(self, line: str, within: float = PATIENCE) -> str:
        """Type a command, wait until it is done: the screen, without what was typed."""
        self.type(line)
        self.wait_for_prompt(within)
        rows_of_the_line = -(-len(line) // COLUMNS)
        return "\n".join(self.screen.splitlines()[rows_of_the_line:]).strip("\n")

    def wait_for(self, text: str, within: float = PATIENCE) -> str:
        """The screen as soon as this is on it."""
        deadline = time.monotonic() + within
        while text not in self.screen:
            if time.monotonic() > deadline:
                raise LabError(f"{text!r} did not come:\n{self.screen}")
            time.sleep(0.05)
        return self.screen

    def wait_for_prompt(self, within: float = PATIENCE) -> None:
        """Returns when the shell waits for the next command."""
        deadline = time.monotonic() + within
        while not self._is_waiting():
            if time.monotonic() > deadline:
                raise LabError(f"the command is not done:\n{self.screen}")
            time.sleep(0.05)

    @property
    def screen(self) -> str:
        """What is on it, without the prompt that waits."""
        with self._lock:
            return "\n".join(line.rstrip() for line in self._screen.display).rstrip("\n").removesuffix("$").rstrip()

    def _is_waiting(self) -> bool:
        with self._lock:
            cursor = self._screen.cursor
            return cursor.x == 2 and self._screen.display[cursor.y].rstrip() == "$"

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # EIO: the shell is gone
            while piece := os.read(self._master, PIECE):
                with self._lock:
                    self._stream.feed(piece)
