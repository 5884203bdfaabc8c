"""How content citizens are: the index of the survey of public satisfaction (SKM), from one question by telephone.

Permenpan RB 14/2017 asks for nine elements, each from 1 to 4, and weighs each with 1/9; the index is the weighted mean
times 25. By telephone one question stands for all nine, so its mean is that weighted mean.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from depok_agi.reports.distribution import share
from depok_agi.reports.report import Chart, Column, Figure, Note, Section, Table, Unit

SCORES = (1, 2, 3, 4)
WEIGHT = 25
"""Makes 100 of the best score."""

GRADES = (("A", Decimal("88.31")), ("B", Decimal("76.61")), ("C", Decimal("65.00")), ("D", Decimal("25.00")))
"""Each grade with the least index that has it (Permenpan RB 14/2017)."""

Scores = Mapping[int, int]
"""How often each score was given."""


def index(scores: Scores) -> Decimal | None:
    """The index, from 25 to 100, rounded half up to two decimals; None where nobody has answered."""
    answers = sum(scores.values())
    if answers == 0:
        return None
    exact = Decimal(WEIGHT * sum(score * times for score, times in scores.items())) / Decimal(answers)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def grade(of_index: Decimal) -> str:
    """The grade of an index as it was rounded."""
    return next(name for name, least in GRADES if of_index >= least)


def figures(scores: Scores, answered_calls: int) -> tuple[Figure, ...]:
    """The figures of one period; `answered_calls` is how many were answered in it."""
    answers, found = sum(scores.values()), index(scores)
    return (
        Figure("index", "Satisfaction index", Unit.SCORE, None if found is None else float(found)),
        Figure("grade", "Grade", Unit.TEXT, None if found is None else grade(found)),
        Figure("answers", "Answers", Unit.COUNT, answers),
        Figure("answers_share", "Answers, of the answered calls", Unit.SHARE, share(answers, answered_calls)),
    )


def section(scores: Scores, compared: tuple[Figure, ...]) -> Section:
    """The section with the figures as they were compared, and the scores of the period."""
    answers = sum(scores.values())
    table = Table(
        "answers_by_score",
        "Answers by score",
        (
            Column("score", "Score", Unit.COUNT),
            Column("answers", "Answers", Unit.COUNT),
            Column("score_share", "Share", Unit.SHARE),
        ),
        tuple((score, scores.get(score, 0), share(scores.get(score, 0), answers)) for score in SCORES),
        ("total", answers, share(answers, answers)),
        Chart.BARS,
        "answers",
    )
    one = Note("One question by telephone stands for the nine elements of the survey (Permenpan RB 14/2017).")
    return Section("satisfaction", "Satisfaction", compared, (table,), (one,))
