"""A manager that plays Asterisk, in a process of its own: `python -m tests.bench.fake_ami STREAM [--rate N]`.

It lets everybody in, says of every list that it is empty and of every other action that it was done. When a line comes
in on its standard input it sends the stream: as fast as the client reads, or evenly, so many events a second. It tells
on standard output, one JSON object a line, what it did and when; the clock is the monotonic one, which all processes of
a machine share. It ends with its standard input.
"""

import argparse
import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ADDRESS = "127.0.0.1"
BANNER = b"Asterisk Call Manager/11.0.0\r\n"
END = b"\r\n\r\n"
PIECE = 1 << 16
SLICE_SECONDS = 0.02
LIFETIME = 240.0

LISTS = {"CoreShowChannels": "CoreShowChannelsComplete", "QueueStatus": "QueueStatusComplete"}
"""Actions that are answered by a list, and what ends it (manager.c, app_queue.c)."""

CORE_STATUS = {
    "CoreStartupDate": "2026-11-24",
    "CoreStartupTime": "00:00:00",
    "CoreReloadDate": "2026-11-24",
    "CoreReloadTime": "00:00:00",
    "CoreCurrentCalls": "0",
}


def tell(**what: object) -> None:
    """One line for whoever started this."""
    print(json.dumps(what), flush=True)


def _message(**headers: str) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n"


def answer(action: dict[str, str]) -> bytes:
    """What Asterisk says to an action."""
    name = action.get("Action", "")
    of = {"ActionID": action["ActionID"]} if "ActionID" in action else {}
    match name:
        case "Login":
            booted = _message(
                Event="FullyBooted", Privilege="system,all", Status="Fully Booted", Uptime="100000", LastReload="100000"
            )
            return _message(Response="Success", **of, Message="Authentication accepted") + booted
        case "CoreShowChannels" | "QueueStatus":
            begin = _message(Response="Success", **of, EventList="start", Message="The list will follow")
            return begin + _message(Event=LISTS[name], **of, EventList="Complete", ListItems="0")
        case "CoreStatus":
            return _message(Response="Success", **of, **CORE_STATUS)
        case "Ping":
            return _message(Response="Success", **of, Ping="Pong", Timestamp=f"{time.time():.6f}")
    return _message(Response="Success", **of)


class FakeAmi:
    """One client at a time gets the stream: the one that came last."""

    def __init__(self, stream: bytes, rate: float | None) -> None:
        self._pieces = list(_slices(stream, rate) if rate else _pieces(stream))
        self._pause = SLICE_SECONDS if rate else 0.0
        self._writer: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        writer.write(BANNER)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                text = (await reader.readuntil(END)).decode()
                action = dict(line.split(": ", 1) for line in text.split("\r\n") if ": " in line)
                writer.write(answer(action))
                tell(action=action.get("Action"), at=time.monotonic())
        writer.close()

    async def pour(self) -> None:
        writer = self._writer
        if writer is None:
            tell(failed="nobody has logged in")
            return
        loop = asyncio.get_running_loop()
        first = time.monotonic()
        due = loop.time()
        try:
            for piece in self._pieces:
                writer.write(piece)
                await writer.drain()
                if self._pause:
                    due += self._pause
                    await asyncio.sleep(max(0.0, due - loop.time()))
        except ConnectionError as error:
            tell(failed=f"the client went away: {error}")
            return
        tell(first=first, last=time.monotonic())


def _pieces(stream: bytes) -> Iterator[bytes]:
    """By size, and by whole messages, since an answer may come between two."""
    start = 0
    while start < len(stream):
        end = stream.find(END, start + PIECE)
        end = len(stream) if end < 0 else end + len(END)
        yield stream[start:end]
        start = end


def _slices(stream: bytes, rate: float) -> Iterator[bytes]:
    """By time: the events of each slice."""
    events = stream.split(END)[:-1]
    at_once = max(1, round(rate * SLICE_SECONDS))
    return (b"".join(event + END for event in events[at : at + at_once]) for at in range(0, len(events), at_once))


async def run(stream: bytes, rate: float | None) -> None:
    fake = FakeAmi(stream, rate)
    server = await asyncio.start_server(fake.serve, ADDRESS, 0)
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    tell(port=server.sockets[0].getsockname()[1])
    async with asyncio.timeout(LIFETIME):
        while await orders.readline():
            await fake.pour()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("stream", type=Path)
    parser.add_argument("--rate", type=float)
    given = parser.parse_args()
    with contextlib.suppress(TimeoutError):
        asyncio.run(run(given.stream.read_bytes(), given.rate))


if __name__ == "__main__":
    main()
