"""Whoever sits at a terminal is told what to do next, by a command that there is; a script is not."""

import click
import pytest

from depok_agi.cli import next_steps
from depok_agi.cli.next_steps import NEXT, OF_TICKET
from depok_agi.tickets.status import TicketStatus
from tests.unit.cli.command import Command, commands
from tests.unit.cli.test_cli_examples import parsed

TREE = commands()
TOLD_BY_THEMSELVES = {
    ("tickets", "new"), ("tickets", "show"), ("tickets", "forward"), ("tickets", "bounce"), ("tickets", "answer"),
    ("tickets", "reopen"), ("callbacks", "claim"), ("hours", "override"), ("report", "day"), ("report", "month"),
    ("report", "year"), ("report", "public"),
}  # fmt: skip
NOTHING_FOLLOWS = {("serve",), ("desk",), ("calls", "replay")}

FILLED_IN = {"NUMBER": "1000015", "ID": "1", "WHEN": "yesterday", "CODE": "DLHK", "NAME": "sampah", "WHY": "x"}


def named(text: str) -> str:
    """The command of a hint, with something in the place of what is to be filled in."""
    _, _, command = text.format(number="1000015").partition("depok-agi ")
    for word, value in {**FILLED_IN, "--until T": "--until +1h", "--why W": "--why x"}.items():
        command = command.replace(word, value)
    return f"depok-agi {command}"


def test_after_every_command_there_is_something_to_do() -> None:
    leaves = {words for words, found in TREE.items() if not isinstance(found, click.Group)}
    assert set(NEXT) | TOLD_BY_THEMSELVES | NOTHING_FOLLOWS == leaves
    assert set(OF_TICKET) == set(TicketStatus)


@pytest.mark.parametrize("text", [*NEXT.values(), *OF_TICKET.values()])
def test_what_is_told_is_a_command(text: str) -> None:
    assert parsed(named(text)) in TREE


class TestAtATerminal:
    @pytest.fixture(autouse=True)
    def _at_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(next_steps, "at_terminal", lambda: True)

    @pytest.fixture
    def number(self, command: Command) -> str:
        return str(command.json("tickets", "new", "--caller", "0811-0000-1234", "--text", "Lampu mati")["number"])

    @pytest.mark.parametrize(
        "words",
        [
            ("calls", "list"), ("calls", "live"), ("calls", "gaps"), ("tickets", "list"), ("callbacks", "list"),
            ("callbacks", "next"),
            ("callbacks", "uncallable"), ("hours", "check"), ("hours", "week"), ("hours", "clear"), ("opd", "list"),
            ("opd", "edit", "DLHK", "--phone", "201"), ("categories", "list"), ("mails", "list"), ("sms", "list"),
            ("sms", "received"), ("numbers", "list"), ("report", "day"), ("report", "schedule"), ("db", "check"),
            ("db", "backup"), ("db", "backups"), ("db", "migrate"), ("tickets", "verify"), ("report", "definitions"),
        ],
        ids=" ".join,
    )  # fmt: skip
    def test_the_last_line_names_the_next_command_and_no_two_do(self, command: Command, words: tuple[str, ...]) -> None:
        told = command.ok(*words).stderr.splitlines()
        assert "depok-agi " in told[-1] or "--as-of" in told[-1]
        assert [line for line in told if line == told[-1]] == [told[-1]]

    def test_a_ticket_says_what_its_status_asks_for(self, command: Command, number: str) -> None:
        def last() -> str:
            return command.ok("tickets", "show", number).stderr.splitlines()[-1]

        assert last() == f"Pass it on: depok-agi tickets forward {number}"
        command.ok("tickets", "forward", number, "--opd", "DLHK")
        assert last() == f"When the OPD answers: depok-agi tickets answer {number}"
        command.ok("tickets", "answer", number, "--text", "x")
        assert last() == "The citizen is to be told: depok-agi callbacks claim 1"
        command.ok("tickets", "close", number, "--told")
        assert last() == f"If the answer does not do: depok-agi tickets reopen {number} --why WHY"

    @pytest.mark.parametrize("form", ["--json", "--csv"])
    def test_a_script_is_told_nothing(self, command: Command, form: str) -> None:
        assert command.ok("calls", "list", form).stderr == ""


def test_into_a_pipe_nothing_is_told(command: Command) -> None:
    assert command.ok("opd", "list", "--json").stderr == ""
    assert command.ok("categories", "list").stderr == ""
