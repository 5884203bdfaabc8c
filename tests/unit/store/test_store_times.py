"""Times are kept exactly, and a time without a zone is not kept at all."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.store.times import microseconds, moment


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=7)), timezone(-timedelta(hours=3.5))])))
def test_a_moment_comes_back_exactly(at: datetime) -> None:
    assert moment(microseconds(at)) == at


@given(st.integers(-(10**16), 10**17))
def test_a_number_comes_back_exactly(at: int) -> None:
    assert microseconds(moment(at)) == at


def test_it_comes_back_in_utc() -> None:
    assert moment(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert moment(1).tzinfo is UTC


def test_nothing_stays_nothing() -> None:
    assert moment(None) is None
    assert microseconds(None) is None


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        microseconds(datetime(2026, 6, 8, 10))  # noqa: DTZ001 - that is the point
