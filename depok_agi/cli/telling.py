"""What an operator is to tell the citizen whom they call."""

from collections.abc import Sequence

import click

from depok_agi.cli.language import _
from depok_agi.cli.output import printable
from depok_agi.tickets.ticket import Ticket


def show_what_to_tell(tickets: Sequence[Ticket]) -> None:
    """The complaint and, where there is one, the answer of each ticket."""
    for ticket in tickets:
        click.echo(f"  {ticket.number}  {printable(ticket.text or '')}")
        if ticket.answer:
            click.echo(f"  {_('tell'):{len(ticket.number)}}  {printable(ticket.answer)}")
