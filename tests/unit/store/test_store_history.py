"""The history of tickets can be added to and nothing else, and whoever meddles with it is found out."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from depok_agi.desk import Desk, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import StoreError
from depok_agi.store.tickets import broken_links
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
    assert await broken_links(desk.store) == []


async def test_an_empty_store_has_a_whole_chain(desk: Desk) -> None:
    assert await broken_links(desk.store) == []


@pytest.mark.parametrize(
    ("statement", "broken"),
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
    desk: Desk, meddler: sqlite3.Connection, statement: str, broken: list[int]
) -> None:
    without_triggers(meddler).execute("PRAGMA foreign_keys = OFF")
    meddler.execute(statement)
    assert await broken_links(desk.store) == broken


async def test_a_text_that_was_destroyed_leaves_the_chain_whole_and_the_rest_readable(
    desk: Desk, meddler: sqlite3.Connection, number: str
) -> None:
    meddler.execute("DELETE FROM ticket_texts WHERE history = 1")
    assert await broken_links(desk.store) == []
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
        await broken_links(desk.store)
