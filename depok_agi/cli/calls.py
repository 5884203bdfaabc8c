"""`calls`: the call log."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import click

from depok_agi.calls.facts import Fact
from depok_agi.calls.numbers import to_e164
from depok_agi.calls.record import CallRecord, Outcome, iso, to_json
from depok_agi.cli.choices import choice_of
from depok_agi.cli.context import acting, at_desk, command_words, settings
from depok_agi.cli.output import hint, json_option, person, printable, show_json, show_table, when
from depok_agi.cli.sudo import no_path_under_sudo
from depok_agi.cli.unmasking import asked, tell_masked, unmask_option
from depok_agi.cli.when import moment
from depok_agi.config import Ami, Secret, Settings, load, settings_path
from depok_agi.desk import Desk, journal, showing_calls, utc_now
from depok_agi.desk import access as desk_access
from depok_agi.desk import calls as desk_calls
from depok_agi.desk.journal import Gap
from depok_agi.errors import DepokError
from depok_agi.store import times


@click.group()
def calls() -> None:
    """The call log."""


@calls.command("list")
@click.option("--since", help="Calls that began at this moment or later: today, yesterday, 10:00, 2026-11-24.")
@click.option("--until", help="Calls that began before this moment.")
@click.option("--outcome", type=choice_of(Outcome))
@click.option("--number", help="Calls from or to this citizen, as people write the number.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@unmask_option
@json_option
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
) -> None:
    """The calls, newest first.

    \b
    Examples:
      depok-agi calls list --since today
      depok-agi calls list --outcome abandoned --json
    """
    given, user = settings(ctx), acting()
    citizen = None
    if number is not None and (citizen := to_e164(number)) is None:
        raise click.BadParameter(f"{number!r} is no telephone number", param_hint="--number")
    start, end = (
        times.microseconds(moment(text, given.timezone, utc_now())) if text else None for text in (since, until)
    )

    async def look(desk: Desk) -> tuple[list[desk_calls.Listed], list[Gap]]:
        wanted = Outcome(outcome) if outcome else None
        if citizen is not None:
            await desk_access.find_citizen(desk, user, citizen, command_words())
        listed = await desk_calls.listed(desk, since=start, until=end, outcome=wanted, number=citizen, limit=limit)
        first = start if len(listed) < limit else listed[-1][0].started_at
        how = asked(unmask=unmask, as_json=as_json)
        seen = await showing_calls.calls(desk, user, listed, how, found_by=citizen is not None)
        return seen, await journal.gaps(desk, since=first, until=end)

    found, gaps = at_desk(given, look)
    tell_masked(user, as_json=as_json)
    if as_json:
        show_json([to_json(call, given.timezone, ticket=t, callback=c) for call, t, c in found])
        return
    columns = ("Began", "Direction", "Citizen", "Outcome", "Operator", "Wait", "Talk", "Keys", "Ticket", "ID")
    rows = [_row(call, ticket, given) for call, ticket, _ in found]
    show_table(columns, rows, empty="There is no such call.")
    for gap in reversed(gaps):
        if gap.recovered or gap.unknown:
            hint(_gap_line(gap, given))
    if len(found) == limit:
        hint(f"The newest {limit}; more with --limit.")


def _row(call: CallRecord, ticket: str | None, given: Settings) -> tuple[str, ...]:
    return (
        when(times.moment(call.started_at), given.timezone),
        call.direction,
        _citizen(call),
        call.outcome or "up",
        call.operator or "-",
        _seconds(call.wait_seconds),
        _seconds(call.talk_seconds),
        call.menu_path or "-",
        ticket or "-",
        call.id,
    )


def _citizen(call: CallRecord) -> str:
    if Fact.WITHHELD in call.facts:
        return "withheld"
    return person(call.citizen, call.dialled if call.direction == "outbound" else call.caller_raw)


def _seconds(value: int | None) -> str:
    return "-" if value is None else f"{value // 60}:{value % 60:02}"


def _gap_line(gap: Gap, given: Settings) -> str:
    since, until = (times.moment(at).astimezone(given.timezone) for at in (gap.since, gap.until))
    return f"gap {since:%d-%m %H:%M}-{until:%H:%M}: {gap.recovered} recovered, {gap.unknown} unknown"


@calls.command()
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@json_option
@click.pass_context
def gaps(ctx: click.Context, limit: int, *, as_json: bool) -> None:
    """When nobody listened to Asterisk, newest first, and what its own journal gave back.

    \b
    Example:
      depok-agi calls gaps
    """
    given = settings(ctx)
    found = at_desk(given, lambda desk: journal.gaps(desk, limit=limit))
    if as_json:
        show_json(
            [
                {
                    "pbx": gap.pbx,
                    "since": iso(gap.since, given.timezone),
                    "until": iso(gap.until, given.timezone),
                    "recovered": gap.recovered,
                    "unknown": gap.unknown,
                }
                for gap in found
            ]
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
    show_table(("PBX", "Since", "Until", "Recovered", "Unknown"), rows, empty="The call log has no gaps.")


@calls.command()
@click.argument("call", metavar="ID")
@json_option
@click.pass_context
def show(ctx: click.Context, call: str, *, as_json: bool) -> None:
    """One call with its legs; the id, or a beginning or end of it that no other call has.

    \b
    Example:
      depok-agi calls show 1764000000.12
    """
    given, user = settings(ctx), acting()

    async def look(desk: Desk) -> desk_calls.Listed:
        return await showing_calls.one_call(desk, user, await desk_calls.show(desk, call), command_words())

    record, ticket, callback = at_desk(given, look)
    if as_json:
        show_json(to_json(record, given.timezone, ticket=ticket, callback=callback))
        return
    click.echo(f"Call {record.id}: {record.direction}, {record.outcome or 'up'}")
    for name, value in (
        ("citizen", _citizen(record)),
        ("dialled", printable(record.dialled)),
        ("began", when(times.moment(record.started_at), given.timezone)),
        ("ended", when(times.moment(record.ended_at), given.timezone)),
        ("operator", record.operator),
        ("queue", record.queue),
        ("wait", _seconds(record.wait_seconds)),
        ("talk", _seconds(record.talk_seconds)),
        ("keys", record.menu_path),
        ("ticket", ticket),
        ("callback", callback),
    ):
        if value not in (None, "", "-"):
            click.echo(f"  {name:10}{printable(str(value))}")
    for leg in record.legs:
        click.echo(f"  {leg.role:10}{printable(f'{leg.channel}  {leg.party}' if leg.party else leg.channel)}")
    for talk in record.talks:
        click.echo(f"  {'talk':10}{printable(' and '.join(talk.channels))}")
    for transfer in record.transfers:
        at = when(times.moment(transfer.at), given.timezone)
        click.echo(f"  {'transfer':10}{transfer.kind} by {printable(f'{transfer.by} to {transfer.to}')}, {at}")


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
    records, ignored = replayed(_events(_read(file)), board)
    show_json([to_json(record, given.timezone) for record in records])
    if ignored:
        odd = ", ".join(f"{count} {name}" for name, count in sorted(ignored.items()))
        hint(f"events that did not fit: {odd}")


def _read(file: str) -> str:
    try:
        with click.open_file(file, encoding="utf-8", errors="replace") as stream:
            text: str = stream.read()
    except OSError as error:
        raise DepokError(f"{file} cannot be read: {error.strerror}") from error
    return text


def _events(text: str) -> Iterable[dict[str, str]]:
    try:
        if text.lstrip().startswith("["):
            found = json.loads(text)
        else:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        raise DepokError(f"not a JSON array and not JSON lines: {error}") from None
    for number, event in enumerate(found, 1):
        if not isinstance(event, dict):
            raise DepokError(f"event {number} is no object")
        yield {str(key): value if isinstance(value, str) else json.dumps(value) for key, value in event.items()}


def _settings_or_defaults(ctx: click.Context) -> Settings:
    """Replaying needs no PBX: without any settings the defaults do."""
    given: Path | None = ctx.find_root().obj
    path = settings_path(given)
    if given is None and not os.access(path, os.R_OK):
        return Settings(ami=Ami(secret=Secret("not used")))
    return load(path)
