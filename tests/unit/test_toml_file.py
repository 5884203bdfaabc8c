"""A table is read as a whole: every fault at once, each with its path and in plain words."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, field

from depok_agi.toml_file import MOST_CHARACTERS, MOST_DOTS, Fault, Table, parse, read, text


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def even(given: object) -> int:
    if not isinstance(given, int) or given % 2:
        raise ValueError(f"{given} is not even")
    return given


def rising(numbers: list[int]) -> list[int]:
    if numbers != sorted(numbers):
        raise ValueError("must rise")
    return [*numbers, -1]


class Inner(Table, frozen=True):
    least: int = 0
    most: int = 9

    def faults(self) -> Iterator[Fault]:
        if self.least > self.most:
            yield Fault(("most",), "is below least")


class Outer(Table, frozen=True, kw_only=True):
    name: str
    size: Annotated[int, Meta(ge=1, le=3, description="a whole number from 1 to 3")] = 1
    on: bool = False
    colour: Colour = Colour.RED
    place: Annotated[Path, text, Path] | None = None
    numbers: Annotated[list[Annotated[int, even]], rising] = field(default_factory=list)
    described: Annotated[list[str], Meta(description="a row of words")] = field(default_factory=list)
    named: dict[str, int] = field(default_factory=dict)
    inner: Inner = Inner()
    other: Inner | None = None
    rows: list[Inner] = field(default_factory=list)
    anything: Any = None


def told(raw: object) -> list[tuple[str, str]]:
    faults: list[Fault] = []
    read(Outer, raw, ("top",), faults)
    return [("/".join(map(str, fault.path)), fault.text) for fault in faults]


def outer(**raw: object) -> Outer:
    faults: list[Fault] = []
    table = read(Outer, {"name": "x", **raw}, (), faults)
    assert table is not None
    assert faults == []
    return table


def test_what_is_not_given_has_its_default() -> None:
    assert outer() == Outer(name="x")


def test_what_is_given_is_read() -> None:
    assert outer(
        size=3,
        on=True,
        colour="blue",
        place="/a/b",
        numbers=[2, 4],
        described=["a"],
        named={"a": 1},
        inner={"least": 2},
        other={},
        rows=[{}, {"most": 3}],
        anything=date(2026, 6, 8),
    ) == Outer(
        name="x",
        size=3,
        on=True,
        colour=Colour.BLUE,
        place=Path("/a/b"),
        numbers=[2, 4, -1],
        described=["a"],
        named={"a": 1},
        inner=Inner(least=2),
        other=Inner(),
        rows=[Inner(), Inner(most=3)],
        anything=date(2026, 6, 8),
    )


def test_every_fault_is_told_at_once() -> None:
    assert told(
        {
            "nmae": "x",
            "size": 4,
            "on": "yes",
            "colour": "green",
            "place": 7,
            "numbers": [1, 2, 3],
            "named": {"a": 1, "b": "2", "c": 3.5},
            "inner": {"least": "0", "msot": 1},
            "rows": [{"most": -1}, {}, 7],
        }
    ) == [
        ("top/name", "must be given"),
        ("top/size", "must be a whole number from 1 to 3"),
        ("top/on", "must be true or false"),
        ("top/colour", 'must be "red" or "blue"'),
        ("top/place", "must be text in quotes"),
        ("top/numbers/0", "1 is not even"),
        ("top/numbers/2", "3 is not even"),
        ("top/named/b", "must be a whole number"),
        ("top/named/c", "must be a whole number"),
        ("top/inner/least", "must be a whole number"),
        ("top/inner/msot", "there is no such setting"),
        ("top/rows/0/most", "is below least"),
        ("top/rows/2", "must be a table"),
        ("top/nmae", "there is no such setting"),
    ]


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ({"name": 7}, ("top/name", "must be text in quotes")),
        ({"name": "x", "size": True}, ("top/size", "must be a whole number from 1 to 3")),
        ({"name": "x", "size": "1"}, ("top/size", "must be a whole number from 1 to 3")),
        ({"name": "x", "size": 10**30}, ("top/size", "must be a whole number from 1 to 3")),
        ({"name": "x", "numbers": 2}, ("top/numbers", "must be a list")),
        ({"name": "x", "numbers": {}}, ("top/numbers", "must be a list")),
        ({"name": "x", "numbers": [4, 2]}, ("top/numbers", "must rise")),
        ({"name": "x", "described": "a"}, ("top/described", "must be a row of words")),
        ({"name": "x", "described": [1]}, ("top/described/0", "must be text in quotes")),
        ({"name": "x", "named": []}, ("top/named", "must be a table")),
        ({"name": "x", "inner": []}, ("top/inner", "must be a table")),
        ({"name": "x", "other": "y"}, ("top/other", "must be a table")),
        ({"name": "x", "other": {"least": 10}}, ("top/other/most", "is below least")),
        ([], ("top", "must be a table")),
    ],
)
def test_a_fault_is_told_in_plain_words_with_its_place(raw: object, fault: tuple[str, str]) -> None:
    assert told(raw) == [fault]


def test_a_function_is_not_asked_about_what_is_wrong_within() -> None:
    assert told({"name": "x", "numbers": [4, 2, 1]}) == [("top/numbers/2", "1 is not even")]


def test_a_table_that_is_wrong_as_a_whole_can_still_be_looked_at() -> None:
    faults: list[Fault] = []
    assert read(Inner, {"least": 10}, (), faults) == Inner(least=10)
    assert faults == [Fault(("most",), "is below least")]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates() | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(Outer.__struct_fields__), values) | values)
def test_no_value_at_all_makes_it_fall_over(raw: object) -> None:
    faults: list[Fault] = []
    table = read(Outer, raw, (), faults)
    assert table is not None or faults


def test_a_table_does_not_change() -> None:
    with pytest.raises(AttributeError):
        outer().size = 2  # type: ignore[misc]


def test_a_file_that_nobody_wrote_by_hand_is_refused_before_it_takes_time() -> None:
    assert parse(f"{'a.' * MOST_DOTS}a = 1\n")
    for content, why in (
        (f"b = 1\n{'a.' * MOST_DOTS}.a = 1\n", f"more than {MOST_DOTS} dots in line 2"),
        ("# " + "x" * MOST_CHARACTERS, f"more than {MOST_CHARACTERS} characters"),
        ("a = " + "[" * 9000, "nested too deeply"),
        ("a = " + "7" * 9000, "4300 digits"),
        ("a = \n", "line 1"),
    ):
        with pytest.raises(ValueError, match=why):
            parse(content)
