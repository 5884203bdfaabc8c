"""Which ticket, callback or call is meant by the id that somebody typed: the whole of it, or enough of it."""

import json
from collections.abc import Sequence

from depok_agi.desk import Desk
from depok_agi.errors import NotFoundError, RefusedError
from depok_agi.language import gettext_noop
from depok_agi.sentence import Joined, Sentence
from depok_agi.tickets import number as numbers

SHOWN = 5
"""So many candidates are named where several are meant."""

NEWEST = 10_000
"""Among so many of the newest calls the end of an id is looked for: no index leads there."""

SEVERAL_CALLS = gettext_noop("several calls begin or end with {given!r}: {found}; type more of it")

_MOST_DIGITS = 19
_AFTER_DIGITS = ":"
_AFTER_ALL = "\U0010ffff"


async def ticket(desk: Desk, given: str) -> str:
    """The number of the ticket that is meant: a whole number, or the first digits of one, four at least.

    What is as long as a number is never taken for the beginning of one: its check digit has to fit. Whether there is
    a ticket of that number, whoever looks for it finds out.

    Raises:
        RefusedError: it is no number, is mistyped, or several begin so; the text names what may be meant.
        NotFoundError: none begins so.
    """
    begin = numbers.beginning(given)
    if begin is None:
        return await _whole_number(desk, given)
    store = desk.store
    with store.told():
        rows = store.queries.tickets_beginning(store.reader, first=begin, after=begin + _AFTER_DIGITS, limit=SHOWN + 1)
        found = [str(row["number"]) async for row in rows]
    if not found:
        raise NotFoundError(
            "there is no ticket that begins with {begin}; `depok-agi tickets list` shows them", begin=begin
        )
    return _only(found, gettext_noop("several tickets begin with {given!r}: {found}; type more of it"), begin)


async def _whole_number(desk: Desk, given: str) -> str:
    try:
        return numbers.parse(given)
    except RefusedError as refused:
        meant = await nearly(desk, given)
        raise RefusedError("{refused}{meant}", refused=refused, meant=meant or "") from None


async def nearly(desk: Desk, given: str) -> Sentence | None:
    """To be put behind an error: the tickets whose numbers are one slip of the finger away; None without any."""
    store, near = desk.store, numbers.one_slip_away(given)
    with store.told():
        rows = store.queries.tickets_among(store.reader, numbers=json.dumps(near), limit=SHOWN)
        found = [str(row["number"]) async for row in rows]
    near_ones = Joined(gettext_noop(" or "), [Sentence(number) for number in found])
    return Sentence("; do you mean {numbers}?", {"numbers": near_ones}) if found else None


async def callback(desk: Desk, given: int) -> int:
    """The id of the callback that is meant: the whole of it, or a beginning that no other one that is owed has.

    Raises:
        RefusedError: several that are owed begin so.
        NotFoundError: there is none.
    """
    store = desk.store
    with store.told():
        if await store.queries.is_callback(store.reader, id=given):
            return given
        found: list[str] = []
        for more in range(1, _MOST_DIGITS - len(str(given))):
            first, after = given * 10**more, (given + 1) * 10**more
            rows = store.queries.open_callbacks_between(
                store.reader, first=first, after=after, limit=SHOWN + 1 - len(found)
            )
            found += [str(row["id"]) async for row in rows]
    if not found:
        raise NotFoundError("there is no callback {given}; `depok-agi callbacks list` shows them", given=given)
    return int(
        _only(found, gettext_noop("several callbacks begin with {given!r}: {found}; type more of it"), str(given))
    )


async def call(desk: Desk, given: str, pbx: str = "") -> str:
    """The id of the call that is meant: the whole of it, without the name of this PBX, or a part that no other has.

    A part is a beginning of its id, or of the Uniqueid of any of its channels, or the end of the id of one of the
    newest calls.

    Raises:
        RefusedError: several are meant.
        NotFoundError: there is none.
    """
    store = desk.store
    with store.told():
        for whole in (given, f"{pbx}-{given}"):
            if await store.queries.is_call(store.reader, id=whole):
                return whole
        for begin in (given, f"{pbx}-{given}"):
            within = {"first": begin, "after": begin + _AFTER_ALL, "limit": SHOWN + 1}
            for query in (store.queries.calls_beginning, store.queries.calls_of_channels_beginning):
                found = [str(row["id"]) async for row in query(store.reader, **within)]
                if found:
                    return _only(found, SEVERAL_CALLS, given)
        rows = store.queries.newest_calls_ending(store.reader, ending=given, newest=NEWEST, limit=SHOWN + 1)
        found = [str(row["id"]) async for row in rows] if given else []
    if not found:
        raise NotFoundError("there is no call {given!r}; `depok-agi calls list` shows their ids", given=given)
    return _only(found, SEVERAL_CALLS, given)


def _only(found: Sequence[str], several: str, given: str) -> str:
    if len(found) == 1:
        return found[0]
    some = ", ".join(found[:SHOWN])
    listed = Sentence("{some} and others", {"some": some}) if len(found) > SHOWN else some
    raise RefusedError(several, given=given, found=listed)
