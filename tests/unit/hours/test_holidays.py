"""The national days off hold the collective leave too, each under its decree."""

import subprocess
import sys
from datetime import date

from holidays import GOVERNMENT, PUBLIC, country_holidays

from depok_agi.hours.holidays import COLLECTIVE_LEAVE, ESTIMATED, NATIONAL, national_holidays
from depok_agi.hours.schedule import Holiday

IN_2026 = {holiday.day: holiday for holiday in national_holidays([2026])}


def test_independence_day_is_national() -> None:
    day = date(2026, 8, 17)
    assert IN_2026[day] == Holiday(day, "Hari Kemerdekaan Republik Indonesia", NATIONAL)


def test_the_days_around_idul_fitri_are_collective_leave() -> None:
    leave = {day.day for day, holiday in IN_2026.items() if day.month == 3 and holiday.regulation == COLLECTIVE_LEAVE}
    assert leave == {18, 20, 23, 24}


def test_a_date_that_waits_for_a_decree_says_so() -> None:
    years = national_holidays([2027])
    estimated = [holiday for holiday in years if "perkiraan" in holiday.name]
    assert all(holiday.regulation == ESTIMATED for holiday in estimated)
    assert all(holiday.regulation != ESTIMATED for holiday in years if holiday not in estimated)


def test_years_come_in_order_one_row_a_day() -> None:
    days = [holiday.day for holiday in national_holidays(iter([2026, 2025]))]
    assert days == sorted(set(days))
    assert {day.year for day in days} == {2025, 2026}


def test_they_are_those_that_the_library_gives_by_its_own_name() -> None:
    years = range(2024, 2029)
    by_name = {
        day: name
        for category in (GOVERNMENT, PUBLIC)
        for day, name in country_holidays("ID", years=years, categories=category, language="id").items()
    }
    assert {holiday.day: holiday.name for holiday in national_holidays(years)} == by_name


def test_no_other_country_is_imported_for_them() -> None:
    asked = "from depok_agi.hours.holidays import national_holidays; national_holidays([2026]); import sys"
    told = f"{asked}; print([name for name in sys.modules if name.startswith('holidays.countries')])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
