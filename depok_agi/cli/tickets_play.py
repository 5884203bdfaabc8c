"""`tickets play`: the message that a ticket was left as, or what was said in the call about it."""

import click

from depok_agi.cli.context import settings
from depok_agi.cli.ids import ticket_argument
from depok_agi.cli.listening import listen, output_option, phone_option
from depok_agi.desk import recordings


@click.command()
@ticket_argument
@phone_option
@output_option
@click.pass_context
def play(ctx: click.Context, number: str, phone: str | None, output: str | None) -> None:
    """Play a ticket's recorded message, else its newest recorded call, on your phone. That you listen is written down.

    The keys of the phone: # goes five seconds forward, * back, 0 pauses.

    \b
    Examples:
      depok-agi tickets play 1000015
      depok-agi tickets play 1000015 --output -
    """
    listen(settings(ctx), lambda desk: recordings.of_ticket(desk, number), "tickets play", phone, output)
