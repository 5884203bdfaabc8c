"""Fuzzes one target in a process of its own, so that no input can take more with it, and each is known afterwards.

What Python itself cannot be called back from, a loop or a crash inside of C, is noticed from outside: each input is
written into a file that both have in memory, before it is tried.
"""

import json
import logging
import mmap
import multiprocessing
import os
import resource
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path

from tests.fuzz.engine import WAITING_SECONDS, Fault, Tried, fuzz
from tests.fuzz.mutation import HUGE_BYTES
from tests.fuzz.target import Target, load

ADDRESS_SPACE = 2 << 30
"""Bytes: an input that wants more is refused, which is a fault, before the machine suffers."""

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder that is made in it is ours alone
"""Where files are no work for a disk; where the system has no such place, the usual one does."""

_HEAD = struct.Struct("<QQ")
_LOOK_SECONDS = 0.5
_STUCK_SECONDS = 2 * WAITING_SECONDS


def fuzz_apart(name: str, *, inputs: int, seed: int, loaded: Callable[[str], Target] = load) -> Tried:
    """Fuzz a target in a process of its own. One that ends or stops there is a fault of its last input."""
    with _shared() as (path, memory):
        receiving, sending = multiprocessing.Pipe(duplex=False)
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=_apart, args=(loaded, name, inputs, seed, path, sending))
        started = time.monotonic()
        process.start()
        sending.close()
        try:
            tried = _awaited(receiving, memory, started)
        finally:
            process.kill()
            process.join()
    return tried


def _awaited(receiving: Connection, memory: mmap.mmap, started: float) -> Tried:
    count, moved = -1, time.monotonic()
    while not receiving.poll(_LOOK_SECONDS):
        now, (at, _) = time.monotonic(), _HEAD.unpack_from(memory)
        if at != count:
            count, moved = at, now
        elif now - moved > _STUCK_SECONDS:
            return _stopped(memory, started, "HangError inside of C")
    try:
        told = json.loads(receiving.recv_bytes())
    except EOFError:
        return _stopped(memory, started, "the process ended")
    return Tried(**{**told, "faults": [Fault(one["where"], bytes.fromhex(one["data"])) for one in told["faults"]]})


def _stopped(memory: mmap.mmap, started: float, where: str) -> Tried:
    count, length = _HEAD.unpack_from(memory)
    data = memory[_HEAD.size : _HEAD.size + length]
    return Tried(count, time.monotonic() - started, 0, [Fault(where, data)])


def _apart(loaded: Callable[[str], Target], name: str, inputs: int, seed: int, path: Path, sending: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    tempfile.tempdir = str(path.parent)
    logging.disable()  # a line for whatever cannot be read, which is most
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        tried = fuzz(loaded(name), name, inputs=inputs, seed=seed, note=_noted(memory))
    told = asdict(tried)
    told["faults"] = [{"where": fault.where, "data": fault.data.hex()} for fault in tried.faults]
    sending.send_bytes(json.dumps(told).encode())


def _noted(memory: mmap.mmap) -> Callable[[int, bytes], None]:
    def note(count: int, data: bytes) -> None:
        _HEAD.pack_into(memory, 0, count, len(data))
        memory[_HEAD.size : _HEAD.size + len(data)] = data

    return note


@contextmanager
def _shared() -> Iterator[tuple[Path, mmap.mmap]]:
    """The file, in a folder that takes all that the process writes, and goes with it."""
    with tempfile.TemporaryDirectory(prefix="depok-fuzz-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as home:
        path = Path(home) / "input"
        path.touch()
        os.truncate(path, _HEAD.size + 2 * HUGE_BYTES)
        with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
            yield path, memory
