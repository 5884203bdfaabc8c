"""What the city wrote and was written: e-mails to OPDs and readers of reports, SMS, and callers who are refused.

Made out of the tickets that are in the store already, by SQL: they follow from these, and there are half a million.
"""

import random
from datetime import UTC, datetime, timedelta

from depok_agi.notify.mail import report_key
from depok_agi.reports.period import Period, PeriodKind
from depok_agi.store.times import microseconds
from tests.bench.bulk import Bulk
from tests.bench.city_people import OPERATORS
from tests.bench.city_times import DAY, HOUR, MINUTE, WIB

RECIPIENTS = ("walikota@example.test", "kominfo@example.test")
BLOCKS = 400
BLOCKED_DAYS = 7

MAILS = (
    # To the officer of the OPD that has got a ticket. What came in the last hour waits for the server.
    """INSERT INTO mails (key, kind, role, opd, ticket, forwarding, status, queued_at, next_try_at, tries, sent_at,
        error)
    SELECT 'forwarded:' || number || ':' || forwarding, 'forwarded', 'officer', opd, serial, forwarding,
        CASE WHEN forwarded_at > :now - :hour THEN 'waiting' ELSE 'sent' END, forwarded_at, forwarded_at, 1,
        CASE WHEN forwarded_at > :now - :hour THEN NULL ELSE forwarded_at + :minute END,
        CASE WHEN forwarded_at > :now - :hour THEN 'the mail server does not answer' END
    FROM tickets WHERE forwarding IS NOT NULL ORDER BY forwarded_at""",
    # A day before the answer is due; a few were answered while the e-mail waited.
    """INSERT INTO mails (key, kind, role, opd, ticket, forwarding, status, queued_at, next_try_at, tries, sent_at,
        error)
    SELECT 'reminder:' || number || ':' || forwarding || ':' || due_at, 'reminder', 'officer', opd, serial, forwarding,
        CASE WHEN serial % 50 = 0 THEN 'dropped' ELSE 'sent' END, due_at - :day, due_at - :day,
        CASE WHEN serial % 50 = 0 THEN 0 ELSE 1 END, CASE WHEN serial % 50 = 0 THEN NULL ELSE due_at - :day END,
        CASE WHEN serial % 50 = 0 THEN 'the ticket was answered' END
    FROM tickets
    WHERE forwarding IS NOT NULL AND due_at - :day < :now AND coalesce(answered_at, :now) > due_at - :day
    ORDER BY due_at""",
)

SMS = (
    """INSERT INTO sms_received (uniqueid, at, citizen, made, ticket, answered, recorded_at)
    SELECT 'sms-' || serial, opened_at, citizen, 'ticket', serial, 1, opened_at
    FROM tickets WHERE channel = 'sms' AND citizen IS NOT NULL ORDER BY serial""",
    """INSERT INTO sms_queue (key, kind, language, citizen, ticket, status, queued_at, next_try_at, tries, sent_at,
        recorded_at)
    SELECT 'answer:' || id, 'ticket', 'id', citizen, ticket, 'sent', at, at, 1, at, at FROM sms_received ORDER BY id""",
    """INSERT INTO sms_queue (key, kind, language, citizen, ticket, forwarding, status, queued_at, next_try_at, tries,
        sent_at, error, recorded_at)
    SELECT 'forwarded:' || serial || ':' || forwarding, 'forwarded', 'id', citizen, serial, forwarding,
        CASE WHEN forwarded_at > :now - :hour THEN 'waiting' WHEN serial % 200 = 0 THEN 'dropped' ELSE 'sent' END,
        forwarded_at, forwarded_at, CASE WHEN forwarded_at > :now - :hour THEN 0 ELSE 1 END,
        CASE WHEN forwarded_at > :now - :hour OR serial % 200 = 0 THEN NULL ELSE forwarded_at END,
        CASE WHEN forwarded_at <= :now - :hour AND serial % 200 = 0 THEN 'could not be sent for too long' END,
        CASE WHEN forwarded_at > :now - :hour THEN NULL ELSE forwarded_at END
    FROM tickets WHERE forwarding IS NOT NULL AND citizen IS NOT NULL ORDER BY forwarded_at""",
)


def fill(bulk: Bulk, citizens: int, now: datetime, days: int, drawn: random.Random) -> None:
    """What follows from the tickets that are there; a report of each day; a block now and then, as many as can last."""
    bulk.flush()
    times = {"now": microseconds(now), "day": DAY, "hour": HOUR, "minute": MINUTE}
    for statement in (*MAILS, *SMS):
        bulk.connection.execute(statement, times)
    _reports(bulk, now, days)
    _blocks(bulk, citizens, microseconds(now), days, drawn)


def _reports(bulk: Bulk, now: datetime, days: int) -> None:
    mails = bulk.into(
        "mails", "key", "kind", "role", "address", "status", "queued_at", "next_try_at", "tries", "sent_at"
    )
    today = now.astimezone(WIB).date()
    for back in range(days, 0, -1):
        period = Period(PeriodKind.DAY, today - timedelta(days=back))
        sent_at = microseconds(datetime.combine(period.first, datetime.min.time(), UTC) + timedelta(hours=10))
        for address in RECIPIENTS:
            key = report_key(period, address)
            mails.add(key, "report", "recipient", address, "sent", sent_at, sent_at, 1, sent_at)


def _blocks(bulk: Bulk, citizens: int, end: int, days: int, drawn: random.Random) -> None:
    blocks = bulk.into("blocks", "citizen", "since", "until", "by", "why")
    for place in range(BLOCKS):
        since = end - days * DAY + place * days * DAY // BLOCKS
        until = since + BLOCKED_DAYS * DAY
        blocks.add(1 + drawn.randrange(citizens), since, until, drawn.choice(OPERATORS), "iseng berulang kali")
