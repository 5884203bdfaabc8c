"""The licences of what is installed with the software, as the packages themselves say: asked for with pip-licenses."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Collection, Iterator, Mapping

from tests.audit.lock import REPOSITORY

LISTED = REPOSITORY / "depok_agi" / "licences.toml"
HEAD = """\
# Under which licence each package is that is installed with the software, as the packages say themselves.
# `scripts/audit --write` writes this file; which licences may be in it stands in tests/audit/licences.py.
"""

ALLOWED = frozenset(
    {
        *("MIT", "MIT License", "MIT-0", "MIT-CMU", "ISC", "0BSD", "UNLICENSE", "Zlib"),
        *("BSD License", "BSD-2-Clause", "BSD-3-Clause", "Apache Software License", "Apache-2.0"),
        *("Python Software Foundation License", "PSF-2.0"),
        *("Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0", "Mozilla Public License 1.1 (MPL 1.1)"),
        "GNU Lesser General Public License v2 or later (LGPLv2+)",
        "GNU Library or Lesser General Public License (LGPL)",
    }
)
"""With which the software may be given on under its own licence, MIT; the last ones for libraries that are installed
beside it, as they are."""

_EITHER = re.compile(r"\s*(?:;| / | OR )\s*")


def of(packages: Collection[str]) -> dict[str, str]:
    """Package to licence, by what is installed here."""
    command = [sys.executable, "-m", "piplicenses", "--from=mixed", "--format=json", "--packages", *packages]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {_normal(one["Name"]): one["License"] for one in told}


def listed() -> Mapping[str, str]:
    """What the file says."""
    return tomllib.loads(LISTED.read_text("utf-8"))


def write(found: Mapping[str, str]) -> None:
    """Write the file."""
    rows = (f"{name} = {json.dumps(licence)}\n" for name, licence in sorted(found.items()))
    LISTED.write_text(HEAD + "".join(rows), "utf-8")


def faults(packages: Collection[str], found: Mapping[str, str], written: Mapping[str, str]) -> Iterator[str]:
    """What is wrong, one line each: of the locked packages, of what they say, and of what is written down."""
    for name in sorted(packages):
        licence = found.get(name, "UNKNOWN")
        if not is_allowed(licence):
            yield f"{name} is under {licence}, which is none of the allowed licences"
        if written.get(name) != licence:
            yield f"{name} is under {licence}, and the list says {written.get(name, 'nothing')}"
    for name in sorted(written.keys() - set(packages)):
        yield f"{name} is in the list and not among what is installed"


def is_allowed(licence: str) -> bool:
    """Is there a licence among those to choose from, all of whose parts are allowed?"""
    return any(all(part in ALLOWED for part in one.split(" AND ")) for one in _EITHER.split(licence))


def _normal(name: str) -> str:
    """As lock files write it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
