"""Which counts of a public table are withheld, so that no single citizen can be made out by them.

Rules
-----
1. A count under 5 is withheld (primary suppression). A 0 is one, too: that there is nobody tells as well.
2. Where a withheld count could be worked out from a sum and the counts that are left, further counts of that sum are
   withheld, the smallest first (complementary suppression): of each sum no count is the only one that is withheld, and
   those withheld of a whole that is published make at least 5 together.
3. The same holds for all sums at once: as long as their equations give a withheld count, more is withheld.
4. It is not told which were withheld for which reason: that would tell that those of rule 1 are under 5.

The rules are those of tables of frequencies in official statistics (Hundepool and others, Statistical Disclosure
Control, 2012, chapter 4), with the threshold of 5.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

SMALLEST = 5
"""The least count that is published."""

_PRIME = 2**61 - 1
"""The equations are solved modulo this prime: their coefficients are 1 and -1, so nothing is lost, and it is fast."""

Cell = TypeVar("Cell", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Sum(Generic[Cell]):
    """The parts add up to the whole, and everyone knows it."""

    whole: Cell
    parts: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All of them, the parts first."""
        return (*self.parts, self.whole)


def withheld(counts: Mapping[Cell, int], sums: Sequence[Sum[Cell]]) -> set[Cell]:
    """The cells that are withheld.

    Args:
        counts: every cell that would be published.
        sums: all that is known to add up among them.

    Raises:
        ValueError: something does not add up.
    """
    for one in sums:
        if counts[one.whole] != sum(counts[part] for part in one.parts):
            raise ValueError(f"{one.whole} is not the sum of its parts")
    hidden = {cell for cell, count in counts.items() if count < SMALLEST}
    while more := _of_one_sum(counts, sums, hidden) or _of_all_sums(counts, sums, hidden):
        hidden |= more
    return hidden


def _of_one_sum(counts: Mapping[Cell, int], sums: Sequence[Sum[Cell]], hidden: set[Cell]) -> set[Cell]:
    """What rule 2 asks for next; empty when it is content."""
    for one in sums:
        in_it = [cell for cell in one.cells if cell in hidden]
        if len(in_it) == len(one.cells):
            continue
        too_few = len(in_it) == 1
        too_little = in_it and one.whole not in hidden and sum(counts[cell] for cell in in_it) < SMALLEST
        if too_few or too_little:
            return {_smallest(counts, one, hidden)}
    return set()


def _of_all_sums(counts: Mapping[Cell, int], sums: Sequence[Sum[Cell]], hidden: set[Cell]) -> set[Cell]:
    """What rule 3 asks for next: one more cell beside one that the equations give."""
    for cell in _given(sums, hidden):
        for one in sums:
            if cell in one.cells and any(other not in hidden for other in one.cells):
                return {_smallest(counts, one, hidden)}
    return set()


def _smallest(counts: Mapping[Cell, int], one: Sum[Cell], hidden: set[Cell]) -> Cell:
    """The smallest count of a sum that is left; its whole only when no part is."""
    parts = [cell for cell in one.parts if cell not in hidden]
    return min(parts or [one.whole], key=lambda cell: counts[cell])


def _given(sums: Iterable[Sum[Cell]], hidden: set[Cell]) -> list[Cell]:
    """The withheld cells that the equations give: in the solved system each stands in a line alone."""
    lines: list[dict[Cell, int]] = []
    for one in sums:
        line = {part: 1 for part in one.parts if part in hidden}
        if one.whole in hidden:
            line[one.whole] = _PRIME - 1
        for pivot_line in lines:
            _subtract(line, pivot_line)
        if not line:
            continue
        pivot = next(iter(line))
        inverse = pow(line[pivot], -1, _PRIME)
        line = {pivot: 1, **{cell: factor * inverse % _PRIME for cell, factor in line.items() if cell != pivot}}
        for other in lines:
            _subtract(other, line)
        lines.append(line)
    return [cell for line in lines if len(line) == 1 for cell in line]


def _subtract(line: dict[Cell, int], solved: Mapping[Cell, int]) -> None:
    """Take the unknown that is solved by another line out of this one. The first cell of a line is its unknown."""
    factor = line.get(next(iter(solved)), 0)
    if not factor:
        return
    for cell, of_it in solved.items():
        left = (line.get(cell, 0) - factor * of_it) % _PRIME
        if left:
            line[cell] = left
        else:
            line.pop(cell, None)
