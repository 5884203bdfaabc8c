"""`opd`: the city departments."""

from dataclasses import asdict

import click

from depok_agi.access.roles import Deed
from depok_agi.cli import fields
from depok_agi.cli.choices import choice_of
from depok_agi.cli.context import acting, at_desk, command_words, settings
from depok_agi.cli.csv_rows import csv_option, show_records
from depok_agi.cli.language import _, word
from depok_agi.cli.output import hint, json_option, printable, show_json, show_table
from depok_agi.desk import Desk, opds
from depok_agi.desk.access import allow
from depok_agi.desk.opds import Opd
from depok_agi.tickets.clock import Clock

clock_option = click.option(
    "--clock",
    type=choice_of(Clock),
    help="What binds it: 72 hours (elapsed) or 3 working days, for tickets from now on.",
)
email_option = click.option("--email", help="The officer's (PIC) address; an empty one takes it away.")
head_option = click.option(
    "--head-email", help="The head's address, who is told of late answers; an empty one: nobody."
)


phone_option = click.option(
    "--phone", help="Its extension of the PBX, which the menu rings in working hours; an empty one takes it away."
)


@click.group()
def opd() -> None:
    """The city departments (OPD) that answer."""


@opd.command("list")
@json_option
@csv_option
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool, as_csv: bool) -> None:
    """All OPDs, the clock that binds each (72 hours or 3 working days), its phone, and whom the centre writes to.

    \b
    Example:
      depok-agi opd list
    """
    found = at_desk(settings(ctx), opds.listed)
    if as_json or as_csv:
        show_records([asdict(opd) for opd in found], fields.OPD, as_json=as_json, as_csv=as_csv)
        return
    rows = [
        (
            o.code if o.active else _("{code} (closed)").format(code=o.code),
            printable(o.name),
            word(o.clock),
            o.phone or "-",
            o.email or "-",
            o.head_email or "-",
        )
        for o in found
    ]
    show_table(
        (_("OPD"), _("Name"), _("Clock"), _("Phone"), _("E-mail"), _("Head's e-mail")),
        rows,
        empty=_("There is no OPD."),
    )
    silent = [o.code for o in found if o.active and o.email is None]
    if silent:
        hint(
            _("{count} have no e-mail address and are not written to: depok-agi opd edit {silent} --email ...").format(
                count=len(silent), silent=silent[0]
            )
        )


@opd.command()
@click.argument("code")
@click.option("--name", required=True, help="Its full name.")
@clock_option
@email_option
@head_option
@phone_option
@json_option
@click.pass_context
def add(
    ctx: click.Context,
    code: str,
    name: str,
    clock: str | None,
    email: str | None,
    head_email: str | None,
    phone: str | None,
    *,
    as_json: bool,
) -> None:
    """Make a new OPD known.

    \b
    Example:
      depok-agi opd add DISPUSIP --name 'Dinas Perpustakaan' --email pic@dispusip.example
    """
    new = Opd(code, name, Clock(clock or Clock.ELAPSED), email, head_email, phone=phone)

    async def enter(desk: Desk) -> Opd:
        await allow(desk, acting(), Deed.OPDS, detail=f"{command_words()} {code}")
        return await opds.add(desk, new)

    _show(at_desk(settings(ctx), enter), as_json=as_json)


@opd.command()
@click.argument("code")
@click.option("--name", help="Its full name.")
@clock_option
@email_option
@head_option
@phone_option
@click.option("--active/--closed", default=None, help="Whether it gets tickets; what it owes already stays owed.")
@json_option
@click.pass_context
def edit(
    ctx: click.Context,
    code: str,
    name: str | None,
    clock: str | None,
    email: str | None,
    head_email: str | None,
    phone: str | None,
    *,
    active: bool | None,
    as_json: bool,
) -> None:
    """Change an OPD. The clock counts for tickets that are forwarded from now on.

    \b
    Examples:
      depok-agi opd edit DLHK --email pic@dlhk.example --head-email kepala@dlhk.example
      depok-agi opd edit DISHUB --clock working_days --phone 201
    """
    given = {
        "name": name,
        "clock": clock and Clock(clock),
        "email": email,
        "head_email": head_email,
        "active": active,
        "phone": phone,
    }
    changes = {field: value for field, value in given.items() if value is not None}
    if not changes:
        raise click.UsageError(_("say what to change, such as --email"))

    async def enter(desk: Desk) -> Opd:
        await allow(desk, acting(), Deed.OPDS, detail=f"{command_words()} {code}")
        return await opds.edit(desk, code, changes)

    _show(at_desk(settings(ctx), enter), as_json=as_json)


def _show(opd: Opd, *, as_json: bool) -> None:
    if as_json:
        show_json(asdict(opd))
    else:
        hint(
            _("{code}: {name}, {clock}, phone {phone}, e-mail {email}, head {head_email}").format(
                code=opd.code,
                name=printable(opd.name),
                clock=word(opd.clock),
                phone=opd.phone or "-",
                email=opd.email or "-",
                head_email=opd.head_email or "-",
            )
        )
