"""The report as text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.reports.report import Report, Unit
from depok_agi.reports.writers import terminal
from depok_agi.reports.writers.wording import Wording
from tests.unit.reports.made_up import ENGLISH, INDONESIAN, LONG, NASTY, empty, report


@pytest.mark.parametrize("wording", [INDONESIAN, ENGLISH])
@pytest.mark.parametrize("given", [report(), empty(), report(opds=40, many=977, first_name=LONG)])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_line_is_longer_than_80_columns(given: Report, wording: Wording, ascii_only: bool) -> None:
    text = terminal.write(given, wording, ascii_only=ascii_only)
    assert [line for line in text.splitlines() if len(line) > terminal.WIDTH] == []
    assert text.isascii() or not ascii_only


def test_every_value_is_in_it_as_it_is_worded() -> None:
    text = terminal.write(report(), ENGLISH)
    for section in report().sections:
        for figure in section.figures:
            assert ENGLISH.value(figure.value, figure.unit) in text
        for table in section.tables:
            if table.key == "hours":
                continue
            for row in table.rows:
                for value, column in zip(row, table.columns, strict=True):
                    assert ENGLISH.value(value, column.unit) in text


def test_a_table_that_is_too_wide_goes_on_below_with_its_first_column() -> None:
    text = terminal.write(report(opds=2), ENGLISH)
    assert len(re.findall(r"^DISDIK\b", text, re.MULTILINE)) == 2
    assert len(re.findall(r"^Total\b", text, re.MULTILINE)) == 4  # of the outcomes, of the hours, and of both parts


def test_a_number_stands_under_the_one_above_it_and_its_bar_beside_it() -> None:
    lines = terminal.write(report(), ENGLISH, ascii_only=True).splitlines()
    found = [line for line in lines if re.match(r"(answered|abandoned|left menu|closed) ", line)]
    assert found == [
        "answered   1,180   80.2%  ################",
        "abandoned    143    9.7%  ##",
        "left menu     88    6.0%  #",
        "closed        61    4.1%  #",
    ]


def test_the_heat_map_has_each_number_with_a_darker_sign_for_more() -> None:
    lines = terminal.write(report(), ENGLISH, ascii_only=True).splitlines()
    assert "Mon  4. 11. 30+ 37#  3. 10. 17: 24:  2." in lines
    assert "Wed  1.  8. 27+ 34+  0   7. 14. 21: 28+" in lines


def test_what_people_typed_cannot_move_the_terminals_cursor() -> None:
    text = terminal.write(report(first_name=f"{NASTY}\x1b[2J\r\n\u202e"), ENGLISH)
    assert "\x1b" not in text
    assert "\r" not in text
    assert "\u202e" not in text


@given(st.floats(0, 1), st.integers(1, 40), st.sampled_from([terminal.ASCII, terminal.BLOCKS]))
def test_a_bar_is_no_longer_than_its_room_and_there_for_anything_but_nothing(
    length: float, width: int, signs: terminal.Signs
) -> None:
    drawn = terminal.bar(length, signs, width)
    assert len(drawn) <= width
    assert bool(drawn) == (length > 0)
    if length == 1:
        assert drawn == signs.eighths[-1] * width


def test_a_unit_of_each_kind_is_told_apart_without_colour() -> None:
    text = terminal.write(report(), ENGLISH)
    assert ENGLISH.value(0.8919123, Unit.SHARE) in text
    assert "\x1b[" not in text
