"""Who sits at which phone.

The settings' `[pbx] operators` count for users and phones that nobody has entered here; what was entered counts
instead, also that somebody was taken off.
"""

import re
import sqlite3
from collections.abc import Mapping

from depok_agi.access.roles import Deed, Person
from depok_agi.desk import Desk, access
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.store.times import microseconds

_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}")
"""What Linux takes for a user's name (useradd(8)), with capitals and dots as directories have them."""

_DEVICE = re.compile(r"[A-Za-z0-9]+/[A-Za-z0-9_.-]{1,64}")
_EXTENSION = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_TECHNOLOGY = "PJSIP"


async def phones(desk: Desk, given: Mapping[str, str]) -> dict[str, str]:
    """Whose each phone is: device, such as `PJSIP/101`, to user. `given` are the settings'. Raises StoreError."""
    with desk.store.told():
        entered = [row async for row in desk.store.queries.list_operators(desk.store.reader)]
    users = {row["operator"] for row in entered}
    there = {row["device"]: row["operator"] for row in entered if row["active"]}
    return {device: user for device, user in given.items() if user not in users and device not in there} | there


def phone_of(known: Mapping[str, str], operator: str) -> str:
    """The phone with which an operator signs in. Raises NotFoundError: they have none, or several."""
    own = sorted(device for device, owner in known.items() if owner == operator)
    if len(own) == 1:
        return own[0]
    if own:
        raise NotFoundError(
            "{operator} has several phones: {own}; enter one: depok-agi operators add",
            operator=operator,
            own=", ".join(own),
        )
    raise NotFoundError(
        "{operator} has no phone here; a supervisor enters it: depok-agi operators add {operator} 101",
        operator=operator,
    )


def device_of(phone: str) -> str:
    """A phone as people name it, such as 101, as Asterisk does. Raises RefusedError."""
    device = f"{_TECHNOLOGY}/{phone}" if _EXTENSION.fullmatch(phone) else phone
    if _DEVICE.fullmatch(device) is None:
        raise RefusedError("{phone!r} is no phone: write its extension, such as 101, or PJSIP/101", phone=phone)
    return device


async def add(desk: Desk, person: Person, operator: str, phone: str, given: Mapping[str, str]) -> str:
    """Enter that an operator sits at this phone, and at no other; tells its device.

    Raises:
        RefusedError: the person may not, the user or the phone is none, or it is a colleague's.
    """
    device = device_of(phone)
    if _USER.fullmatch(operator) is None:
        raise RefusedError("{operator!r} is no user's name", operator=operator)
    owner = (await phones(desk, given)).get(device)
    if owner not in (None, operator):
        raise RefusedError("{device} is {owner}'s: depok-agi operators remove {owner}", device=device, owner=owner)
    await access.allow(desk, person, Deed.OPERATORS, detail=f"operators add {operator} {device}")
    try:
        await _put(desk, person, operator, device, active=True)
    except sqlite3.IntegrityError as error:  # somebody was quicker
        raise RefusedError("{device} is somebody else's now", device=device) from error
    return device


async def remove(desk: Desk, person: Person, operator: str, given: Mapping[str, str]) -> None:
    """Take an operator off. What they did stays on record.

    Raises:
        RefusedError: the person may not.
        NotFoundError: there is no such operator.
    """
    known = await phones(desk, given)
    device = next((device for device, owner in known.items() if owner == operator), None)
    if device is None:
        raise NotFoundError("there is no operator {operator}; depok-agi operators list names them", operator=operator)
    await access.allow(desk, person, Deed.OPERATORS, detail=f"operators remove {operator}")
    await _put(desk, person, operator, device, active=False)


async def _put(desk: Desk, person: Person, operator: str, device: str, *, active: bool) -> None:
    async with desk.store.transaction() as connection:
        await desk.store.queries.put_operator(
            connection,
            operator=operator,
            device=device,
            active=int(active),
            at=microseconds(desk.now()),
            by=person.name,
        )
