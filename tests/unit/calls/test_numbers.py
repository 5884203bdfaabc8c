"""Numbers as callers, keypads and people give them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from depok_agi.calls import numbers
from depok_agi.calls.numbers import CENTRE_NUMBER, masked, national, to_e164

MOBILE = "+6281100001234"


@pytest.mark.parametrize(
    "raw",
    [
        "081100001234",
        "0811-0000-1234",
        "0811 0000 1234",
        " 0811.0000.1234 ",
        "+6281100001234",
        "+62 811-0000-1234",
        "+62 (811) 00001234",
        "6281100001234",
    ],
)
def test_one_mobile_number_however_it_is_written(raw: str) -> None:
    assert to_e164(raw) == MOBILE


@pytest.mark.parametrize(
    ("raw", "e164"),
    [("02177000000", "+622177000000"), ("(021) 7700-0000", "+622177000000"), ("+1 201 555 0123", "+12015550123")],
)
def test_landlines_and_foreign_numbers(raw: str, e164: str) -> None:
    assert to_e164(raw) == e164


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "",
        " ",
        "anonymous",
        "Anonymous",
        "unknown",
        "<unknown>",
        "withheld",
        "101",
        "110",
        "112",
        "119",
        CENTRE_NUMBER,
        "+621500664",
        "0",
        "0000000000",
        "08",
        "0811",
        "0811000012341234123412341234",
        "+",
        "++6281100001234",
        "0811-CALL-NOW",
        "081100001234;ext=5",
        "081100001234&PJSIP/500",
        "081100001234\nAction: Originate",
        "٠٨١١٠٠٠٠١٢٣٤",
        "🙂",
        "*21*081100001234#",
    ],
)
def test_what_nobody_can_be_called_back_on(raw: str | None) -> None:
    assert to_e164(raw) is None


@given(st.one_of(st.text(max_size=30), st.text(alphabet="+0123456789 ().-", max_size=30)))
def test_anything_gives_a_number_or_none(raw: str) -> None:
    number = to_e164(raw)
    if number is not None:
        assert number.startswith("+")
        assert number[1:].isascii()
        assert number[1:].isdigit()
        assert to_e164(number) == number


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        (MOBILE, "0811-0000-1234"),
        ("+62811000012", "0811-000-012"),
        ("+622177000000", "(021) 77000000"),
        ("+622517700000", "(0251) 7700000"),
        ("+12015550123", "+1 201-555-0123"),
        ("101", "101"),
        ("", ""),
        ("anonymous", "anonymous"),
    ],
)
def test_people_read_the_national_form(e164: str, shown: str) -> None:
    assert national(e164) == shown


@given(st.from_regex(r"\+62[0-9]{4,14}", fullmatch=True) | st.from_regex(r"\+628[0-9]{6,12}", fullmatch=True))
@example("+62211500664")
def test_the_short_way_writes_a_number_as_the_long_way_does(e164: str) -> None:
    assert national(e164) == numbers._national_of_any(e164)


def test_what_people_read_they_can_type() -> None:
    assert to_e164(national(MOBILE)) == MOBILE


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (MOBILE, "+628***34"),
        (None, "withheld"),
        ("", "withheld"),
        ("101", "***"),
        ("12345", "***"),
        ("1500664", "1500***64"),
    ],
)
def test_a_masked_number_cannot_be_dialled(number: str | None, shown: str) -> None:
    assert masked(number) == shown


@given(st.text(alphabet="+0123456789", min_size=9, max_size=15))
def test_at_most_six_characters_of_a_number_are_shown(number: str) -> None:
    assert len(masked(number)) == 9


def test_what_is_far_too_long_is_no_number_and_is_not_kept_in_memory() -> None:
    before = numbers._to_e164.cache_info().currsize
    assert to_e164("0811" * 100) is None
    assert to_e164(f"{' ' * 200}081100001234") is None
    assert numbers._to_e164.cache_info().currsize == before
