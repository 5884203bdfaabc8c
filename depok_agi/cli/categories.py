"""`categories`: what citizens call about, and which OPD it leads to."""

import click

from depok_agi.access.roles import Deed
from depok_agi.cli import fields
from depok_agi.cli.context import acting, at_desk, command_words, settings
from depok_agi.cli.csv_rows import csv_option, show_records
from depok_agi.cli.language import _
from depok_agi.cli.output import hint, json_option, printable, show_table
from depok_agi.desk import Desk, opds
from depok_agi.desk.access import allow


@click.group()
def categories() -> None:
    """What citizens call about, and the OPD that answers."""


@categories.command("list")
@json_option
@csv_option
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool, as_csv: bool) -> None:
    """All categories and where each leads.

    \b
    Example:
      depok-agi categories list
    """
    found = at_desk(settings(ctx), opds.categories)
    if as_json or as_csv:
        records = [{"name": name, "opd": opd} for name, opd in found.items()]
        show_records(records, fields.CATEGORY, as_json=as_json, as_csv=as_csv)
        return
    rows = [(printable(name), opd or "-") for name, opd in found.items()]
    show_table((_("Category"), _("OPD")), rows, empty=_("There is no category."))


@categories.command("set")
@click.argument("name")
@click.option("--opd", help="The OPD's code; none when not given: then each ticket's OPD is named by hand.")
@click.pass_context
def set_(ctx: click.Context, name: str, opd: str | None) -> None:
    """Lead a category, a new one too, to an OPD.

    \b
    Example:
      depok-agi categories set 'lampu jalan' --opd DISHUB
    """

    async def enter(desk: Desk) -> str | None:
        await allow(desk, acting(), Deed.OPDS, detail=f"{command_words()} {name}")
        return await opds.put_category(desk, name, opd)

    code = at_desk(settings(ctx), enter)
    hint(_("{name} leads to {code}").format(name=printable(name), code=code or _("no OPD")))


@categories.command()
@click.argument("name")
@click.pass_context
def remove(ctx: click.Context, name: str) -> None:
    """Take a category off the list; tickets that have it keep it.

    \b
    Example:
      depok-agi categories remove 'pohon tumbang'
    """

    async def enter(desk: Desk) -> str:
        await allow(desk, acting(), Deed.OPDS, detail=f"{command_words()} {name}")
        return await opds.drop_category(desk, name)

    known = at_desk(settings(ctx), enter)
    hint(_("{known} is off the list").format(known=printable(known)))
