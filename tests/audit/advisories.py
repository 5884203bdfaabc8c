"""Known vulnerabilities, asked for with pip-audit.

It says "No known vulnerabilities found", with exit code 0, when it could not look up one single package; so its report
is read here.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SERVICES = ("pypi", "osv")
"""Where pip-audit can ask; the first one that knows the packages counts."""

WAITS_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Advisories:
    """What is known.

    Attributes:
        vulnerable: one line for each vulnerability.
        unknown: packages that nothing could be learnt of.
    """

    vulnerable: tuple[str, ...]
    unknown: tuple[str, ...]


def look_up(lock: Path) -> Advisories:
    """Ask for every package of a lock file."""
    found = Advisories((), ())
    for service in SERVICES:
        found = read(_asked(lock, service))
        if not found.unknown:
            break
    return found


def read(report: Mapping[str, Any]) -> Advisories:
    """Read pip-audit's report."""
    packages = report["dependencies"]
    return Advisories(
        tuple(
            f"{package['name']} {package['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'none'}"
            for package in packages
            for one in package.get("vulns", ())
        ),
        tuple(package["name"] for package in packages if "skip_reason" in package),
    )


def _asked(lock: Path, service: str) -> Mapping[str, Any]:
    """The report; one in which nothing is known when it gives none."""
    options = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json")
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        *options,
        "--vulnerability-service",
        service,
        "--requirement",
        str(lock),
    ]
    nothing = {"dependencies": [{"name": "all of them", "skip_reason": "no report"}]}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=WAITS_SECONDS, check=False)
        report: Mapping[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return nothing
    return report
