"""`calls`: the call log."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import click

from depok_agi.calls.facts import Fact
from depok_agi.calls.numbers import to_e164
from depok_agi.calls.record import CallRecord, Outcome, iso, to_json
from depok_agi.cli import fields
from depok_agi.cli.choices import choice_of
from depok_agi.cli.context import acting, at_desk, command_words, settings
from depok_agi.cli.csv_rows import csv_option, show_records
from depok_agi.cli.ids import short_call_id
from depok_agi.cli.language import _, word
from depok_agi.cli.later import Later
from depok_agi.cli.output import hint, json_option, person, printable, show_json, show_table, when
from depok_agi.cli.progress import working
from depok_agi.cli.span import span, span_options
from depok_agi.cli.sudo import no_path_under_sudo
from depok_agi.cli.unmasking import asked, tell_masked, unmask_option
from depok_agi.config import Ami, Secret, Settings, load
from depok_agi.desk import Desk, journal, showing_calls
from depok_agi.desk import access as desk_access
from depok_agi.desk import calls as desk_calls
from depok_agi.desk.journal import Gap
from depok_agi.errors import DepokError
from depok_agi.language import gettext_noop
from depok_agi.settings_file import settings_path
from depok_agi.store import times

UP = gettext_noop("up")
"""Instead of an outcome, of a call that goes on."""

WIDTH = 10
"""Of what stands before a value, where its name is no longer."""


@click.group(cls=Later, later={"play": "depok_agi.cli.calls_play:play", "live": "depok_agi.cli.calls_live:live"})
def calls() -> None:
    """The call log."""


@calls.command("list")
@span_options("Calls that began")
@click.option("--outcome", type=choice_of(Outcome))
@click.option("--number", help="Calls from or to this citizen, as people write the number.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@unmask_option
@json_option
@csv_option
@click.pass_context
def list_(
    ctx: click.Context,
    since: str | None,
    until: str | None,
    outcome: Outcome | None,
    number: str | None,
    limit: int,
    *,
    unmask: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """The calls, newest first.

    \b
    Examples:
      depok-agi calls list --since today
      depok-agi calls list --since monday --until -2h --csv
      depok-agi calls list --outcome abandoned --json
    """
    given, user = settings(ctx), acting()
    citizen = None
    if number is not None and (citizen := to_e164(number)) is None:
        raise click.BadParameter(_("{number!r} is no telephone number").format(number=number), param_hint="--number")
    start, end = span(given, since, until)
    how = asked(unmask=unmask, for_scripts=as_json or as_csv)

    async def look(desk: Desk) -> tuple[list[desk_calls.Listed], list[Gap]]:
        wanted = Outcome(outcome) if outcome else None
        if citizen is not None:
            await desk_access.find_citizen(desk, user, citizen, command_words())
        listed = await desk_calls.listed(desk, since=start, until=end, outcome=wanted, number=citizen, limit=limit)
        first = start if len(listed) < limit else listed[-1][0].started_at
        seen = await showing_calls.calls(desk, user, listed, how, found_by=citizen is not None)
        return seen, await journal.gaps(desk, since=first, until=end)

    found, gaps = at_desk(given, look)
    tell_masked(user, how)
    if as_json or as_csv:
        records = [to_json(call, given.timezone, ticket=t, callback=c) for call, t, c in found]
        show_records(records, fields.CALL, as_json=as_json, as_csv=as_csv)
        return
    columns = (
        _("Began"),
        _("Direction"),
        _("Citizen"),
        _("Outcome"),
        _("Operator"),
        _("Wait"),
        _("Talk"),
        _("Keys"),
        _("Ticket"),
        _("ID"),
    )
    rows = [_row(call, ticket, given) for call, ticket, _ in found]
    show_table(columns, rows, empty=_("There is no such call."))
    for gap in reversed(gaps):
        if gap.recovered or gap.unknown:
            hint(_gap_line(gap, given))
    if len(found) == limit:
        hint(_("The newest {limit}; more with --limit.").format(limit=limit))


def _row(call: CallRecord, ticket: str | None, given: Settings) -> tuple[str, ...]:
    return (
        when(times.moment(call.started_at), given.timezone),
        word(call.direction),
        _citizen(call),
        word(call.outcome or UP),
        call.operator or "-",
        _seconds(call.wait_seconds),
        _seconds(call.talk_seconds),
        call.menu_path or "-",
        ticket or "-",
        short_call_id(call.id, given),
    )


def _citizen(call: CallRecord) -> str:
    if Fact.WITHHELD in call.facts:
        return _("withheld")
    return person(call.citizen, call.dialled if call.direction == "outbound" else call.caller_raw)


def _seconds(value: int | None) -> str:
    return "-" if value is None else f"{value // 60}:{value % 60:02}"


def _gap_line(gap: Gap, given: Settings) -> str:
    since, until = (times.moment(at).astimezone(given.timezone) for at in (gap.since, gap.until))
    return _("gap {since:%d-%m %H:%M}-{until:%H:%M}: {recovered} recovered, {unknown} unknown").format(
        since=since, until=until, recovered=gap.recovered, unknown=gap.unknown
    )


@calls.command()
@span_options("Gaps that were")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@json_option
@csv_option
@click.pass_context
def gaps(ctx: click.Context, since: str | None, until: str | None, limit: int, *, as_json: bool, as_csv: bool) -> None:
    """When nobody listened to Asterisk, newest first, and what its own journal gave back.

    \b
    Examples:
      depok-agi calls gaps
      depok-agi calls gaps --since monday
    """
    given = settings(ctx)
    start, end = span(given, since, until)
    found = at_desk(given, lambda desk: journal.gaps(desk, since=start, until=end, limit=limit))
    if as_json or as_csv:
        show_records(
            [
                {
                    "pbx": gap.pbx,
                    "since": iso(gap.since, given.timezone),
                    "until": iso(gap.until, given.timezone),
                    "recovered": gap.recovered,
                    "unknown": gap.unknown,
                }
                for gap in found
            ],
            fields.GAP,
            as_json=as_json,
            as_csv=as_csv,
        )
        return
    rows = [
        (
            gap.pbx,
            when(times.moment(gap.since), given.timezone),
            when(times.moment(gap.until), given.timezone),
            str(gap.recovered),
            str(gap.unknown),
        )
        for gap in found
    ]
    show_table(
        (_("PBX"), _("Since"), _("Until"), _("Recovered"), _("Unknown")), rows, empty=_("The call log has no gaps.")
    )
    if len(found) == limit:
        hint(_("The first {limit}; more with --limit.").format(limit=limit))


@calls.command()
@click.argument("call", metavar="ID")
@json_option
@click.pass_context
def show(ctx: click.Context, call: str, *, as_json: bool) -> None:
    """One call with its legs; by its id, or a beginning or end of it that no other call has.

    \b
    Examples:
      depok-agi calls show 1764000000.12
      depok-agi calls show depok-1764000000.12
    """
    given, user = settings(ctx), acting()

    async def look(desk: Desk) -> desk_calls.Listed:
        logged = await desk_calls.show(desk, call, given.pbx.name)
        return await showing_calls.one_call(desk, user, logged, command_words())

    record, ticket, callback = at_desk(given, look)
    if as_json:
        show_json(to_json(record, given.timezone, ticket=ticket, callback=callback))
        return
    click.echo(
        _("Call {id}: {direction}, {outcome}").format(
            id=record.id, direction=word(record.direction), outcome=word(record.outcome or UP)
        )
    )
    about = (
        (_("citizen"), _citizen(record)),
        (_("dialled"), printable(record.dialled)),
        (_("began"), when(times.moment(record.started_at), given.timezone)),
        (_("ended"), when(times.moment(record.ended_at), given.timezone)),
        (_("operator"), record.operator),
        (_("queue"), record.queue),
        (_("wait"), _seconds(record.wait_seconds)),
        (_("talk"), _seconds(record.talk_seconds)),
        (_("keys"), record.menu_path),
        (_("ticket"), ticket),
        (_("call back"), callback),
        (_("recording"), record.recording),
    )
    roles = [word(leg.role) for leg in record.legs]
    width = max(WIDTH, *(len(name) + 1 for name, _value in about), *(len(role) + 1 for role in roles))
    for name, value in about:
        if value not in (None, "", "-"):
            click.echo(f"  {name:{width}}{printable(str(value))}")
    for role, leg in zip(roles, record.legs, strict=True):
        click.echo(f"  {role:{width}}{printable(f'{leg.channel}  {leg.party}' if leg.party else leg.channel)}")
    for talk in record.talks:
        click.echo(f"  {_('talk'):{width}}{printable(_(' and ').join(talk.channels))}")
    for transfer in record.transfers:
        at = when(times.moment(transfer.at), given.timezone)
        said = _("{kind} by {by} to {to}, {at}").format(
            kind=word(transfer.kind), by=printable(transfer.by or "-"), to=printable(transfer.to or "-"), at=at
        )
        click.echo(f"  {_('transfer'):{width}}{said}")


@calls.command()
@click.argument("file", type=click.Path(readable=False, allow_dash=True), callback=no_path_under_sudo)
@click.option(
    "--trunk", "trunks", multiple=True, help="An endpoint with citizens behind it, when there are no settings."
)
@click.pass_context
def replay(ctx: click.Context, file: str, trunks: tuple[str, ...]) -> None:
    """Run a recorded stream of AMI events through the ledger and print its call records; touches no store.

    FILE is a JSON array or JSON lines of event objects; - is standard input.

    \b
    Example:
      depok-agi calls replay morning.jsonl
    """
    from depok_agi.calls.call import Switchboard  # noqa: PLC0415 - heavy, as is the next, and no other command needs them
    from depok_agi.calls.replay import replayed  # noqa: PLC0415

    given = _settings_or_defaults(ctx)
    board = Switchboard(given.pbx.name, frozenset(trunks or given.pbx.trunks), given.pbx.operators)
    with working(_("replaying")):
        records, ignored = replayed(_events(_read(file)), board)
    show_json([to_json(record, given.timezone) for record in records])
    if ignored:
        odd = ", ".join(f"{count} {name}" for name, count in sorted(ignored.items()))
        hint(_("events that did not fit: {odd}").format(odd=odd))


def _read(file: str) -> str:
    try:
        with click.open_file(file, encoding="utf-8", errors="replace") as stream:
            text: str = stream.read()
    except OSError as error:
        raise DepokError("{file} cannot be read: {strerror}", file=file, strerror=error.strerror) from error
    return text


def _events(text: str) -> Iterable[dict[str, str]]:
    try:
        if text.lstrip().startswith("["):
            found = json.loads(text)
        else:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        raise DepokError("not a JSON array and not JSON lines: {error}", error=error) from None
    for number, event in enumerate(found, 1):
        if not isinstance(event, dict):
            raise DepokError("event {number} is no object", number=number)
        yield {str(key): value if isinstance(value, str) else json.dumps(value) for key, value in event.items()}


def _settings_or_defaults(ctx: click.Context) -> Settings:
    """Replaying needs no PBX: without any settings the defaults do."""
    given: Path | None = ctx.find_root().obj
    path = settings_path(given)
    if given is None and not os.access(path, os.R_OK):
        return Settings(ami=Ami(secret=Secret("not used")))
    return load(path)
