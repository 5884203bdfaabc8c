"""Commands that are imported when they are asked for, so that the others start sooner."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from depok_agi.cli.help import translated
from depok_agi.cli.suggestions import Suggesting


class Later(Suggesting):
    """A group with some commands in files of their own: `later` says in which, as `module:function`, by their names."""

    def __init__(self, *given: Any, later: Mapping[str, str], **more: Any) -> None:
        super().__init__(*given, **more)
        self._later = later

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All of them, in the order of the alphabet."""
        return sorted([*super().list_commands(ctx), *self._later])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now if it is one of those."""
        if cmd_name not in self._later:
            return super().get_command(ctx, cmd_name)
        module, _, function = self._later[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), function)
        return translated(command)
