"""FastAGI: Asterisk connects for each step of the menu, and the step talks back over that connection.

Wraps `panoramisk.fast_agi` (1.4), the only module to import it. What its `Application.handler` and `Request` get wrong
is mended here; each mend says what.
"""

import asyncio
import contextlib
import ipaddress
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from panoramisk.fast_agi import Application, Request

from depok_agi.asterisk.agi_protocol import (
    HANGUP_LINE,
    AgiCaller,
    Reply,
    caller_info,
    describe,
    ends_usage,
    parse_reply,
)
from depok_agi.errors import AsteriskError, CallerGoneError
from depok_agi.voice.caller import Caller

log = logging.getLogger(__name__)

Step = Callable[[Caller], Awaitable[None]]

HEADER_BYTES = 16 * 1024
CANCEL_SECONDS = 5
"""How long a cancelled step may tidy up before its connection is cut."""

_NAME_FOR_LOG = re.compile(r"[A-Za-z0-9_/-]{1,64}")


class _Request(Request):  # type: ignore[misc] # the library has no types
    """One conversation. Replies are read here; `send_command` is the library's."""

    hung_up = False

    async def _read_result(self) -> dict[str, Any]:
        """Read one reply, for `send_command`.

        The library takes the `HANGUP` line for the reply, so that every later reply is off by one; reads only one more
        line of a usage reply that has many, with the same result; parses the empty line at the end of the stream; and
        dies of bytes that are no UTF-8.
        """
        line = await self._read_line()
        while line == HANGUP_LINE:
            self.hung_up = True
            line = await self._read_line()
        reply = parse_reply(line)
        while reply.goes_on and not ends_usage(line):
            line = await self._read_line()
        return {"status_code": reply.code, "reply": reply}

    async def _read_line(self) -> str:
        line: bytes = await self.reader.readline()
        if not line.endswith(b"\n"):
            raise CallerGoneError("Asterisk closed the connection")
        return line.decode("utf-8", "replace").rstrip("\r\n")


class FastAgiCaller(AgiCaller):
    """The citizen behind one FastAGI connection."""

    def __init__(self, request: _Request, *, reply_seconds: float) -> None:
        super().__init__(caller_info(request.headers))
        self._request = request
        self._reply_seconds = reply_seconds
        self._waiting = False

    async def _exchange(self, line: str) -> Reply:
        """One command, one reply.

        A step that gave up waiting for a reply may not go on: the late reply would be taken for the next one's.
        """
        if self._waiting:
            raise AsteriskError("an earlier AGI command is still without its reply")
        self._waiting = True
        try:
            async with asyncio.timeout(self._reply_seconds):
                answer: dict[str, Any] = await self._request.send_command(line)
        except TimeoutError:
            raise AsteriskError(
                "Asterisk did not answer an AGI command within {reply_seconds:g} s", reply_seconds=self._reply_seconds
            ) from None
        except ValueError:  # StreamReader.readline: the line is longer than the limit
            raise AsteriskError("Asterisk sent an AGI reply that cannot be understood") from None
        except OSError:
            raise CallerGoneError("the connection to Asterisk broke") from None
        self._waiting = False
        if self._request.hung_up:
            raise CallerGoneError("the caller hung up")
        reply: Reply = answer["reply"]
        return reply


