"""A folder for targets that read files: of this process's own, in memory where the system has that, and then gone."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder in it that is ours alone


@cache
def folder() -> Path:
    made = Path(tempfile.mkdtemp(prefix="depok-fuzz-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made
