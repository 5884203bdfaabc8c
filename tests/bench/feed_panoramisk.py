"""The bare library: a manager with one callback that does nothing, `python -m tests.bench.feed_panoramisk PORT EVENTS`.

Tells when it has logged in, and when the callback has been called for the last event.
"""

import asyncio
import json
import logging
import sys
import time
from typing import Any

from panoramisk import Manager

WITHIN = 120.0
BY_THE_LOGIN = 1
"""FullyBooted comes with the login, before the stream."""


def tell(**what: object) -> None:
    """One line for whoever started this."""
    print(json.dumps(what), flush=True)


async def listen(port: int, events: int) -> None:
    loop = asyncio.get_running_loop()
    done: asyncio.Future[float] = loop.create_future()
    left = events + BY_THE_LOGIN

    def callback(manager: Manager, event: Any) -> None:  # noqa: ARG001 - the library's signature
        nonlocal left
        left -= 1
        if not left:
            done.set_result(time.monotonic())

    up = asyncio.Event()
    manager = Manager(
        loop=loop,
        host="127.0.0.1",
        port=port,
        username="bench",
        secret="-",  # noqa: S106 - the fake manager lets everybody in
        on_login=lambda _: up.set(),
    )
    manager.register_event("*", callback)
    async with asyncio.timeout(WITHIN):
        await manager.connect()
        await up.wait()
        tell(up=True)
        tell(last=await done)
    manager.close()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    asyncio.run(listen(int(sys.argv[1]), int(sys.argv[2])))
