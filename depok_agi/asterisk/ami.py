"""The manager link (AMI): events in order, actions answered or failed, always connected again.

Wraps `panoramisk` (1.4), the only module to import its Manager, protocol and actions. The library logs in, numbers
actions and parses their answers. What it gets wrong is mended here; each mend says what. Events, of which there are
thousands where there is one answer, are parsed here: at a small part of what the library takes for one.
"""

import asyncio
import contextlib
import logging
import random
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from panoramisk import actions
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager
from panoramisk.message import Message

from depok_agi.asterisk.agi_protocol import describe
from depok_agi.errors import AsteriskError

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10
LOGIN_SECONDS = 10
"""Asterisk answers a wrong password after one second (`action_login` in manager.c)."""

MESSAGE_BYTES = 1024 * 1024
LINE_BYTES = 1_000
"""Asterisk drops an action with a line of more than 1,024 bytes, and its error does not say which action it was."""

SHUTDOWN = "Shutdown"
"""The event with which Asterisk says that it ends (`really_quit` in asterisk.c)."""

_LINE_END = "\r\n"
_END = b"\r\n\r\n"
_EVENT = "Event: "
_ACTION_ID = "\r\nActionID: "
_HEADER_NAME = re.compile(r"[A-Za-z0-9_-]+")
_LINE_ENDS = re.compile(r"[\r\n\0]")


@dataclass(frozen=True, slots=True)
class AmiLogin:
    """Where the manager listens and who we are (manager.conf)."""

    host: str
    port: int
    username: str
    secret: str = field(repr=False)


class AmiState(StrEnum):
    """How the link is."""

    CONNECTING = "connecting"
    UP = "up"
    REFUSED = "refused"
    DOWN = "down"


class _Action(actions.Action):  # type: ignore[misc] # the library has no types
    """An action that knows when it has been answered.

    The library guesses from the wording of the response, and reads `Async` from an Originate that may have none: a
    KeyError that ends the connection. Asterisk says it plainly: a list starts with `EventList: start` and ends with
    `EventList: Complete` (`astman_send_listack` and `astman_send_list_complete_start` in manager.c).
    """

    def add_message(self, message: Any) -> bool:
        self.responses.append(message)
        if not self._is_answered():
            return False
        if not self.future.done():
            self.future.set_result(self.responses)
        return True

    def _is_answered(self) -> bool:
        if len(self.responses) == 1:
            first = self.responses[0]
            return not (first.success and str(first.eventlist).lower() == "start")
        return str(self.responses[-1].eventlist).lower() in {"complete", "cancelled"}


class _Protocol(AMIProtocol):  # type: ignore[misc] # the library has no types
    """The wire of one connection."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.gone = asyncio.Event()
        self.reason = "Asterisk closed the connection"
        self.heard_at = asyncio.get_running_loop().time()
        self.passed_over = 0
        self._buffer = bytearray()
        self._searched = 0

    def data_received(self, data: bytes) -> None:
        """Cut what came into messages, all whole ones at once.

        The library decodes what each TCP packet happens to hold and ignores errors, so a character on a packet's edge
        vanishes. It also strips each message, which loses a last header without a value.
        """
        self.heard_at = asyncio.get_running_loop().time()
        self._buffer += data
        end = self._buffer.rfind(_END, self._searched)
        if end >= 0:
            whole = self._buffer[:end].decode("utf-8", "replace")
            del self._buffer[: end + len(_END)]
            for text in whole.split(_LINE_END * 2):
                if self.closed:
                    return
                self._read(text)
        self._searched = max(0, len(self._buffer) - len(_END) + 1)
        if len(self._buffer) > MESSAGE_BYTES and not self.closed:
            self.drop(f"a message of more than {MESSAGE_BYTES} bytes")

    def _read(self, text: str) -> None:
        """An exception out of `data_received` makes asyncio close the connection, so none may leave here."""
        try:
            if not self._is_unwanted(text):
                self._take(text)
        except Exception as error:  # noqa: BLE001 - one bad message is no reason to lose the others
            self.passed_over += 1
            if self.passed_over == 1:
                log.warning("an AMI message was passed over: %s; more of them are only counted", type(error).__name__)

    def _is_unwanted(self, text: str) -> bool:
        """Is it an event that nobody waits for? Its name, which Asterisk writes first, tells, before any parsing."""
        wanted = self.factory.wanted
        if wanted is None or not text.startswith(_EVENT):
            return False
        end = text.find(_LINE_END)
        name = text[len(_EVENT) : end] if end > 0 else text[len(_EVENT) :]
        if name in wanted or name == SHUTDOWN:
            return False
        return not (self.responses and _ACTION_ID in text)  # an action under way may wait for it

    def _take(self, text: str) -> None:
        """Give an answer to its action and an event to the listener.

        The library calls `.lower()` on a header that is a list when it comes twice, as any UserEvent can make `Event`.
        """
        headers = _headers(text)
        if headers.get("ActionID") in self.responses:
            self.handle_message(Message.from_line(text.lstrip(_LINE_END)))
        elif "Event" in headers:
            self.factory.hand_over(headers)
            if headers["Event"] == SHUTDOWN:
                self.drop("Asterisk is shutting down")

    def drop(self, reason: str) -> None:
        """End the connection now: a half-open one would never finish an orderly end."""
        self.reason = reason
        self.close()
        self.transport.abort()

    def close(self) -> None:
        """Fail what is under way. The library keeps it and sends it again after a reconnect: two Originates."""
        pending = list(self.responses.values())
        self.responses.clear()
        for action in pending:
            if not action.future.done():
                action.future.set_exception(AsteriskError("the AMI link was lost; the action may have been done"))
                action.future.exception()  # it may be nobody's, like a Ping's: then it is no news
        super().close()

    def connection_lost(self, exc: Exception | None) -> None:
        """The library's would start a reconnect that nothing can cancel."""
        if exc is not None and not self.closed:
            self.reason = f"the connection broke: {exc}"
        if self.passed_over > 1:
            log.warning("%d AMI messages of this connection were passed over", self.passed_over)
        self.close()
        self.gone.set()


