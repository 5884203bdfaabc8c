"""Times at the desk: they add up across and down, within the period, and as they were known at a moment."""

from datetime import datetime, timedelta

import pytest

from depok_agi.desk import Desk, attendance
from depok_agi.operators.board import Turn
from depok_agi.operators.state import PauseReason, Standing, State
from depok_agi.reports.report import Value
from depok_agi.store.times import microseconds
from tests.unit.desk.made import TEN, Clock, wib
from tests.unit.reports.made import day, report_of, rows, table, values

MONDAY, TUESDAY = day("2026-06-08"), day("2026-06-09")
PHONES = {"PJSIP/101": "siti", "PJSIP/102": "budi"}
PARTS = ("in", "on_call", "wrap_up", "paused", "unreachable", "unknown")
IN, ON_CALL = Standing(State.IN), Standing(State.ON_CALL)
LUNCH, UNANSWERED = (Standing(State.PAUSED, reason) for reason in (PauseReason.LUNCH, PauseReason.UNANSWERED))


async def told(desk: Desk, clock: Clock, at: datetime, standing: Standing | None, device: str = "PJSIP/101") -> None:
    """It is heard and written at this moment."""
    clock.at = at
    await attendance.write(desk, [Turn(microseconds(at), device, device, standing)], PHONES)


async def a_morning(desk: Desk, clock: Clock) -> None:
    await told(desk, clock, TEN, IN)
    await told(desk, clock, TEN + timedelta(minutes=1), IN, "PJSIP/102")
    await told(desk, clock, TEN + timedelta(minutes=10), ON_CALL)
    await told(desk, clock, TEN + timedelta(minutes=15), Standing(State.WRAP_UP))
    await told(desk, clock, TEN + timedelta(minutes=16), LUNCH)
    await told(desk, clock, TEN + timedelta(minutes=20), UNANSWERED, "PJSIP/102")
    await told(desk, clock, TEN + timedelta(minutes=46), Standing(State.UNREACHABLE))
    await told(desk, clock, TEN + timedelta(minutes=50), None)
    await told(desk, clock, TEN + timedelta(minutes=60), None, "PJSIP/102")


def seconds(of: dict[str, Value]) -> tuple[Value, ...]:
    return tuple(of[f"{part}_seconds"] for part in ("signed_in", *PARTS))


async def test_they_add_up_across_and_down(desk: Desk, clock: Clock) -> None:
    await a_morning(desk, clock)
    report = await report_of(desk, MONDAY)
    of = table(report, "times_by_operator")
    by_name = rows(of)
    assert seconds(by_name["siti"]) == (3000, 600, 300, 60, 1800, 240, 0)
    assert seconds(by_name["budi"]) == (3540, 1140, 0, 0, 2400, 0, 0)
    assert of.total == ("total", 6540, 1740, 300, 60, 4200, 240, 0)
    for row in (*of.rows, of.total):
        assert row[1] == sum(value for value in row[2:] if isinstance(value, int))
    assert values(report, *(f"operators.{part}_seconds" for part in ("signed_in", *PARTS))) == of.total[1:]
    pauses = table(report, "pauses_by_reason")
    assert pauses.rows == (("budi", "unanswered", 2400), ("siti", "lunch", 1800))
    assert pauses.total == ("total", None, 4200)


async def test_each_day_has_its_own_part_of_a_night(desk: Desk, clock: Clock) -> None:
    await told(desk, clock, wib("2026-06-08 23:00"), IN)
    await told(desk, clock, wib("2026-06-09 02:00"), None)
    clock.later(hours=30)
    first, second = [await report_of(desk, one) for one in (MONDAY, TUESDAY)]
    assert values(first, "operators.in_seconds") == (3600,)
    assert values(second, "operators.in_seconds") == (7200,)


async def test_what_lasts_counts_until_now_and_no_further(desk: Desk, clock: Clock) -> None:
    await told(desk, clock, TEN, IN)
    clock.later(minutes=3)
    assert values(await report_of(desk, MONDAY), "operators.in_seconds") == (180,)


@pytest.mark.parametrize("minutes", [0.5, 12, 17, 30, 48, 55, 61])
async def test_as_of_a_moment_it_is_what_the_report_said_then(desk: Desk, clock: Clock, minutes: float) -> None:
    moment = TEN + timedelta(minutes=minutes)
    keys = [f"operators.{part}_seconds" for part in ("signed_in", *PARTS)]
    said: list[tuple[Value, ...]] = []

    for at, standing, device in (
        (0, IN, "PJSIP/101"),
        (10, ON_CALL, "PJSIP/101"),
        (15, LUNCH, "PJSIP/101"),
        (20, IN, "PJSIP/102"),
        (50, None, "PJSIP/101"),
    ):
        if TEN + timedelta(minutes=at) > moment and not said:
            clock.at = moment
            said.append(values(await report_of(desk, MONDAY), *keys))
        await told(desk, clock, TEN + timedelta(minutes=at), standing, device)
    if not said:
        clock.at = moment
        said.append(values(await report_of(desk, MONDAY), *keys))
    clock.at = TEN + timedelta(days=1)
    assert values(await report_of(desk, MONDAY, as_of=moment), *keys) == said[0]


async def test_what_an_unheard_hour_was_is_known_only_afterwards(desk: Desk, clock: Clock) -> None:
    await told(desk, clock, TEN, IN)
    clock.later(hours=1)
    before = clock.at - timedelta(seconds=1)
    heard = microseconds(TEN + timedelta(minutes=10))
    await attendance.resume(desk, {"PJSIP/101": ("siti", IN)}, PHONES, heard_until=heard, at=microseconds(clock.at))
    clock.later(minutes=1)
    keys = ("operators.in_seconds", "operators.unknown_seconds", "operators.signed_in_seconds")
    assert values(await report_of(desk, MONDAY), *keys) == (660, 3000, 3660)
    assert values(await report_of(desk, MONDAY, as_of=before), *keys) == (3599, 0, 3599)
