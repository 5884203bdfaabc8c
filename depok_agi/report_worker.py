"""Makes the e-mail with a report in a process of its own, so that no caller waits for it.

A year's figures and a PDF take seconds of Python. In a thread they would hold up the event loop, which answers callers,
each time they have the interpreter's lock; their memory would stay with the daemon; and a fault in one of the PDF's C
libraries would end every call's step. A process has none of that, gives way to the daemon, and can be killed.

What it is asked and what it answers goes through its standard input and output, pickled: both ends are this software.
"""

import asyncio
import os
import pickle
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from depok_agi.config import Settings
from depok_agi.desk import Desk, reports
from depok_agi.desk.opening import open_desk
from depok_agi.errors import DepokError, ReportError
from depok_agi.reports.period import Period
from depok_agi.reports.report import Report

if TYPE_CHECKING:  # the command evaluates, too, and writes no e-mail
    from depok_agi.notify.letter import Letter

MOST_SECONDS = 300.0
"""A report that takes longer is given up for now."""

NICENESS = 10
"""So far behind the daemon it stands when both want the processor."""

Evaluate = Callable[[Desk, Settings, Period, datetime], Awaitable[Report]]
"""Gives the report of a period as of a moment. A function of a module: it goes to another process by its name."""


async def evaluated(desk: Desk, settings: Settings, period: Period, as_of: datetime | None = None) -> Report:
    """The report of a period by the centre's settings; as of now, when no moment is given. Raises DepokError."""
    within = settings.reports.answer_within_seconds
    return await reports.report(desk, period, answer_within=within, as_of=as_of)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made."""

    settings: Settings
    period: Period
    as_of: datetime
    evaluate: Evaluate = evaluated


async def letter(order: Order) -> "Letter":
    """Have the e-mail made by a process of its own; when this is cancelled, that is killed.

    Raises:
        DepokError: whatever the process says cannot be done, or it ended without a word.
    """
    from depok_agi.notify.letter import Letter  # noqa: PLC0415 - see above

    asked = pickle.dumps(order)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "depok_agi.report_worker"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(MOST_SECONDS):
            answer, _ = await process.communicate(asked)
    except TimeoutError:
        raise ReportError("the report was not made within {most_seconds:.0f} s", most_seconds=MOST_SECONDS) from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise ReportError("the report was not made: its process ended with {returncode}", returncode=process.returncode)
    made = pickle.loads(answer)  # noqa: S301 - from our own process
    if isinstance(made, DepokError):
        raise made
    assert isinstance(made, Letter)  # noqa: S101 - it gives nothing else
    return made


async def make(order: Order) -> "Letter":
    """Make the e-mail, here. Raises DepokError."""
    from depok_agi.notify.report_letter import report_letter  # noqa: PLC0415 - see above, as the next two
    from depok_agi.reports import definitions  # noqa: PLC0415
    from depok_agi.reports.writers.wording import Wording  # noqa: PLC0415

    async with open_desk(order.settings) as desk:
        report = await order.evaluate(desk, order.settings, order.period, order.as_of)
    language = order.settings.centre.language
    return report_letter(report, Wording(language, order.settings.timezone), definitions.texts(language))


def main() -> None:
    """Answer the one order on standard input."""
    os.nice(NICENESS)
    order: Order = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own daemon
    answer: Letter | DepokError
    try:
        answer = asyncio.run(make(order))
    except DepokError as error:
        answer = error
    sys.stdout.buffer.write(pickle.dumps(answer))


if __name__ == "__main__":
    main()
