"""`scripts/make-city FOLDER`: a whole city's store to try things on, with the settings to use it."""

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from depok_agi.cli.when import moment
from tests.bench import city
from tests.bench.city_times import WIB
from tests.bench.size import CitySize

DAYS_A_YEAR = 365
OWED = 50
"""One citizen of so many calls waits for a call."""

SETTINGS = """\
[ami]
secret = "of no account"
[folders]
store = "city.sqlite"
"""


def main() -> int:
    """Make it; gives the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/make-city", description="Makes the store of a whole city.")
    parser.add_argument("folder", type=Path, help="where to: it is made, and must have no city yet")
    parser.add_argument("--calls", type=int, default=1_000_000, help="(default: %(default)s)")
    parser.add_argument("--tickets", type=int, default=200_000, help="(default: %(default)s)")
    parser.add_argument("--years", type=int, default=2, help="how far back it goes (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another city (default: %(default)s)")
    parser.add_argument("--until", default="now", help="when it ends: 2026-06-08, '2026-06-08 10:00' (default: now)")
    given = parser.parse_args()
    if min(given.calls, given.tickets, given.years) < 1:
        parser.error("there must be calls, tickets and years")
    try:
        until = moment(given.until, WIB, datetime.now(UTC))
    except click.BadParameter as error:
        parser.error(error.message)
    store = given.folder / "city.sqlite"
    if store.exists():
        parser.error(f"there is a city at {store} already")
    given.folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    size = CitySize(given.calls, given.tickets, given.calls // OWED, given.years * DAYS_A_YEAR)
    city.make(store, size, until, given.seed)
    settings = given.folder / "depok-agi.toml"
    settings.write_text(SETTINGS, "utf-8")
    print(f"{store}: {store.stat().st_size / 1e6:,.0f} MB in {time.monotonic() - began:.0f} s")
    print(f"depok-agi --config {settings} report month")
    return 0


if __name__ == "__main__":
    sys.exit(main())