class _Application(Application):  # type: ignore[misc] # the library has no types
    """The library's application with a handler that ends.

    The library's own spins the event loop for ever when a connection ends before the empty line, as any port scan
    does; waits for a slow one for ever; and writes the caller's number into the log. Its `add_route` calls
    `asyncio.coroutine`, which Python no longer has, so the routes are filled in directly.
    """

    def __init__(self, steps: Mapping[str, Step], *, header: float, reply: float, step: float, most: int) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self._route.update(steps)
        self._header_seconds = header
        self._reply_seconds = reply
        self._step_seconds = step
        self._most = most
        self.connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.at_work: set[asyncio.Task[None]] = set()
        self.closing = False
        self.never_spoke = 0

    async def handler(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection. Never raises, and always closes it: the dialplan then goes on."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - for the type checker; asyncio runs handlers as tasks
        if self.closing or len(self.connections) >= self._most:
            log.warning("FastAGI turned a connection away: %d are open", len(self.connections))
            writer.close()
            return
        self.connections[task] = writer
        try:
            await self._serve(task, reader, writer)
        except asyncio.CancelledError:
            log.debug("a FastAGI connection was cancelled")  # the task ends here, so nothing is kept from ending
        finally:
            self.at_work.discard(task)
            del self.connections[task]
            writer.close()

    async def _serve(
        self, task: asyncio.Task[None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        headers = await self._headers(reader)
        if headers is None:
            self.never_spoke += 1
            return
        name = headers.get("agi_network_script", "").partition("?")[0].strip("/")
        step: Step | None = self._route.get(name)
        if step is None:
            log.error("FastAGI has no step %s", name if _NAME_FOR_LOG.fullmatch(name) else "of such a name")
            return
        self.at_work.add(task)
        request = _Request(app=self, headers=headers, reader=reader, writer=writer, encoding="utf-8")
        await self._run(name, step, FastAgiCaller(request, reply_seconds=self._reply_seconds))

    async def _headers(self, reader: asyncio.StreamReader) -> dict[str, str] | None:
        """The `agi_...` lines; None from anything that is not Asterisk, which is none of a log's business."""
        try:
            async with asyncio.timeout(self._header_seconds):
                block = await reader.readuntil(b"\n\n")
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError) as error:
            log.debug("a FastAGI connection did not speak AGI: %s", type(error).__name__)
            return None
        lines = block.decode("utf-8", "replace").split("\n")
        return dict(line.split(": ", 1) for line in lines if ": " in line)

    async def _run(self, name: str, step: Step, caller: FastAgiCaller) -> None:
        uniqueid = caller.info.uniqueid
        try:
            async with asyncio.timeout(self._step_seconds):
                await step(caller)
        except CallerGoneError:
            log.debug("the caller hung up during step %s, call %s", name, uniqueid)
        except Exception as error:  # noqa: BLE001 - whatever a step does, the dialplan must go on
            log.error("step %s failed, call %s: %s", name, uniqueid, describe(error))

    async def drain(self, seconds: float) -> None:
        """Let the steps under way go on for a while, then cut them off."""
        self.closing = True
        for task in self.connections.keys() - self.at_work:
            task.cancel()
        if self.at_work:
            await asyncio.wait(self.at_work, timeout=seconds)
        left = dict(self.connections)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=CANCEL_SECONDS)
        for task in left.keys() & self.connections.keys():
            left[task].transport.abort()


class FastAgiServer:
    """Listens for Asterisk and runs a step for each connection: `AGI(agi://127.0.0.1:PORT/NAME)`."""

    def __init__(
        self,
        steps: Mapping[str, Step],
        *,
        header_seconds: float = 5,
        reply_seconds: float = 300,
        step_seconds: float = 900,
        max_connections: int = 500,
    ) -> None:
        self._steps = dict(steps)
        self._limits = {"header": header_seconds, "reply": reply_seconds, "step": step_seconds}
        self._max_connections = max_connections
        self._application: _Application | None = None
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; the port that was bound. FastAGI knows no password, so only this machine may reach it."""
        _must_be_loopback(host)
        self._application = _Application(self._steps, most=self._max_connections, **self._limits)
        try:
            self._server = await asyncio.start_server(self._application.handler, host, port, limit=HEADER_BYTES)
        except OSError as error:
            raise AsteriskError(
                "FastAGI cannot listen on {host}:{port}: {strerror}", host=host, port=port, strerror=error.strerror
            ) from error
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def drain(self, seconds: float) -> None:
        """Stop listening, give running steps `seconds` to end, then close them: the dialplan goes on by itself."""
        if self._server is not None:
            self._server.close()
        if self._application is not None:
            await self._application.drain(seconds)

    @property
    def running(self) -> int:
        """Steps under way."""
        return 0 if self._application is None else len(self._application.at_work)

    @property
    def never_spoke(self) -> int:
        """Connections that ended without speaking AGI: port scans and health checks."""
        return 0 if self._application is None else self._application.never_spoke


def _must_be_loopback(host: str) -> None:
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(host).is_loopback:
            return
    raise AsteriskError("FastAGI may only listen on a loopback address such as 127.0.0.1, not on {host!r}", host=host)
