"""The e-mails to OPDs, supervisors and readers of reports: what is queued, what is to be sent now, and how it went.

Never lost: a row of the queue waits until a server has taken the e-mail or until there is nothing left to say. Never
twice: each has a key, and is marked as being sent, in a transaction of its own, before the server gets a word of it.
There is one sender, the daemon. When it is killed after the server took an e-mail and before that is written down,
nobody can know: that one is sent again, with the same Message-ID, by which the receiving side can drop it.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import aiosqlite

from depok_agi.desk import Desk
from depok_agi.language import gettext_noop
from depok_agi.notify.mail import (
    Kind,
    Mail,
    MailFilter,
    MailStatus,
    Role,
    due_key,
    forwarded_key,
    period_of,
    report_key,
    sheet_key,
)
from depok_agi.notify.matter import Department, Matter, without_number
from depok_agi.notify.reminders import MailPolicy, Planned, earliest, planned, sheet_since
from depok_agi.notify.tries import ABOUT_THE_SERVER, WITHOUT_ADDRESS, Answer, Verdict
from depok_agi.reports.period import Period
from depok_agi.reports.schedule import SchedulePolicy, due, due_at
from depok_agi.store.times import microseconds, moment, span
from depok_agi.tickets.clock import Clock
from depok_agi.tickets.ticket import Ticket

AT_ONCE = 100
"""Rows per transaction, so that a call never waits long for the store."""

NO_ADDRESS = gettext_noop("no address")
ANSWERED = gettext_noop("the ticket waits no more for this OPD by this forwarding")
MOVED = gettext_noop("the due date has moved")
TOO_LATE = gettext_noop("it is due already")
DAY_OVER = gettext_noop("its day is over")
NOTHING_OWED = gettext_noop("nothing is owed any more")
INTERRUPTED = gettext_noop("the service ended while it was handed over: it may arrive twice")


async def queue_forwarded(desk: Desk, connection: aiosqlite.Connection, ticket: Ticket) -> None:
    """Tell the OPD that it has got this ticket, in the transaction of the forwarding: neither is without the other.

    Raises:
        ValueError: the ticket is with no OPD.
    """
    if ticket.opd is None or ticket.forwarding is None:
        raise ValueError(f"ticket {ticket.number} is with no OPD")
    now = desk.now()
    await _add(
        desk,
        connection,
        Planned(Kind.FORWARDED, Role.OFFICER, now),
        forwarded_key(ticket.number, ticket.forwarding),
        opd=ticket.opd,
        serial=ticket.serial,
        forwarding=ticket.forwarding,
    )


async def queue_due(desk: Desk, policy: MailPolicy) -> int:
    """Queue what is to be said by now about the due dates of tickets; gives how many e-mails. Cheap when there is none.

    Raises:
        StoreError: the store cannot be written to now.
    """
    now, added = desk.now(), 0
    until = microseconds(now + policy.remind_before)
    while True:
        with desk.store.told():
            found = desk.store.queries.tickets_coming_due(
                desk.store.reader, now=microseconds(now), until=until, limit=AT_ONCE
            )
            said = [(row, planned(moment(row["due_at"]), now, policy)) async for row in found]
        to_say = [(row, plans) for row, plans in said if plans]
        if not to_say:
            return added
        before = added
        async with desk.store.transaction() as connection:
            for row, plans in to_say:
                number, forwarding = row["number"], row["forwarding"]
                for plan in plans:
                    key = due_key(plan.kind, plan.role, number, forwarding, row["due_at"], plan.address)
                    added += await _add(
                        desk, connection, plan, key, opd=row["opd"], serial=row["serial"], forwarding=forwarding
                    )
        if added == before:
            return added


async def queue_sheets(desk: Desk, policy: MailPolicy) -> int:
    """Queue this morning's sheets, each once a day; gives how many. None for what came after the hour of the sheet.

    Raises:
        StoreError: the store cannot be written to now.
    """
    since = sheet_since(desk.now(), policy)
    if since is None:
        return 0
    day = since.date()
    with desk.store.told():
        found = desk.store.queries.opds_without_sheet(desk.store.reader, since=microseconds(since), day=day.isoformat())
        codes = [row["opd"] async for row in found]
    if not codes:
        return 0
    async with desk.store.transaction() as connection:
        return sum(
            [
                await _add(desk, connection, Planned(Kind.SHEET, Role.OFFICER, since), sheet_key(code, day), opd=code)
                for code in codes
            ]
        )


async def queue_reports(desk: Desk, policy: SchedulePolicy, recipients: Sequence[str]) -> int:
    """Queue the reports that are due, each once for each recipient; gives how many e-mails.

    Raises:
        SettingsError: the hours file is wrong, so nobody knows what a working day is.
        StoreError: the store cannot be read or written to now.
    """
    now = desk.now()
    calendar = desk.schedule_around(now)
    to_say: list[tuple[Period, str]] = []
    for address in recipients:
        with desk.store.told():
            found = desk.store.queries.report_keys_of(desk.store.reader, address=address)
            sent = [period_of(row["key"]) async for row in found]
        periods = due(now, sent, policy, lambda day: calendar.working_day(day).working)
        to_say += [(period, address) for period in periods]
    if not to_say:
        return 0
    # One report after the other, so that each has to be made only once for all who get it.
    to_say.sort(key=lambda one: (due_at(one[0], policy), one[0].kind))
    async with desk.store.transaction() as connection:
        return sum(
            [
                await _add(
                    desk,
                    connection,
                    Planned(Kind.REPORT, Role.RECIPIENT, now, address),
                    report_key(period, address),
                    opd=None,
                )
                for period, address in to_say
            ]
        )


async def _add(
    desk: Desk,
    connection: aiosqlite.Connection,
    plan: Planned,
    key: str,
    *,
    opd: str | None,
    serial: int | None = None,
    forwarding: int | None = None,
) -> int:
    return int(
        await desk.store.queries.add_mail(
            connection,
            key=key,
            kind=plan.kind,
            role=plan.role,
            opd=opd,
            ticket=serial,
            forwarding=forwarding,
            address=plan.address,
            queued_at=microseconds(desk.now()),
            next_try_at=microseconds(plan.at),
        )
    )


async def to_send(desk: Desk, policy: MailPolicy) -> list[Mail]:
    """The e-mails to be handed over now, at most `AT_ONCE`.

    What has nothing left to say is dropped before, and what cannot go now (no address, the night) is put off.

    Raises:
        StoreError: the store cannot be written to now.
    """
    if await _waiting(desk, 1):
        await _tidy(desk, policy)
    return await _waiting(desk, AT_ONCE)


async def _waiting(desk: Desk, most: int) -> list[Mail]:
    with desk.store.told():
        found = desk.store.queries.mails_to_send(desk.store.reader, now=microseconds(desk.now()), limit=most)
        return [_mail(row) async for row in found]


async def _tidy(desk: Desk, policy: MailPolicy) -> None:
    queries, now = desk.store.queries, desk.now()
    at, today = microseconds(now), now.astimezone(policy.zone).date().isoformat()
    async with desk.store.transaction() as connection:
        await queries.drop_mails_of_answered(connection, now=at, why=ANSWERED)
        await queries.drop_mails_of_moved(connection, now=at, why=MOVED)
        await queries.drop_reminders_too_late(connection, now=at, why=TOO_LATE)
        await queries.drop_sheets_of_other_days(connection, now=at, day=today, why=DAY_OVER)
        later = microseconds(now + WITHOUT_ADDRESS)
        await queries.put_off_mails_without_address(connection, now=at, next_try_at=later, why=NO_ADDRESS)
        for kind in Kind:
            first = earliest(kind, now, policy)
            if first > now:
                await queries.put_off_mails_of_kind(connection, now=at, kind=kind, next_try_at=microseconds(first))


async def begin(desk: Desk, mail: Mail) -> bool:
    """Mark it as being sent, before the server gets a word; False when it has nothing left to say after all.

    Raises:
        StoreError: the store cannot be written to now: then it must not be sent either.
    """
    async with desk.store.transaction() as connection:
        return bool(await desk.store.queries.start_mail(connection, id=mail.id, address=mail.address))


async def finish(desk: Desk, mail: Mail, answer: Answer, at: datetime, wait: timedelta) -> None:
    """Write down how it went; doing it twice is doing it once.

    Args:
        desk: where.
        mail: one that `begin` has marked.
        answer: how it went.
        at: when.
        wait: how long it waits if it was not taken. When the fault is the server's, all others wait as long.

    Raises:
        StoreError: the store cannot be written to now. It must not be sent again, but written down later.
    """
    queries, next_try_at = desk.store.queries, microseconds(at + wait)
    async with desk.store.transaction() as connection:
        if answer.verdict is Verdict.TAKEN:
            await queries.mail_is_sent(connection, id=mail.id, sent_at=microseconds(at))
        elif answer.verdict is Verdict.NEEDLESS:
            await queries.mail_is_dropped(connection, id=mail.id, why=answer.said)
        else:
            await queries.mail_waits(connection, id=mail.id, next_try_at=next_try_at, why=answer.said)
        if answer.verdict in ABOUT_THE_SERVER:
            await queries.put_off_all_mails(connection, now=microseconds(at), next_try_at=next_try_at, why=answer.said)


async def resume(desk: Desk) -> int:
    """After a start: what was being sent when the service ended is sent again; gives how many. Raises StoreError."""
    async with desk.store.transaction() as connection:
        return int(await desk.store.queries.resume_mails(connection, now=microseconds(desk.now()), why=INTERRUPTED))


async def department(desk: Desk, mail: Mail) -> Department:
    """The OPD that it is about. Raises ValueError when it is about none."""
    if mail.opd is None:
        raise ValueError(f"e-mail {mail.id} is about no OPD")
    with desk.store.told():
        return Department(mail.opd, await desk.store.queries.get_opd_name(desk.store.reader, code=mail.opd))


async def matters(desk: Desk, mail: Mail) -> Sequence[Matter]:
    """What it is about, as things are now: one ticket, or for a sheet all that the OPD owes; none when that is over."""
    queries, reader = desk.store.queries, desk.store.reader
    with desk.store.told():
        if mail.serial is None:
            found = queries.matters_of_opd(reader, opd=mail.opd)
        else:
            found = queries.matter_of_ticket(reader, serial=mail.serial)
        return [_matter(row) async for row in found]


async def listed(
    desk: Desk,
    *,
    wanted: MailFilter = MailFilter.ALL,
    since: int | None = None,
    until: int | None = None,
    limit: int = 50,
) -> list[Mail]:
    """The e-mails, newest first; `since` and `until` are microseconds UTC, half-open: those queued within."""
    queries, reader = desk.store.queries, desk.store.reader
    within = {**span(since, until), "limit": limit}
    with desk.store.told():
        match wanted:
            case MailFilter.ALL:
                found = queries.newest_mails(reader, **within)
            case MailFilter.WAITING:
                found = queries.newest_waiting_mails(reader, **within)
            case _:
                found = queries.newest_ended_mails(reader, status=wanted, **within)
        return await _mails(desk, [row["id"] async for row in found])


async def reports_listed(desk: Desk, *, limit: int = 50) -> list[Mail]:
    """The e-mails with reports, newest first."""
    with desk.store.told():
        found = desk.store.queries.newest_report_mails(desk.store.reader, limit=limit)
        return await _mails(desk, [row["id"] async for row in found])


async def _mails(desk: Desk, ids: list[int]) -> list[Mail]:
    """Those with these ids, newest first."""
    found = desk.store.queries.get_mails(desk.store.reader, ids=json.dumps(ids))
    return [_mail(row) async for row in found]


async def look_again(desk: Desk, connection: aiosqlite.Connection, opd: str) -> None:
    """Let those of an OPD be tried at once, in the transaction in which one of its addresses was entered."""
    await desk.store.queries.try_mails_of_opd_now(connection, now=microseconds(desk.now()), opd=opd)


async def try_now(desk: Desk) -> int:
    """Let all that wait be tried at once, such as when a server or an address was mended; gives how many had to wait.

    Those that have to wait for a decent hour still do.
    """
    async with desk.store.transaction() as connection:
        return int(await desk.store.queries.try_mails_now(connection, now=microseconds(desk.now())))


def _mail(row: aiosqlite.Row) -> Mail:
    return Mail(
        id=row["id"],
        key=row["key"],
        kind=Kind(row["kind"]),
        role=Role(row["role"]),
        opd=row["opd"],
        number=row["number"],
        serial=row["serial"],
        forwarding=row["forwarding"],
        address=row["address"],
        status=MailStatus(row["status"]),
        queued_at=moment(row["queued_at"]),
        next_try_at=moment(row["next_try_at"]),
        tries=row["tries"],
        sent_at=moment(row["sent_at"]),
        error=row["error"],
    )


def _matter(row: aiosqlite.Row) -> Matter:
    return Matter(
        number=row["number"],
        category=row["category"],
        area=row["area"],
        text=None if row["text"] is None else without_number(row["text"], row["citizen"]),
        secret=bool(row["secret"]),
        forwarded_at=moment(row["forwarded_at"]),
        due_at=moment(row["due_at"]),
        due_elapsed_at=moment(row["due_elapsed_at"]),
        due_working_days_at=moment(row["due_working_days_at"]),
        clock=None if row["clock"] is None else Clock(row["clock"]),
    )
