"""What is done with a ticket once it is there: note, forward, bounce, answer, close, reopen."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import click

from depok_agi.cli.context import acting, actor, at_desk, command_words, settings
from depok_agi.cli.ids import ticket_argument
from depok_agi.cli.language import _, word
from depok_agi.cli.output import hint, json_option, show_json, when
from depok_agi.cli.sudo import no_path_under_sudo
from depok_agi.config import Settings
from depok_agi.desk import Desk, showing, utc_now
from depok_agi.desk import tickets as desk_tickets
from depok_agi.errors import RefusedError
from depok_agi.tickets.ticket import Ticket

revision_option = click.option(
    "--revision",
    type=click.IntRange(min=0),
    help="For scripts: the `revision` that you know; refused when a colleague has changed the ticket since.",
)
text_option = click.option("--text", help="The text; read from standard input when not given.")
file_option = click.option(
    "--file",
    type=click.Path(readable=False, path_type=Path, allow_dash=True),
    callback=no_path_under_sudo,
    help="The text, in a file (UTF-8); - is standard input.",
)
why_option = click.option("--why", required=True, help="The reason, for whoever has it next.")

MOST_TEXT = 1_000_000
"""Characters. Nobody reads more, and nobody shall fill the disk with one command."""


@click.command()
@ticket_argument
@text_option
@json_option
@click.pass_context
def note(ctx: click.Context, number: str, text: str | None, *, as_json: bool) -> None:
    """Write down what a colleague should know of a ticket.

    \b
    Example:
      depok-agi tickets note 1000015 --text 'Warga minta dihubungi sore'
    """
    given = settings(ctx)
    written = text_given(text, None)
    ticket = as_shown(given, lambda desk: desk_tickets.note(desk, number, written, actor()), as_json=as_json)
    show_change(ticket, given, "", as_json=as_json)


@click.command()
@ticket_argument
@click.option("--opd", help="The OPD's code; that of the ticket's category when not given.")
@revision_option
@json_option
@click.pass_context
def forward(ctx: click.Context, number: str, opd: str | None, revision: int | None, *, as_json: bool) -> None:
    """Pass a ticket on to an OPD: its 3 x 24 hours begin, and the OPD gets an e-mail.

    \b
    Example:
      depok-agi tickets forward 1000015 --opd DLHK
    """
    given = settings(ctx)
    ticket = as_shown(
        given, lambda desk: desk_tickets.forward(desk, number, opd, actor(), revision=revision), as_json=as_json
    )
    until = _("{opd} has until {time} to answer.").format(opd=ticket.opd, time=when(ticket.due_at, given.timezone))
    show_change(ticket, given, until, as_json=as_json)


@click.command()
@ticket_argument
@why_option
@revision_option
@json_option
@click.pass_context
def bounce(ctx: click.Context, number: str, why: str, revision: int | None, *, as_json: bool) -> None:
    """The OPD is not in charge (bukan kewenangan): the ticket comes back, to be forwarded to another.

    \b
    Example:
      depok-agi tickets bounce 1000015 --why 'Jalan provinsi, bukan kewenangan kota'
    """
    given = settings(ctx)
    ticket = as_shown(
        given, lambda desk: desk_tickets.bounce(desk, number, why, actor(), revision=revision), as_json=as_json
    )
    show_change(ticket, given, then_forward(ticket), as_json=as_json)


@click.command()
@ticket_argument
@text_option
@file_option
@revision_option
@json_option
@click.pass_context
def answer(
    ctx: click.Context, number: str, text: str | None, file: Path | None, revision: int | None, *, as_json: bool
) -> None:
    """Enter the OPD's answer: the citizen is owed a call.

    \b
    Examples:
      depok-agi tickets answer 1000015 --text 'Sampah diangkut hari ini'
      depok-agi tickets answer 1000015 --file jawaban.txt
    """
    given = settings(ctx)
    told = text_given(text, file)
    ticket = as_shown(
        given, lambda desk: desk_tickets.answer(desk, number, told, actor(), revision=revision), as_json=as_json
    )
    if not ticket.caller:
        owed = _("There is no number to call. When the citizen was told: depok-agi tickets close {number}")
    elif ticket.callback is None:  # it would lead to the citizen of a secret ticket
        owed = _("The citizen is owed a call.")
    else:
        owed = _("The citizen is owed a call: callback {callback}.")
    told_next = owed.format(callback=ticket.callback, number=ticket.number)
    show_change(ticket, given, told_next, as_json=as_json)


@click.command()
@ticket_argument
@click.option("--told", is_flag=True, help="The citizen knows the answer by other means than the call that is owed.")
@click.option("--not-told", metavar="WHY", help="The citizen cannot be told, and why.")
@revision_option
@json_option
@click.pass_context
def close(
    ctx: click.Context, number: str, not_told: str | None, revision: int | None, *, told: bool, as_json: bool
) -> None:
    """Close a ticket whose citizen was told. A call that reached them closes it by itself.

    \b
    Examples:
      depok-agi tickets close 1000015 --told
      depok-agi tickets close 1000015 --not-told 'nomor salah, tidak ada alamat'
    """
    given = settings(ctx)
    if told and not_told is not None:
        raise click.UsageError(_("give either --told or --not-told"))
    if not_told is not None and not not_told.strip():
        raise click.BadParameter(_("say why the citizen cannot be told"), param_hint="--not-told")
    ticket = as_shown(
        given,
        lambda desk: desk_tickets.close(desk, number, actor(), told=told, not_told=not_told, revision=revision),
        as_json=as_json,
    )
    show_change(ticket, given, "", as_json=as_json)


@click.command()
@ticket_argument
@why_option
@revision_option
@json_option
@click.pass_context
def reopen(ctx: click.Context, number: str, why: str, revision: int | None, *, as_json: bool) -> None:
    """The answer does not do, as the citizen says: the ticket is to be dealt with again.

    \b
    Example:
      depok-agi tickets reopen 1000015 --why 'Sampah masih menumpuk'
    """
    given = settings(ctx)
    ticket = as_shown(
        given, lambda desk: desk_tickets.reopen(desk, number, why, actor(), revision=revision), as_json=as_json
    )
    show_change(ticket, given, then_forward(ticket), as_json=as_json)


COMMANDS = (note, forward, bounce, answer, close, reopen)


def as_shown(given: Settings, change: Callable[[Desk], Awaitable[Ticket]], *, as_json: bool) -> Ticket:
    """Change a ticket, and give it as this user may see it. Raises DepokError."""

    async def run(desk: Desk) -> Ticket:
        changed = await change(desk)
        if as_json:
            return await showing.one_ticket(desk, acting(), changed, command_words())
        return await showing.changed_ticket(desk, acting(), changed)

    return at_desk(given, run)


def show_change(ticket: Ticket, given: Settings, then: str, *, as_json: bool) -> None:
    """Say how the ticket is now, and what to do next."""
    if as_json:
        show_json(ticket.to_json(given.timezone, utc_now()))
        return
    click.echo(_("Ticket {number} is {status}.").format(number=ticket.number, status=word(ticket.status)))
    if then:
        hint(then)


def then_forward(ticket: Ticket) -> str:
    """What to do next with a ticket that is with no OPD."""
    return _("Then: depok-agi tickets forward {number} --opd CODE").format(number=ticket.number)


def text_given(text: str | None, file: Path | None) -> str:
    """The text from the option, the file or standard input.

    Raises:
        RefusedError: it is too long.
        OSError: the file cannot be read.
    """
    if text is not None and file is not None:
        raise click.UsageError(_("give either --text or --file"))
    if text is None and file is not None and str(file) != "-":
        with file.open("rb") as opened:
            text = _decoded(opened.read(MOST_TEXT * 4 + 1))
    elif text is None:
        if sys.stdin is None:
            return ""
        if sys.stdin.isatty():
            hint(_("Type the text, end with Ctrl-D:"))
        text = _decoded(sys.stdin.buffer.read(MOST_TEXT * 4 + 1))
    if len(text) > MOST_TEXT:
        raise RefusedError("the text is longer than {most_text} characters", most_text=MOST_TEXT)
    return text


def _decoded(content: bytes) -> str:
    return content.decode("utf-8", "replace").replace("\r\n", "\n").strip()
