"""The forked AGI script `depok-agi-step`: one process per step, for when the daemon is not there.

Wraps `asterisk.agi` of pyst2 (0.5.1), the only module to import it. It starts while a citizen waits in silence, so what
it imports stays small: no asyncio, no click, no msgspec, no panoramisk.
"""

import io
import os
import signal
import sys
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO, TypeVar

from asterisk.agi import AGI, AGIError

from depok_agi.asterisk.agi_protocol import AgiCaller, Reply, caller_info, describe, ends_usage, parse_reply, quote
from depok_agi.errors import AsteriskError, CallerGoneError

T = TypeVar("T")

DEFAULT_FOLDER = "/var/lib/depok-agi/published"
USAGE = "usage: depok-agi-step STEP [ARGUMENT]"


class _Nowhere(io.TextIOBase):
    """pyst2 prints every AGI variable, so the caller's number and name, to its stderr."""

    def write(self, text: str) -> int:
        return len(text)


class _Agi(AGI):  # type: ignore[misc] # the library has no types
    """pyst2's AGI, mended. The opening lines, the sending and the noticing of SIGHUP are the library's."""

    def __init__(self, stdin: TextIO, stdout: TextIO) -> None:
        """As the library's, which cannot be called outside of the main thread: only there can signals be handled."""
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = _Nowhere()
        self.env: dict[str, str] = {}
        self._got_sighup = False
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGHUP, self._handle_sighup)
        self._get_agi_env()

    def _quote(self, string: object) -> str:
        """The library's escapes nothing, so that a quote or a line end in a value starts a second command."""
        return quote(str(string))

    def get_result(self, stdin: TextIO | None = None) -> Reply:
        """Read one reply.

        The library's raises for `result=-1`, which for STREAM FILE may just mean that the file is missing, and after
        a usage reply it waits for a second 520 line: for ever at the end of the input.
        """
        line = _read_line(stdin or self.stdin)
        reply = parse_reply(line)
        while reply.goes_on and not ends_usage(line):
            line = _read_line(stdin or self.stdin)
        return reply


def _read_line(stdin: TextIO) -> str:
    line = stdin.readline()
    if not line.endswith("\n") or line.strip() == "HANGUP":
        raise CallerGoneError("the caller hung up")
    return line.rstrip("\r\n")


class PystCaller(AgiCaller):
    """The citizen behind this process's standard input and output. Nothing here ever waits in the asyncio sense."""

    def __init__(self, stdin: TextIO, stdout: TextIO) -> None:
        self._agi = _Agi(stdin, stdout)
        # What AGI() was given is the script's name, the step's, and only then what the step is told.
        info = caller_info(self._agi.env)
        super().__init__(replace(info, arguments=info.arguments[1:]))

    async def _exchange(self, line: str) -> Reply:
        """One command, one reply; pyst2's many ways to notice a hang-up become one.

        AGISIGHUPHangup after SIGHUP, AGISIGPIPEHangup and OSError when Asterisk closed the pipe, ValueError when our
        end is closed.
        """
        try:
            reply: Reply = self._agi.execute(line)
        except (AGIError, OSError, ValueError):
            raise CallerGoneError("the caller hung up") from None
        return reply


def drive(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never really waits, without an event loop and its import."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise RuntimeError("a step of the forked script waits for something other than the caller")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one step: exit code 0 done or hung up, 1 failed, 2 wrong usage."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if len(arguments) not in {1, 2}:
        sys.stderr.write(f"{USAGE}\n")
        return 2
    try:
        _run(arguments[0], Path(os.environ.get("DEPOK_AGI_PUBLISHED", DEFAULT_FOLDER)))
    except CallerGoneError:
        _let_go_of_stdout()
        return 0
    except Exception as error:  # noqa: BLE001 - one line for Asterisk's log, and the dialplan goes on
        sys.stderr.write(f"depok-agi-step failed: {describe(error)}\n")
        return 1
    return 0


def _run(step: str, folder: Path) -> None:
    from depok_agi.voice import published, steps  # noqa: PLC0415 - after the usage check: the caller waits

    caller = PystCaller(_as_utf8(sys.stdin), _as_utf8(sys.stdout))
    if not caller.info.uniqueid:
        raise AsteriskError("not started by Asterisk: no agi_uniqueid on standard input")
    drive(steps.run(step, caller, published.load(folder)))


def _as_utf8(stream: TextIO) -> TextIO:
    """Asterisk starts scripts with any locale, and a caller's name can be any bytes."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="replace", newline="\n")
    return stream


def _let_go_of_stdout() -> None:
    """What could not be written would be tried again when Python ends, and complained about with exit code 120."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
