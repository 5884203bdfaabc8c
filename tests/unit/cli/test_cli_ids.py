"""Ids and names are taken as people type them."""

import pytest

from tests.unit.cli.command import Command


@pytest.fixture
def number(command: Command) -> str:
    """A ticket, answered, with callback 1."""
    number = str(command.json("tickets", "new", "--caller", "0811-0000-1234", "--text", "Lampu mati")["number"])
    command.ok("tickets", "answer", number, "--text", "Sudah diganti")
    return number


@pytest.mark.parametrize("words", [("show",), ("note", "--text", "x"), ("close", "--told"), ("reopen", "--why", "x")])
def test_the_first_digits_of_a_ticket_do_wherever_one_is_named(
    command: Command, number: str, words: tuple[str, ...]
) -> None:
    assert command.json("tickets", words[0], number[:4], *words[1:])["number"] == number


def test_a_mistyped_number_is_suggested_wherever_one_is_named(command: Command, number: str) -> None:
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    for words in (("show",), ("explain",), ("forward",), ("bounce", "--why", "x")):
        assert f"do you mean {number}?" in command.refused("tickets", words[0], wrong, *words[1:])


def test_wrong_usage_is_told_before_an_unknown_id(command: Command) -> None:
    assert "Missing option '--result'" in command.refused("callbacks", "done", "1", code=2)
    assert "Missing option '--why'" in command.refused("tickets", "bounce", "1000", code=2)


def test_what_is_no_id_of_a_callback_is_told_so(command: Command) -> None:
    assert "'siti' is no callback's id" in command.refused("callbacks", "claim", "siti", code=2)


@pytest.mark.usefixtures("number")
def test_the_id_of_a_callback_does(command: Command) -> None:
    assert command.json("callbacks", "claim", " 1 ")["id"] == 1
    assert command.json("callbacks", "done", "1", "--result", "BUSY")["attempts"][0]["result"] == "busy"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("tickets", "list", "--status", "clsed"), "Did you mean 'closed'?"),
        (("calls", "list", "--outcome", "abandond"), "Did you mean 'abandoned'?"),
        (("tickets", "new", "--text", "x", "--channel", "lettr"), "Did you mean 'letter'?"),
        (("callbacks", "done", "1", "--result", "no-answer"), "Did you mean 'no_answer'?"),
        (("hours", "override", "close", "--until", "+1h", "--why", "x"), "Did you mean 'closed'?"),
        (("report", "day", "--format", "xlxs"), "Did you mean 'xlsx'?"),
        (("opd", "edit", "DLHK", "--clock", "working-days"), "Did you mean 'working_days'?"),
    ],
)
def test_a_mistyped_word_is_suggested(command: Command, words: tuple[str, ...], meant: str) -> None:
    assert meant in command.refused(*words, code=2)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("tickets", "list", "--opd", "dlkh"), "do you mean DLHK?"),
        (("tickets", "forward", "1000015", "--opd", "disub"), "do you mean DISHUB?"),
        (("tickets", "new", "--text", "x", "--area", "beij"), "do you mean Beji?"),
        (("categories", "set", "sampah", "--opd", "dlkh"), "do you mean DLHK?"),
        (("categories", "remove", "sampa"), "do you mean sampah?"),
        (("opd", "edit", "dlkh", "--phone", "201"), "do you mean DLHK?"),
    ],
)
def test_a_mistyped_name_is_suggested(command: Command, words: tuple[str, ...], meant: str) -> None:
    command.ok("tickets", "new", "--text", "x")
    assert meant in command.refused(*words)


def test_capital_letters_are_forgiven(command: Command, number: str) -> None:
    command.ok("tickets", "reopen", number, "--why", "x")
    command.ok("tickets", "forward", number, "--opd", "dlhk")
    [found] = command.json("tickets", "list", "--opd", "Dlhk", "--status", "FORWARDED")
    assert found["number"] == number
