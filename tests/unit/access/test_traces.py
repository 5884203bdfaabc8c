"""A number is found in every form in which people and machines write it, and no longer number is taken for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.access.traces import of_number, sealed

ANI = of_number("+6281100007391")


@pytest.mark.parametrize(
    "text",
    [
        "+6281100007391",
        "6281100007391",
        "006281100007391",
        "081100007391",
        "81100007391",
        "0811-0000-7391",
        "0811 0000 7391",
        "+62 811-0000-7391",
        "hubungi 0811.0000.7391, terima kasih",
        "DAHDI/i1/081100007391-1",
        '{"number": "+6281100007391"}',
        "<sip:+6281100007391@trunk>",
    ],
)
def test_it_is_found_in_every_form(text: str) -> None:
    assert ANI.stand_in(text)
    assert ANI.in_bytes.search(text.encode())


@pytest.mark.parametrize(
    "text",
    ["", "0811000073912", "+6581100007391", "181100007391", "0811000073", "1764081100.007391", None],
)
def test_another_number_is_not_taken_for_it(text: str | None) -> None:
    assert not ANI.stand_in(text)


def test_a_landline_is_found_behind_its_area_code_in_brackets() -> None:
    depok = of_number("+62217654321")
    assert depok.stand_in("(021) 7654321")
    assert depok.stand_in("021-765-4321")
    assert not depok.stand_in("7654321")


def test_a_number_from_abroad_is_found() -> None:
    assert of_number("+6591234567").stand_in("+65 9123 4567")
    assert of_number("+6591234567").stand_in("006591234567")


def test_what_is_not_the_number_stays_as_it_is() -> None:
    value = [["PJSIP/trunk-1", None, 1764000000000000, "081100007391"], {"untouched": 1}]
    assert ANI.taken_out_of(value) == [["PJSIP/trunk-1", None, 1764000000000000, ""], {"untouched": 1}]


@given(st.integers(min_value=10**9, max_value=10**11), st.text("0123456789", min_size=1, max_size=4))
def test_a_number_that_goes_on_is_another(digits: int, more: str) -> None:
    number = f"+62{digits}"
    assert of_number(number).stand_in(number)
    assert not of_number(number).stand_in(f"0{digits}{more}")


def test_a_seal_is_of_its_number_alone_and_says_nothing_of_it() -> None:
    seal = sealed("+6281100007391")
    assert seal.is_of("+6281100007391")
    assert not seal.is_of("+6281100007392")
    assert "81100007391" not in repr(seal)
    assert sealed("+6281100007391") != seal
