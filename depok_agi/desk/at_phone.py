"""Who is on an operator's phone just now, and what goes on on all phones, as the call log has it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from depok_agi.calls.record import CallRecord, Direction, Leg, Role
from depok_agi.desk import Desk
from depok_agi.language import gettext_noop
from depok_agi.store import calls as call_rows
from depok_agi.store.times import moment

SILENT_AFTER = timedelta(seconds=15)
"""The daemon writes down every five seconds that it listens; when that is older than this, it does not."""

MOST_CALLS = 200
"""No more calls than these are up at once in one centre; those beyond are not looked at."""


class PhoneState(StrEnum):
    """What an operator's phone does."""

    RINGING = gettext_noop("ringing")
    DIALLING = gettext_noop("dialling")
    """The operator is calling somebody, who has not answered."""
    TALKING = gettext_noop("talking")
    IDLE = gettext_noop("idle")


@dataclass(frozen=True, slots=True)
class OnPhone:
    """One call on an operator's phone. `since` is microseconds UTC: since when it rings, or since when they talk."""

    call: CallRecord
    state: PhoneState
    since: int | None


@dataclass(frozen=True, slots=True)
class OperatorNow:
    """An operator, and what their phone does."""

    operator: str
    state: PhoneState
    since: int | None


async def up(desk: Desk) -> list[CallRecord]:
    """The calls that are up, newest first. Raises StoreError."""
    store = desk.store
    with store.told():
        return [call_rows.from_row(row) async for row in store.queries.open_calls(store.reader, limit=MOST_CALLS)]


async def heard_until(desk: Desk) -> datetime | None:
    """Until when the daemon is known to have listened to Asterisk; None where it never has. Raises StoreError.

    It is written with every call and every few seconds without one (`daemon.py`), so what is older than that tells that
    the daemon is down or cut off.
    """
    with desk.store.told():
        at: int | None = await desk.store.queries.heard_until(desk.store.reader)
    return moment(at)


def listens(heard: datetime | None, now: datetime) -> bool:
    """Does the daemon listen to Asterisk, when it was known to have listened until then?"""
    return heard is not None and now - heard <= SILENT_AFTER


def devices_of(operator: str, phones: Mapping[str, str]) -> frozenset[str]:
    """The telephones of an operator, such as `PJSIP/101`. `phones` is device to operator."""
    return frozenset(device for device, owner in phones.items() if owner == operator)


def on_phone(calls: Iterable[CallRecord], operator: str, phones: Mapping[str, str]) -> OnPhone | None:
    """What is on an operator's phone: a talk before what rings, the newest of several; calls among us left out."""
    devices = devices_of(operator, phones)
    found = [
        one
        for call in calls
        if call.direction is not Direction.INTERNAL and (one := _on(call, operator, devices)) is not None
    ]
    talks = (one for one in found if one.state is PhoneState.TALKING)
    return next(talks, None) or next(iter(found), None)


def _on(call: CallRecord, operator: str, devices: frozenset[str]) -> OnPhone | None:
    legs = [leg for leg in call.legs if leg.ended_at is None and _device(leg) in devices]
    up_legs = [leg for leg in legs if leg.answered_at is not None]
    if call.direction is Direction.OUTBOUND:
        talks = call.answered_at is not None
        return OnPhone(call, PhoneState.TALKING if talks else PhoneState.DIALLING, call.answered_at) if legs else None
    if up_legs or call.operator == operator:
        since = up_legs[0].answered_at if up_legs else call.answered_at
        return OnPhone(call, PhoneState.TALKING, since)
    return OnPhone(call, PhoneState.RINGING, legs[0].started_at) if legs else None


def _device(leg: Leg) -> str:
    return leg.channel.rpartition("-")[0] if leg.role is not Role.LOCAL else ""


def operators_now(calls: Sequence[CallRecord], phones: Mapping[str, str]) -> list[OperatorNow]:
    """Each operator of whom a phone is known, by name, and what their phone does."""
    found = []
    for operator in sorted(set(phones.values())):
        one = on_phone(calls, operator, phones)
        found.append(OperatorNow(operator, one.state if one else PhoneState.IDLE, one.since if one else None))
    return found


def waiting_since(call: CallRecord) -> int | None:
    """Since when the caller stands in a queue and nobody has taken them (microseconds UTC); None where they do not."""
    if call.direction is not Direction.INBOUND or call.answered_at is not None or not call.visits:
        return None
    last = call.visits[-1]
    return None if last.left else last.joined_at
