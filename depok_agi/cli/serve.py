"""`serve`: the daemon."""

import asyncio
import logging
import sys

import click

from depok_agi.cli.context import settings
from depok_agi.errors import DepokError

READY = "ready: {}"
"""For the journal, which is in English."""


@click.command()
@click.pass_context
def serve(ctx: click.Context) -> None:
    """Run the daemon in the foreground until SIGTERM or Ctrl-C.

    \b
    Example:
      depok-agi --config /etc/depok-agi/depok-agi.toml serve
    """
    from depok_agi import daemon, journald  # noqa: PLC0415 - the heavy part

    logging.basicConfig(level=logging.INFO, handlers=[journald.handler(sys.stderr)])
    logging.getLogger("panoramisk").setLevel(logging.CRITICAL)  # its complaints are told once, by our own wrapper
    given = settings(ctx)
    try:
        asyncio.run(daemon.serve(given, on_ready=lambda text: click.echo(READY.format(text), err=True)))
    except* Exception as failed:
        known = failed.subgroup(DepokError)
        if known is not None:
            raise _first(known) from None
        logging.getLogger(__name__).critical("the daemon failed; this is a defect", exc_info=failed)
        ctx.exit(1)


def _first(group: BaseExceptionGroup[DepokError]) -> DepokError:
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
