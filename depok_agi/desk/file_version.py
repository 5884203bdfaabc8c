"""Whether a file that an admin edits is another one than it was."""

from pathlib import Path

Version = tuple[int, int, int]

NO_FILE: Version = (0, 0, 0)


def file_version(path: Path) -> Version:
    """Changes when the file does, whether it was written or another one was put in its place."""
    try:
        found = path.stat()
    except OSError:
        return NO_FILE
    return (found.st_ino, found.st_size, found.st_mtime_ns)
