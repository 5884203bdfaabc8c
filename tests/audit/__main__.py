"""`scripts/audit [--write]`."""

import argparse
import sys

from tests.audit import advisories, licences
from tests.audit.lock import LOCK, locked

NOT_AUDITED = 3


def main() -> int:
    """Audit; exit code 0 nothing is known, 1 something is wrong, 3 it could not be found out."""
    parser = argparse.ArgumentParser(
        prog="scripts/audit", description="Vulnerabilities and licences of what is installed."
    )
    parser.add_argument("--write", action="store_true", help="write the list of licences anew")
    given = parser.parse_args()
    packages = locked(LOCK.read_text("utf-8"))
    found = licences.of(packages)
    if given.write:
        licences.write(found)
    for name, version in sorted(packages.items()):
        print(f"{name:20}{version:15}{found.get(name, 'UNKNOWN')}")
    wrong = list(licences.faults(packages, found, licences.listed()))
    known = advisories.look_up(LOCK)
    for line in (*wrong, *known.vulnerable):
        print(line)
    if known.unknown:
        print(f"NOT AUDITED: no data on vulnerabilities could be had for {', '.join(known.unknown)}", file=sys.stderr)
    else:
        print(f"{len(packages)} packages, {len(known.vulnerable)} known vulnerabilities")
    if wrong or known.vulnerable:
        return 1
    return NOT_AUDITED if known.unknown else 0


if __name__ == "__main__":
    sys.exit(main())
