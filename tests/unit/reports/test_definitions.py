"""Every figure, table and column has a definition with its source, in both languages; no definition is of nothing."""

from dataclasses import fields
from datetime import date

import pytest

from depok_agi.reports.definitions import keys_of, load
from depok_agi.reports.evaluation import Counted, evaluation
from depok_agi.reports.period import Period, PeriodKind
from depok_agi.reports.report import Figure, Report
from tests.unit.desk.made import WIB, wib

REPORTS = [
    evaluation(
        Counted(Period.around(kind, date(2026, 6, 8))),
        None,
        None,
        as_of=wib("2026-06-09 10:00"),
        begins=None,
        timezone=WIB,
        answer_within=20,
    )
    for kind in PeriodKind
]


def test_each_key_has_one_and_each_is_of_a_key() -> None:
    used = {key for report in REPORTS for key in keys_of(report)}
    of_all = {key for key in load() if key.startswith("report.")}
    assert used == load().keys() - of_all
    names = {field.name for of in (Report, Figure) for field in fields(of)}
    assert {key.partition(".")[2] for key in of_all} <= names


@pytest.mark.parametrize("key", sorted(load()))
def test_each_says_something_in_both_languages_and_names_its_source(key: str) -> None:
    definition = load()[key]
    assert definition.en.endswith(".")
    assert definition.id.endswith(".")
    assert definition.en != definition.id
    assert definition.source


def test_a_key_is_of_one_figure_only_in_its_section() -> None:
    for report in REPORTS:
        for section in report.sections:
            keys = [figure.key for figure in section.figures] + [table.key for table in section.tables]
            assert len(keys) == len(set(keys))
