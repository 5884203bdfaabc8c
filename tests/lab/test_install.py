"""Installed on a bare host, with the newest Debian's Asterisk and with the oldest that is supported."""

import subprocess
from pathlib import Path

import pytest

from tests.lab import host_root
from tests.lab.host import copy_source, layers_of, tell
from tests.lab.host_root import CERTIFICATES, CLEAN, NEW, OLD, Kind


def wheels(kind: Kind, bare: Path, work: Path) -> None:
    """What the host needs, fetched where there is a network: with its own Python, on a copy of it."""
    for name in ("upper", "inner", "merged"):
        (work / name).mkdir(parents=True)
    copy_source(work / "upper")
    script = f'mount -t overlay overlay -o {layers_of(bare, work)} "$0" && exec chroot "$0" /src/scripts/wheels /wheels'
    subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, str(work / "merged")],
        env={**CLEAN, "PIP_CERT": CERTIFICATES, "PYTHON": kind.python},
        stdin=subprocess.DEVNULL, check=True, timeout=300,
    )  # fmt: skip


@pytest.mark.parametrize("kind", [NEW, OLD], ids=["asterisk-22", "asterisk-16"])
def test_an_admin_installs_it_and_people_work_there(kind: Kind, tmp_path: Path) -> None:
    bare = host_root.build(kind)
    wheels(kind, bare, tmp_path / "fetch")
    work = tmp_path / "story"
    (work / "upper").mkdir(parents=True)
    (tmp_path / "fetch/upper/wheels").rename(work / "upper/wheels")
    done = tell(bare, kind.python, work, "installed")
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
