"""Builds the folders that hold a real Asterisk and SIPp, once, whatever this machine's own Debian has.

Debian 12 and 13 have no asterisk package, and Debian 12's SIPp is too old, so they come from other Debians that are
unpacked into a cache folder. Nothing is installed on the machine: their programs run through their own loader, with
their own libraries, and no chroot. `python -m tests.lab.pbx_root` builds Asterisk 22 when needed, and prints where.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

RECIPE = (
    "--variant=apt",
    "--format=tar",
    '--aptopt=Acquire::Check-Valid-Until "false"',
    '--aptopt=APT::Install-Recommends "false"',
)
SIPP = "usr/bin/sipp"
# Machine -> the folder name of its libraries, and the loader in it. The one in /lib64 is in older Debians a link by
# absolute path, which leads out of the root.
LOADERS = {
    "x86_64": ("x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    "aarch64": ("aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
}


class Release(Enum):
    """An Asterisk that the lab can run.

    Attributes:
        suites: the Debians that have it, in the order in which they are tried.
        packages: what is taken from there.
    """

    # Both are LTS. A testing release may lose a package for a while; sid then still has it.
    ASTERISK_22 = (
        ("forky", "sid"),
        ("asterisk", "asterisk-core-sounds-en-gsm", "sip-tester", "ca-certificates"),
    )
    # The oldest that is supported. Its Debian's SIPp is as old as that of Debian 12.
    ASTERISK_16 = (
        ("bullseye",),
        ("asterisk", "asterisk-core-sounds-en-gsm", "ca-certificates"),
    )

    def __init__(self, suites: tuple[str, ...], packages: tuple[str, ...]) -> None:
        self.suites = suites
        self.packages = packages

    @property
    def has_sipp(self) -> bool:
        return "sip-tester" in self.packages

    @property
    def recipe(self) -> tuple[str, ...]:
        """The options with which mmdebstrap builds it."""
        return (*RECIPE, f"--include={','.join(self.packages)}")


class PbxRootError(Exception):
    """The root cannot be built here; the message says what to do about it."""


@dataclass(frozen=True)
class PbxRoot:
    """An unpacked Debian whose programs are run natively.

    Attributes:
        path: where it is.
        sipp_root: the one whose SIPp is run, when that is another.
    """

    path: Path
    sipp_root: "PbxRoot | None" = None

    def command(self, program: str, *arguments: str | bytes | Path) -> list[str | bytes | Path]:
        """Returns the command line that runs one of the root's programs, such as `usr/bin/sipp`, with its libraries."""
        if program == SIPP and self.sipp_root is not None:
            return self.sipp_root.command(program, *arguments)
        libraries, loader = _loader()
        # Before Debian 12, /lib is not the same folder as /usr/lib, and libasteriskpj lies in /usr/lib itself.
        folders = (self.path / "lib" / libraries, self.path / "usr/lib" / libraries, self.path / "usr/lib")
        library_path = ":".join(str(folder) for folder in folders)
        return [folders[0] / loader, "--library-path", library_path, self.path / program, *arguments]

    @property
    def modules(self) -> Path:
        """Where Asterisk's modules are; Debian moved them after bullseye."""
        folders = (self.path / "usr/lib" / _loader()[0], self.path / "usr/lib")
        return next((f for f in folders if (f / "asterisk").is_dir()), folders[0]) / "asterisk" / "modules"

    def has_module(self, name: str) -> bool:
        return (self.modules / f"{name}.so").exists()

    @property
    def data(self) -> Path:
        return self.path / "usr" / "share" / "asterisk"

    @property
    def english_sounds(self) -> Path:
        """The stock prompts; Debian's own `sounds/en` is a link by absolute path, which leads out of the root."""
        return self.data / "sounds" / "en_US_f_Allison"

    def missing(self) -> list[str]:
        wanted = ["/".join(("lib", *_loader())), "usr/sbin/asterisk", "usr/share/asterisk/sounds/en_US_f_Allison"]
        if self.sipp_root is None:
            wanted.append(SIPP)
        return [name for name in wanted if not (self.path / name).exists()]


def build(cache: Path | None = None, release: Release = Release.ASTERISK_22) -> PbxRoot:
    """Returns the root, building it when the cache has none for this recipe; two builds at once wait for each other."""
    _loader()  # An unknown machine is refused before anything is fetched.
    cache = cache or cache_folder()
    # One after the other: whoever has the lock would wait for itself.
    sipp_root = None if release.has_sipp else build(cache)
    if found := _find(release, cache, sipp_root):
        return found
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / "pbx-root.lock"):
        return _find(release, cache, sipp_root) or _build_first_that_works(release, cache, sipp_root)


def cache_folder() -> Path:
    if chosen := os.environ.get("DEPOK_AGI_CACHE"):
        return Path(chosen)
    return Path("/var/cache/depok-agi") if os.geteuid() == 0 else Path.home() / ".cache" / "depok-agi"


def _find(release: Release, cache: Path, sipp_root: PbxRoot | None) -> PbxRoot | None:
    folders = (cache / _folder_name(release, suite) for suite in release.suites)
    return next((PbxRoot(folder, sipp_root) for folder in folders if folder.is_dir()), None)


def _build_first_that_works(release: Release, cache: Path, sipp_root: PbxRoot | None) -> PbxRoot:
    if shutil.which("mmdebstrap") is None:
        raise PbxRootError("mmdebstrap is missing; install it with: sudo apt-get install -y mmdebstrap")
    complaints = []
    for suite in release.suites:
        try:
            return _build(release, suite, cache, sipp_root)
        except PbxRootError as error:
            complaints.append(str(error))
    if os.geteuid() != 0:
        complaints.append("without root, mmdebstrap needs: sudo apt-get install -y uidmap")
    raise PbxRootError("\n".join(complaints))


def _build(release: Release, suite: str, cache: Path, sipp_root: PbxRoot | None) -> PbxRoot:
    """Builds under a temporary name and renames at the end, so a folder with the final name is always whole.

    By way of a tar file, because a user without root would otherwise get a folder full of files of other users.
    """
    with tempfile.TemporaryDirectory(prefix=f"building-{suite}-", dir=cache, ignore_cleanup_errors=True) as work:
        archive, unpacked = Path(work, "root.tar"), Path(work, "root")
        unpacked.mkdir()
        _run(suite, ["mmdebstrap", *release.recipe, suite, str(archive)])
        # Device files need root and nothing here uses them.
        _run(suite, ["tar", "-xf", str(archive), "-C", str(unpacked), "--no-same-owner", "--exclude=./dev"])
        if missing := PbxRoot(unpacked, sipp_root).missing():
            raise PbxRootError(f"the root from {suite} lacks {', '.join(missing)}")
        final = cache / _folder_name(release, suite)
        unpacked.rename(final)
    return PbxRoot(final, sipp_root)


def _run(suite: str, command: list[str]) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        tail = "\n".join(done.stderr.strip().splitlines()[-15:])
        raise PbxRootError(f"{command[0]} failed for {suite}:\n{tail}")


def _folder_name(release: Release, suite: str) -> str:
    recipe = hashlib.sha256("\0".join((suite, platform.machine(), *release.recipe)).encode()).hexdigest()
    return f"pbx-{suite}-{recipe[:12]}"


def _loader() -> tuple[str, str]:
    machine = platform.machine()
    if machine not in LOADERS:
        raise PbxRootError(f"the lab knows {' and '.join(LOADERS)}, not {machine}")
    return LOADERS[machine]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Holds a lock that the kernel drops when this process ends, however it ends."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    try:
        print(build().path)
    except PbxRootError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
