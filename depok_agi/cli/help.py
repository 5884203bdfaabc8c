"""Help in the language that the command speaks. It stands in the code in English: a docstring, or `help=` of an option.

A command is translated when it is asked for, as a copy, so that the code stays as it was. Paragraphs are translated one
by one; those that click leaves as they are (`\b`, our examples) have a heading and else nothing to translate.
"""

from collections.abc import Iterator
from copy import copy
from inspect import cleandoc
from typing import TypeVar

import click

from depok_agi.cli.language import _, spoken
from depok_agi.language import Language

_AS_IT_IS = "\b"

AnyCommand = TypeVar("AnyCommand", bound=click.Command)


def translated(command: AnyCommand) -> AnyCommand:
    """The command, and what is below it, with help in the language that the command speaks."""
    if spoken() is Language.ENGLISH:
        return command
    found = copy(command)
    found.help = _in_language(command.help)
    found.short_help = _in_language(command.short_help)
    found.params = [_parameter(parameter) for parameter in command.params]
    found._help_option = None  # click keeps it in the language in which it was first asked for
    if isinstance(found, click.Group):
        found.commands = {name: translated(below) for name, below in found.commands.items()}
    return found


def _parameter(parameter: click.Parameter) -> click.Parameter:
    found = copy(parameter)
    if isinstance(found, click.Option):
        found.help = _in_language(found.help)
    return found


def _in_language(text: str | None) -> str | None:
    return None if text is None else "\n\n".join(_paragraph(paragraph) for paragraph in _paragraphs(text))


def _paragraphs(text: str) -> list[str]:
    return cleandoc(text).split("\n\n")


def _paragraph(paragraph: str) -> str:
    mark, _newline, rest = paragraph.partition("\n")
    if mark == _AS_IT_IS:
        heading, newline, examples = rest.partition("\n")
        return f"{mark}\n{_(heading)}{newline}{examples}"
    return _(" ".join(paragraph.split()))


def source_strings(command: click.Command) -> Iterator[str]:
    """What there is to translate in the help of a command, without those below it."""
    options = (parameter.help for parameter in command.params if isinstance(parameter, click.Option))
    for text in filter(None, (command.help, command.short_help, *options)):
        for paragraph in _paragraphs(text):
            mark, _newline, rest = paragraph.partition("\n")
            yield rest.partition("\n")[0] if mark == _AS_IT_IS else " ".join(paragraph.split())
