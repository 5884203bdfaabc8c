"""The audit finds what there is to find, and says when it could not look. Nothing here asks anybody."""

import pytest

from tests.audit import advisories, licences
from tests.audit.lock import LOCK, locked

CLEAN = {"name": "click", "version": "8.5.1", "vulns": []}
VULNERABLE = {
    "name": "six",
    "version": "1.0",
    "vulns": [{"id": "X-1", "fix_versions": ["1.1", "2.0"]}, {"id": "X-2", "fix_versions": []}],
}
SKIPPED = {"name": "rich", "skip_reason": "Dependency not found and could not be audited: rich (15.0.0)"}


def test_the_licence_of_everything_that_is_installed_is_listed_and_allowed() -> None:
    packages = locked(LOCK.read_text("utf-8"))
    assert len(packages) > 10
    assert list(licences.faults(packages, licences.of(packages), licences.listed())) == []


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 AND BSD-2-Clause", True),
        ("GNU General Public License v2 or later (GPLv2+); Mozilla Public License 1.1 (MPL 1.1)", True),
        ("Apache-2.0 AND Proprietary", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("UNKNOWN", False),
        ("", False),
    ],
)
def test_one_of_the_licences_to_choose_from_has_to_be_allowed_as_a_whole(licence: str, allowed: bool) -> None:
    assert licences.is_allowed(licence) is allowed


def test_what_is_missing_different_or_too_much_in_the_list_is_told() -> None:
    found = {"a": "MIT", "b": "ISC", "c": "Proprietary"}
    told = list(licences.faults(found, found, {"a": "MIT", "b": "MIT", "c": "Proprietary", "gone": "MIT"}))
    assert told == [
        "b is under ISC, and the list says MIT",
        "c is under Proprietary, which is none of the allowed licences",
        "gone is in the list and not among what is installed",
    ]
    assert "a is under UNKNOWN, which is none of the allowed licences" in licences.faults(["a"], {}, {})


def test_each_vulnerability_is_told_with_what_mends_it() -> None:
    found = advisories.read({"dependencies": [CLEAN, VULNERABLE]})
    assert found.vulnerable == ("six 1.0: X-1, mended in 1.1, 2.0", "six 1.0: X-2, mended in none")
    assert found.unknown == ()


def test_a_package_that_could_not_be_looked_up_is_not_taken_for_a_good_one() -> None:
    assert advisories.read({"dependencies": [CLEAN, SKIPPED]}).unknown == ("rich",)


def test_the_packages_of_a_lock_file_are_read_with_their_versions() -> None:
    text = (
        "# by hand\nclick==8.5.1 \\\n    --hash=sha256:00\n    # via x==1\ncolorama==0.4 ; sys_platform == 'win32' \\\n"
    )
    assert locked(text) == {"click": "8.5.1", "colorama": "0.4"}
