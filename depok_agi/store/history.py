"""The history of tickets: append-only, and chained by hashes so that a change to it is found."""

import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiosqlite

from depok_agi.language import gettext_noop
from depok_agi.sentence import Sentence
from depok_agi.store.database import Store
from depok_agi.store.rows import one_by_one
from depok_agi.store.times import microseconds, moment
from depok_agi.tickets.history import SERVICE, Standing, after
from depok_agi.tickets.ticket import HistoryEntry

FIRST_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not fit: an entry of the history (its id), or a ticket (its number)."""

    entry: int | None
    ticket: str | None
    said: Sentence

    @property
    def what(self) -> str:
        """How it does not fit, in English."""
        return str(self.said)


async def add(store: Store, connection: aiosqlite.Connection, serial: int, entry: HistoryEntry) -> int:
    """Append to the history; gives the entry's id.

    The chain covers a salted digest of the text, so that the text can be destroyed. What a person did is the ticket's
    new revision.
    """
    salt = secrets.token_hex(16)
    end = await store.queries.history_end(connection)
    row: dict[str, Any] = {
        "ticket": serial,
        "at": microseconds(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "detail": json.dumps(entry.detail, sort_keys=True),
        "text_digest": None if entry.text is None else _digest(salt, entry.text),
        "origin": entry.origin,
        "previous": end["hash"] or FIRST_HASH,
    }
    row["hash"] = _hash(row)
    history = int(await store.queries.add_history(connection, **row))
    await store.queries.change_history_end(connection, hash=row["hash"])
    if entry.text is not None:
        await store.queries.add_ticket_text(connection, history=history, salt=salt, text=entry.text)
    if entry.actor != SERVICE:
        await store.queries.change_ticket_revision(connection, serial=serial, revision=history)
    return history


def from_row(row: Any) -> HistoryEntry:
    """The entry of a row of `list_history`."""
    return HistoryEntry(
        at=moment(row["at"]),
        actor=row["actor"],
        action=row["action"],
        detail=json.loads(row["detail"]),
        text=row["text"],
        origin=row["origin"],
        id=row["id"],
    )


async def faults(store: Store) -> AsyncIterator[Fault]:
    """What does not fit the chain, one by one.

    That is entries that were changed or removed, texts that are others, and tickets that do not stand where their
    history left them. Raises StoreError.
    """
    previous, entries = FIRST_HASH, 0
    standings: dict[int, Standing] = {}
    with store.told():
        async with store.queries.all_history_cursor(store.reader) as cursor:
            async for row in one_by_one(cursor):
                entries += 1
                if row["previous"] != previous:
                    yield Fault(
                        row["id"], None, Sentence("does not follow the entry before it: one is missing or was changed")
                    )
                elif _hash(row) != row["hash"]:
                    yield Fault(row["id"], None, Sentence("was changed"))
                elif row["text"] is not None and _digest(row["salt"], row["text"]) != row["text_digest"]:
                    yield Fault(row["id"], None, Sentence("has another text than was written"))
                previous = row["hash"]
                standings[row["ticket"]] = after(standings.get(row["ticket"], Standing()), from_row(row))
        end = await store.queries.history_end(store.reader)
        if (entries, previous) != (end["entries"], end["hash"] or FIRST_HASH):
            source = gettext_noop("the history ends after {found} entries, not as it ended: {entries}")
            yield Fault(None, None, Sentence(source, {"found": entries, "entries": end["entries"]}))
        async with store.queries.all_standings_cursor(store.reader) as cursor:
            async for row in one_by_one(cursor):
                if _stands(row) != _comparable(standings.get(row["serial"])):
                    yield Fault(None, row["number"], Sentence("does not stand where its history left it"))


def _stands(row: Any) -> tuple[str, str | None, int | None]:
    """Whole seconds, as the history has them."""
    return row["status"], row["opd"], None if row["due_at"] is None else row["due_at"] // 1_000_000


def _comparable(standing: Standing | None) -> tuple[str, str | None, int | None] | None:
    if standing is None:
        return None
    due = standing.due_at
    seconds = None if due is None else microseconds(datetime.fromisoformat(due)) // 1_000_000
    return standing.status.value, standing.opd, seconds


def _digest(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def _hash(row: Any) -> str:
    """Over every column but the id. Entries from before there was an origin have none in their hash."""
    columns = ["ticket", "at", "actor", "action", "detail", "text_digest", "previous"]
    if row["origin"] is not None:
        columns.append("origin")
    return hashlib.sha256(json.dumps([row[column] for column in columns]).encode()).hexdigest()
