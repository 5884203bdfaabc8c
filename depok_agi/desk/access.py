"""What people do with personal data: allowed by their role or refused, and written into the access log either way."""

from depok_agi.access.roles import LEAST, Deed, Person, may
from depok_agi.desk import Desk
from depok_agi.errors import RefusedError
from depok_agi.store.times import microseconds


async def allow(
    desk: Desk,
    person: Person,
    deed: Deed,
    *,
    citizen: int | None = None,
    ticket: int | None = None,
    call: str | None = None,
    detail: str = "",
) -> None:
    """Write down that this person does this, before it is done; or that it was refused.

    `citizen` is the row of the citizen whom it is about, `ticket` a serial, `call` a call's id. `detail` has nothing
    personal in it: it says which command, or how many rows.

    Raises:
        RefusedError: this person's role does not allow it.
        StoreError: it cannot be written down, so it must not be done.
    """
    allowed = may(person.role, deed)
    async with desk.store.transaction() as connection:
        await desk.store.queries.add_access(
            connection,
            at=microseconds(desk.now()),
            actor=person.name,
            role=person.role.value,
            origin=desk.origin,
            deed=deed.value,
            allowed=int(allowed),
            citizen=citizen,
            ticket=ticket,
            call=call,
            detail=detail,
        )
    if not allowed:
        raise RefusedError(
            "you are {role} here, and this needs {least}; that it was asked for is written down",
            role=person.role,
            least=LEAST[deed],
        )
