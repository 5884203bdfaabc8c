"""`hours`: open or closed, and why."""

from datetime import datetime, time, timedelta, tzinfo

import click

from depok_agi.cli.choices import OneOf
from depok_agi.cli.context import actor, at_desk, settings
from depok_agi.cli.language import _, word
from depok_agi.cli.output import hint, json_option, printable, show_json, weekday
from depok_agi.cli.when import future, moment
from depok_agi.config import Settings
from depok_agi.desk import Desk, utc_now
from depok_agi.desk import hours as desk_hours
from depok_agi.hours import week as weeks
from depok_agi.hours.schedule import Answer
from depok_agi.hours.week import DayHours
from depok_agi.tickets.ticket import local_iso


@click.group()
def hours() -> None:
    """When the centre is open, and why."""


@hours.command()
@click.option("--at", help="The moment to ask about; now when not given.")
@json_option
@click.pass_context
def check(ctx: click.Context, at: str | None, *, as_json: bool) -> None:
    """Open or closed at a moment, past or coming, with the rule that says so.

    \b
    Examples:
      depok-agi hours check
      depok-agi hours check --at '2026-03-20 10:00'
    """
    given = settings(ctx)
    asked = moment(at, given.timezone, utc_now()) if at else utc_now()

    async def ask(desk: Desk) -> Answer:
        return (await desk_hours.schedule(desk, around=asked)).check(asked)

    answer = at_desk(given, ask)
    if as_json:
        show_json(_to_json(answer, given))
        return
    state = "open" if answer.open else "closed"
    click.echo(
        _("{state} at {at:%Y-%m-%d %H:%M}: {rule}").format(
            state=word(state), at=answer.at.astimezone(given.timezone), rule=printable(answer.rule)
        )
    )
    if answer.next_change_at:
        click.echo(
            _("next change: {next_change_at:%Y-%m-%d %H:%M}").format(
                next_change_at=answer.next_change_at.astimezone(given.timezone)
            )
        )


def _to_json(answer: Answer, given: Settings) -> dict[str, object]:
    return {
        "at": local_iso(answer.at, given.timezone),
        "open": answer.open,
        "reason": answer.reason,
        "rule": answer.rule,
        "next_change_at": local_iso(answer.next_change_at, given.timezone),
    }


@hours.command()
@click.argument("day", required=False)
@json_option
@click.pass_context
def week(ctx: click.Context, day: str | None, *, as_json: bool) -> None:
    """The week of a day, past or coming: when the lines are open, and by which rules. One sign is half an hour.

    \b
    Examples:
      depok-agi hours week
      depok-agi hours week 2026-03-17
    """
    given = settings(ctx)
    asked = moment(day, given.timezone, utc_now()) if day else utc_now()
    monday = asked.astimezone(given.timezone) - timedelta(days=asked.astimezone(given.timezone).weekday())

    async def ask(desk: Desk) -> list[DayHours]:
        schedule = await desk_hours.schedule(desk, around=monday.replace(hour=0, minute=0, second=0, microsecond=0))
        return weeks.week(schedule, monday.date())

    found = at_desk(given, ask)
    if as_json:
        show_json([_day_to_json(hours) for hours in found])
        return
    click.echo(f"{'':13}{''.join(f'{hour:<6}' for hour in range(0, 24, 3))}")
    for hours in found:
        today = _("<- today") if hours.day == utc_now().astimezone(given.timezone).date() else ""
        spans = ", ".join(_span(begin, end) for begin, end in hours.open) or word("closed")
        click.echo(
            f"{weekday(hours.day)} {hours.day:%d-%m}    {_drawn(hours, given.timezone)}  {spans}  {today}".rstrip()
        )
        for rule in hours.rules:
            click.echo(f"{'':13}{printable(rule)}")


def _drawn(hours: DayHours, zone: tzinfo) -> str:
    """A sign for each half hour: open when the lines are open at its begin or its middle."""
    midnight = datetime.combine(hours.day, time(), tzinfo=zone)
    halves = [midnight + timedelta(minutes=30 * half) for half in range(48)]
    quarter = timedelta(minutes=15)
    return "".join("#" if hours.is_open(at) or hours.is_open(at + quarter) else "." for at in halves)


def _span(begin: datetime, end: datetime) -> str:
    return f"{begin:%H:%M}-{'24:00' if end.date() > begin.date() else f'{end:%H:%M}'}"


def _day_to_json(hours: DayHours) -> dict[str, object]:
    return {
        "day": hours.day.isoformat(),
        "open": [[begin.isoformat(), end.isoformat()] for begin, end in hours.open],
        "rules": list(hours.rules),
    }


@hours.command()
@click.argument("state", type=OneOf(["open", "closed"]))
@click.option("--until", required=True, help="When it ends by itself: 15:00, 2h, friday, '2026-11-24 15:00'.")
@click.option("--why", required=True, help="The reason, for callers' and colleagues' questions.")
@click.pass_context
def override(ctx: click.Context, state: str, until: str, why: str) -> None:
    """Open or close the centre from now on, whatever the hours file says. It ends by itself.

    \b
    Example:
      depok-agi hours override closed --until +2h --why 'power cut'
    """
    given = settings(ctx)
    ends = future(until, given.timezone, utc_now())
    at_desk(given, lambda desk: desk_hours.override(desk, is_open=state == "open", until=ends, why=why, by=actor()))
    hint(
        _("{state} until {ends:%Y-%m-%d %H:%M}; `depok-agi hours clear` ends it sooner").format(
            state=word(state), ends=ends.astimezone(given.timezone)
        )
    )


@hours.command()
@click.pass_context
def clear(ctx: click.Context) -> None:
    """End every override now.

    \b
    Example:
      depok-agi hours clear
    """
    ended = at_desk(settings(ctx), desk_hours.clear)
    text = (
        _("{count} override ended: the hours file decides again")
        if ended == 1
        else _("{count} overrides ended: the hours file decides again")
    )
    hint(text.format(count=ended))
