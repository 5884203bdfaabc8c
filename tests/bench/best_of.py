"""Times one way to handle a stream, in a process of its own: `python -m tests.bench.feed_... STREAM ...`.

Both sides of a comparison are timed by this: the same streams, read from the same files before the clock runs. The
first warms up. Every round has a stream of its own, since calls that are heard again would find what a cache remembers
of them. It is the processor's time that counts, and the best round: other work on the machine only makes one slower.
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Event = dict[str, str]
Handle = Callable[[list[Event]], object]


def main(handle: Handle, check: Callable[[list[Event]], dict[str, Any]]) -> None:
    """Time `handle`; what `check` says that came of it shows that the work was done."""
    warm_up, *rounds = [_read(Path(path)) for path in sys.argv[1:]]
    did = check(warm_up)
    handle(warm_up)
    gc.collect()
    gc.freeze()  # the streams themselves are nobody's work: the collector need not go through them
    timed = []
    for events in rounds:
        gc.collect()
        began = time.process_time()
        handle(events)
        timed.append({"events": len(events), "seconds": time.process_time() - began})
    print(json.dumps({"rounds": timed, "did in the warm-up": did}))


def _read(path: Path) -> list[Event]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
