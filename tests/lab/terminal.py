"""A real terminal: tmux holds it, keys go in, and what is on it is read as a person would."""

import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.lab.pbx import LabError

COLUMNS, ROWS = 80, 24
LOOK_SECONDS = 0.02


class Terminal:
    """One command on a terminal of its own; afterwards its tmux is gone, and the command with it."""

    def __init__(
        self,
        folder: Path,
        command: str,
        environment: Mapping[str, str],
        *,
        term: str = "screen",
        columns: int = COLUMNS,
        rows: int = ROWS,
    ) -> None:
        self._socket = folder / "tmux"
        self._command = command
        self._environment = {**environment, "LC_ALL": "C.UTF-8"}
        self._term = term
        self._size = (columns, rows)

    def __enter__(self) -> Self:
        columns, rows = map(str, self._size)
        self._tmux("new-session", "-d", "-x", columns, "-y", rows, f"TERM={self._term} {self._command}; sleep 600")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tmux("kill-server")

    @property
    def text(self) -> str:
        """What is on it."""
        return self._tmux("capture-pane", "-p")

    def press(self, *keys: str) -> None:
        """Keys, by tmux's names for them."""
        self._tmux("send-keys", *keys)

    def write(self, text: str) -> None:
        """Letters, as they are."""
        self._tmux("send-keys", "-l", text)

    def until(self, wanted: str, within: float = 15.0) -> float:
        """Wait until this is on the screen; gives when it was (seconds since 1970)."""
        deadline = time.monotonic() + within
        while wanted not in self.text:
            if time.monotonic() > deadline:
                raise LabError(f"{wanted!r} is not on the screen:\n{self.text}")
            time.sleep(LOOK_SECONDS)
        return time.time()

    def _tmux(self, *arguments: str) -> str:
        return subprocess.run(
            ["tmux", "-S", str(self._socket), "-f", "/dev/null", *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        ).stdout
