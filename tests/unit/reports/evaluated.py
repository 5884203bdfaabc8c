"""Ways in which a report comes about, or does not, for the tests of its process, which finds them here by name."""

import asyncio
from dataclasses import replace
from datetime import datetime

from depok_agi.config import Settings
from depok_agi.desk import Desk
from depok_agi.errors import RefusedError
from depok_agi.reports.period import Period
from depok_agi.reports.report import Report
from tests.unit.reports.made_up import report


async def made_up(desk: Desk, settings: Settings, period: Period, as_of: datetime) -> Report:
    assert desk.store.path == settings.folders.store
    return replace(report(), period=period, as_of=as_of, running=False)


async def refused(_: Desk, __: Settings, period: Period, ___: datetime) -> Report:
    raise RefusedError(f"nothing is known of {period.first}")


async def broken(_: Desk, __: Settings, ___: Period, ____: datetime) -> Report:
    raise ZeroDivisionError


async def endless(_: Desk, __: Settings, ___: Period, ____: datetime) -> Report:
    await asyncio.Event().wait()
    raise AssertionError
