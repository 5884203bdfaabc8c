"""Who could hear whom, and when: worked out from who was in which bridge.

Two devices hear each other while they are in one bridge, or in two that a pair of Local channels joins: `;1` in the one
and `;2` in the other (`main/core_local.c`). Asterisk takes such a pair out once both ends are up, which is no pause in
the conversation.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from depok_agi.calls.call import NEAR, Channel, Stay

Moment = float
"""Microseconds since 1970 UTC, or infinity: before anything that was heard, and not ended yet."""

_EARLIER, _LATER = -math.inf, math.inf


@dataclass(slots=True)
class Hearing:
    """Two devices that could hear each other. None: the beginning is not known; the end has not come."""

    first: Channel
    second: Channel
    since: int | None
    until: int | None


@dataclass(slots=True)
class _Span:
    """A stay with its limits worked out. `latest`: it had surely entered by then."""

    bridge: str
    channel: Channel
    since: Moment
    until: Moment
    latest: Moment


def hearings(stays: Sequence[Stay]) -> list[Hearing]:
    """Every pair of devices that could hear each other, by time."""
    spans = _spans(stays)
    if any(not span.channel.is_device for span in spans):
        found = _through_local_channels(spans)
    else:
        found = [
            hearing
            for one, other in combinations(spans, 2)
            if one.bridge == other.bridge and one.channel is not other.channel
            for hearing in _together(one, other, max(one.since, other.since), min(one.until, other.until))
        ]
    if len(found) > 1:
        found.sort(key=lambda hearing: (hearing.since or 0, hearing.first.order, hearing.second.order))
        found = _without_pauses(found)
    return found


def _spans(stays: Sequence[Stay]) -> list[_Span]:
    """A channel is in one bridge at a time, so its next stay ends one whose end was lost, and so does its own end."""
    of_channel: dict[int, list[Stay]] = {}
    for stay in stays:
        of_channel.setdefault(id(stay.channel), []).append(stay)
    spans = []
    for mine in of_channel.values():
        if len(mine) > 1:
            mine.sort(key=lambda stay: _EARLIER if stay.since is None else stay.since)
        ended = mine[0].channel.ended_at
        for following, stay in enumerate(mine, 1):
            until: Moment = _LATER if stay.until is None else stay.until
            if ended is not None and ended < until:
                until = ended
            if following < len(mine) and (next_since := mine[following].since) is not None and next_since < until:
                until = next_since
            since = _EARLIER if stay.since is None else stay.since
            latest = stay.latest if stay.since is None and stay.latest is not None else since
            spans.append(_Span(stay.bridge, stay.channel, since, until, latest))
    return spans


def _together(one: _Span, other: _Span, since: Moment, until: Moment) -> Iterable[Hearing]:
    # Who entered unseen, in a gap, may have come after the other: then the beginning is not known. They may have come
    # after the other had gone, too: then nothing is.
    latest = max(one.latest, other.latest)
    if since >= until or latest >= until:
        return
    known = since if latest <= since else _EARLIER
    first, second = one.channel, other.channel
    if first.order > second.order:
        first, second = second, first
    yield Hearing(first, second, _time(known), _time(until))


def _time(moment: Moment) -> int | None:
    return None if math.isinf(moment) else int(moment)


def _through_local_channels(spans: Sequence[_Span]) -> list[Hearing]:
    """Between any two changes the rooms stand still: bridges that a Local pair joins are one room."""
    moments = sorted({moment for span in spans for moment in (span.since, span.until)} | {_EARLIER, _LATER})
    found: list[Hearing] = []
    for since, until in pairwise(moments):
        here = [span for span in spans if span.since <= since and span.until >= until]
        room = _rooms(here)
        devices = [span for span in here if span.channel.is_device]
        for one, other in combinations(devices, 2):
            if room[one.bridge] == room[other.bridge] and one.channel is not other.channel:
                found += _together(one, other, since, until)
    return found


def _rooms(spans: Iterable[_Span]) -> dict[str, str]:
    """Bridge to the name of its room: the bridges that Local channels join, on and on."""
    room: dict[str, str] = {}
    halves: dict[str, str] = {}
    for span in spans:
        room.setdefault(span.bridge, span.bridge)
        pair, _, half = span.channel.name.rpartition(";")
        if half and not span.channel.is_device:
            other = halves.setdefault(pair, span.bridge)
            mine, theirs = room[span.bridge], room[other]
            room = {bridge: theirs if name == mine else name for bridge, name in room.items()}
    return room


def _without_pauses(found: Iterable[Hearing]) -> list[Hearing]:
    """A pair that is put together anew at once has not stopped to talk."""
    whole: list[Hearing] = []
    last: dict[frozenset[int], Hearing] = {}
    for hearing in found:
        pair = frozenset((id(hearing.first), id(hearing.second)))
        before = last.get(pair)
        if before is not None and _follows(before, hearing):
            before.until = None if None in (before.until, hearing.until) else max(before.until or 0, hearing.until or 0)
        else:
            whole.append(hearing)
            last[pair] = hearing
    return whole


def _follows(before: Hearing, hearing: Hearing) -> bool:
    return before.until is None or hearing.since is None or hearing.since - before.until <= NEAR
