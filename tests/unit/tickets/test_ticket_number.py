"""A ticket number can be read out and typed, and a slip of the finger never finds someone else's ticket."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from depok_agi.errors import RefusedError
from depok_agi.tickets.number import (
    FIRST_SERIAL,
    beginning,
    is_valid,
    make,
    one_slip_away,
    parse,
    spoken_groups,
)

numbers = st.integers(FIRST_SERIAL, 10**12).map(make)


def test_the_first_ticket_has_seven_digits() -> None:
    assert make(FIRST_SERIAL) == "1000015"
    assert is_valid("1000015")


def test_serials_before_the_first_are_refused() -> None:
    with pytest.raises(ValueError, match="100001"):
        make(FIRST_SERIAL - 1)


@given(numbers, st.data())
def test_any_single_wrong_digit_is_caught(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.sampled_from("0123456789"))
    assume(number[place] != wrong)
    assert not is_valid(number[:place] + wrong + number[place + 1 :])


@given(numbers, st.data())
def test_any_swap_of_neighbours_is_caught(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(number) - 2))
    one, other = number[place], number[place + 1]
    assume(one != other)
    assert not is_valid(number[:place] + other + one + number[place + 2 :])


@given(numbers)
def test_a_number_is_read_however_it_is_spaced(number: str) -> None:
    assert parse(f" {number[:3]} {number[3:5]}-{number[5:-1]}.{number[-1]} ") == number


@pytest.mark.parametrize("text", ["", "12", "0000000", "01000015", "1000015x", "+1000015", "１０００１５", "hello"])
def test_what_cannot_be_a_number_is_refused(text: str) -> None:
    assert not is_valid(text)
    with pytest.raises(RefusedError, match="no ticket number: it has seven digits"):
        parse(text)


def test_a_mistyped_number_is_told_from_nonsense() -> None:
    with pytest.raises(RefusedError, match="'1000016' is no ticket number: its last digit does not fit"):
        parse("1000016")


@pytest.mark.parametrize(
    ("number", "groups"),
    [
        ("1000015", ["100", "0015"]),
        ("10000013", ["100", "000", "13"]),
        ("100000013", ["100", "000", "013"]),
        ("1", ["1"]),
        ("", []),
    ],
)
def test_numbers_are_read_out_in_threes_and_no_digit_stands_alone(number: str, groups: list[str]) -> None:
    assert spoken_groups(number) == groups


@given(st.integers(FIRST_SERIAL, 9_999_999), st.data())
def test_whatever_one_slip_makes_of_a_number_leads_back_to_it(serial: int, data: st.DataObject) -> None:
    number = make(serial)
    at, digit = data.draw(st.integers(0, len(number) - 2)), data.draw(st.sampled_from("0123456789"))
    slips = {
        f"{number[:at]}{digit}{number[at + 1 :]}",
        f"{number[:at]}{digit}{number[at:]}",
        f"{number[:at]}{number[at + 1 :]}",
        f"{number[:at]}{number[at + 1]}{number[at]}{number[at + 2 :]}",
    }
    for slip in slips - {number}:
        found = one_slip_away(slip)
        assert number in found
        assert all(is_valid(near) for near in found)


@pytest.mark.parametrize("text", ["", "siti", "1" * 21, "\N{ARABIC-INDIC DIGIT ONE}000015", "1.5e7"])
def test_nothing_is_near_what_is_no_number(text: str) -> None:
    assert one_slip_away(text) == []


@pytest.mark.parametrize(
    ("text", "begin"),
    [("1000", "1000"), (" 100-00 ", "10000"), ("100001", "100001"), ("100", None), ("1000015", None), ("0100", None)],
)
def test_four_to_six_digits_are_the_beginning_of_a_number(text: str, begin: str | None) -> None:
    assert beginning(text) == begin
