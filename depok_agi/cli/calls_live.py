"""`calls live`: what goes on now."""

from typing import Any

import click

from depok_agi.calls.facts import Fact
from depok_agi.calls.record import CallRecord, Direction, iso, to_json
from depok_agi.cli import fields
from depok_agi.cli.context import acting, at_desk, settings
from depok_agi.cli.csv_rows import csv_option, show_records
from depok_agi.cli.ids import short_call_id
from depok_agi.cli.language import _, word
from depok_agi.cli.output import hint, json_option, person, show_table
from depok_agi.cli.unmasking import asked, tell_masked, unmask_option
from depok_agi.config import Settings
from depok_agi.desk import Desk, at_phone, showing_calls, utc_now
from depok_agi.desk import live as desk_live
from depok_agi.desk import operators as desk_operators
from depok_agi.desk.calls import Listed
from depok_agi.desk.live import Live
from depok_agi.store.times import microseconds

Now = tuple[Listed, Live]


@click.command()
@unmask_option
@json_option
@csv_option
@click.pass_context
def live(ctx: click.Context, *, unmask: bool, as_json: bool, as_csv: bool) -> None:
    """The calls that are up now, newest first: in the menu, waiting, ringing, or who talks, and for how long.

    \b
    Examples:
      depok-agi calls live
      depok-agi calls live --json
    """
    given, user = settings(ctx), acting()
    how = asked(unmask=unmask, for_scripts=as_json or as_csv)

    async def look(desk: Desk) -> tuple[list[Now], bool]:
        phones = await desk_operators.phones(desk, given.pbx.operators)
        seen = await showing_calls.calls(desk, user, await desk_live.listed(desk), how, found_by=False)
        heard = at_phone.listens(await at_phone.heard_until(desk), desk.now())
        return [(one, desk_live.live(one[0], phones)) for one in seen], heard

    found, heard = at_desk(given, look)
    tell_masked(user, how)
    if as_json or as_csv:
        show_records([_to_json(one, now, given) for one, now in found], fields.LIVE, as_json=as_json, as_csv=as_csv)
    else:
        at = microseconds(utc_now())
        columns = (_("State"), _("For"), _("Citizen"), _("Direction"), _("Operator"), _("Queue"), _("Keys"), _("ID"))
        rows = [_row(call, now, at, given) for (call, _ticket, _callback), now in found]
        show_table(columns, rows, empty=_("Nobody is on the phone."))
    if not heard:
        hint(_("The daemon is not running, or cut off from Asterisk: this may be out of date."))


def _row(call: CallRecord, now: Live, at: int, given: Settings) -> tuple[str, ...]:
    return (
        word(now.state),
        _minutes(now.since, at),
        _citizen(call),
        word(call.direction),
        ", ".join(now.operators) or "-",
        call.queue or "-",
        call.menu_path or "-",
        short_call_id(call.id, given),
    )


def _citizen(call: CallRecord) -> str:
    if Fact.WITHHELD in call.facts:
        return _("withheld")
    return person(call.citizen, call.dialled if call.direction is Direction.OUTBOUND else call.caller_raw)


def _minutes(since: int | None, at: int) -> str:
    """How long it is since then; a clock that was set back makes it nothing, not less."""
    if since is None:
        return "-"
    seconds = max(0, at - since) // 1_000_000
    return f"{seconds // 60}:{seconds % 60:02}"


def _to_json(one: Listed, now: Live, given: Settings) -> dict[str, Any]:
    call, ticket, callback = one
    return {
        **to_json(call, given.timezone, ticket=ticket, callback=callback),
        "state": now.state,
        "state_since": iso(now.since, given.timezone),
        "state_operators": list(now.operators),
    }
