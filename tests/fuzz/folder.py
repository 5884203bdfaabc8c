"""A folder for targets that read files: of this process's own, and then gone."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path


@cache
def folder() -> Path:
    made = Path(tempfile.mkdtemp(prefix="depok-fuzz-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made
