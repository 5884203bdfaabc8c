"""`opd`: the city departments."""

import click

from depok_agi.cli.context import at_desk, settings
from depok_agi.cli.output import json_option, show_json, show_table
from depok_agi.desk import tickets


@click.group()
def opd() -> None:
    """The city departments (OPD) that answer."""


@opd.command("list")
@json_option
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """All OPDs and the clock that binds each: elapsed (72 hours) or working_days (3).

    \b
    Example:
      depok-agi opd list
    """
    found = at_desk(settings(ctx), tickets.opds)
    if as_json:
        show_json([{"code": opd.code, "name": opd.name, "clock": opd.clock} for opd in found])
    else:
        show_table(("OPD", "Name", "Clock"), [(o.code, o.name, o.clock) for o in found], empty="There is no OPD.")
