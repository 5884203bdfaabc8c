"""What a command takes as a whole process, from its start to its end."""

import os
import subprocess
import time
from typing import NamedTuple

from tests.bench.on_terminal import kept_environment
from tests.bench.peer import REPOSITORY


class Took(NamedTuple):
    """Seconds by the clock, and seconds of a processor."""

    seconds: float
    of_processor: float


def took(*command: str) -> Took:
    """Run it until it ends. Its output goes nowhere. Raises RuntimeError: it failed, with what it said."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=kept_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    with process.stderr:
        said = process.stderr.read().decode(errors="replace")
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: {said.strip()}")
    return Took(time.perf_counter() - began, used.ru_utime + used.ru_stime)
