"""`desk`: the operator's full-screen console."""

import os
import sys

import click

from depok_agi.cli.context import acting, origin, settings
from depok_agi.cli.language import _
from depok_agi.desk.opening import open_desk
from depok_agi.errors import RefusedError


@click.command()
@click.pass_context
def desk(ctx: click.Context) -> None:
    """The full-screen console: who is calling you, whom to call back, your tickets; Ctrl+Q ends it.

    \b
    Example:
      depok-agi desk
    """
    given, person = settings(ctx), acting()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise RefusedError(_("the console needs a terminal: run it in one, without a pipe"))
    _forget_settings_of_textual()
    from depok_agi.console.app import Console  # noqa: PLC0415 - slow to start, and no other command needs it

    Console(given, person, lambda: open_desk(given, origin=origin())).run(mouse=False)


def _forget_settings_of_textual() -> None:
    """It takes some from the environment, which is the operator's; they save screenshots and logs as the service."""
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        del os.environ[name]
