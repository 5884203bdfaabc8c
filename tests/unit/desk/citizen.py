"""One citizen who comes in through every door, with words that nobody else would use."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from depok_agi.access import roles
from depok_agi.calls.record import Direction, Leg, Outcome, Recording, Role, Transfer, TransferKind
from depok_agi.calls.recordings import name_of
from depok_agi.config import Folders, Journal
from depok_agi.desk import Desk, blocks, callbacks, calls, dialling, importing, sms, suspending, taking, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.store import backup
from depok_agi.store.times import microseconds
from depok_agi.tickets.callback import AttemptResult
from depok_agi.tickets.ticket import Ticket, TicketChannel
from depok_agi.voice import spool
from depok_agi.voice.caller import Language
from depok_agi.voice.centre import CallbackRequest
from depok_agi.voice.left import Message, OpdRequest, Score, Sms, recording_of
from tests.unit.desk.made import BUDI, Clock, call

NUMBER = "+6281100007391"
DIGITS = "81100007391"
NATIONAL = "081100007391"
NAME = "Kuswandari"
VOICE = b"suara-warga-yang-hanya-ini"
WORDS = tuple(f"kata{number}unik" for number in range(1, 17))
"""Each stands in one text of hers, or about her."""

SECRETS = (DIGITS.encode(), b"0811-0000-7391", NAME.encode(), VOICE, *(word.encode() for word in WORDS))


def folders(tmp_path: Path) -> Folders:
    """Those of a centre, made."""
    found = Folders(
        tmp_path / "store.sqlite",
        *(tmp_path / name for name in ("spool", "published", "recordings", "backups")),
    )
    for folder in (found.spool, found.published, found.recordings, found.backups):
        folder.mkdir(exist_ok=True)
    return found


def journal(tmp_path: Path) -> Journal:
    """Asterisk's files, of which there are none yet."""
    return Journal(tmp_path / "log" / "cel.csv", tmp_path / "log" / "queue_log", tmp_path / "log" / "Master.csv")


async def comes_in(desk: Desk, clock: Clock, places: Folders) -> list[Ticket]:
    """Through every door; gives her tickets, all of them closed and nothing owed."""
    await _calls(desk, clock, places)
    await _leaves(desk, clock, places)
    made = [await _complains(desk, clock), await _stays_unnamed(desk)]
    await _is_imported(desk)
    await _writes(desk, clock)
    await blocks.block(desk, NUMBER, until=clock.at + timedelta(days=400), why=WORDS[9], by="budi")
    await _is_called_back(desk, clock)
    for ticket in await _of_hers(desk):
        await _ends(desk, ticket)
    await _is_told(desk, clock)
    await _is_suspended_for_a_time(desk, clock)
    return made


async def _calls(desk: Desk, clock: Clock, places: Folders) -> None:
    talk = Recording("1764000000.1", name_of("talk", "1764000000.1"))
    (places.recordings / talk.file).write_bytes(b"RIFF" + VOICE * 4000)
    answered = call("1764000000.1", Outcome.ANSWERED, number=NUMBER, began=clock.at)
    answered = replace(answered, recordings=(talk,))
    handed = Transfer(TransferKind.BLIND, "PJSIP/101-00000001", NATIONAL, microseconds(clock.at))
    on_isdn = Leg(f"DAHDI/i1/{NATIONAL}-1", NATIONAL, Role.OPERATOR, None, None, None)
    abandoned = call("1764000100.1", number=NUMBER, began=clock.at)
    of_budi = replace(call("1764000200.1", Outcome.ANSWERED, number=BUDI, began=clock.at), transfers=(handed,))
    of_budi = replace(of_budi, legs=(*of_budi.legs, on_isdn), uniqueids=(*of_budi.uniqueids, "1764000200.2"))
    records = [replace(answered, legs=(replace(answered.legs[0], channel=on_isdn.channel),)), abandoned, of_budi]
    states = {record.id: f'{{"channels": [["{NATIONAL}"]]}}' for record in records}
    await calls.record(desk, records, [], None, states)


async def _leaves(desk: Desk, clock: Clock, places: Folders) -> None:
    file = recording_of("1764000300.1")
    (places.recordings / file).write_bytes(b"RIFF" + VOICE * 4000)
    message = Message("1764000300.1", NUMBER, NATIONAL, clock.at, Language.INDONESIAN, file, seconds=6)
    await taking.take(desk, message, places.recordings)
    request = CallbackRequest("1764000400.1", NUMBER, NATIONAL, clock.at, Language.INDONESIAN)
    await taking.take(desk, request, places.recordings)
    await taking.take(desk, OpdRequest("1764000500.1", NUMBER, "DLHK", clock.at), places.recordings)
    await taking.take(desk, Score("1764000000.1", 4, clock.at), places.recordings)


