"""A recorded stream of AMI events, run through the ledger from its beginning to its end."""

from collections import Counter
from collections.abc import Iterable, Mapping

from depok_agi.calls.call import Switchboard
from depok_agi.calls.events import parse
from depok_agi.calls.ledger import Ledger
from depok_agi.calls.record import CallRecord


def replayed(stream: Iterable[Mapping[str, str]], board: Switchboard) -> tuple[list[CallRecord], Counter[str]]:
    """The records of its calls as they stand at its end, and how many events of each kind did not fit."""
    ledger = Ledger(board)
    records: dict[str, CallRecord] = {}
    for raw in stream:
        event = parse(raw)
        if event is None:
            continue
        ledger.apply(event)
        changed, dropped = ledger.changes()
        records |= {record.id: record for record in changed}
        for old in dropped:
            records.pop(old, None)
    return list(records.values()), ledger.ignored
