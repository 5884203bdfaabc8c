"""Many events through the parser and the ledger, in a process of its own: `python -m tests.bench.feed_memory EVENTS`.

Tells how much memory the process has, in kilobytes, at a tenth, at the half and at the end.
"""

import json
import re
import sys
from pathlib import Path

from depok_agi.calls import events as ev
from depok_agi.calls.ledger import Ledger
from tests.bench.feed_ledger import EVENTS_AT_ONCE, board
from tests.bench.stream import Stream, calls_for

AT_ONCE = 50


def resident() -> int:
    """The process's memory in kilobytes."""
    found = re.search(r"^VmRSS:\s*(\d+) kB", Path("/proc/self/status").read_text("utf-8"), re.MULTILINE)
    assert found is not None
    return int(found[1])


def main() -> None:
    wanted = int(sys.argv[1])
    marks = [wanted // 10, wanted // 2, wanted]
    ledger = Ledger(board())
    parse, apply = ev.parse, ledger.apply
    # more calls than enough: the stream's end, when they run out, is not measured
    for count, raw in enumerate(Stream(calls_for(wanted * 1.1) + AT_ONCE, AT_ONCE).events(), 1):
        event = parse(raw)
        if event is not None:
            apply(event)
        if count % EVENTS_AT_ONCE == 0:
            ledger.changes()
        if count == marks[0]:
            print(json.dumps({"events": marks.pop(0), "kilobytes": resident()}), flush=True)
            if not marks:
                return


if __name__ == "__main__":
    main()
