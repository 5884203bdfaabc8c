"""`menu`: what callers are asked, and what each key leads to."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from depok_agi import prompts as spoken
from depok_agi.cli.context import at_desk, settings
from depok_agi.cli.language import _, told, word
from depok_agi.cli.output import hint, json_option, show_json
from depok_agi.cli.sudo import no_path_under_sudo
from depok_agi.config import Settings
from depok_agi.desk import opds
from depok_agi.desk.menus import menu_path, read
from depok_agi.errors import DepokError, SettingsError
from depok_agi.voice import menu_file
from depok_agi.voice.menu_tree import Action, Choice, Menu, MenuTree

USUAL_SCRIPT = Path("/usr/share/depok-agi/dialplan/prompts.toml")

file_argument = click.argument(
    "file",
    required=False,
    type=click.Path(readable=False, path_type=Path, allow_dash=True),
    callback=no_path_under_sudo,
)


@click.group()
def menu() -> None:
    """What callers are asked, and what each key leads to."""


@menu.command()
@file_argument
@click.option(
    "--script",
    type=click.Path(readable=False, path_type=Path),
    callback=no_path_under_sudo,
    help=f"The prompts' script, in which each prompt of the menu must be; {USUAL_SCRIPT} if it is there.",
)
@click.pass_context
def check(ctx: click.Context, file: Path | None, script: Path | None) -> None:
    """Tell everything that is wrong with a menu file, - for standard input; the one of the settings when not given.

    What is not wrong, but keeps callers from the person they chose, is a warning: OPDs that are not known, are closed
    or have no telephone.

    \b
    Example:
      depok-agi menu check menu.toml --script dialplan/prompts.toml
    """
    tree = _read(ctx, file, _names(script))
    for code, why in _doubtful(ctx, tree):
        hint(_("warning: the menu leads to the OPD {code}, which {why}").format(code=code, why=why))
    hint(
        _("the menu is right: {menus}, {keys}").format(
            menus=_menus(len(tree.menus)), keys=_count_of_keys(sum(1 for _choice in _keys(tree)))
        )
    )


@menu.command()
@file_argument
@json_option
@click.pass_context
def show(ctx: click.Context, file: Path | None, *, as_json: bool) -> None:
    """Draw a menu: the keys, and what they lead to.

    \b
    Examples:
      depok-agi menu show
      depok-agi menu show menu.toml --json
    """
    tree = _read(ctx, file, None)
    if as_json:
        show_json(_to_json(tree))
        return
    languages = ", ".join(f"{key} {language}" for key, language in tree.languages.items())
    click.echo(_("greeting: {languages}").format(languages=languages))
    for line in _drawn(tree, tree.menus[tree.start], "", set()):
        click.echo(line)


def _read(ctx: click.Context, file: Path | None, prompts: frozenset[str] | None) -> MenuTree:
    if str(file) == "-":
        if sys.stdin is None:
            raise SettingsError("standard input is closed")
        try:
            given = sys.stdin.buffer.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise SettingsError("standard input cannot be read: {error}", error=error) from error
        return menu_file.load(given, _("standard input"), prompts)
    path = file or menu_path(settings(ctx))
    return menu_file.load(read(path), str(path), prompts)


def _names(script: Path | None) -> frozenset[str] | None:
    if script is None and not USUAL_SCRIPT.exists():
        hint(_("which prompts there are is not known: name their script by --script"))
        return None
    return frozenset(prompt.name for prompt in spoken.load(script or USUAL_SCRIPT))


def _keys(tree: MenuTree) -> Iterator[Choice]:
    for menu in tree.menus.values():
        yield from menu.keys.values()


def _doubtful(ctx: click.Context, tree: MenuTree) -> Iterator[tuple[str, str]]:
    """The OPDs that the menu leads to and that cannot be rung, each with why. Nothing where no store is in reach."""
    wanted = sorted({choice.target for choice in _keys(tree) if choice.action is Action.OPD})
    if not wanted:
        return
    try:
        given: Settings = settings(ctx)
        if not given.folders.store.exists():
            raise SettingsError("there is no store at {store}", store=given.folders.store)
        known = {opd.code: opd for opd in at_desk(given, opds.listed)}
    except (DepokError, OSError) as error:
        hint(_("the OPDs of the menu are not checked: {error}").format(error=told(error)))
        return
    for code in wanted:
        opd = known.get(code)
        if opd is None:
            yield code, _("is not known: depok-agi opd add {code} --name ...").format(code=code)
        elif not opd.active:
            yield code, _("is closed")
        elif opd.phone is None:
            yield code, _("has no telephone: depok-agi opd edit {code} --phone ...").format(code=code)


def _menus(count: int) -> str:
    return (_("{count} menu") if count == 1 else _("{count} menus")).format(count=count)


def _count_of_keys(count: int) -> str:
    return (_("{count} key") if count == 1 else _("{count} keys")).format(count=count)


def _drawn(tree: MenuTree, menu: Menu, indent: str, seen: set[str]) -> Iterator[str]:
    """A menu below another one; one that was drawn already is only named."""
    seen.add(menu.name)
    tries = _("1 try") if menu.tries == 1 else _("{count} tries").format(count=menu.tries)
    said = _("{menu}: says {prompt}, waits {seconds:g} s, {tries}, then an operator").format(
        menu=menu.name, prompt=menu.prompt, seconds=menu.seconds, tries=tries
    )
    yield f"{indent}{said}"
    for key, choice in menu.keys.items():
        yield f"{indent}  {key}  {word(choice.action)}{' ' if choice.target else ''}{choice.target}"
        if choice.action is Action.MENU and choice.target not in seen:
            yield from _drawn(tree, tree.menus[choice.target], f"{indent}     ", seen)


def _to_json(tree: MenuTree) -> dict[str, Any]:
    return {
        "start": tree.start,
        "languages": dict(tree.languages),
        "menus": [
            {
                "name": menu.name,
                "prompt": menu.prompt,
                "seconds": menu.seconds,
                "tries": menu.tries,
                "keys": [
                    {"key": key, "action": choice.action, "target": choice.target or None}
                    for key, choice in menu.keys.items()
                ],
            }
            for menu in tree.menus.values()
        ],
    }
