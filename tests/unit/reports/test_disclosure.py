"""No count that is withheld can be worked out from those that are published."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depok_agi.reports.disclosure import SMALLEST, Sum, withheld

Cell = tuple[int, int]
Counts = dict[Cell, int]

GRIDS = st.integers(1, 5).flatmap(
    lambda rows: st.integers(1, 4).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(0, 12) | st.integers(0, 400), min_size=columns, max_size=columns),
            min_size=rows,
            max_size=rows,
        )
    )
)


def grid(inner: list[list[int]]) -> tuple[Counts, list[Sum[Cell]]]:
    """A table with the sums of its rows (last column) and of its columns (last row)."""
    height, width = len(inner), len(inner[0])
    rows = [[*row, sum(row)] for row in inner]
    rows.append([sum(column) for column in zip(*rows, strict=True)])
    counts = {(row, column): count for row, line in enumerate(rows) for column, count in enumerate(line)}
    sums = [Sum((row, width), tuple((row, column) for column in range(width))) for row in range(height + 1)]
    sums += [Sum((height, column), tuple((row, column) for row in range(height))) for column in range(width + 1)]
    return counts, sums


def rank(lines: list[list[Fraction]]) -> int:
    """By elimination over the fractions: another way than the software's."""
    lines, found = [line[:] for line in lines], 0
    for column in range(len(lines[0]) if lines else 0):
        pivot = next((line for line in lines[found:] if line[column]), None)
        if pivot is None:
            continue
        place = lines.index(pivot, found)
        lines[found], lines[place] = lines[place], lines[found]
        for other in range(found + 1, len(lines)):
            factor = lines[other][column] / lines[found][column]
            lines[other] = [a - factor * b for a, b in zip(lines[other], lines[found], strict=True)]
        found += 1
    return found


def can_be_worked_out(cell: Cell, hidden: set[Cell], sums: list[Sum[Cell]]) -> bool:
    order = sorted(hidden)
    lines = [
        [Fraction((unknown in one.parts) - (unknown == one.whole)) for unknown in order]
        for one in sums
        if hidden & {*one.cells}
    ]
    alone = [Fraction(unknown == cell) for unknown in order]
    return bool(lines) and rank([*lines, alone]) == rank(lines)


@settings(deadline=None, max_examples=150)
@given(GRIDS)
def test_no_withheld_count_follows_from_the_others(inner: list[list[int]]) -> None:
    counts, sums = grid(inner)
    hidden = withheld(counts, sums)
    everything = len(hidden) == len(counts)
    assert everything or [cell for cell in hidden if can_be_worked_out(cell, hidden, sums)] == []


@settings(deadline=None)
@given(GRIDS)
def test_no_published_count_is_under_5_and_what_is_withheld_of_a_published_whole_is_not_either(
    inner: list[list[int]],
) -> None:
    counts, sums = grid(inner)
    hidden = withheld(counts, sums)
    assert min((count for cell, count in counts.items() if cell not in hidden), default=SMALLEST) >= SMALLEST
    for one in sums:
        unknown = [counts[cell] for cell in one.parts if cell in hidden]
        if unknown and one.whole not in hidden:
            assert len(unknown) > 1
            assert sum(unknown) >= SMALLEST


def test_a_table_without_small_counts_is_published_as_a_whole() -> None:
    assert withheld(*grid([[5, 6], [700, 8]])) == set()


def test_a_small_count_takes_the_next_smallest_of_its_sum_along() -> None:
    counts = {"a": 3, "b": 9, "c": 40, "all": 52}
    assert withheld(counts, [Sum("all", ("a", "b", "c"))]) == {"a", "b"}


def test_two_small_counts_that_make_less_than_5_take_a_third_along() -> None:
    counts = {"a": 2, "b": 2, "c": 40, "d": 50, "all": 94}
    assert withheld(counts, [Sum("all", ("a", "b", "c", "d"))]) == {"a", "b", "c"}


def test_two_small_counts_that_make_5_are_enough() -> None:
    counts = {"a": 2, "b": 3, "c": 40, "all": 45}
    assert withheld(counts, [Sum("all", ("a", "b", "c"))]) == {"a", "b"}


def test_sums_that_give_a_count_only_together_are_seen_through() -> None:
    # a + b and b + c and a + c are published: each sum lacks two, and all of them together give each.
    counts = {"a": 3, "b": 4, "c": 2, "d": 9, "ab": 7, "bc": 6, "ac": 5, "ad": 12}
    sums = [Sum("ab", ("a", "b")), Sum("bc", ("b", "c")), Sum("ac", ("a", "c"))]
    hidden = withheld({cell: count for cell, count in counts.items() if "d" not in cell}, sums)
    assert {"a", "b", "c"} < hidden


def test_where_nothing_is_left_nothing_is_published() -> None:
    counts, sums = grid([[1]])
    assert withheld(counts, sums) == set(counts)


def test_what_does_not_add_up_is_not_published() -> None:
    with pytest.raises(ValueError, match="all is not the sum of its parts"):
        withheld({"a": 3, "all": 4}, [Sum("all", ("a",))])