async def _complains(desk: Desk, clock: Clock) -> Ticket:
    complaint = Complaint(
        WORDS[0], caller=NATIONAL, name=NAME, category="sampah", area="Beji", call="depok-1764000000.1"
    )
    ticket = await tickets.open_ticket(desk, complaint, "siti")
    await tickets.note(desk, ticket.number, f"{WORDS[1]}, juga 0811-0000-7391", "siti")
    await tickets.forward(desk, ticket.number, "DISHUB", "siti")
    await tickets.bounce(desk, ticket.number, WORDS[2], "siti")
    await tickets.forward(desk, ticket.number, "DLHK", "siti")
    clock.later(hours=1)
    await tickets.answer(desk, ticket.number, WORDS[3], "siti")
    return await tickets.show(desk, ticket.number)


async def _stays_unnamed(desk: Desk) -> Ticket:
    complaint = Complaint(WORDS[4], caller=NUMBER, name=NAME, secret=True, channel=TicketChannel.IN_PERSON)
    return await tickets.open_ticket(desk, complaint, "budi")


async def _is_imported(desk: Desk) -> None:
    row = {"channel": "letter", "text": WORDS[5], "caller": NATIONAL, "name": NAME}
    entries, faults = await importing.checked(desk, [(2, {**row})])
    assert faults == []
    await importing.take(desk, entries, "budi")


async def _writes(desk: Desk, clock: Clock) -> None:
    for place, text in enumerate((f"BARU {WORDS[6]}", WORDS[7], "TELEPON", "STATUS 1000015")):
        clock.later(minutes=10)
        await sms.take(desk, Sms(f"{NATIONAL}-{place}@gateway 1", NUMBER, NATIONAL, clock.at, text))


async def _is_called_back(desk: Desk, clock: Clock) -> None:
    [owed] = [one for one in await callbacks.listed(desk) if one.caller == NUMBER]
    await callbacks.claim(desk, owed.id, "siti")
    await dialling.place(desk, owed.id, "siti", "PJSIP/101")
    async with desk.store.transaction() as connection:
        await connection.execute("UPDATE dial_orders SET status = 'failed', reason = ?", (f"no way to {NATIONAL}",))
    outbound = call(
        "1764000600.1", Outcome.BUSY, number=NUMBER, direction=Direction.OUTBOUND, began=clock.later(minutes=1)
    )
    await calls.record(desk, [outbound], [])
    clock.later(minutes=2)
    await callbacks.done(desk, owed.id, AttemptResult.BUSY, "siti", WORDS[8])


async def _ends(desk: Desk, ticket: Ticket) -> None:
    if ticket.status == "new":
        await tickets.answer(desk, ticket.number, WORDS[10], "siti")


async def _is_told(desk: Desk, clock: Clock) -> None:
    clock.later(days=1)
    [owed] = [one for one in await callbacks.listed(desk) if one.caller == NUMBER]
    await callbacks.done(desk, owed.id, AttemptResult.REACHED, "siti", WORDS[11])
    for ticket in await _of_hers(desk):
        await tickets.note(desk, ticket.number, WORDS[12], "siti")


async def _is_suspended_for_a_time(desk: Desk, clock: Clock) -> None:
    person = roles.Person("sri", roles.Role.SUPERVISOR)
    await suspending.suspend(desk, NUMBER, why=WORDS[15], person=person)
    clock.later(hours=1)
    await suspending.resume(desk, NUMBER, person=person)


async def _of_hers(desk: Desk) -> list[Ticket]:
    return [ticket for ticket in await tickets.listed(desk) if ticket.caller == NUMBER]


def waits_in_the_spool(places: Folders, clock: Clock) -> None:
    """Something of hers that the daemon has not taken yet, and something that it could not understand."""
    spool.leave(places.spool, Sms(f"{NATIONAL}@gateway 9", NUMBER, NATIONAL, clock.at, WORDS[13]))
    (places.spool / spool.REJECTED).mkdir()
    (places.spool / spool.REJECTED / "odd.json").write_text(f'{{"number": "{NUMBER}", "text": "{WORDS[14]}"')


def is_backed_up(places: Folders, clock: Clock) -> Path:
    """A copy of the store from before."""
    return backup.back_up(places.store, places.backups, clock.at)


def found_in(folder: Path, secrets: Iterable[bytes] = SECRETS) -> list[tuple[str, bytes]]:
    """Where any of these bytes stand: every byte of every file."""
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return [
        (str(path.relative_to(folder)), secret)
        for path, content in files.items()
        for secret in secrets
        if secret in content
    ]