class _Connection(Manager):  # type: ignore[misc] # the library has no types
    """The library's manager for exactly one connection."""

    def __init__(
        self, login: AmiLogin, on_event: Callable[[dict[str, str]], None], wanted: frozenset[str] | None
    ) -> None:
        super().__init__(
            loop=asyncio.get_running_loop(),
            host=login.host,
            port=login.port,
            username=login.username,
            secret=login.secret,
            events="on",
        )
        self._on_event = on_event
        self.wanted = wanted

    async def open(self) -> None:
        """Connect and send the login. The library's own `connect` retries by itself, for ever, every two seconds."""
        opened = self.loop.create_future()
        async with asyncio.timeout(CONNECT_SECONDS):
            opened.set_result(await self.loop.create_connection(_Protocol, self.config["host"], self.config["port"]))
        self.connection_made(opened)
        self.pinger.cancel()  # the library's Ping does not look for a Pong; AmiLink watches the link
        if self.protocol.closed:
            raise ConnectionError(self.protocol.reason)

    def login(self, future: asyncio.Future[Any]) -> None:
        """The library's starts its Ping and is silent when the login is refused; AmiLink reads the answer itself."""

    def hand_over(self, event: dict[str, str]) -> None:
        """Give one event to the listener.

        The library runs coroutines as loose tasks, without order, and lets an exception close the connection.
        """
        if self.wanted is not None and event["Event"].partition("\n")[0] not in self.wanted:
            return
        try:
            self._on_event(event)
        except Exception as error:  # noqa: BLE001 - the listener's fault is not the link's
            log.error("the listener failed on an AMI event: %s", type(error).__name__)


