"""The history of tickets can be added to and nothing else, and whoever meddles with it is found out."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from depok_agi.desk import Desk, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import StoreError
from tests.unit.desk.made import ANI, content


@pytest.fixture
async def number(desk: Desk) -> str:
    """A ticket with three lines of history (1 open, 2 forward, 3 answer), then one line of another ticket (4)."""
    first = await tickets.open_ticket(desk, Complaint("Sampah menumpuk", caller=ANI, category="sampah"), "siti")
    await tickets.forward(desk, first.number, None, "siti")
    await tickets.answer(desk, first.number, "Diangkut hari ini", "budi")
    await tickets.open_ticket(desk, Complaint("Jalan berlubang"), "siti")
    return first.number


@pytest.fixture
def meddler(path: Path, number: str) -> Iterator[sqlite3.Connection]:  # noqa: ARG001 - the history comes first
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


async def broken(desk: Desk) -> list[int]:
    return [fault.entry for fault in await tickets.verify(desk) if fault.entry is not None]


def without_triggers(meddler: sqlite3.Connection) -> sqlite3.Connection:
    meddler.execute("DROP TRIGGER ticket_history_is_not_changed")
    meddler.execute("DROP TRIGGER ticket_history_is_not_deleted")
    return meddler


@pytest.mark.parametrize(
    "statement", ["UPDATE ticket_history SET actor = 'nobody' WHERE id = 1", "DELETE FROM ticket_history WHERE id = 1"]
)
def test_the_database_itself_refuses_to_change_or_delete_it(meddler: sqlite3.Connection, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        meddler.execute(statement)


@pytest.mark.usefixtures("number")
async def test_an_untouched_chain_is_whole(desk: Desk, path: Path) -> None:
    assert len(content(path)["ticket_history"]) == 4
    assert await tickets.verify(desk) == []


async def test_an_empty_store_has_a_whole_chain(desk: Desk) -> None:
    assert await tickets.verify(desk) == []


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE ticket_history SET actor = 'nobody' WHERE id = 2", [2]),
        ("UPDATE ticket_history SET at = at + 1 WHERE id = 3", [3]),
        ("""UPDATE ticket_history SET detail = '{"opd": "DISHUB"}' WHERE id = 2""", [2]),
        ("UPDATE ticket_history SET ticket = ticket + 1 WHERE id = 1", [1]),
        ("UPDATE ticket_history SET hash = 'f' WHERE id = 2", [2, 3]),
        ("DELETE FROM ticket_history WHERE id = 2", [3]),
        ("UPDATE ticket_texts SET text = 'Sampah sudah bersih' WHERE history = 1", [1]),
        ("UPDATE ticket_texts SET salt = 'x' WHERE history = 3", [3]),
        ("INSERT INTO ticket_texts VALUES (2, 'salt', 'never said')", [2]),
    ],
)
async def test_whatever_was_changed_behind_our_back_is_found(
    desk: Desk, meddler: sqlite3.Connection, statement: str, where: list[int]
) -> None:
    without_triggers(meddler).execute("PRAGMA foreign_keys = OFF")
    meddler.execute(statement)
    assert await broken(desk) == where


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM ticket_history WHERE id = 4", "ends after 3 entries, not as it ended: 4"),
        ("UPDATE tickets SET status = 'closed' WHERE serial = 100001", "does not stand where its history left it"),
        ("UPDATE tickets SET opd = 'DISHUB' WHERE serial = 100001", "does not stand where its history left it"),
        ("UPDATE tickets SET due_at = due_at + 86400000000", "does not stand where its history left it"),
        ("DELETE FROM ticket_history WHERE ticket = 100002", "does not stand where its history left it"),
    ],
)
async def test_a_cut_off_end_and_a_ticket_that_was_changed_without_its_history_are_found_too(
    desk: Desk, meddler: sqlite3.Connection, statement: str, told: str
) -> None:
    without_triggers(meddler).execute("PRAGMA foreign_keys = OFF")
    meddler.execute(statement)
    assert any(told in fault.what for fault in await tickets.verify(desk))


async def test_it_says_from_where_each_thing_was_done(desk: Desk, number: str) -> None:
    at_the_window = replace(desk, origin="pbx1 pts/3")
    await tickets.note(at_the_window, number, "Warga datang ke kantor", "siti")
    history = await tickets.history(desk, await tickets.show(desk, number))
    assert [entry.origin for entry in history] == [None, None, None, "pbx1 pts/3"]
    assert await tickets.verify(desk) == []


async def test_a_text_that_was_destroyed_leaves_the_chain_whole_and_the_rest_readable(
    desk: Desk, meddler: sqlite3.Connection, number: str
) -> None:
    meddler.execute("DELETE FROM ticket_texts WHERE history = 1")
    assert await tickets.verify(desk) == []
    ticket = await tickets.show(desk, number)
    assert (ticket.text, ticket.answer) == (None, "Diangkut hari ini")
    assert [entry.text for entry in await tickets.history(desk, ticket)] == [None, None, "Diangkut hari ini"]


async def test_no_personal_data_stands_in_the_history_itself(path: Path, number: str) -> None:
    assert number
    written = repr(content(path)["ticket_history"])
    assert not any(secret in written for secret in (ANI, "Sampah menumpuk", "Diangkut"))


async def test_a_store_that_cannot_be_read_is_told(desk: Desk, meddler: sqlite3.Connection) -> None:
    meddler.execute("DROP TABLE ticket_texts")
    with pytest.raises(StoreError, match="no such table"):
        await tickets.verify(desk)
