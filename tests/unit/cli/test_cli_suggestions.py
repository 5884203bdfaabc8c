"""Who mistypes a word is told what they probably meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.cli.clear_text import LONGEST_WORD, clear
from tests.unit.cli.command import Command


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("ticket", "list"), "tickets"),
        (("hors", "check"), "hours"),
        (("tickets", "lst"), "list"),
        (("callbacks", "cal", "1"), "call"),
        (("tickets", "list", "--stat", "new"), "--status"),
    ],
)
def test_a_mistyped_command_or_option_is_suggested(command: Command, words: tuple[str, ...], meant: str) -> None:
    assert f"Did you mean '{meant}'?" in command.refused(*words, code=2)


def test_a_command_that_is_like_none_is_only_refused(command: Command) -> None:
    assert command.refused("qwxz", code=2).endswith("Error: No such command 'qwxz'.\n")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("hours", "override", "--until", "+1h", "--why", "x"), "Error: Missing argument '{open|closed}'. Choose from"),
        (("callbacks", "next", "a\nb\tc"), "Error: Got unexpected extra argument (a b c)"),
    ],
)
def test_wrong_usage_is_told_in_one_line(command: Command, words: tuple[str, ...], line: str) -> None:
    assert command.refused(*words, code=2).splitlines()[-1].startswith(line)


class TestTheTextOfAnError:
    def test_nothing_in_it_is_obeyed_and_line_ends_stay(self) -> None:
        assert clear("a\nb\x1b[2J\udcff\N{HOT BEVERAGE}") == "a\nb\\x1b[2J\\udcff\N{HOT BEVERAGE}"

    def test_an_endless_word_is_cut_and_a_path_is_not(self) -> None:
        assert clear(f"no {'9' * 5000}, and more") == f"no {'9' * LONGEST_WORD}... and more"
        path = "/" + "folder/" * 40 + "store.sqlite"
        assert clear(path) == path

    @given(st.text())
    def test_of_any_text_what_is_shown_is_printable(self, text: str) -> None:
        assert clear(text).replace("\n", "").isprintable()
