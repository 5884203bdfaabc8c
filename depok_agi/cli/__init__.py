"""The command `depok-agi`: one file per noun, imported when it is asked for."""

import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from depok_agi import __version__
from depok_agi.cli.clear_text import clear
from depok_agi.cli.guard import guarded
from depok_agi.cli.help import translated
from depok_agi.cli.language import _, of_locale, speak, told
from depok_agi.cli.sudo import no_path_under_sudo
from depok_agi.cli.suggestions import Suggesting
from depok_agi.errors import DepokError
from depok_agi.language import Language, gettext_noop
from depok_agi.settings_file import language_named, settings_path

NOUNS = {
    "serve": gettext_noop("the daemon: listens to Asterisk, serves the menu's steps"),
    "desk": gettext_noop("the operator's full-screen console"),
    "calls": gettext_noop("the call log"),
    "tickets": gettext_noop("what citizens were promised an answer to"),
    "callbacks": gettext_noop("whom to call back"),
    "operators": gettext_noop("who is at the desk"),
    "hours": gettext_noop("open or closed, and why"),
    "opd": gettext_noop("the city departments"),
    "categories": gettext_noop("what citizens call about, and which OPD it leads to"),
    "mails": gettext_noop("the e-mails to the OPDs and supervisors"),
    "sms": gettext_noop("the SMS from citizens and to them"),
    "menu": gettext_noop("what callers are asked, and what each key leads to"),
    "numbers": gettext_noop("callers who are refused for a time"),
    "subject": gettext_noop("a citizen's own data: to give, to erase, and how long it is kept"),
    "report": gettext_noop("the evaluation of a day, month or year"),
    "prompts": gettext_noop("the spoken prompts"),
    "access": gettext_noop("who looked at which citizens"),
    "db": gettext_noop("the store, and its backups"),
    "doctor": gettext_noop("is this host as the centre needs it?"),
}
"""Each is a file of this folder with a command of the same name."""


class _Nouns(Suggesting):
    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        with _clear_usage():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        from depok_agi.cli.next_steps import tell_next  # noqa: PLC0415 - `--help` and completion need none of it
        from depok_agi.cli.output import hinted  # noqa: PLC0415 - the same

        hinted(anew=True)
        words = list(ctx.args)
        with _clear_usage():
            result = super().invoke(ctx)
        tell_next([ctx.invoked_subcommand or "", *words])
        return result

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        for word in args:
            try:
                word.encode()
            except UnicodeEncodeError:
                raise click.UsageError(_("{word!r} is not UTF-8").format(word=word)) from None
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in NOUNS:
            return None
        command: click.Command = getattr(import_module(f"depok_agi.cli.{cmd_name}"), cmd_name)
        return guarded(translated(command), cmd_name)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super(_Nouns, translated(self)).format_help(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        with formatter.section(_("Commands")):
            formatter.write_dl([(noun, _(about)) for noun, about in NOUNS.items()])


def _settings_file(ctx: click.Context, parameter: click.Parameter, value: Path | None) -> Path | None:
    """From here on the command speaks the language of these settings, else that of the locale, if `main` gave one."""
    given = no_path_under_sudo(ctx, parameter, value)
    if given is not None:
        speak(language_named(given) or ctx.obj or Language.ENGLISH)
    return given


@contextmanager
def _clear_usage() -> Iterator[None]:
    """What was typed may stand in click's own texts, too."""
    try:
        yield
    except click.UsageError as error:
        raise click.UsageError(clear(" ".join(error.format_message().split())), error.ctx) from None


@click.group(cls=_Nouns, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config",
    type=click.Path(readable=False, path_type=Path),
    callback=_settings_file,
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
    by_locale = of_locale(os.environ)
    speak(language_named(settings_path(None)) or by_locale)
    try:
        root.main(args=arguments, prog_name="depok-agi", obj=by_locale)
    except (DepokError, OSError) as error:
        click.echo(f"depok-agi: {clear(told(error))}", err=True)
        sys.exit(1)
