"""The command `depok-agi`: one file per noun, imported when it is asked for."""

import io
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from depok_agi import __version__
from depok_agi.cli.guard import guarded
from depok_agi.cli.sudo import no_path_under_sudo
from depok_agi.errors import DepokError

NOUNS = {
    "serve": "the daemon: listens to Asterisk, serves the menu's steps",
    "calls": "the call log",
    "tickets": "what citizens were promised an answer to",
    "callbacks": "whom to call back",
    "hours": "open or closed, and why",
    "opd": "the city departments",
    "categories": "what citizens call about, and which OPD it leads to",
    "mails": "the e-mails to the OPDs and supervisors",
    "sms": "the SMS from citizens and to them",
    "menu": "what callers are asked, and what each key leads to",
    "numbers": "callers who are refused for a time",
    "report": "the evaluation of a day, month or year",
    "prompts": "the spoken prompts",
    "access": "who looked at which citizens",
    "db": "the store, and its backups",
    "doctor": "is this host as the centre needs it?",
}
"""Each is a file of this folder with a command of the same name."""


class _Nouns(click.Group):
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        for word in args:
            try:
                word.encode()
            except UnicodeEncodeError:
                raise click.UsageError(f"{word!r} is not UTF-8") from None
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in NOUNS:
            return None
        return guarded(getattr(import_module(f"depok_agi.cli.{cmd_name}"), cmd_name), cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        with formatter.section("Commands"):
            formatter.write_dl(list(NOUNS.items()))


@click.group(cls=_Nouns, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config",
    type=click.Path(readable=False, path_type=Path),
    callback=no_path_under_sudo,
    help="The settings file (else DEPOK_AGI_CONFIG, else /etc).",
)
@click.version_option(__version__, prog_name="depok-agi")
@click.pass_context
def root(ctx: click.Context, config: Path | None) -> None:
    """The call centre of a city on its own Asterisk.

    Operators begin the day with: depok-agi callbacks list
    """
    ctx.obj = config


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; every error that a person can do something about is one clear line and exit code 1."""
    if sys.stdout is None:  # closed by the caller, who wants to see nothing
        sys.stdout = io.StringIO()
    elif isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a character still shows the rest
    try:
        root.main(args=arguments, prog_name="depok-agi")
    except (DepokError, OSError) as error:
        click.echo(f"depok-agi: {error}", err=True)
        sys.exit(1)
