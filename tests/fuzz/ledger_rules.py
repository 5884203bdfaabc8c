"""What holds for the call log whatever was heard: calls add up, and are forgotten."""

import json
from collections.abc import Hashable
from zoneinfo import ZoneInfo

from depok_agi.calls import events as ev
from depok_agi.calls.call import Switchboard
from depok_agi.calls.ledger import REMEMBER, Ledger
from depok_agi.calls.record import CallRecord, Outcome, to_json
from depok_agi.calls.state import dump, load

BOARD = Switchboard("depok", frozenset({"trunk"}), {"PJSIP/101": "siti"})
JAKARTA = ZoneInfo("Asia/Jakarta")
MOST_LEFT = 1
"""Calls that a ledger still knows, long after everything has ended: the one that is new."""


def new() -> Ledger:
    return Ledger(BOARD)


def check(ledger: Ledger) -> Hashable:
    """Whatever was heard, the records add up, and can be written. Returns what kinds of calls there are."""
    legs = [uniqueid for record in ledger.open for uniqueid in record.uniqueids]
    assert len(set(legs)) == len(legs), "a channel in two calls"
    records, _ = ledger.changes()
    for record in records:
        _has_one_outcome(record)
        json.dumps(to_json(record, JAKARTA))
    for state in ledger.states(records).values():
        assert dump(load(state)) == state, "a state that is another when it is read again"
    kinds = {f"{record.direction} {record.outcome} {len(record.legs)} {len(record.talks)}" for record in records}
    return " ".join(sorted(kinds))


def _has_one_outcome(record: CallRecord) -> None:
    assert (record.outcome is not None) == record.ended, "an outcome and no end, or the other way round"
    assert record.outcome is None or record.outcome in Outcome
    assert record.ended or record.ended_at is None
    assert record.talk_seconds is None or record.talk_seconds >= 0
    assert record.wait_seconds is None or record.wait_seconds >= 0


def check_forgotten(ledger: Ledger) -> None:
    """When Asterisk has no channels any more, and time goes by, nothing is kept of what was heard."""
    ledger.apply(ev.ChannelsListed(ev.LATEST, (), ()))
    check(ledger)
    assert ledger.open == [], "a call that is up though Asterisk has no channel"
    later = 2 * ev.LATEST + REMEMBER
    ledger.apply(ev.ChannelCreated(later, "new", "new", "PJSIP/trunk-1", "", ""))
    kept = {id(call) for call in ledger._calls.values()}
    assert len(kept) <= MOST_LEFT, "calls that are never forgotten"
    assert len(ledger._ended) <= MOST_LEFT
