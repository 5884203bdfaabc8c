"""Reads a file that Asterisk appends to, from where it was last read, through rotation and truncation."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MOST_AT_ONCE = 1 << 18
"""Bytes per read: a journal of days is read in pieces, so that memory stays flat and steps are served meanwhile."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a file was read: the file itself is known by its inode, whatever it is called after rotation."""

    inode: int
    offset: int


def end(path: Path) -> Position | None:
    """The file's end as it is now; None while there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return Position(status.st_ino, status.st_size)


def read(path: Path, since: Position | None) -> Iterator[tuple[list[str], Position]]:
    """Whole lines written since a position, in pieces, each with the position behind it.

    A line that is still being written is left for the next time. Where the file was rotated, the rest of the old one
    comes first, if it is still beside it (not compressed); where it was truncated or replaced, all of the new one.
    Without a position the file is read from its beginning.

    Raises:
        OSError: the file is there and cannot be read.
    """
    current = end(path)
    if since is not None and (current is None or current.inode != since.inode):
        rotated = _rotated(path, since.inode)
        if rotated is not None:
            yield from _pieces(rotated, since)
    if current is None:
        return
    if since is None or current.inode != since.inode or current.offset < since.offset:
        since = Position(current.inode, 0)
    yield from _pieces(path, since)


def _rotated(path: Path, inode: int) -> Path | None:
    """`queue_log` becomes `queue_log.1` or `queue_log-20261124`."""
    for candidate in path.parent.glob(f"{path.name}?*"):
        try:
            if candidate.stat().st_ino == inode:
                return candidate
        except OSError:
            continue
    return None


def _pieces(path: Path, since: Position) -> Iterator[tuple[list[str], Position]]:
    offset = since.offset
    with path.open("rb") as file:
        file.seek(offset)
        while piece := file.read(MOST_AT_ONCE):
            whole = piece.rfind(b"\n") + 1
            if whole == 0:
                if len(piece) < MOST_AT_ONCE:
                    return
                whole = len(piece)  # so long a line is none of Asterisk's: passed over in parts
            offset += whole
            file.seek(offset)
            yield piece[:whole].decode("utf-8", "replace").removesuffix("\n").split("\n"), Position(since.inode, offset)
