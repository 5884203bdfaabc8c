"""Runs `depok-agi`, within this process or as one of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner, Result

from depok_agi import cli


class _Whole(click.Command):
    """The command with its edge, where errors become one line and an exit code."""

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> Any:
        cli.main(args)


def in_process(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(_Whole("depok-agi"), arguments, input=given)


def commands() -> dict[tuple[str, ...], click.Command]:
    """Every command of the tree, by the words that lead to it."""
    context = click.Context(cli.root)
    found: dict[tuple[str, ...], click.Command] = {(): cli.root}
    waiting: list[tuple[tuple[str, ...], click.Command]] = [((), cli.root)]
    while waiting:
        words, command = waiting.pop()
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                found[*words, name] = below
                waiting.append(((*words, name), below))
    return found


@dataclass(frozen=True)
class Command:
    folder: Path

    @property
    def settings(self) -> Path:
        return self.folder / "depok-agi.toml"

    @property
    def store(self) -> Path:
        return self.folder / "store.sqlite"

    def run(self, *arguments: str, given: str | bytes | None = None) -> Result:
        return in_process(*arguments, given=given)

    def ok(self, *arguments: str, given: str | bytes | None = None) -> Result:
        result = self.run(*arguments, given=given)
        assert (result.exit_code, result.exception) == (0, None), result.output
        return result

    def json(self, *arguments: str, given: str | bytes | None = None) -> Any:
        """What is on standard output, which must be JSON and nothing else."""
        return json.loads(self.ok(*arguments, "--json", given=given).stdout)

    def refused(self, *arguments: str, given: str | bytes | None = None, code: int = 1) -> str:
        """The text of a refusal: one clear line, with nothing on standard output."""
        result = self.run(*arguments, given=given)
        assert (result.exit_code, result.stdout) == (code, ""), result.output
        assert isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.stderr
        if code == 1:
            assert result.stderr.startswith("depok-agi: ")
            assert result.stderr.count("\n") == 1
        return result.stderr

    def process(
        self, *arguments: str | bytes, given: bytes = b"", environment: dict[str, str] | None = None
    ) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            [sys.executable, "-m", "depok_agi", *arguments],
            input=given,
            capture_output=True,
            timeout=30,
            check=False,
            env={**os.environ, **(environment or {})},
        )
