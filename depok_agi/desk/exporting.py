"""A citizen's data is put together for them, with its trail (UU 27/2022, article 32: within 3 x 24 hours of asking)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from depok_agi.access.dossier import Column, Dossier, Section
from depok_agi.access.roles import Deed, Person
from depok_agi.access.traces import of_number
from depok_agi.calls.record import CallRecord, iso, to_json
from depok_agi.desk import Desk, tickets
from depok_agi.desk.access import allow
from depok_agi.errors import NotFoundError
from depok_agi.language import gettext_noop
from depok_agi.store import callbacks as callback_rows
from depok_agi.store import calls as call_rows
from depok_agi.store import subject
from depok_agi.store.times import EARLIEST, LATEST
from depok_agi.tickets.ticket import HistoryEntry, Ticket

ALL = -1
"""To SQL: no limit."""

Rows = Sequence[Mapping[str, Any]]


async def dossier(desk: Desk, number: str, *, person: Person, recordings: Path) -> Dossier:
    """All that there is of the citizen with this number (E.164). `recordings` is the folder for recordings.

    Raises:
        RefusedError: this person may not.
        NotFoundError: the store does not know the number.
    """
    queries, reader = desk.store.queries, desk.store.reader
    with desk.store.told():
        citizen = await queries.get_citizen(reader, number=number)
    await allow(desk, person, Deed.EXPORT, citizen=citizen, detail="subject export")
    if citizen is None:
        raise NotFoundError("the store knows nothing of this number")
    with desk.store.told():
        name = await queries.get_citizen_name(reader, citizen=citizen)
        calls = await _calls(desk, citizen)
        others = await subject.mentions_in_calls(desk.store, reader, citizen, of_number(number))
    complaints = await _complaints(desk, citizen)
    with desk.store.told():
        sections = (
            _of_calls([_call(desk, call) for call in calls]),
            _of_calls_of_others([{"id": row["id"], "started_at": _iso(desk, row["started_at"])} for row in others]),
            _of_tickets([ticket.to_json(desk.policy.zone, desk.now()) for ticket, _ in complaints]),
            _of_history([_entry(desk, ticket, one) for ticket, entries in complaints for one in entries]),
            *await _callbacks(desk, citizen),
            *await _sms(desk, citizen),
            _of_blocks(await _timed(desk, queries.blocks_of_citizen(reader, citizen=citizen), "since", "until")),
            _of_suspensions(
                await _timed(desk, queries.suspensions_of_citizen(reader, citizen=citizen), "since", "until")
            ),
            _of_surveys(await _timed(desk, queries.surveys_of_citizen(reader, citizen=citizen), "at")),
            _of_recordings(_recordings([ticket for ticket, _ in complaints], calls, recordings)),
            _of_access(await _timed(desk, queries.access_to_citizen(reader, citizen=citizen), "at")),
        )
    return Dossier(number, name, desk.now().astimezone(desk.policy.zone), sections)


async def _calls(desk: Desk, citizen: int) -> list[CallRecord]:
    found = desk.store.queries.list_calls_of_citizen(
        desk.store.reader, citizen=citizen, outcome=None, since=EARLIEST, until=LATEST, limit=ALL
    )
    return [call_rows.from_row(row) async for row in found][::-1]


async def _complaints(desk: Desk, citizen: int) -> list[tuple[Ticket, list[HistoryEntry]]]:
    with desk.store.told():
        found = desk.store.queries.tickets_of_citizen(desk.store.reader, citizen=citizen)
        numbers = [row["number"] async for row in found]
    shown = [await tickets.show(desk, number) for number in numbers]
    return [(ticket, await tickets.history(desk, ticket)) for ticket in shown]


async def _callbacks(desk: Desk, citizen: int) -> tuple[Section, Section]:
    found = desk.store.queries.callbacks_of_citizen(desk.store.reader, citizen=citizen)
    ids = [row["id"] async for row in found]
    owed = await callback_rows.load_all(desk.store, desk.store.reader, ids)
    known = [one.to_json(desk.policy.zone, desk.now()) for one in owed]
    tries = [{"callback": one["id"], **attempt} for one in known for attempt in one["attempts"]]
    return _of_callbacks(known), _of_attempts(tries)


async def _sms(desk: Desk, citizen: int) -> tuple[Section, Section]:
    queries, reader = desk.store.queries, desk.store.reader
    received = await _timed(desk, queries.sms_received_of_citizen(reader, citizen=citizen), "at")
    sent = await _timed(desk, queries.sms_sent_to_citizen(reader, citizen=citizen), "queued_at", "sent_at")
    return _of_sms_received(received), _of_sms_sent(sent)


async def _timed(desk: Desk, found: Any, *times: str) -> list[dict[str, Any]]:
    """Rows as plain values, with moments by the centre's clock, and yes or no."""
    rows = [dict(row) async for row in found]
    for row in rows:
        row.update({name: _iso(desk, row[name]) for name in times})
        row.update({name: bool(row[name]) for name in ("answered", "allowed") if name in row})
    return rows


def _iso(desk: Desk, at: int | None) -> str | None:
    return iso(at, desk.policy.zone)


def _call(desk: Desk, call: CallRecord) -> dict[str, Any]:
    return to_json(call, desk.policy.zone)


