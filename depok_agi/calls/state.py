"""A call as text, so that the next daemon goes on from where this one was."""

import json

from depok_agi.calls.call import Call, Channel, Dial, Handover, Stay, Visit
from depok_agi.calls.facts import Fact
from depok_agi.calls.record import MenuStep, Source, TransferKind

_ENCODER = json.JSONEncoder(separators=(",", ":"))


def dump(call: Call) -> str:
    """All that is known of the call."""
    channels = list(call.channels.values())
    position = {id(channel): number for number, channel in enumerate(channels)}
    return _ENCODER.encode(
        {
            "ids": sorted(call.ids),
            "linkedids": sorted(call.linkedids),
            "channels": [
                (
                    *(c.uniqueid, c.name, c.is_trunk, c.owner, c.caller, c.exten, c.sent_to, c.member, c.dialled),
                    *(c.started_at, c.answered_at, c.ended_at, c.ended, c.cause, c.begun, c.last_at),
                    c.recording,
                )
                for c in channels
            ],
            "facts": sorted(call.facts),
            "stays": [(s.bridge, position[id(s.channel)], s.since, s.until, s.latest) for s in call.stays],
            "visits": [(v.queue, v.joined_at, v.left_at, v.left, v.hold, v.fact, v.answered) for v in call.visits],
            "steps": [(s.at, s.step, s.result, s.keys) for s in call.steps],
            "dials": [(*pair, dial.began_at, dial.status) for pair, dial in call.dials.items()],
            "handovers": [
                (h.kind, position[id(h.by)], h.at, h.second, h.exten, h.target, h.application) for h in call.handovers
            ],
            "sources": sorted(call.sources),
            "ended": call.ended,
            "in_rows": call.in_rows,
        }
    )


def load(text: str) -> Call:
    """The call of a text that `dump` made."""
    known = json.loads(text)
    channels = [Channel(*row) for row in known["channels"]]
    return Call(
        ids=set(known["ids"]),
        linkedids=set(known["linkedids"]),
        channels={channel.uniqueid: channel for channel in channels},
        facts={Fact(fact) for fact in known["facts"]},
        stays=[Stay(bridge, channels[leg], *times) for bridge, leg, *times in known["stays"]],
        visits=[_visit(*visit) for visit in known["visits"]],
        steps=[MenuStep(*step) for step in known["steps"]],
        dials={(by, other): Dial(began_at, status) for by, other, began_at, status in known["dials"]},
        handovers=[Handover(TransferKind(kind), channels[by], *rest) for kind, by, *rest in known["handovers"]],
        sources={Source(source) for source in known["sources"]},
        ended=known["ended"],
        in_rows=known["in_rows"],
    )


def _visit(
    queue: str,
    joined_at: int | None,
    left_at: int | None,
    left: bool,
    hold: int | None,
    fact: str | None,
    answered: bool,
) -> Visit:
    return Visit(queue, joined_at, left_at, left, hold, None if fact is None else Fact(fact), answered)
