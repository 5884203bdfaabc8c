"""Lists show citizens masked; `--unmask` shows them whole, to supervisors, and that is written down."""

import click

from depok_agi.access.roles import Deed, Person, may
from depok_agi.cli.context import command_words
from depok_agi.cli.language import _
from depok_agi.cli.output import hint
from depok_agi.desk.showing import Asked

unmask_option = click.option(
    "--unmask", is_flag=True, help="Whole numbers and names, for supervisors; that is written into the access log."
)


def asked(*, unmask: bool, for_scripts: bool) -> Asked:
    """How the list that this command shows is asked for; JSON and CSV are for scripts."""
    return Asked(command_words(), unmask, for_scripts)


def tell_masked(person: Person, how: Asked) -> None:
    """Say that a script does not get what it would get from a supervisor's hands."""
    if how.for_scripts and not may(person.role, Deed.UNMASK):
        hint(_("numbers and names are masked: whole ones are for supervisors"))