def _entry(desk: Desk, ticket: Ticket, entry: HistoryEntry) -> dict[str, Any]:
    """Without from where it was written: that is the centre's own matter."""
    known = entry.to_json(desk.policy.zone)
    known.pop("origin")
    return {"ticket": ticket.number, **known}


def _recordings(complaints: Sequence[Ticket], calls: Sequence[CallRecord], folder: Path) -> Rows:
    of_tickets = [(ticket.recording, {"ticket": ticket.number}) for ticket in complaints]
    of_calls = [(call.recording, {"call": call.id}) for call in calls]
    found: dict[str, dict[str, Any]] = {}
    for name, of in (*of_tickets, *of_calls):
        if name is not None:
            there = (folder / Path(name).name).is_file()
            found.setdefault(name, {"file": name, "ticket": None, "call": None, "there": there}).update(of)
    return list(found.values())


def _of_calls(rows: Rows) -> Section:
    columns = (
        Column("started_at", "Began"),
        Column("ended_at", "Ended"),
        Column("direction", "Direction"),
        Column("outcome", "Outcome"),
        Column("caller", "Caller"),
        Column("dialled", "Dialled"),
        Column("operator", "Operator"),
        Column("wait_seconds", "Waited (seconds)"),
        Column("talk_seconds", "Talked (seconds)"),
        Column("menu_path", "Keys pressed"),
        Column("id", "Call"),
    )
    return Section("calls", "Calls", columns, rows)


def _of_calls_of_others(rows: Rows) -> Section:
    columns = (Column("started_at", "Began"), Column("id", "Call"))
    note = gettext_noop("Calls of others in which your number was a party, such as one that was handed on to you.")
    return Section("calls_of_others", "Your number in other calls", columns, rows, note)


def _of_tickets(rows: Rows) -> Section:
    columns = (
        Column("number", "Ticket"),
        Column("opened_at", "Opened"),
        Column("channel", "Channel"),
        Column("status", "Status"),
        Column("secret", "Secret"),
        Column("category", "Category"),
        Column("area", "Area"),
        Column("text", "Complaint"),
        Column("opd", "OPD"),
        Column("due_at", "Answer due"),
        Column("answer", "Answer"),
        Column("closed_at", "Closed"),
    )
    return Section("tickets", "Complaints", columns, rows)


def _of_history(rows: Rows) -> Section:
    columns = (
        Column("ticket", "Ticket"),
        Column("at", "When"),
        Column("actor", "By"),
        Column("action", "What"),
        Column("text", "Text"),
        Column("detail", "Details"),
    )
    return Section("history", "What was done with your complaints", columns, rows)


def _of_callbacks(rows: Rows) -> Section:
    columns = (
        Column("id", "Call back"),
        Column("reason", "Reason"),
        Column("status", "Status"),
        Column("owed_since", "Owed since"),
        Column("due_at", "Due"),
        Column("tickets", "Tickets"),
    )
    return Section("callbacks", "Calls that the centre owed you", columns, rows)


def _of_attempts(rows: Rows) -> Section:
    columns = (
        Column("callback", "Call back"),
        Column("at", "When"),
        Column("operator", "Operator"),
        Column("result", "Result"),
        Column("note", "Note"),
    )
    return Section("attempts", "Tries to reach you", columns, rows)


def _of_sms_received(rows: Rows) -> Section:
    columns = (
        Column("at", "When"),
        Column("made", "What was made of it"),
        Column("ticket", "Ticket"),
        Column("answered", "Answered"),
    )
    return Section(
        "sms_received", "SMS from you", columns, rows, gettext_noop("Their texts stand with the complaints.")
    )


def _of_sms_sent(rows: Rows) -> Section:
    columns = (
        Column("queued_at", "When"),
        Column("kind", "About"),
        Column("ticket", "Ticket"),
        Column("status", "Status"),
        Column("sent_at", "Sent"),
    )
    return Section("sms_sent", "SMS to you", columns, rows, gettext_noop("What was written is not kept."))


def _of_blocks(rows: Rows) -> Section:
    columns = (Column("since", "Since"), Column("until", "Until"), Column("by", "By"), Column("why", "Why"))
    return Section("blocks", "Times in which your number was refused", columns, rows)


def _of_suspensions(rows: Rows) -> Section:
    columns = (Column("since", "Since"), Column("until", "Until"), Column("by", "By"), Column("why", "Why"))
    return Section("suspensions", "Times in which the use of your data was suspended", columns, rows)


def _of_surveys(rows: Rows) -> Section:
    columns = (Column("at", "When"), Column("score", "Score, 1 to 4"), Column("call", "Call"))
    return Section("surveys", "How content you were", columns, rows)


def _of_recordings(rows: Rows) -> Section:
    columns = (Column("file", "File"), Column("ticket", "Ticket"), Column("call", "Call"), Column("there", "Kept"))
    note = gettext_noop("You can hear them at the call centre, or ask for a copy, by the name of the file.")
    return Section("recordings", "Recordings of your voice", columns, rows, note)


def _of_access(rows: Rows) -> Section:
    columns = (
        Column("at", "When"),
        Column("actor", "By"),
        Column("role", "Role"),
        Column("deed", "What"),
        Column("allowed", "Allowed"),
        Column("ticket", "Ticket"),
        Column("call", "Call"),
    )
    return Section("access", "Who looked at your data", columns, rows)
