"""The index of the SKM (Permenpan RB 14/2017) from one question, rounded before it is graded."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.reports.satisfaction import GRADES, Scores, figures, grade, index


@pytest.mark.parametrize(
    ("scores", "of", "graded"),
    [
        ({4: 10}, "100.00", "A"),
        ({1: 3}, "25.00", "D"),
        ({3: 1, 4: 1}, "87.50", "B"),
        ({3: 2, 2: 1}, "66.67", "C"),
        ({2: 2, 3: 1}, "58.33", "D"),
    ],
)
def test_the_index_is_the_mean_times_25(scores: Scores, of: str, graded: str) -> None:
    found = index(scores)
    assert found == Decimal(of)
    assert found is not None
    assert grade(found) == graded


@pytest.mark.parametrize(
    ("of", "graded"),
    [("88.31", "A"), ("88.30", "B"), ("76.61", "B"), ("76.60", "C"), ("65.00", "C"), ("64.99", "D"), ("25.00", "D")],
)
def test_the_grades_begin_and_end_as_the_decree_has_it(of: str, graded: str) -> None:
    assert grade(Decimal(of)) == graded


def test_without_an_answer_there_is_no_index_and_no_grade() -> None:
    assert [figure.value for figure in figures({}, 5)] == [None, None, 0, 0.0]


@given(st.dictionaries(st.integers(1, 4), st.integers(1, 10_000), min_size=1))
def test_any_answers_have_an_index_with_a_grade(scores: Scores) -> None:
    found = index(scores)
    assert found is not None
    assert Decimal(25) <= found <= Decimal(100)
    exact = 25 * sum(score * times for score, times in scores.items()) / sum(scores.values())
    assert abs(float(found) - exact) <= 0.0051
    assert grade(found) in dict(GRADES)
