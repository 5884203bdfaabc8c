"""Whoever runs the command under sudo borrows the service's rights: for its own store, not for a path they name."""

import os
from typing import TypeVar

import click
from click.core import ParameterSource

from depok_agi.cli.language import _

Got = TypeVar("Got")


def no_path_under_sudo(ctx: click.Context, parameter: click.Parameter, value: Got) -> Got:
    """Refuse a path that was given under sudo; standard input, `-`, is the caller's own. For `callback=` of click.

    It is asked after the parameter's own type, which therefore must not look whether there is a file or a directory.
    """
    was_given = ctx.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
    if was_given and str(value) != "-" and "SUDO_UID" in os.environ and os.geteuid() != 0:
        name = parameter.opts[0] if parameter.param_type_name == "option" else parameter.human_readable_name
        raise click.UsageError(
            _("{name} is not allowed under sudo: the path would be used with the service's rights").format(name=name)
        )
    return value
