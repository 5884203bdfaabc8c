"""`scripts/install` and `scripts/uninstall`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from depok_agi.errors import DepokError
from depok_agi.install import installing, removing

SOURCE = Path(__file__).parents[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the two: exit code 0 done, 1 refused or failed with one clear line, 2 wrong usage."""
    given = _parser().parse_args(arguments)
    if os.geteuid() != 0 and not given.dry_run:
        sys.stderr.write(f"{given.action}: run this as root, or by sudo; --dry-run shows what would be changed\n")
        return 1
    try:
        if given.action == "uninstall":
            removing.remove(purge=given.purge, dry_run=given.dry_run)
        else:
            installing.install(SOURCE, wheels=given.wheels, dry_run=given.dry_run)
    except (DepokError, OSError) as error:
        sys.stderr.write(f"{given.action}: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/", add_help=False)
    actions = parser.add_subparsers(dest="action", required=True)
    install = actions.add_parser(
        "install",
        prog="scripts/install",
        description="Puts depok-agi on this PBX host, or brings it up to date there. Safe to run again at any time.",
    )
    install.add_argument(
        "--wheels",
        type=Path,
        metavar="DIR",
        help="a folder that scripts/wheels has filled, for a host without a network",
    )
    uninstall = actions.add_parser(
        "uninstall",
        prog="scripts/uninstall",
        description="Takes depok-agi away from this host again. Calls, tickets, recordings and settings stay.",
    )
    uninstall.add_argument(
        "--purge",
        action="store_true",
        help="delete what the centre remembers as well: calls, tickets, recordings, settings",
    )
    for one in (install, uninstall):
        one.add_argument("--dry-run", action="store_true", help="show every change, and change nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
