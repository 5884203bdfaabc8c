from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from depok_agi.console.fitting import fitted, in_columns, indented, wrapped

PRINTED = st.text(st.characters(exclude_categories=["C", "Z", "M"]))


@given(PRINTED, st.integers(0, 100))
def test_text_is_as_wide_as_its_column_whatever_letters_are_in_it(text: str, width: int) -> None:
    assert cell_len(fitted(text, width)) == width


@given(st.lists(PRINTED, min_size=3, max_size=3), st.integers(0, 120))
def test_a_line_of_columns_is_never_wider_than_the_terminal(cells: list[str], width: int) -> None:
    assert cell_len(in_columns(cells, (4, 0, 9), width)) <= width


def test_the_open_column_takes_what_the_others_leave() -> None:
    assert in_columns(("7", "Sampah menumpuk", "siti"), (3, 0, 6), 25) == "7    Sampah menu…  siti"
    assert indented(("7", "siti"), (3, 0), 20) == "  7    siti"


def test_long_text_is_wrapped_and_cut_below_its_head() -> None:
    text = "Sampah menumpuk di depan pasar\nKemiri sejak hari Minggu"
    assert wrapped(text, 24, deep=2) == [
        "    Sampah menumpuk di",
        "    depan pasar Kemiri",
        "    sejak hari Minggu",
    ]
    assert wrapped(text, 24, deep=2, most=2) == ["    Sampah menumpuk di", "    depan pasar Kemiri …"]
    assert wrapped("", 24) == []
