"""What the evaluation tells of SMS, and since when it knows."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from depok_agi.desk import Desk, sms, sms_queue
from depok_agi.voice.left import Sms
from tests.unit.desk.made import ANI, BUDI, TEN, Clock, desk_at
from tests.unit.reports.made import day, report_of, values

MONDAY = day("2026-06-08")
MESSAGES = ("sms.messages_received", "sms.messages_sent", "sms.messages_dropped")


@pytest.fixture
async def desk(path: Path, clock: Clock) -> AsyncIterator[Desk]:
    async with desk_at(path, clock) as opened:
        yield replace(opened, sends_sms=True)


async def comes(desk: Desk, name: str, number: str, text: str = "Sampah menumpuk di Margonda") -> None:
    await sms.take(desk, Sms(name, number, number, TEN, text))


async def test_what_came_in_went_out_or_was_given_up_is_counted(desk: Desk, clock: Clock) -> None:
    await comes(desk, "1@gw", ANI)
    await comes(desk, "2@gw", BUDI)
    await comes(desk, "3@gw", BUDI)  # the same text again: a gateway that heard no answer
    first, second = await sms_queue.to_send(desk)
    for one in (first, second):
        await sms_queue.begin(desk, one)
    await sms_queue.is_sent(desk, first, clock.at)
    await sms_queue.drop(desk, second, "the gateway is gone")
    clock.later(minutes=1)
    assert values(await report_of(desk, MONDAY), *MESSAGES, "sms.received") == (2, 1, 1, 2)


async def test_an_sms_that_is_taken_late_counts_when_it_came_and_is_known_from_then_on(
    desk: Desk, clock: Clock
) -> None:
    clock.later(hours=2)
    taken = clock.at
    await comes(desk, "1@gw", ANI)
    (answer,) = await sms_queue.to_send(desk)
    await sms_queue.begin(desk, answer)
    clock.later(hours=1)
    await sms_queue.is_sent(desk, answer, taken)  # written down an hour after Asterisk had it
    clock.later(hours=1)
    moments = (taken, taken + timedelta(minutes=1), clock.at)
    told = [values(await report_of(desk, MONDAY, as_of=moment), *MESSAGES) for moment in moments]
    assert told == [(0, 0, 0), (1, 0, 0), (1, 1, 0)]
