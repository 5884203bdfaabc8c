"""The evaluation of the centre, as it is known now or was known at an earlier moment."""

from datetime import datetime

from depok_agi.desk import Desk
from depok_agi.errors import RefusedError
from depok_agi.reports.evaluation import Counted, evaluation
from depok_agi.reports.period import Period
from depok_agi.reports.report import Report
from depok_agi.store import reports as rows


async def report(desk: Desk, period: Period, *, answer_within: int, as_of: datetime | None = None) -> Report:
    """The report of a period; as of now, when no moment is given. Made again as of its moment, it is the same.

    `answer_within` is the service level's limit, in seconds.

    Raises:
        RefusedError: the moment is still to come, or the period had not begun then.
        StoreError: the store cannot be read.
    """
    moment = await _now(desk) if as_of is None else as_of
    if as_of is not None and as_of > desk.now():
        raise RefusedError(
            "{as_of:%Y-%m-%d %H:%M} is still to come: nobody knows yet", as_of=as_of.astimezone(desk.policy.zone)
        )
    timezone = desk.policy.zone
    if period.since(timezone) >= moment:
        raise RefusedError(
            "the {kind} of {first} had not begun at {moment:%Y-%m-%d %H:%M}",
            kind=period.kind,
            first=period.first,
            moment=moment.astimezone(timezone),
        )
    begins = await rows.begins(desk.store, moment)
    own = await rows.counted(desk.store, period, moment, timezone, with_tables=True)
    before = await _earlier(desk, period.before, moment, begins)
    same = period.year_before == period.before
    year_before = before if same else await _earlier(desk, period.year_before, moment, begins)
    return evaluation(
        own,
        before,
        year_before,
        as_of=moment.astimezone(timezone),
        begins=None if begins is None else begins.astimezone(timezone),
        timezone=timezone,
        answer_within=answer_within,
    )


async def _now(desk: Desk) -> datetime:
    """Now, with nothing written before it that cannot be read yet: whoever writes takes the time within their turn."""
    async with desk.store.transaction():
        return desk.now()


async def _earlier(desk: Desk, period: Period | None, moment: datetime, begins: datetime | None) -> Counted | None:
    """None where no record is of this period: that there is nothing is not that nothing happened."""
    timezone = desk.policy.zone
    if period is None or begins is None or begins >= period.until(timezone):
        return None
    return await rows.counted(desk.store, period, moment, timezone)
