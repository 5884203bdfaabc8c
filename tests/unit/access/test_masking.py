"""Enough to recognise a citizen by, too little to dial or to know them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.access.masking import LEAST_HIDDEN, LONGEST_EXTENSION, masked_name, masked_number


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        ("0811-0000-1234", "0811-xxxx-x234"),
        ("0811-0000-123", "0811-xxxx-123"),
        ("(021) 77000123", "(021) 7xxxx123"),
        ("(0251) 860123", "(025x) xxx123"),
        ("+1 212-555-0123", "+1 212-xxx-x123"),
        ("081100001234", "0811xxxxx234"),
        ("123456", "xxxx56"),
        ("anonymous", "anonymous"),
        ("", ""),
    ],
)
def test_the_middle_digits_are_hidden(written: str, masked: str) -> None:
    assert masked_number(written) == masked


@pytest.mark.parametrize("written", ["101", "110", "50123"])
def test_a_telephone_of_the_house_is_nobodys_secret(written: str) -> None:
    assert masked_number(written) == written


@given(st.text("0123456789 ()-+٣x", max_size=40))
def test_a_number_keeps_its_form_and_loses_enough_digits_to_be_dialled(written: str) -> None:
    masked = masked_number(written)
    assert len(masked) == len(written)
    digits = sum(character.isdigit() for character in written)
    hidden = digits - sum(character.isdigit() for character in masked)
    assert hidden == 0 if digits <= LONGEST_EXTENSION else hidden >= LEAST_HIDDEN
    for before, after in zip(written, masked, strict=True):
        assert after == before or (before.isdigit() and after == "x")


def test_a_name_is_its_initials() -> None:
    assert masked_name("Eko Prasetyo") == "E. P."
    assert masked_name("  ani ") == "A."
    assert masked_name("") == ""
