"""Tickets that wait for an OPD, as the tests of the e-mails need them."""

from dataclasses import replace
from datetime import timedelta

from depok_agi.notify.matter import Department, Matter
from depok_agi.tickets.clock import Clock
from tests.unit.desk.made import TEN

DLHK = Department("DLHK", "Dinas Lingkungan Hidup dan Kebersihan")
DUE = TEN + timedelta(hours=72)
MATTER = Matter(
    number="1000016",
    category="sampah",
    area="Beji",
    text="Sampah menumpuk di Jl. Margonda,\nsudah dua minggu.",
    secret=False,
    forwarded_at=TEN,
    due_at=DUE,
    due_elapsed_at=DUE,
    due_working_days_at=DUE,
    clock=Clock.ELAPSED,
)


def matter(**changes: object) -> Matter:
    return replace(MATTER, **changes)  # type: ignore[arg-type] # by name
