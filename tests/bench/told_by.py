"""A process of the bench that tells what it does, one JSON object a line, and ends with its standard input."""

import json
import queue
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import Any, Self

from tests.bench.peer import REPOSITORY


class ToldBy:
    """A module of the bench as a process; use it as a context manager, and nothing of it is left afterwards."""

    def __init__(self, module: str, *arguments: object) -> None:
        self._module = module
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._told: queue.Queue[dict[str, Any]] = queue.Queue()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join()
        self._process.stdout.close()

    def say(self, line: str) -> None:
        """A line on its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def wait_for(self, key: str, value: object = None, *, within: float) -> dict[str, Any]:
        """The first object told from now on that has this key, with this value if one is given; others are dropped."""
        deadline = time.monotonic() + within
        while True:
            try:
                told = self._told.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise TimeoutError(f"{self._module} did not tell of {key} within {within:.0f} s") from None
            if "failed" in told:
                raise RuntimeError(f"{self._module}: {told['failed']}")
            if key in told and value in (None, told[key]):
                return told

    def _follow(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._told.put(json.loads(line))
        self._told.put({"failed": "it has ended"})
