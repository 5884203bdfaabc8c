"""Who may see a ticket whose citizen must not be known outside."""

from depok_agi.access.roles import Deed, Person, may
from depok_agi.tickets.ticket import Ticket


def may_see(ticket: Ticket, person: Person, *, opened_by: str | None = None) -> bool:
    """May this person see whose ticket it is, and what it is about?

    A secret one is seen by whoever has opened it, and by those whose role allows it.
    """
    return not ticket.secret or opened_by == person.name or may(person.role, Deed.SECRET)
