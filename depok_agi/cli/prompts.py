"""`prompts`: what callers hear."""

import sys
from pathlib import Path

import click

from depok_agi.cli.language import _, word
from depok_agi.cli.output import hint, json_option, show_json, show_table
from depok_agi.cli.sudo import no_path_under_sudo
from depok_agi.errors import DepokError

script_option = click.option(
    "--script",
    type=click.Path(readable=False, path_type=Path),
    callback=no_path_under_sudo,
    default=Path("/usr/share/depok-agi/dialplan/prompts.toml"),
    show_default=True,
    help="What the prompts say.",
)
sounds_option = click.option(
    "--sounds",
    type=click.Path(readable=False, path_type=Path),
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
@click.option("--csv", "as_csv", is_flag=True, help="A sheet to record from: each prompt's name and its texts.")
@json_option
def list_(script: Path, sounds: Path, *, as_csv: bool, as_json: bool) -> None:
    """Every prompt, what it says, and whether it is recorded, synthesised or missing.

    \b
    Examples:
      depok-agi prompts list --script dialplan/prompts.toml
      depok-agi prompts list --csv
    """
    from depok_agi import prompts as spoken  # noqa: PLC0415 - only when asked for

    if as_csv and as_json:
        raise click.UsageError(_("--csv and --json are two ways to show the same: choose one"))
    found = spoken.load(script)
    if as_csv:
        spoken.write_sheet(found, sys.stdout)
        return
    states = spoken.states(found, sounds)
    texts = {prompt.name: prompt.texts for prompt in found}
    rows = [(name, language, state, texts[name][language]) for (name, language), state in states.items()]
    if as_json:
        show_json([dict(zip(("name", "language", "state", "text"), row, strict=True)) for row in rows])
    else:
        shown = [(name, language, word(state), text) for name, language, state, text in rows]
        show_table((_("Prompt"), _("Language"), _("State"), _("Text")), shown, empty=_("The script has no prompts."))


@prompts.command()
@script_option
@sounds_option
@json_option
def check(script: Path, sounds: Path, *, as_json: bool) -> None:
    """Tell what is wrong with the files: missing, unplayable, silent, clipped, or made from another text (stale).

    Fails when a caller would hear nothing. A recorded file belongs to the text that the script had when it was first
    seen by this command or by `prompts make`.

    \b
    Examples:
      depok-agi prompts check
      depok-agi prompts check --json
    """
    from depok_agi import prompt_check  # noqa: PLC0415 - only when asked for
    from depok_agi import prompts as spoken  # noqa: PLC0415 - the same

    findings = prompt_check.check(spoken.load(script), sounds)
    rows = [(one.fault, one.language, one.name, one.file) for one in findings]
    if as_json:
        show_json([dict(zip(("fault", "language", "name", "file"), row, strict=True)) for row in rows])
    else:
        shown = [(word(fault), language, name, file or "-") for fault, language, name, file in rows]
        show_table(
            (_("Fault"), _("Language"), _("Prompt"), _("File")),
            shown,
            empty=_("every prompt is there, and can be heard"),
        )
    grave = sum(one.fault in prompt_check.NOT_HEARD for one in findings)
    if grave:
        raise DepokError(
            "{grave} prompts cannot be heard; `depok-agi prompts make` synthesises what is missing", grave=grave
        )


@prompts.command()
@script_option
@sounds_option
def make(script: Path, sounds: Path) -> None:
    """Synthesise drafts of what nobody has recorded yet, at 8 and 16 kHz; recorded files are never written over.

    Asterisk's own Indonesian numbers (LANGUAGE/digits), which its queue announcements need, are linked to ours where
    there are none.

    \b
    Example:
      depok-agi prompts make --script dialplan/prompts.toml --sounds /usr/share/asterisk/sounds
    """
    from depok_agi import prompts as spoken  # noqa: PLC0415 - only when asked for

    found = spoken.load(script)
    wanted = len(spoken.missing(found, sounds))
    with click.progressbar(length=wanted, label=_("prompts"), file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        made = spoken.make(found, sounds, on_made=lambda *_: bar.update(1))
    hint(_("{made} prompts synthesised in {sounds}").format(made=made, sounds=sounds))
