"""`calls play`: what was said in a call."""

import click

from depok_agi.cli.context import settings
from depok_agi.cli.listening import listen, output_option, phone_option
from depok_agi.desk import recordings


@click.command()
@click.argument("call", metavar="ID")
@phone_option
@output_option
@click.pass_context
def play(ctx: click.Context, call: str, phone: str | None, output: str | None) -> None:
    """Play the recording of a call on your phone, or write it to a file. That you listen is written down.

    The keys of the phone: # goes five seconds forward, * back, 0 pauses.

    \b
    Examples:
      depok-agi calls play 1764000000.12
      depok-agi calls play 1764000000.12 --output -
    """
    given = settings(ctx)
    listen(given, lambda desk: recordings.of_call(desk, call, given.pbx.name), "calls play", phone, output)
