"""A frozen daemon is killed within seconds; nothing else ever is, and no guardian is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from depok_agi.guardian import Guardian

PARENT = """
import os, signal, sys, time
from depok_agi.guardian import Guardian
guardian = Guardian()
print(guardian.pid, flush=True)
what, seconds = sys.argv[1], float(sys.argv[2])
until = time.monotonic() + seconds
while time.monotonic() < until:
    guardian.beat()
    time.sleep(0.1)
if what == "freeze":
    os.kill(os.getpid(), signal.SIGSTOP)
if what == "die":
    os._exit(9)
guardian.close()
"""


def start(what: str, seconds: float) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", PARENT, what, str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def guardian_of(parent: "subprocess.Popen[str]") -> int:
    assert parent.stdout is not None
    return int(parent.stdout.readline())


def is_running(pid: int) -> bool:
    """A zombie, which waits for nothing but its parent's look, is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def becomes(condition: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def test_a_frozen_daemon_is_killed_and_one_that_beats_is_not() -> None:
    frozen, alive = start("freeze", 0.3), start("end", 5.5)
    try:
        guardian, other_guardian = guardian_of(frozen), guardian_of(alive)
        began = time.monotonic()
        assert frozen.wait(timeout=8) == -signal.SIGKILL
        assert 2 < time.monotonic() - began < 6
        assert alive.poll() is None
        assert "the daemon is frozen and was killed" in frozen.communicate(timeout=5)[1]
        assert becomes(lambda: not is_running(guardian), 3)
        assert alive.wait(timeout=8) == 0
        assert not is_running(other_guardian)
        assert alive.communicate(timeout=5)[1] == ""
    finally:
        for parent in (frozen, alive):
            parent.kill()
            parent.communicate()


def test_a_daemon_that_dies_leaves_no_guardian_behind() -> None:
    parent = start("die", 0.2)
    guardian = guardian_of(parent)
    assert is_running(guardian)
    assert parent.wait(timeout=5) == 9
    assert becomes(lambda: not is_running(guardian), 3)
    assert parent.communicate(timeout=5)[1] == ""


def test_a_guardian_that_was_killed_is_started_again() -> None:
    guardian = Guardian()
    try:
        first = guardian.pid
        guardian.beat()
        os.kill(first, signal.SIGKILL)

        def was_replaced() -> bool:
            guardian.beat()
            return guardian.pid != first

        assert becomes(was_replaced, 5)
        assert is_running(guardian.pid)
    finally:
        guardian.close()
    assert not is_running(guardian.pid)


def test_ctrl_c_in_the_terminal_ends_the_daemon_and_not_its_guardian_first() -> None:
    guardian = Guardian()
    try:
        assert os.getsid(guardian.pid) != os.getsid(0)
    finally:
        guardian.close()
