"""Tries inputs, one after the other, and finds which of them crash, hang or hoard."""

import contextlib
import hashlib
import resource
import signal
import time
import traceback
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import NoReturn

from tests.fuzz.mutation import Mutator
from tests.fuzz.target import Target

BUSY_SECONDS = 5.0
"""Of the processor: who computes for longer than this hangs, however busy the machine is with others."""

WAITING_SECONDS = 60.0
"""By the clock: who waits for so long hangs, too."""

MEMORY_BYTES = 128 * 1024 * 1024
"""How much more than ever before one input may need. It is a hundred times the largest."""

MOST_KNOWN = 4_000
SHRINK_TRIES = 400


class HangError(BaseException):
    """No Exception: the reader under test may not catch it."""


class HoardError(Exception):
    """One input needed more memory than it may."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What an input did. Two with the same `where` are one."""

    where: str
    data: bytes

    @property
    def name(self) -> str:
        """What its file is called."""
        return hashlib.sha256(self.data).hexdigest()[:16]


@dataclass(slots=True)
class Tried:
    """What came of it. Memory is the most that the process ever had, bytes."""

    inputs: int = 0
    seconds: float = 0.0
    memory: int = 0
    faults: list[Fault] = field(default_factory=list)


def fuzz(
    target: Target, name: str, *, inputs: int, seed: int, note: Callable[[int, bytes], None] = lambda *_: None
) -> Tried:
    """Try so many inputs: the seeds first, then what is made of them. `note` is told of each before it is tried."""
    tried = Tried()
    started = time.monotonic()
    mutator = Mutator(f"{seed} {name}", target.words)
    seeds = list(dict.fromkeys(target.seeds()))
    known, seen = list(seeds), set[Hashable]()
    places = set[str]()
    for count in range(inputs):
        data = seeds[count] if count < len(seeds) else mutator.pick(known)
        note(count, data)
        told, where = attempt(target, data)
        tried.inputs += 1
        if where is not None and where not in places:
            places.add(where)
            tried.faults.append(Fault(where, _shrunk(target, data, where)))
        elif told not in seen and where is None and len(known) < MOST_KNOWN:
            seen.add(told)
            known.append(data)
    tried.seconds = time.monotonic() - started
    tried.memory = _memory()
    return tried


def attempt(target: Target, data: bytes) -> tuple[Hashable, str | None]:
    """Try one input: what the target saw, and None or where and how it failed."""
    before = _memory()
    try:
        with _limited():
            told = target.run(data)
        if _memory() - before > MEMORY_BYTES:
            raise HoardError  # noqa: TRY301 - a fault as any other
    except (Exception, HangError, RecursionError) as error:  # noqa: BLE001 - whatever it is, it is a fault
        return None, _where(error)
    return told, None


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextmanager
def _limited() -> Iterator[None]:
    def hang(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise HangError

    clocks = (
        (signal.SIGPROF, signal.ITIMER_PROF, BUSY_SECONDS),
        (signal.SIGALRM, signal.ITIMER_REAL, WAITING_SECONDS),
    )
    before = [signal.signal(number, hang) for number, _, _ in clocks]
    try:
        for _, clock, seconds in clocks:
            signal.setitimer(clock, seconds)
        yield
    finally:
        for (number, clock, _), handler in zip(clocks, before, strict=True):
            signal.setitimer(clock, 0)
            signal.signal(number, handler)


def _where(error: BaseException) -> str:
    """The kind of the error, and the last line of ours that it came through. A hang may be caught anywhere in it."""
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, HangError):
        return "HangError"
    ours = [frame for frame in frames if "depok_agi/" in frame.filename] or list(frames)
    last = f"{ours[-1].filename.rpartition('depok_agi/')[2]}:{ours[-1].lineno}" if ours else "nowhere"
    said = str(error) if isinstance(error, AssertionError) else ""
    return f"{type(error).__name__} at {last} {said}".strip()


def _shrunk(target: Target, data: bytes, where: str) -> bytes:
    """A shorter input that fails in the same way."""
    if where == "HangError":
        return data
    size, tries = max(1, len(data) // 2), 0
    while size and tries < SHRINK_TRIES:
        start = 0
        while start < len(data) and tries < SHRINK_TRIES:
            shorter = data[:start] + data[start + size :]
            tries += 1
            with contextlib.suppress(MemoryError):
                if attempt(target, shorter)[1] == where:
                    data = shorter
                    continue
            start += size
        size //= 2
    return data
