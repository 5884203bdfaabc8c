"""Ends a daemon that is frozen.

FastAGI has no read time-out: a caller in a step of a frozen daemon hears silence until the daemon is gone, and then
the dialplan goes on by itself.

A process of its own, because a stopped process (SIGSTOP, a hung disk) cannot watch itself. The daemon writes a byte
twice a second; when none came in `FROZEN_AFTER` looks of a second each, the guardian kills it. Looks are counted and
not clock time, so that a machine that was suspended as a whole is not taken for a frozen daemon.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
from typing import IO

LOOK_SECONDS = 1.0
FROZEN_AFTER = 3
BEAT_SECONDS = 0.5


class Guardian:
    """The daemon's end of it."""

    def __init__(self) -> None:
        self._process = self._start()

    @staticmethod
    def _start() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "depok_agi.guardian"]
        return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)

    @property
    def pid(self) -> int:
        """The guardian's process id."""
        return self._process.pid

    def beat(self) -> None:
        """Say that the daemon is alive; a guardian that is gone is started again."""
        try:
            self._pipe.write(b".")
            self._pipe.flush()
        except OSError:
            with contextlib.suppress(OSError):  # the beat that nobody took is tried once more
                self._pipe.close()
            self._process.wait()
            self._process = self._start()

    def close(self) -> None:
        """The daemon ends by itself."""
        self._pipe.close()
        self._process.wait()

    @property
    def _pipe(self) -> IO[bytes]:
        assert self._process.stdin is not None  # noqa: S101 - started with a pipe
        return self._process.stdin


def watch(heartbeat: int, daemon: int) -> None:
    """Look at the heartbeat until it ends, or until the daemon has to be killed."""
    missed = 0
    while missed < FROZEN_AFTER:
        ready, _, _ = select.select([heartbeat], [], [], LOOK_SECONDS)
        if not ready:
            missed += 1
        elif os.read(heartbeat, 4096):
            missed = 0
        else:
            return
    if os.getppid() == daemon:  # else it is gone, and the id may be somebody else's
        print(
            "depok-agi: the daemon is frozen and was killed, so that callers are not left in silence", file=sys.stderr
        )
        os.kill(daemon, signal.SIGKILL)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    watch(sys.stdin.fileno(), os.getppid())
