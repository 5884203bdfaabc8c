"""Every command's help has an example, and every example and every command that is told to anybody is one."""

import re
import shlex
from inspect import cleandoc
from pathlib import Path

import click
import pytest

from depok_agi import cli
from tests.unit.cli.command import Command, commands

REPOSITORY = Path(__file__).parents[3]
TREE = commands()
LEAVES = sorted(words for words, found in TREE.items() if not isinstance(found, click.Group))


def examples(words: tuple[str, ...]) -> list[str]:
    """Those of a command's help, without what they have to do with it."""
    _, _, shown = cleandoc(TREE[words].help or "").partition("\b\nExample")
    return [line.strip() for line in shown.splitlines()[1:] if line.strip()]


ALL = [(words, example) for words in LEAVES for example in examples(words)]


def parsed(example: str) -> tuple[str, ...]:
    """The words of the command that an example is of, when all that it gives is well typed; without what a shell does.

    Raises:
        click.UsageError: it is no command, or something in it is wrong.
    """
    _, *given = shlex.split(re.split(" [|>] ", example)[0], comments=True)
    context = cli.root.make_context("depok-agi", given)
    command: click.Command = cli.root
    words: tuple[str, ...] = ()
    while isinstance(command, click.Group):
        rest = [*context._protected_args, *context.args]
        if not rest:
            return words
        name, found, arguments = command.resolve_command(context, rest)
        assert name is not None
        assert found is not None
        command, words = found, (*words, name)
        context = command.make_context(name, arguments, parent=context)
    return words


@pytest.mark.parametrize("words", LEAVES, ids=" ".join)
def test_every_command_has_an_example_and_says_what_it_does(words: tuple[str, ...]) -> None:
    text = TREE[words].help or ""
    assert examples(words), f"{' '.join(words)} has no example in its help"
    first = text.splitlines()[0]
    assert first[0].isupper()
    assert first.endswith("."), first


@pytest.mark.parametrize(("words", "example"), ALL, ids=[example for _, example in ALL])
def test_an_example_is_one_of_its_own_command_and_well_typed(
    command: Command, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], example: str
) -> None:
    monkeypatch.chdir(command.folder)
    assert example.startswith("depok-agi ")
    assert parsed(example) == words


@pytest.mark.parametrize("words", LEAVES, ids=" ".join)
def test_every_option_says_what_it_is_for_or_has_a_choice(words: tuple[str, ...]) -> None:
    silent = [
        parameter.opts[0]
        for parameter in TREE[words].params
        if isinstance(parameter, click.Option)
        and not parameter.help
        and not isinstance(parameter.type, click.Choice)
        and parameter.name != "limit"
    ]
    assert silent == []


@pytest.mark.parametrize(
    "example", ["depok-agi ticket list", "depok-agi tickets list --stat new", "depok-agi tickets show", "depok-agi x"]
)
def test_what_is_no_command_is_found_out(example: str) -> None:
    with pytest.raises(click.UsageError):
        parsed(example)


README = (REPOSITORY / "README.md").read_text("utf-8")
SHOWN = re.findall(r"^[$#] (depok-agi [^|>\n]*?)(?:\s+#.*)?$", README, re.MULTILINE)


@pytest.mark.parametrize("shown", SHOWN)
def test_what_the_readme_types_is_a_command(command: Command, monkeypatch: pytest.MonkeyPatch, shown: str) -> None:
    monkeypatch.chdir(command.folder)
    assert TREE[parsed(shown)]


def test_the_readme_types_commands() -> None:
    assert len(SHOWN) > 5
