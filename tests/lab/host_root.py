"""Bare PBX hosts to install on: a Debian with Asterisk and a Python, as an admin has it. Built once, then only copied.

On Debian 11 the Python is that of Debian 12, since its own is older than the software supports.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.lab.pbx_root import RECIPE, PbxRootError, cache_folder

TOOLS = ("sudo", "espeak-ng", "sox", "logrotate", "procps", "iproute2")
SOURCES = ("/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list")
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
CLEAN = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "DEBIAN_FRONTEND": "noninteractive",
    "LANG": "C.UTF-8",
}


@dataclass(frozen=True)
class Kind:
    """A kind of host.

    Attributes:
        suite: the Debian it is.
        packages: what it has from there.
        later: what it has from the Debian of this machine, in whose sources it looks then.
        python: the program that installs.
    """

    suite: str
    packages: tuple[str, ...]
    later: tuple[str, ...]
    python: str


NEW = Kind(
    "forky",
    ("asterisk", "asterisk-core-sounds-en-gsm", "ca-certificates", "python3", "python3-venv", *TOOLS),
    (),
    "python3",
)
OLD = Kind(
    "bullseye",
    ("asterisk", "asterisk-core-sounds-en-gsm", "ca-certificates"),
    ("python3.11", "python3.11-venv", *TOOLS),
    "python3.11",
)


def build(kind: Kind) -> Path:
    """The folder of such a host, which nobody may change; two builds at once wait for each other."""
    cache = cache_folder()
    folder = cache / f"host-{kind.suite}-{hashlib.sha256(repr(kind).encode()).hexdigest()[:12]}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "host-root.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            half = folder.with_name(f".{folder.name}.half")
            shutil.rmtree(half, ignore_errors=True)
            _run(
                ["mmdebstrap", *RECIPE[:1], *RECIPE[2:], f"--include={','.join(kind.packages)}", kind.suite, str(half)]
            )
            for file in ("/etc/resolv.conf", "/etc/hosts", CERTIFICATES):
                shutil.copyfile(file, f"{half}{file}")
            if kind.later:
                _take_from_this_debian(half, kind.later)
            half.rename(folder)
    return folder


def _take_from_this_debian(root: Path, packages: tuple[str, ...]) -> None:
    apt = root / "etc/apt"
    for file in (*apt.glob("sources.list.d/*"), apt / "sources.list"):
        file.unlink(missing_ok=True)
    for name in SOURCES:
        if Path(name).is_file():
            shutil.copyfile(name, f"{root}{name}")
    for keyring in Path("/usr/share/keyrings").glob("debian-archive-*.gpg"):
        shutil.copyfile(keyring, root / "usr/share/keyrings" / keyring.name)
    _run(["chroot", str(root), "apt-get", "update", "-qq"])
    _run(["chroot", str(root), "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages])


def _run(command: list[str]) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, errors="replace", env={**os.environ, **CLEAN}, check=False
    )
    if done.returncode:
        raise PbxRootError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
