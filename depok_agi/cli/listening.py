"""What `calls play` and `tickets play` share: a recording on the operator's phone, or as a file."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable

import click

from depok_agi.cli.context import acting, at_desk
from depok_agi.cli.language import _
from depok_agi.cli.output import hint
from depok_agi.cli.sudo import no_path_under_sudo
from depok_agi.config import Settings
from depok_agi.desk import Desk, dialling, playing, recordings
from depok_agi.desk.playing import PlayOrder, PlayStatus
from depok_agi.desk.recordings import Recorded
from depok_agi.errors import DepokError, RefusedError

TAKEN_WITHIN = 5.0
"""How long the daemon may take to see an order. It looks three times a second."""

LOOK_SECONDS = 0.2
STANDARD_OUTPUT = "-"

phone_option = click.option(
    "--phone", help="The phone that rings for you, such as 101; else the one that the settings name yours."
)
output_option = click.option(
    "--output",
    type=click.Path(allow_dash=True, readable=False),
    callback=no_path_under_sudo,
    help="Instead of ringing a phone, write it to a file (WAV); - is standard output, for > and |.",
)

Find = Callable[[Desk], Awaitable[Recorded]]


def listen(given: Settings, find: Find, command: str, phone: str | None, output: str | None) -> None:
    """Have the recording played, or write it to the file. Raises DepokError."""
    if output is not None:
        if phone is not None:
            raise click.UsageError(_("give either --phone or --output"))
        _write(given, find, command, output)
        return
    if given.dial is None:
        raise RefusedError(
            _("no phone is rung for you here: [dial] is not set in the settings. Take it as a file: --output FILE")
        )
    person = acting()
    device = dialling.phone_of(given.pbx.operators, person.name, phone)

    async def play(desk: Desk) -> None:
        recorded = await find(desk)
        await recordings.listen(desk, person, recorded, given.folders.recordings, command)
        await _follow(desk, await playing.place(desk, person.name, device, recorded.name))

    at_desk(given, play)


def _write(given: Settings, find: Find, command: str, output: str) -> None:
    if output == STANDARD_OUTPUT and sys.stdout.isatty():
        raise RefusedError(_("a terminal cannot play it: send it elsewhere, such as --output - > recording.wav"))

    async def read(desk: Desk) -> bytes:
        path = await recordings.listen(desk, acting(), await find(desk), given.folders.recordings, command)
        try:
            return path.read_bytes()
        except OSError as error:
            raise DepokError(_("the recording cannot be read: {error}").format(error=error.strerror)) from error

    sound = at_desk(given, read)
    if output == STANDARD_OUTPUT:
        if hasattr(sys.stdout, "buffer"):  # else it was closed by the caller, who wants nothing
            click.echo(sound, nl=False)
        return
    try:
        # What a citizen said is nobody else's on this host.
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(sound)
    except OSError as error:
        raise DepokError(_("{file} cannot be written: {error}").format(file=output, error=error.strerror)) from error


async def _follow(desk: Desk, order: PlayOrder) -> None:
    """Until the phone was picked up. Raises RefusedError when it was not."""
    give_up_at = time.monotonic() + TAKEN_WITHIN
    is_told = False
    while order.is_open:
        if order.status is PlayStatus.RINGING and not is_told:
            hint(_("ringing your phone {phone} ...").format(phone=order.device.partition("/")[2]))
            is_told = True
        is_late = order.status is PlayStatus.ORDERED and time.monotonic() > give_up_at
        if is_late and await playing.withdraw(desk, order):
            raise RefusedError(
                _(
                    "no phone rings: the daemon did not take the order. Either it does not run (depok-agi serve), "
                    "or it was started without [dial] in its settings"
                )
            )
        await asyncio.sleep(LOOK_SECONDS)
        order = await playing.show(desk, order.id)
    if order.status is PlayStatus.FAILED:
        raise RefusedError(order.reason or "")
    hint(_("playing: # goes forward, * back, 0 pauses"))
