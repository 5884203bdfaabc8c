"""`doctor`: is this host as the centre needs it?"""

import asyncio
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from depok_agi.cli.context import settings
from depok_agi.cli.language import _
from depok_agi.cli.output import hint, json_option, printable, show_json
from depok_agi.cli.prompts import script_option, sounds_option
from depok_agi.cli.sudo import no_path_under_sudo
from depok_agi.config import Settings
from depok_agi.desk import utc_now
from depok_agi.doctor.finding import Finding, State
from depok_agi.errors import RefusedError
from depok_agi.language import gettext_noop
from depok_agi.settings_file import settings_path

SIGNS = {State.OK: "ok", State.WARNING: gettext_noop("! warning"), State.FAILURE: gettext_noop("X FAILURE")}
COLOURS = {State.OK: "green", State.WARNING: "yellow", State.FAILURE: "red"}
SIGN_WIDTH = 10
WIDTH = 28


@click.command()
@script_option
@sounds_option
@click.option(
    "--dialplan",
    type=click.Path(readable=False, path_type=Path),
    callback=no_path_under_sudo,
    default=Path("/usr/share/depok-agi/dialplan"),
    show_default=True,
    help="The dialplan as it was shipped.",
)
@json_option
@click.pass_context
def doctor(ctx: click.Context, script: Path, sounds: Path, dialplan: Path, *, as_json: bool) -> None:
    """Check this host: Asterisk, its manager users, dialplan, prompts, journals, hours, store, disks, daemon.

    One line each; where something is wrong, how to mend it. Exit code 1 when something fails. Nothing is changed.

    \b
    Example:
      depok-agi doctor
    """
    given = settings(ctx)
    file = settings_path(ctx.find_root().obj)
    with _quiet():
        found = asyncio.run(_look(given, file, script, sounds, dialplan))
    if as_json:
        show_json([{"check": one.check, "state": one.state, "text": one.text, "mend": one.mend} for one in found])
    else:
        for one in found:
            _show(one)
    failures = sum(one.state is State.FAILURE for one in found)
    warnings = sum(one.state is State.WARNING for one in found)
    if failures:
        raise RefusedError(
            "{failures} of {count} checks fail, {warnings} warn", failures=failures, count=len(found), warnings=warnings
        )
    if not as_json:
        hint(_("{count} checks, none fails, {warnings} warn").format(count=len(found), warnings=warnings))


@contextmanager
def _quiet() -> Iterator[None]:
    """What goes wrong is a line of this command's own, and not of the log's, too."""
    log = logging.getLogger("depok_agi")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


async def _look(given: Settings, file: Path, script: Path, sounds: Path, dialplan: Path) -> list[Finding]:
    from depok_agi.doctor import centre, host, pbx, post  # noqa: PLC0415 - only when asked for

    now = utc_now()
    found = [*await pbx.look(given, dialplan), *await centre.look(given, script, sounds, now)]
    found += host.look(given, file, now)
    if given.mail is not None:
        found.append(await post.look(given.mail))
    return found


def _show(one: Finding) -> None:
    colour = None if os.environ.get("NO_COLOR") else COLOURS[one.state]
    sign = click.style(f"{_(SIGNS[one.state]):<{SIGN_WIDTH}}", fg=colour)
    check, text, mend = map(printable, one.told(_))
    click.echo(f"{sign} {check:<{WIDTH}} {text}")
    if mend:
        click.echo(f"{'':{SIGN_WIDTH}} {'':{WIDTH}} -> {mend}")
