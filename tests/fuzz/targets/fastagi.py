"""A FastAGI connection: the opening lines and each reply, with the real steps at the other end."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import cache
from typing import Any

from depok_agi.asterisk.fastagi import HEADER_BYTES, _Application
from depok_agi.errors import DepokError
from depok_agi.voice.caller import Caller
from depok_agi.voice.variables import StepName
from tests.fuzz.steps import WORDS, check_commands, conversations, tried
from tests.fuzz.target import Target

SECONDS = 3.0


class _Writer:
    """Takes what the server sends."""

    def __init__(self) -> None:
        self.sent = bytearray()
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self.sent += data

    async def drain(self) -> None:
        """Asterisk reads at once."""

    def close(self) -> None:
        self.is_closed = True


@cache
def _runner() -> asyncio.Runner:
    return asyncio.Runner()


def run(data: bytes) -> str:
    return _runner().run(_served(data))


async def _served(data: bytes) -> str:
    failed: list[Exception] = []
    told: list[str] = []

    def step(name: str) -> Callable[[Caller], Awaitable[None]]:
        """The server takes whatever a step raises for the log's business, so it is kept here."""

        async def kept(caller: Caller) -> None:
            try:
                await tried(name, caller, told)
            except DepokError:
                raise
            except Exception as error:
                failed.append(error)
                raise

        return kept

    served = {name.value: step(name.value) for name in StepName}
    application = _Application(served, header=SECONDS, reply=SECONDS, step=SECONDS, most=2)
    reader, writer = asyncio.StreamReader(limit=HEADER_BYTES), _Writer()
    reader.feed_data(data)
    reader.feed_eof()
    fake: Any = writer
    await asyncio.create_task(application.handler(reader, fake))
    if failed:
        raise failed[0]
    assert writer.is_closed, "a connection that stays open"
    assert not application.connections
    assert not application.at_work
    check_commands(bytes(writer.sent), told)
    last = bytes(writer.sent).rpartition(b'"DEPOK_RESULT"')[2][:20].decode()
    return f"{told} {last}"


def seeds() -> Iterator[bytes]:
    return conversations("")


TARGET = Target(run, seeds, WORDS)
