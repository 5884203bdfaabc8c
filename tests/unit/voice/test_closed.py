"""Out of hours: the caller hears why, until when, and what they can leave."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from depok_agi.hours.schedule import Override
from depok_agi.voice import closed
from depok_agi.voice.caller import Language
from depok_agi.voice.variables import Result, StepName
from tests.unit.voice.fake_caller import ANI, FakeCaller
from tests.unit.voice.test_steps import NOW, SCHEDULE, Desk, run

BEFORE_NINE = NOW - timedelta(hours=3)
AT_NINE = ["time-at", "digit-9"]


def heard(when: datetime, language: Language = Language.INDONESIAN) -> list[str]:
    """What is said of the opening by whoever does nothing."""
    caller = FakeCaller(info=replace(ANI, language=language))
    assert run(StepName.CLOSED, caller, Desk(when)) == (Result.GOODBYE, "")
    assert caller.played[-3:] == ["closed-offer", "closed-english", "goodbye"]
    return caller.played[1:-3]


class TestWhy:
    @pytest.mark.parametrize(
        ("when", "why"),
        [
            (BEFORE_NINE, "closed-hours"),
            (NOW + timedelta(days=4), "closed-hours"),
            (NOW + timedelta(hours=3), "closed-break"),
            (datetime(2026, 12, 25, 3, tzinfo=UTC), "closed-holiday"),
            (datetime(2026, 12, 24, 3, tzinfo=UTC), "closed-hours"),
        ],
    )
    def test_the_caller_hears_it_first(self, when: datetime, why: str) -> None:
        caller = FakeCaller()
        assert run(StepName.CLOSED, caller, Desk(when)) == (Result.GOODBYE, "")
        assert caller.played[0] == why

    def test_an_override_has_words_of_its_own_and_ends_when_it_says(self) -> None:
        shut = Override(open=False, since=NOW, until=NOW + timedelta(minutes=45), by="siti", why="power cut")
        caller = FakeCaller()
        run(StepName.CLOSED, caller, Desk(schedule=replace(SCHEDULE, overrides=(shut,))))
        assert caller.played[:4] == ["closed-today", "closed-until-today", *AT_NINE]
        assert caller.played[4:6] == ["number-40", "digit-5"]


class TestUntilWhen:
    def test_later_on_the_same_day_the_time_is_enough(self) -> None:
        assert heard(BEFORE_NINE) == ["closed-until-today", *AT_NINE]
        assert heard(NOW + timedelta(hours=3)) == ["closed-until-today", "time-at", "number-13"]

    def test_another_day_is_said_with_its_date(self) -> None:
        assert heard(NOW + timedelta(hours=8)) == [
            *("closed-until", "weekday-wednesday", "number-20", "digit-5", "month-november"),
            *AT_NINE,
        ]

    def test_in_english_the_month_comes_first(self) -> None:
        assert heard(NOW + timedelta(hours=8), Language.ENGLISH) == [
            *("closed-until", "weekday-wednesday", "month-november", "number-20", "digit-5"),
            *(*AT_NINE, "time-oclock"),
        ]

    def test_holidays_and_closed_days_are_seen_through(self) -> None:
        assert heard(datetime(2026, 12, 23, 10, tzinfo=UTC))[:5] == [
            *("closed-until", "weekday-monday", "number-20", "digit-8", "month-december"),
        ]

    def test_the_year_is_said_when_it_is_the_next_one(self) -> None:
        assert heard(datetime(2026, 12, 31, 10, tzinfo=UTC)) == [
            *("closed-until", "weekday-friday", "digit-1", "month-january"),
            *("digit-2", "number-thousand", "number-20", "digit-7"),
            *AT_NINE,
        ]

    def test_nothing_is_promised_that_no_rule_says(self) -> None:
        caller = FakeCaller()
        run(StepName.CLOSED, caller, Desk(schedule=replace(SCHEDULE, weekly=())))
        assert caller.played == ["closed-hours", "closed-opening", "closed-offer", "closed-english", "goodbye"]


class TestWhatCanBeLeft:
    @pytest.mark.parametrize(("key", "result"), closed.CHOICES.items())
    def test_it_can_be_chosen_before_the_end_of_the_words(self, key: str, result: Result) -> None:
        caller = FakeCaller(key)
        assert run(StepName.CLOSED, caller, Desk(BEFORE_NINE)) == (result, key)
        assert "closed-offer" not in caller.played

    @pytest.mark.parametrize(("key", "result"), closed.CHOICES.items())
    def test_and_after_it(self, key: str, result: Result) -> None:
        assert run(StepName.CLOSED, FakeCaller("", key)) == (result, key)

    @pytest.mark.parametrize("key", ["3", "*", "#"])
    def test_another_key_is_goodbye(self, key: str) -> None:
        caller = FakeCaller("", key)
        assert run(StepName.CLOSED, caller) == (Result.GOODBYE, key)
        assert caller.played[-1] == "goodbye"
