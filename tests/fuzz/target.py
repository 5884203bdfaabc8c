"""What is fuzzed: one file of `targets/` each, which is found by being there."""

import pkgutil
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from importlib import import_module

from tests.fuzz import targets


@dataclass(frozen=True, slots=True)
class Target:
    """A reader of bytes that others wrote.

    Attributes:
        run: reads one input. Whatever it raises is a fault, so it catches what the reader documents. What it returns
            says what was seen: inputs that show something new are what later ones are made from.
        seeds: real inputs, to be mutated.
        words: what means something to the reader, beside the numbers and lines of the seeds.
    """

    run: Callable[[bytes], Hashable]
    seeds: Callable[[], Iterable[bytes]]
    words: tuple[bytes, ...] = ()


def names() -> list[str]:
    """All targets."""
    return sorted(module.name for module in pkgutil.iter_modules(targets.__path__))


def load(name: str) -> Target:
    """The target of this name: what `TARGET` is in its file."""
    target: Target = import_module(f"{targets.__name__}.{name}").TARGET
    return target
