"""Means and percentiles: by nearest rank, always of a value that occurs."""

import math

from hypothesis import given
from hypothesis import strategies as st

from depok_agi.reports.distribution import Distribution, Ranked, share

VALUES = st.lists(st.integers(0, 50), min_size=1)


def test_of_nothing_there_is_no_figure() -> None:
    for of in (Distribution(), Ranked([])):
        assert (of.count, of.mean, of.percentile(50), of.percentile(90), of.up_to(9)) == (0, None, None, None, 0)
    assert share(0, 0) is None


def test_the_median_of_an_even_number_is_the_lower_of_the_two_in_the_middle() -> None:
    assert Distribution.of([1, 2, 3, 4]).percentile(50) == Ranked([4, 3, 2, 1]).percentile(50) == 2


def test_the_ninetieth_of_ten_is_the_ninth() -> None:
    assert Distribution.of(range(1, 11)).percentile(90) == Ranked(range(1, 11)).percentile(90) == 9


@given(VALUES, st.integers(1, 100))
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(values: list[int], percent: int) -> None:
    found = Distribution.of(values).percentile(percent)
    assert found in values
    wanted = math.ceil(len(values) * percent / 100)
    enough = [value for value in values if sum(other <= value for other in values) >= wanted]
    assert found == min(enough)


@given(VALUES, st.integers(1, 100), st.integers(0, 50))
def test_counted_or_ranked_is_all_the_same(values: list[int], percent: int, most: int) -> None:
    counted, ranked = Distribution.of(values), Ranked(values)
    assert counted.percentile(percent) == ranked.percentile(percent)
    assert (counted.count, counted.mean, counted.up_to(most)) == (ranked.count, ranked.mean, ranked.up_to(most))


@given(st.lists(VALUES, max_size=4))
def test_several_together_are_as_one(several: list[list[int]]) -> None:
    together = Distribution.together(Distribution.of(values) for values in several)
    assert together == Distribution.of(value for values in several for value in values)
