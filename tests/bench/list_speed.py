"""Every list of a city after two years, as a whole command: newest first, deep in the past, and what is rare."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench import city
from tests.bench.figures import Figure
from tests.bench.make_city import SETTINGS
from tests.bench.size import Size
from tests.bench.whole_process import Took, took

TARGET_SECONDS = 0.3
BARE = "import sqlite3"
"""What no command written in Python can do without."""

LISTS = (
    "calls list",
    "calls list --outcome abandoned",
    "calls list --outcome unknown",
    "calls list --outcome answered --until {old}",
    "calls list --since {old}",
    "calls list --until {old}",
    "calls list --number {number}",
    "calls list --number {number} --outcome full --since {old}",
    "calls list --since monday --until -2h --csv",
    "calls list --unmask",
    "calls live",
    "calls gaps",
    "calls gaps --until {old}",
    "calls show {call}",
    "tickets list",
    "tickets list --status new",
    "tickets list --status closed",
    "tickets list --opd DLHK",
    "tickets list --opd DPUPR --status answered",
    "tickets list --opd SETDA --status closed",
    "tickets list --overdue",
    "tickets list --overdue --opd DISHUB",
    "tickets list --until {old}",
    "tickets list --opd DLHK --status closed --until {old}",
    "tickets list --status closed --since {old} --csv",
    "tickets show {ticket}",
    "tickets explain {ticket}",
    "callbacks list",
    "callbacks list --all",
    "callbacks list --all --until {old}",
    "callbacks list --since 7d --unmask",
    "callbacks uncallable",
    "mails list",
    "mails list --status sent",
    "mails list --status dropped",
    "mails list --status all",
    "mails list --status all --until {old}",
    "mails list --status dropped --since {old} --csv",
    "sms list",
    "sms list --status sent",
    "sms list --status dropped",
    "sms list --status all",
    "sms list --status all --until {old}",
    "sms list --status sent --until {old} --csv",
    "sms received",
    "sms received --until {old}",
    "numbers list",
    "numbers list --all",
    "operators list",
    "access list",
    "access list --refused",
    "access list --actor nobody",
    "access list --number {number}",
    "subject suspensions",
    "subject erasures",
    "subject retention --list",
    "opd list",
    "categories list",
    "hours week",
    "menu show",
    "report definitions",
    "report schedule",
    "db backups",
)
"""With holes for what there is in this city; `old` is a week after it begins."""


def measure(folder: Path, size: Size) -> Iterator[Figure]:
    """Each against what a person does not notice; in turns with bare Python, the best of each."""
    now = datetime.now(UTC)
    city.make(folder / "city.sqlite", size.city, now)
    settings = folder / "depok-agi.toml"
    settings.write_text(SETTINGS, "utf-8")
    yield from of_city(folder, now - timedelta(days=size.city.days - 7), size.command_rounds)


def of_city(folder: Path, old: datetime, rounds: int) -> Iterator[Figure]:
    """The lists of the city in a folder, as scripts/make-city makes it. A first round warms up."""
    program = (str(Path(sys.executable).with_name("depok-agi")), "--config", str(folder / "depok-agi.toml"))
    holes = {"old": f"{old:%Y-%m-%d}", **_found(folder / "city.sqlite")}
    bare: list[Took] = []
    whole: dict[str, list[Took]] = {what: [] for what in LISTS}
    for _ in range(rounds + 1):
        bare.append(took(sys.executable, "-c", BARE))
        for what, times in whole.items():
            times.append(took(*program, *what.format_map(holes).split()))
    least = min(one.of_processor for one in bare[1:])
    for what, times in whole.items():
        yield _figure(what, times[1:], least)


def _figure(what: str, times: list[Took], bare: float) -> Figure:
    seconds, of_processor = (min(column) for column in zip(*times, strict=True))
    return Figure(
        "lists",
        what.format(old="OLD", number="NUMBER", call="ID", ticket="TICKET"),
        f"{seconds * 1000:.0f} ms, {of_processor * 1000:.0f} ms of CPU",
        f"{TARGET_SECONDS * 1000:.0f} ms; bare Python {bare * 1000:.0f} ms of CPU",
        seconds / TARGET_SECONDS,
        1.0,
        at_least=False,
        raw={
            "seconds": [one.seconds for one in times],
            "processor": [one.of_processor for one in times],
            "bare, processor": bare,
        },
    )


def _found(store: Path) -> dict[str, str]:
    """A citizen who has called, a call of last week's, and a ticket that waits for its OPD."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        call, number = connection.execute(
            "SELECT k.id, c.number FROM calls k JOIN citizens c ON c.id = k.citizen"
            " ORDER BY k.started_at DESC LIMIT 1 OFFSET 1000"
        ).fetchone()
        (ticket,) = connection.execute("SELECT number FROM tickets WHERE status = 'forwarded' LIMIT 1").fetchone()
    return {"call": call, "number": number, "ticket": ticket}
