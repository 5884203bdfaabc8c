"""Builds the folder that holds a real Asterisk and SIPp, once, whatever this machine's own Debian has.

Debian 12 and 13 have no asterisk package, and Debian 12's SIPp is too old, so both come from a newer Debian that is
unpacked into a cache folder. Nothing is installed on the machine: its programs run through their own loader, with
their own libraries, and no chroot. `python -m tests.lab.pbx_root` prints the folder, building it when needed.
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
from pathlib import Path

# Forky carries Asterisk 22 (LTS). A testing release may lose a package for a while; sid then still has it.
SUITES = ("forky", "sid")
PACKAGES = ("asterisk", "asterisk-core-sounds-en-gsm", "sip-tester", "ca-certificates")
RECIPE = (
    "--variant=apt",
    "--format=tar",
    '--aptopt=Acquire::Check-Valid-Until "false"',
    '--aptopt=APT::Install-Recommends "false"',
    f"--include={','.join(PACKAGES)}",
)
# Machine -> the loader inside the root, and the folder name of its libraries.
LOADERS = {
    "x86_64": ("lib64/ld-linux-x86-64.so.2", "x86_64-linux-gnu"),
    "aarch64": ("lib/ld-linux-aarch64.so.1", "aarch64-linux-gnu"),
}


class PbxRootError(Exception):
    """The root cannot be built here; the message says what to do about it."""


@dataclass(frozen=True)
class PbxRoot:
    """An unpacked Debian whose programs are run natively."""

    path: Path

    def command(self, program: str, *arguments: str | bytes | Path) -> list[str | bytes | Path]:
        """Returns the command line that runs one of the root's programs, such as `usr/bin/sipp`, with its libraries."""
        loader, _ = _loader()
        return [self.path / loader, "--library-path", self.libraries, self.path / program, *arguments]

    @property
    def libraries(self) -> Path:
        return self.path / "usr" / "lib" / _loader()[1]

    @property
    def modules(self) -> Path:
        return self.libraries / "asterisk" / "modules"

    @property
    def data(self) -> Path:
        return self.path / "usr" / "share" / "asterisk"

    @property
    def english_sounds(self) -> Path:
        """The stock prompts; Debian's own `sounds/en` is a link by absolute path, which leads out of the root."""
        return self.data / "sounds" / "en_US_f_Allison"

    def missing(self) -> list[str]:
        wanted = (_loader()[0], "usr/sbin/asterisk", "usr/bin/sipp", "usr/share/asterisk/sounds/en_US_f_Allison")
        return [name for name in wanted if not (self.path / name).exists()]


def build(cache: Path | None = None) -> PbxRoot:
    """Returns the root, building it when the cache has none for this recipe; two builds at once wait for each other."""
    _loader()  # An unknown machine is refused before anything is fetched.
    cache = cache or cache_folder()
    if found := _find(cache):
        return found
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / "pbx-root.lock"):
        return _find(cache) or _build_first_that_works(cache)


def cache_folder() -> Path:
    if chosen := os.environ.get("DEPOK_AGI_CACHE"):
        return Path(chosen)
    return Path("/var/cache/depok-agi") if os.geteuid() == 0 else Path.home() / ".cache" / "depok-agi"


def _find(cache: Path) -> PbxRoot | None:
    folders = (cache / _folder_name(suite) for suite in SUITES)
    return next((PbxRoot(folder) for folder in folders if folder.is_dir()), None)


def _build_first_that_works(cache: Path) -> PbxRoot:
    if shutil.which("mmdebstrap") is None:
        raise PbxRootError("mmdebstrap is missing; install it with: sudo apt-get install -y mmdebstrap")
    complaints = []
    for suite in SUITES:
        try:
            return _build(suite, cache)
        except PbxRootError as error:
            complaints.append(str(error))
    if os.geteuid() != 0:
        complaints.append("without root, mmdebstrap needs: sudo apt-get install -y uidmap")
    raise PbxRootError("\n".join(complaints))


def _build(suite: str, cache: Path) -> PbxRoot:
    """Builds under a temporary name and renames at the end, so a folder with the final name is always whole.

    By way of a tar file, because a user without root would otherwise get a folder full of files of other users.
    """
    with tempfile.TemporaryDirectory(prefix=f"building-{suite}-", dir=cache, ignore_cleanup_errors=True) as work:
        archive, unpacked = Path(work, "root.tar"), Path(work, "root")
        unpacked.mkdir()
        _run(suite, ["mmdebstrap", *RECIPE, suite, str(archive)])
        # Device files need root and nothing here uses them.
        _run(suite, ["tar", "-xf", str(archive), "-C", str(unpacked), "--no-same-owner", "--exclude=./dev"])
        if missing := PbxRoot(unpacked).missing():
            raise PbxRootError(f"the root from {suite} lacks {', '.join(missing)}")
        final = cache / _folder_name(suite)
        unpacked.rename(final)
    return PbxRoot(final)


def _run(suite: str, command: list[str]) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        tail = "\n".join(done.stderr.strip().splitlines()[-15:])
        raise PbxRootError(f"{command[0]} failed for {suite}:\n{tail}")


def _folder_name(suite: str) -> str:
    recipe = hashlib.sha256("\0".join((suite, platform.machine(), *RECIPE)).encode()).hexdigest()
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
