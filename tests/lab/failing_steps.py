"""A FastAGI server with the real steps, of which one fails in its middle: each citizen's own, by their number."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Self

from depok_agi.asterisk.fastagi import FastAgiServer
from depok_agi.voice import published, steps
from depok_agi.voice.caller import Caller
from depok_agi.voice.variables import StepName
from tests.lab.pbx import ASTERISK_ADDRESS

SAYS_NOTHING = {StepName.BLOCK, StepName.HOURS}
"""They are over at once, and have no middle in which the caller hears something."""

MIDDLE = 0.7
"""Seconds into a step: its first words are being said."""


class FailingSteps:
    """The server, in a thread of its own, in the daemon's place. Use it as a context manager.

    Attributes:
        failed: when which step failed to which caller, in seconds since 1970.
    """

    def __init__(self, port: int, folder: Path, fails: Mapping[str, StepName]) -> None:
        """`folder` is what the daemon published; `fails` has the step by the number that calls."""
        self._port = port
        self._folder = folder
        self._fails = fails
        self._loop = asyncio.new_event_loop()
        self._server = FastAgiServer({name: self._step(name) for name in StepName})
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.failed: dict[str, float] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        self._wait_for(self._server.start(ASTERISK_ADDRESS, self._port))
        return self

    def __exit__(self, *_: object) -> None:
        self._wait_for(self._server.drain(1))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait_for(self, work: Awaitable[object]) -> None:
        async def done() -> None:
            await work

        asyncio.run_coroutine_threadsafe(done(), self._loop).result(10)

    def _step(self, name: StepName) -> Callable[[Caller], Awaitable[None]]:
        async def step(caller: Caller) -> None:
            number = caller.info.number or ""
            if self._fails.get(number) is not name:
                await steps.run(name, caller, published.load(self._folder))
                return
            if name not in SAYS_NOTHING:
                await self._half(name, caller)
            self.failed[number] = time.time()
            raise RuntimeError("this step fails, as the test wants it")

        return step

    async def _half(self, name: StepName, caller: Caller) -> None:
        """The step as it is, cut off while it speaks."""
        try:
            async with asyncio.timeout(MIDDLE):
                await steps.run(name, caller, published.load(self._folder))
        except TimeoutError:
            return
        raise AssertionError(f"step {name} was over before it could fail")
