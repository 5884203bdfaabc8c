"""What the reports count, out of the store: as it was known at a moment."""

from collections import Counter, defaultdict
from datetime import datetime, tzinfo

from depok_agi.calls.events import MICROSECONDS
from depok_agi.calls.record import Outcome
from depok_agi.operators.state import PauseReason, State
from depok_agi.reports.callbacks import Callbacks, Owed
from depok_agi.reports.calls import Calls, Load
from depok_agi.reports.distribution import Distribution
from depok_agi.reports.evaluation import Counted
from depok_agi.reports.gaps import Gap
from depok_agi.reports.operators import Times
from depok_agi.reports.period import Period
from depok_agi.reports.satisfaction import Scores
from depok_agi.reports.sms import Messages
from depok_agi.reports.tickets import Backlog, Count, Tickets, Way
from depok_agi.store.database import Store
from depok_agi.store.rows import one_by_one
from depok_agi.store.times import microseconds, moment
from depok_agi.tickets.callback import AttemptResult, CallbackReason, CallbackStatus


async def begins(store: Store, as_of: datetime) -> datetime | None:
    """When the records begin, as known at a moment; None where there are none. Raises StoreError."""
    at = microseconds(as_of)
    with store.told():
        firsts = [
            await store.queries.first_call(store.reader, as_of=at),
            await store.queries.first_ticket(store.reader, as_of=at),
        ]
    return moment(min((first for first in firsts if first is not None), default=None))


async def counted(
    store: Store, period: Period, as_of: datetime, timezone: tzinfo, *, with_tables: bool = False
) -> Counted:
    """Count a period; what only its own tables need, only `with_tables`. Raises StoreError."""
    asked = {
        "since": microseconds(period.since(timezone)),
        "until": microseconds(period.until(timezone)),
        "as_of": microseconds(as_of),
    }
    end = min(asked["until"], asked["as_of"])
    with store.told():
        return Counted(
            period,
            await _calls(store, asked, with_tables=with_tables),
            await _tickets(store, asked, end),
            await _callbacks(store, asked, end),
            await _scores(store, asked),
            await _gaps(store, asked),
            await _messages(store, asked),
            await _times(store, asked, end),
        )


async def _calls(store: Store, asked: dict[str, int], *, with_tables: bool) -> Calls:
    queries, reader = store.queries, store.reader
    waits: defaultdict[Outcome, Distribution] = defaultdict(Distribution)
    recovered = 0
    async for row in queries.inbound_calls_by_wait(reader, **asked):
        waits[Outcome(row["outcome"])].counts[row["wait_seconds"] or 0] += row["calls"]
        recovered += row["recovered"]
    talks: defaultdict[str | None, Distribution] = defaultdict(Distribution)
    async with queries.answered_calls_by_talk_cursor(reader, **asked) as cursor:
        async for operator, seconds, calls in one_by_one(cursor):
            talks[operator].counts[seconds or 0] += calls
    quarters: dict[int, Load] = {}
    if with_tables:
        async with queries.inbound_calls_by_quarter_cursor(reader, **asked) as cursor:
            async for quarter, *load in one_by_one(cursor):
                quarters[quarter] = quarters.get(quarter, Load()).plus(Load(*load))
    back = await queries.abandoned_called_back(reader, **asked)
    return Calls(dict(waits), dict(talks), quarters, back["called_back"], back["reached"], recovered)


async def _tickets(store: Store, asked: dict[str, int], end: int) -> Tickets:
    open_at = await store.queries.tickets_open_at(store.reader, at=end)
    backlog = Backlog(open_at["open"], open_at["late"], moment(open_at["oldest"]))
    count = Count(asked["as_of"])
    async with store.queries.tickets_received_cursor(store.reader, **asked) as cursor:
        async for row in one_by_one(cursor):
            count.add(Way._make(row))
    return count.tickets(backlog)


async def _callbacks(store: Store, asked: dict[str, int], end: int) -> Callbacks:
    queries, reader = store.queries, store.reader
    owed = await queries.callbacks_owed_at(reader, at=end)
    opened: Counter[tuple[CallbackReason, CallbackStatus]] = Counter()
    async for row in queries.callbacks_opened(reader, **asked):
        opened[CallbackReason(row["reason"]), CallbackStatus(row["status"])] += row["callbacks"]
    made = {AttemptResult(row["result"]): row["attempts"] async for row in queries.attempts_made(reader, **asked)}
    return Callbacks(opened, made, Owed(owed["owed"], owed["late"], moment(owed["oldest"])))


async def _scores(store: Store, asked: dict[str, int]) -> Scores:
    return {row["score"]: row["answers"] async for row in store.queries.scores_given(store.reader, **asked)}


async def _messages(store: Store, asked: dict[str, int]) -> Messages:
    row = await store.queries.sms_messages(store.reader, **asked)
    return Messages(row["received"], row["sent"], row["dropped"])


async def _times(store: Store, asked: dict[str, int], end: int) -> Times:
    rows = store.queries.operator_times(store.reader, since=asked["since"], end=end, as_of=asked["as_of"])
    return Times(
        {
            (row["operator"], State(row["state"]), None if row["reason"] is None else PauseReason(row["reason"])): row[
                "microseconds"
            ]
            // MICROSECONDS
            async for row in rows
        }
    )


async def _gaps(store: Store, asked: dict[str, int]) -> list[Gap]:
    return [
        Gap(row["pbx"], moment(row["since"]), moment(row["until"]), row["recovered"], row["unknown"])
        async for row in store.queries.gaps_within(store.reader, **asked)
    ]
