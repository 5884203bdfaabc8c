"""How numbers are read out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.voice import spoken


def test_digit_by_digit() -> None:
    assert spoken.digits("0811-09") == [f"digit-{digit}" for digit in "081109"]


@given(st.text())
def test_what_is_no_digit_is_passed_over(text: str) -> None:
    assert set(spoken.digits(text)) <= set(spoken.DIGIT_PROMPTS)


@pytest.mark.parametrize(
    ("e164", "said"), [("+6281100001234", "081100001234"), ("+12015550123", "+12015550123"), ("", "")]
)
def test_an_indonesian_number_begins_with_nought(e164: str, said: str) -> None:
    assert spoken.national(e164) == said
