"""What the shell offers for a word that is begun. Nothing is read: whoever presses the key may not read the store."""

import click

from depok_agi.tickets.ticket import AREAS


def areas(_ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """The kecamatan, whatever the case."""
    return [area for area in AREAS if area.lower().startswith(begun.lower())]
