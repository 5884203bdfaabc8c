"""When the day's run is due, and what is old enough for it."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.access.retention import Kind, Periods, is_due

WIB = ZoneInfo("Asia/Jakarta")
AT = time(3)
NOW = datetime(2026, 11, 25, 4, 0, tzinfo=WIB)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (NOW - timedelta(hours=24), NOW, True),
        (datetime(2026, 11, 25, 3, 0, tzinfo=WIB), NOW, False),
        (datetime(2026, 11, 25, 2, 59, tzinfo=WIB), NOW, True),
        (datetime(2026, 11, 24, 3, 0, tzinfo=WIB), datetime(2026, 11, 25, 2, 59, tzinfo=WIB), False),
        (datetime(2026, 11, 24, 3, 0, tzinfo=WIB), datetime(2026, 11, 25, 3, 0, tzinfo=WIB), True),
        (datetime(2026, 11, 20, 3, 0, tzinfo=WIB), datetime(2026, 11, 25, 1, 0, tzinfo=WIB), True),
    ],
    ids=["yesterday", "today", "by hand this morning", "tomorrow", "now", "missed"],
)
def test_it_is_due_once_a_day_and_made_up_for(last: datetime, now: datetime, due: bool) -> None:
    assert is_due(last, now, AT, WIB) is due


@given(st.integers(min_value=0, max_value=10**9), st.times())
def test_right_after_a_run_none_is_due_and_a_day_later_one_is(seconds: int, at: time) -> None:
    now = NOW + timedelta(seconds=seconds)
    assert not is_due(now, now, at, WIB)
    assert is_due(now, now + timedelta(days=1), at, WIB)


def test_what_is_kept_for_ever_has_no_limit() -> None:
    limits = Periods(recordings=90, tickets=0, calls=365, sms=0, access_log=0).limits(NOW)
    assert limits == {
        Kind.RECORDINGS: NOW - timedelta(days=90),
        Kind.CALLBACKS: NOW - timedelta(days=365),
        Kind.CALLS: NOW - timedelta(days=365),
        Kind.BLOCKS: NOW - timedelta(days=365),
        Kind.SUSPENSIONS: NOW - timedelta(days=365),
        Kind.CITIZENS: NOW,
    }
