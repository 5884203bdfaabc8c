"""A listing as CSV has the fields of its JSON, and stays what it is in a spreadsheet."""

import asyncio
import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.cli import fields
from depok_agi.cli.csv_rows import to_csv
from depok_agi.reports.spreadsheet_text import FORMULA, kept
from tests.unit.cli.command import Command, commands
from tests.unit.contract import CALL
from tests.unit.desk.made import call, desk_at
from tests.unit.desk.test_desk_calls import record

LISTINGS = sorted(
    words
    for words, command in commands().items()
    if words != ("prompts", "list") and any("--csv" in parameter.opts for parameter in command.params)
)
"""The sheet to record prompts from has columns of its own."""


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def header(text: str) -> list[str]:
    return next(csv.reader(io.StringIO(text, newline="")))


def test_every_list_has_it() -> None:
    lists = {words for words, command in commands().items() if words[-1:] == ("list",)} - {("prompts", "list")}
    assert lists <= set(LISTINGS)


@pytest.mark.parametrize("words", LISTINGS, ids=" ".join)
def test_it_excludes_json(command: Command, words: tuple[str, ...]) -> None:
    assert "choose one" in command.refused(*words, "--csv", "--json", code=2)


@pytest.mark.parametrize("words", LISTINGS, ids=" ".join)
def test_its_header_has_the_fields_of_json_with_and_without_rows(command: Command, words: tuple[str, ...]) -> None:
    empty = header(command.ok(*words, "--csv").stdout)

    async def log() -> None:
        async with desk_at(command.store) as desk:
            await record(desk, call(), call("1764000000.2", number=None))

    asyncio.run(log())
    command.ok("tickets", "new", "--caller", "0811-0000-1234", "--text", "Lampu mati")
    command.ok("tickets", "answer", "1000015", "--text", "Sudah")
    command.ok("tickets", "new", "--category", "sampah", "--text", "x")
    command.ok("tickets", "forward", command.json("tickets", "list")[0]["number"])
    command.ok("numbers", "block", "0811-0000-5678", "--until", "+1d", "--why", "iseng")
    command.ok("db", "backup")
    found = command.json(*words)
    full = command.ok(*words, "--csv").stdout
    assert empty == header(full)
    read_again = words == ("access", "list")  # each look at it is one more entry
    for one, row in zip(found, rows(full), strict=not read_again):
        assert list(one) == list(row) == empty


def test_the_fields_of_a_call_are_those_that_are_promised() -> None:
    assert list(fields.CALL) == CALL


def test_numbers_and_texts_are_kept_by_a_spreadsheet() -> None:
    made = to_csv(
        [
            {"caller": "+6281100001234", "raw": "0811", "keys": "012", "plain": "12"},
            {"caller": "=1+1", "raw": "@x", "keys": "-1", "plain": "1.10"},
            {"caller": "a\nb", "raw": "\x1b[2J", "keys": "0", "plain": "1" * 12},
        ],
        ("caller", "raw", "keys", "plain"),
    )
    assert made == (
        "caller,raw,keys,plain\r\n'+6281100001234,'0811,'012,12\r\n'=1+1,'@x,'-1,'1.10\r\na b,[2J,0,'111111111111\r\n"
    )


def test_what_is_no_text_has_one_form_each() -> None:
    values: dict[str, Any] = {
        "null": None, "yes": True, "no": False, "count": 7, "many": ["a", "b"], "none": [], "things": [{"at": 1}],
        "detail": {"a": "b"},
    }  # fmt: skip
    [row] = rows(to_csv([values], tuple(values)))
    assert row == {
        "null": "", "yes": "true", "no": "false", "count": "7", "many": "a b", "none": "",
        "things": json.dumps([{"at": 1}]), "detail": json.dumps({"a": "b"}),
    }  # fmt: skip


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=3))
def test_whatever_stands_in_a_cell_is_read_back_and_never_runs(texts: list[str]) -> None:
    names = [f"f{place}" for place in range(len(texts))]
    made = to_csv([dict(zip(names, texts, strict=True))], names)
    [row] = rows(made)
    assert made.count("\r\n") == 2
    for cell in row.values():
        assert not cell.startswith(FORMULA)
        assert cell.isprintable()
        assert kept(cell) == cell


@given(st.from_regex(r"[0-9][0-9.,eE+]{0,15}", fullmatch=True))
def test_digits_that_a_spreadsheet_would_change_are_text(text: str) -> None:
    assert kept(text) in {text, f"'{text}"}
    if kept(text) == text:
        assert str(int(text)) == text