class AmiLink:
    """A link to the manager that is kept up for as long as `run` runs.

    Args:
        login: where, and as whom.
        on_event: takes every event that is wanted and is no part of an action's answer, in Asterisk's order: its
            headers as Asterisk wrote them, `Event` among them, those that come twice joined by a line feed.
        on_up: runs after each login, beside the events; it may send actions. Where it raises AsteriskError the link
            is dropped and made anew, since what it fetches is missing; after any other error the link stays.
        on_state: is told each new state, and why.
        wanted: the names of the events that the listener has a use for; any other is passed over unparsed. None: all.
        ping_seconds: how often the link is tried, and how long it must last to count as one that serves.
        pong_seconds: how long an answer may take.
        backoff: the shortest and the longest pause before the next connection, in seconds.
    """

    def __init__(
        self,
        login: AmiLogin,
        *,
        on_event: Callable[[dict[str, str]], None],
        on_up: Callable[[], Awaitable[None]],
        on_state: Callable[[AmiState, str], None] | None = None,
        wanted: Collection[str] | None = None,
        ping_seconds: float = 10,
        pong_seconds: float = 5,
        backoff: tuple[float, float] = (0.5, 30),
    ) -> None:
        _check_line("Username", login.username)
        _check_line("Secret", login.secret)
        self._login = login
        self._on_event = on_event
        self._on_up = on_up
        self._on_state = on_state
        self._wanted = None if wanted is None else frozenset(wanted)
        self._ping_seconds = ping_seconds
        self._pong_seconds = pong_seconds
        self._backoff = backoff
        self._state = AmiState.CONNECTING
        self._connection: _Connection | None = None
        self._serving: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def state(self) -> AmiState:
        return self._state

    async def run(self) -> None:
        """Keep the link up until cancelled or closed. Network trouble never raises."""
        if self._closing:
            return
        self._serving = asyncio.create_task(self._keep_up(), name="ami-link")
        try:
            await self._serving
        except asyncio.CancelledError:
            if _is_cancelled() or not self._closing:
                raise
        finally:
            self._serving = None
            self._closing = True
            self._turn(AmiState.DOWN, "closed")

    async def close(self) -> None:
        """End `run`, whatever it is doing."""
        self._closing = True
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.wait({self._serving})

    def reconnect(self, reason: str) -> None:
        """Give up the present connection, for `run` to make a new one after its ordinary pause.

        For a listener that cannot go on from what it has heard. The state is DOWN at once, and no event of the old
        connection comes any more. Without a connection that is up it does nothing.
        """
        if self._connection is None or self._connection.protocol.closed:
            return
        self._connection.protocol.drop(reason)
        self._turn(AmiState.DOWN, reason)

    async def action(self, name: str, *, seconds: float = 10, **fields: str) -> list[dict[str, str]]:
        """Send one action; all messages of its answer, the response first. Raises AsteriskError, as `perform` does."""
        return await self.perform(name, fields, seconds=seconds)

    async def perform(
        self, name: str, fields: Mapping[str, str], *, seconds: float = 10, on_sent: Callable[[], None] | None = None
    ) -> list[dict[str, str]]:
        """The same with a word in between: `on_sent` is called as soon as the action is given to the socket.

        Raises:
            AsteriskError: not connected, unfit text, refused, no answer in time, or the link was lost. In the last two
                cases Asterisk may have done it; it is never sent again.
        """
        if self._connection is None or self._connection.protocol.closed:
            raise AsteriskError("there is no AMI link to Asterisk")
        headers = {"Action": name, **fields}
        for header, value in headers.items():
            _check_line(header, value)
        action = _Action(headers)
        if action.id in self._connection.protocol.responses:
            raise AsteriskError("an AMI action with this ActionID is under way")
        self._connection.send_action(action)
        if on_sent is not None:
            on_sent()
        await asyncio.wait({action.future}, timeout=seconds)
        if not action.future.done():
            raise AsteriskError(
                "Asterisk did not answer the AMI action {name} within {seconds:g} s", name=name, seconds=seconds
            )
        messages = action.future.result()
        if not messages[0].success:
            raise AsteriskError(
                "Asterisk refused the AMI action {name}: {message}", name=name, message=messages[0].message
            )
        return [_plain(message) for message in messages]

    async def _keep_up(self) -> None:
        shortest, longest = self._backoff
        pause = shortest
        clock = asyncio.get_running_loop().time
        while True:
            up_at = await self._connect_and_serve()
            if up_at is not None and clock() - up_at >= self._ping_seconds:  # it served
                pause = shortest
            await asyncio.sleep(pause * random.uniform(0.75, 1))  # noqa: S311 - spreads reconnects, keeps no secret
            pause = min(pause * 2, longest)

    async def _connect_and_serve(self) -> float | None:
        """One connection from its start to its end.

        Returns:
            When it was up, by the loop's clock; None if it never was: the login was not accepted, or `on_up` failed.
        """
        connection = _Connection(self._login, self._on_event, self._wanted)
        try:
            await connection.open()
        except (OSError, TimeoutError) as error:
            self._turn(AmiState.DOWN, f"cannot connect: {str(error) or 'no answer'}")
            return None
        try:
            if not await self._log_in(connection):
                return None
            up_at = asyncio.get_running_loop().time()
            return up_at if await self._serve(connection) else None
        finally:
            self._connection = None
            connection.protocol.drop(connection.protocol.reason)
            await connection.protocol.gone.wait()

    async def _log_in(self, connection: _Connection) -> bool:
        answer = connection.authenticated_future
        await asyncio.wait({answer}, timeout=LOGIN_SECONDS)
        if not answer.done():
            self._turn(AmiState.DOWN, "no answer to the login")
        elif answer.exception():
            self._turn(AmiState.DOWN, f"{connection.protocol.reason} before the login was answered")
        elif not answer.result().success:
            self._turn(AmiState.REFUSED, str(answer.result().message))
        else:
            self._connection = connection
            self._turn(AmiState.UP, "logged in")
        return self._connection is not None

    async def _serve(self, connection: _Connection) -> bool:
        """Until the connection is gone; False when that was because what follows a login failed."""
        protocol: _Protocol = connection.protocol
        greeting = asyncio.create_task(self._greet(protocol))
        watching = asyncio.create_task(self._watch(connection))
        try:
            await protocol.gone.wait()
            self._turn(AmiState.DOWN, protocol.reason)
        finally:
            greeting.cancel()
            watching.cancel()
            await asyncio.wait({greeting, watching})
        return greeting.cancelled() or greeting.result()

    async def _greet(self, protocol: _Protocol) -> bool:
        """Without what follows a login, the listener would take events for all there is to know."""
        try:
            await self._on_up()
        except AsteriskError as error:
            if not protocol.closed:
                protocol.drop(f"what follows the login failed: {error}")
            return False
        except Exception as error:  # noqa: BLE001 - a fault that a new connection does not mend: events must go on
            log.error("what follows an AMI login failed: %s", describe(error))
        return True

    async def _watch(self, connection: _Connection) -> None:
        """Notice a half-open link: a Ping after which not one byte comes. The library never looks for the Pong."""
        protocol: _Protocol = connection.protocol
        while True:
            await asyncio.sleep(self._ping_seconds)
            asked_at = asyncio.get_running_loop().time()
            connection.send_action(_Action({"Action": "Ping"}))
            await asyncio.sleep(self._pong_seconds)
            if protocol.heard_at < asked_at:
                protocol.drop(f"no answer to a Ping within {self._pong_seconds:g} s")

    def _turn(self, state: AmiState, reason: str) -> None:
        """Change the state, and say so once: not again for each try that ends the same way."""
        if state is self._state:
            return
        self._state = state
        where = f"{self._login.host}:{self._login.port}"
        if state is AmiState.UP:
            log.info("AMI link of %s to %s is up", self._login.username, where)
        elif state is AmiState.REFUSED:
            log.error(
                "AMI refused the login of user %s at %s: %s (check secret and permit in manager.conf); trying again",
                self._login.username,
                where,
                reason,
            )
        elif self._closing:
            log.info("AMI link of %s to %s is closed", self._login.username, where)
        else:
            log.warning("AMI link of %s to %s is down: %s; trying again", self._login.username, where, reason)
        if self._on_state is not None:
            with contextlib.suppress(Exception):
                self._on_state(state, reason)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _check_line(name: str, value: str) -> None:
    """The library writes names and values as they are: a line end in one starts a header or an action of its own."""
    if not _HEADER_NAME.fullmatch(name):
        raise AsteriskError("an AMI header's name may only hold letters, digits, _ and -")
    if _LINE_ENDS.search(value):
        raise AsteriskError("the AMI header {name} may not hold a line end or NUL", name=name)
    if len(f"{name}: {value}".encode("utf-8", "replace")) > LINE_BYTES:
        raise AsteriskError("the AMI header {name} is longer than {line_bytes} bytes", name=name, line_bytes=LINE_BYTES)


def _headers(text: str) -> dict[str, str]:
    """A message as a dict of text. A line that is no header is passed over.

    The library undoes %-escapes in each header `Result`, which only AsyncAGI has; here a value is what Asterisk wrote.
    """
    headers: dict[str, str] = {}
    for line in text.split(_LINE_END):
        name, colon, value = line.partition(": ")
        if colon:
            headers[name] = f"{headers[name]}\n{value}" if name in headers else value
    return headers


def _plain(message: Any) -> dict[str, str]:
    """A message as a dict of text. The library adds a header `content` of its own, and makes lists of repeated ones."""
    return {
        name: "\n".join(value) if isinstance(value, list) else value
        for name, value in message.items()
        if name != "content"
    }
