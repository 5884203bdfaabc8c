"""What the caller waits for: a step of the menu, and the first word."""

from collections.abc import Iterator
from pathlib import Path

from tests.bench import first_word, menu_steps
from tests.bench.figures import Figure
from tests.bench.size import Size


def measure(folder: Path, size: Size) -> Iterator[Figure]:
    """Both, one after the other."""
    for part in (menu_steps, first_word):
        home = folder / part.__name__.rpartition(".")[2]
        home.mkdir()
        yield from part.measure(home, size)
