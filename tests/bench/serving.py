"""The real daemon, `depok-agi serve`, as a process with a store of its own."""

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bench.peer import REPOSITORY
from tests.lab.pbx import ASTERISK_ADDRESS, free_port

READY_WITHIN = 20.0
STOPPED_WITHIN = 30.0
LOOK_SECONDS = 0.01

SETTINGS = """\
[pbx]
operators = {{ "PJSIP/101" = "siti", "PJSIP/102" = "budi" }}
[ami]
port = {ami_port}
secret = "of no account"
[fastagi]
port = {fastagi_port}
[folders]
store = "depok-agi.sqlite"
spool = "spool"
published = "published"
recordings = "recordings"
[journal]
cel = "cel.csv"
queue_log = "queue_log"
"""


class Serving:
    """The daemon in a folder. Use it as a context manager; a second one on the same folder goes on with its store."""

    def __init__(self, folder: Path, ami_port: int) -> None:
        self.folder = folder
        self.cel = folder / "cel.csv"
        self.queue_log = folder / "queue_log"
        self._store = folder / "depok-agi.sqlite"
        self._log = folder / "daemon.log"
        self._settings = folder / "depok-agi.toml"
        self._process: subprocess.Popen[bytes] | None = None
        fastagi_port = free_port(socket.SOCK_STREAM, ASTERISK_ADDRESS)
        self._settings.write_text(SETTINGS.format(ami_port=ami_port, fastagi_port=fastagi_port), "utf-8")

    def __enter__(self) -> Self:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("DEPOK_")}
        self._log.unlink(missing_ok=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "depok_agi", "--config", str(self._settings), "serve"],
                cwd=REPOSITORY,
                env=kept,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._running
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def until_ready(self) -> None:
        """Wait until it listens and has logged in."""
        self._until(lambda: "AMI up" in self.said, READY_WITHIN, "it is not ready")

    @property
    def said(self) -> str:
        """All that it has said."""
        return self._log.read_text(errors="replace")

    @property
    def cpu_seconds(self) -> float:
        """What the process itself has used; its guardian is a process of its own."""
        fields = Path(f"/proc/{self._running.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def until_ended(self, calls: int, within: float) -> float:
        """When so many calls were committed as ended, or that was given up, by the monotonic clock; `count` tells."""
        with closing(sqlite3.connect(f"file:{self._store}?mode=ro", uri=True)) as reader:

            def all_ended() -> bool:
                (ended,) = reader.execute("SELECT count(*) FROM calls WHERE ended").fetchone()
                return int(ended) >= calls

            with contextlib.suppress(TimeoutError):
                self._until(all_ended, within, f"not {calls} calls have ended in the store")
            return time.monotonic()

    def count(self) -> tuple[int, int]:
        """How many calls the store has, and how many of them have ended."""
        with closing(sqlite3.connect(f"file:{self._store}?mode=ro", uri=True)) as reader:
            calls, ended = reader.execute("SELECT count(*), coalesce(sum(ended), 0) FROM calls").fetchone()
        return int(calls), int(ended)

    @property
    def _running(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None
        return self._process

    def _until(self, look: Callable[[], bool], within: float, complaint: str) -> None:
        deadline = time.monotonic() + within
        while not look():
            if self._running.poll() is not None:
                raise RuntimeError(f"the daemon ended with {self._running.returncode}:\n{self.said}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{complaint}:\n{self.said[-2000:]}")
            time.sleep(LOOK_SECONDS)
