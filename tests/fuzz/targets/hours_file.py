"""The hours file, down to whether the centre is open."""

from collections.abc import Iterator
from datetime import UTC, datetime

from depok_agi.errors import SettingsError
from depok_agi.hours import file
from tests.fuzz.corpus import SHIPPED, parts
from tests.fuzz.target import Target

NOON = datetime(2026, 3, 19, 5, 0, tzinfo=UTC)
MINIMAL = b"""[[weekly]]
title = "a"
regulation = "b"
valid_from = 2020-01-01
monday = ["07:30-16:00"]
"""
OFF = b"national_holidays = false\n"
"""Their calendar is a library's, and takes as long as all the rest."""


def run(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return "no UTF-8"  # `desk.opening.base_schedule` says so
    try:
        schedule = file.load(text, "hours.toml", (2026,))
    except SettingsError as error:
        return str(error)[:80]
    answer = schedule.check(NOON)
    return f"{answer.open} {answer.reason}"


def seeds() -> Iterator[bytes]:
    yield MINIMAL
    for part in parts((SHIPPED / "hours" / "depok.toml").read_text("utf-8"), "[["):
        yield part
        yield OFF + MINIMAL + b"\n" + part


TARGET = Target(
    run, seeds, (b"[[weekly]]", b"[[day]]", b"[[holiday]]", b"[[working]]", b"24:00", b"2026-02-30", b"breaks.")
)
