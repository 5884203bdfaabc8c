"""`prompts`: what callers hear."""

import sys
from pathlib import Path

import click

from depok_agi import prompts as spoken
from depok_agi.cli.output import hint, json_option, show_json, show_table
from depok_agi.cli.sudo import no_path_under_sudo
from depok_agi.errors import DepokError
from depok_agi.voice.caller import Language

script_option = click.option(
    "--script",
    type=click.Path(path_type=Path),
    callback=no_path_under_sudo,
    default=Path("/etc/depok-agi/prompts.toml"),
    show_default=True,
    help="What the prompts say.",
)
sounds_option = click.option(
    "--sounds",
    type=click.Path(path_type=Path),
    callback=no_path_under_sudo,
    default=Path("/usr/share/asterisk/sounds"),
    show_default=True,
    help="Asterisk's folder of sounds; the prompts stand in LANGUAGE/depok there.",
)


@click.group()
def prompts() -> None:
    """What callers hear."""


@prompts.command("list")
@script_option
@sounds_option
@json_option
def list_(script: Path, sounds: Path, *, as_json: bool) -> None:
    """Every prompt, what it says, and whether it is recorded, synthesised or missing.

    \b
    Example:
      depok-agi prompts list --script dialplan/prompts.toml
    """
    found = spoken.load(script)
    absent = {(prompt.name, language) for prompt, language in spoken.missing(found, sounds)}

    def state(prompt: spoken.Prompt, language: Language) -> str:
        if (prompt.name, language) in absent:
            return "missing"
        return "recorded" if spoken.recorded(prompt, language, sounds) else "synthesised"

    rows = [
        (prompt.name, language, state(prompt, language), prompt.texts[language])
        for prompt in found
        for language in Language
    ]
    if as_json:
        show_json([dict(zip(("name", "language", "state", "text"), row, strict=True)) for row in rows])
    else:
        show_table(("Prompt", "Language", "State", "Text"), rows, empty="The script has no prompts.")


@prompts.command()
@script_option
@sounds_option
def check(script: Path, sounds: Path) -> None:
    """Fail when a prompt is missing, or a draft says an older text.

    \b
    Example:
      depok-agi prompts check
    """
    absent = spoken.missing(spoken.load(script), sounds)
    if absent:
        names = ", ".join(f"{language}/{prompt.name}" for prompt, language in absent)
        raise DepokError(f"{len(absent)} prompts are missing or out of date: {names}; `depok-agi prompts make` helps")
    hint("every prompt is there")


@prompts.command()
@script_option
@sounds_option
def make(script: Path, sounds: Path) -> None:
    """Synthesise drafts of what nobody has recorded yet; recorded files are never written over.

    \b
    Example:
      depok-agi prompts make --script dialplan/prompts.toml --sounds /usr/share/asterisk/sounds
    """
    found = spoken.load(script)
    wanted = len(spoken.missing(found, sounds))
    with click.progressbar(length=wanted, label="prompts", file=sys.stderr) as bar:
        made = spoken.make(found, sounds, on_made=lambda *_: bar.update(1))
    hint(f"{made} prompts synthesised in {sounds}")
