"""`serve`: the daemon."""

import asyncio
import logging
import sys

import click

from depok_agi.cli.context import settings


@click.command()
@click.pass_context
def serve(ctx: click.Context) -> None:
    """Run the daemon in the foreground until SIGTERM or Ctrl-C.

    \b
    Example:
      depok-agi --config /etc/depok-agi/depok-agi.toml serve
    """
    from depok_agi import daemon  # noqa: PLC0415 - the heavy part

    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", datefmt="%H:%M:%S"
    )
    logging.getLogger("panoramisk").setLevel(logging.CRITICAL)  # its complaints are told once, by our own wrapper
    given = settings(ctx)
    asyncio.run(daemon.serve(given, on_ready=lambda text: click.echo(f"ready: {text}", err=True)))
