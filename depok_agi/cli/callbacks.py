"""`callbacks`: whom to call back."""

import click

from depok_agi.cli import fields
from depok_agi.cli.choices import OneOf
from depok_agi.cli.context import acting, actor, at_desk, command_words, settings
from depok_agi.cli.csv_rows import csv_option, show_records
from depok_agi.cli.ids import callback_argument
from depok_agi.cli.language import _, word
from depok_agi.cli.later import Later
from depok_agi.cli.output import hint, json_option, late, person, printable, show_json, show_table, when
from depok_agi.cli.span import span, span_options
from depok_agi.cli.telling import show_what_to_tell
from depok_agi.cli.unmasking import asked, tell_masked, unmask_option
from depok_agi.config import Settings
from depok_agi.desk import Desk, showing, utc_now
from depok_agi.desk import callbacks as desk_callbacks
from depok_agi.tickets.callback import AttemptResult, CallbackStatus, is_overdue, is_waiting
from depok_agi.tickets.ticket import Callback, Ticket, local_iso

RESULTS = [result.value for result in AttemptResult if result is not AttemptResult.FAILED]


@click.group(cls=Later, later={"call": "depok_agi.cli.callbacks_call:call"})
def callbacks() -> None:
    """Citizens who are owed a call."""


@callbacks.command("list")
@click.option("--all", "every", is_flag=True, help="The ended ones too, after the others.")
@span_options("Those that are owed since a moment,")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@unmask_option
@json_option
@csv_option
@click.pass_context
def list_(
    ctx: click.Context,
    since: str | None,
    until: str | None,
    limit: int,
    *,
    every: bool,
    unmask: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Whom to call now, most urgent first. Late ones bear a `!`.

    \b
    Examples:
      depok-agi callbacks list
      depok-agi callbacks list --all --json
      depok-agi callbacks list --since yesterday
    """
    given, user = settings(ctx), acting()
    start, end = span(given, since, until)
    how = asked(unmask=unmask, for_scripts=as_json or as_csv)

    async def look(desk: Desk) -> tuple[list[Callback], int, int, int]:
        listed = await desk_callbacks.listed(desk, every=every, since=start, until=end, limit=limit)
        found = await showing.callbacks(desk, user, listed, how)
        tickets, calls = await desk_callbacks.uncallable(desk)
        return found, *await desk_callbacks.open_and_expired(desk), len(tickets) + len(calls)

    found, owed, expired, uncallable = at_desk(given, look)
    tell_masked(user, how)
    if as_json or as_csv:
        records = [callback.to_json(given.timezone, utc_now()) for callback in found]
        show_records(records, fields.CALLBACK, as_json=as_json, as_csv=as_csv)
    else:
        columns = (_("ID"), _("Citizen"), _("Why"), _("Since"), _("Due"), _("Status"), _("Tickets"), _("Tried"))
        show_table(columns, [_row(callback, given) for callback in found], empty=_("Nobody is owed a call."))
    if owed > len(found) and start is end is None:
        hint(
            _("{owed} are owed a call; these are the {count} most urgent: --limit {owed} shows all").format(
                owed=owed, count=len(found)
            )
        )
    if as_json or as_csv:
        return
    if uncallable:
        hint(
            _("{uncallable} wait and have no number that could be called: depok-agi callbacks uncallable").format(
                uncallable=uncallable
            )
        )
    if expired and not every:
        hint(_("{expired} expired with nobody reached: depok-agi callbacks list --all").format(expired=expired))
    if any(callback.debt.status is CallbackStatus.PENDING for callback in found):
        hint(_("Take one: depok-agi callbacks next, or: depok-agi callbacks claim ID"))


def _row(callback: Callback, given: Settings) -> tuple[str, ...]:
    debt, now = callback.debt, utc_now()
    status = word(debt.status)
    if debt.status is CallbackStatus.CLAIMED:
        status = _("{operator} until {time}").format(
            operator=debt.claimed_by, time=when(debt.claimed_until, given.timezone)
        )
    elif callback.is_open and is_waiting(debt, now):
        status = _("not before {time}").format(time=when(debt.not_before, given.timezone))
    return (
        str(callback.id),
        " ".join(filter(None, (person(callback.caller), printable(callback.name or "")))),
        word(debt.reason),
        when(debt.owed_since, given.timezone),
        late(when(debt.due_at, given.timezone), overdue=is_overdue(debt, now)),
        status,
        " ".join(callback.tickets) or "-",
        str(len(callback.attempts) or "-"),
    )


@callbacks.command()
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@json_option
@csv_option
@click.pass_context
def uncallable(ctx: click.Context, limit: int, *, as_json: bool, as_csv: bool) -> None:
    """Who waits and cannot be called: answered tickets and missed calls without a number.

    \b
    Example:
      depok-agi callbacks uncallable
    """
    given = settings(ctx)
    tickets, calls = at_desk(given, lambda desk: desk_callbacks.uncallable(desk, limit=limit))
    if as_json or as_csv:
        show_records(
            [{"ticket": number, "call": None, "at": None, "why": "answered"} for number in tickets]
            + [
                {"ticket": None, "call": call, "at": local_iso(at, given.timezone), "why": outcome}
                for call, at, outcome in calls
            ],
            fields.UNCALLABLE,
            as_json=as_json,
            as_csv=as_csv,
        )
        return
    rows = [
        (_("ticket {number}").format(number=number), "-", _("its answer waits, and there is no number"))
        for number in tickets
    ]
    rows += [
        (
            _("call {id}").format(id=call),
            when(at, given.timezone),
            _("{outcome}, number withheld").format(outcome=word(outcome)),
        )
        for call, at, outcome in calls
    ]
    show_table((_("What"), _("When"), _("Why")), rows, empty=_("There is nobody who could not be called."))
    if tickets:
        hint(_("When such a citizen was told: depok-agi tickets close {tickets}").format(tickets=tickets[0]))


@callbacks.command("next")
@json_option
@click.pass_context
def next_(ctx: click.Context, *, as_json: bool) -> None:
    """Take the most urgent one, or go on with the one that you have; nobody else gets it meanwhile.

    \b
    Example:
      depok-agi callbacks next
    """
    given = settings(ctx)

    async def take(desk: Desk) -> tuple[Callback, list[Ticket]] | None:
        callback = await desk_callbacks.claim_next(desk, actor())
        return None if callback is None else await _claimed(desk, callback)

    taken = at_desk(given, take)
    if taken is None:
        if as_json:
            show_json(None)
        hint(_("Nobody is to be called now."))
        return
    _show_claim(*taken, given, as_json=as_json)


@callbacks.command()
@callback_argument
@json_option
@click.pass_context
def claim(ctx: click.Context, callback: int, *, as_json: bool) -> None:
    """Take one, so that nobody else calls this citizen.

    \b
    Example:
      depok-agi callbacks claim 12
    """
    given = settings(ctx)

    async def take(desk: Desk) -> tuple[Callback, list[Ticket]]:
        return await _claimed(desk, await desk_callbacks.claim(desk, callback, actor()))

    _show_claim(*at_desk(given, take), given, as_json=as_json)


async def _claimed(desk: Desk, callback: Callback) -> tuple[Callback, list[Ticket]]:
    from depok_agi.desk import tickets as desk_tickets  # noqa: PLC0415 - slow to start, and `list` does not need it

    shown = await showing.one_callback(desk, acting(), callback, command_words())
    return shown, [await desk_tickets.show(desk, number) for number in callback.tickets]


def _show_claim(callback: Callback, tickets: list[Ticket], given: Settings, *, as_json: bool) -> None:
    if as_json:
        show_json(callback.to_json(given.timezone, utc_now()))
        return
    about = _(", about ticket {tickets}").format(tickets=", ".join(callback.tickets)) if callback.tickets else ""
    name = f" ({printable(callback.name)})" if callback.name else ""
    click.echo(
        _("Call {caller}{name}: {reason}{about}.").format(
            caller=person(callback.caller), name=name, reason=word(callback.debt.reason), about=about
        )
    )
    show_what_to_tell(tickets)
    hint(
        _(
            "Yours until {claimed_until}. Then: depok-agi callbacks call {id}, or by hand and: "
            "depok-agi callbacks done {id} --result reached"
        ).format(claimed_until=when(callback.debt.claimed_until, given.timezone), id=callback.id)
    )


@callbacks.command()
@callback_argument
@click.pass_context
def release(ctx: click.Context, callback: int) -> None:
    """Give one back that you took.

    \b
    Example:
      depok-agi callbacks release 12
    """
    at_desk(settings(ctx), lambda desk: desk_callbacks.release(desk, callback, actor()))
    hint(_("callback {callback} is free for others again").format(callback=callback))


@callbacks.command()
@callback_argument
@click.option("--result", required=True, type=OneOf(RESULTS), help="How the call went.")
@click.option("--note", help="What a colleague should know.")
@json_option
@click.pass_context
def done(ctx: click.Context, callback: int, result: AttemptResult, note: str | None, *, as_json: bool) -> None:
    """Enter how a call went. Reached: the citizen was told the answers that you were shown; those tickets are closed.

    \b
    Example:
      depok-agi callbacks done 12 --result no_answer --note 'try after 17:00'
    """
    given = settings(ctx)

    async def enter(desk: Desk) -> Callback:
        after = await desk_callbacks.done(desk, callback, AttemptResult(result), actor(), note)
        return await showing.one_callback(desk, acting(), after, command_words()) if as_json else after

    after = at_desk(given, enter)
    if as_json:
        show_json(after.to_json(given.timezone, utc_now()))
        return
    if after.is_open:
        hint(
            _("callback {callback} waits for another try, not before {not_before}").format(
                callback=callback, not_before=when(after.debt.not_before, given.timezone)
            )
        )
    else:
        hint(_("callback {callback} is {status}").format(callback=callback, status=word(after.debt.status)))
