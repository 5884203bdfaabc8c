"""Reads a file that Asterisk appends to, from where it was last read, through rotation, compression and truncation.

What was rotated away lies beside the file under a longer name: `queue_log.1`, `.2` (logrotate: the higher, the older),
`queue_log-20261124` (its dateext), `queue_log.1795485600` (Asterisk's own `logger rotate`), any of them with `.gz`.
None of these names lasts, and a file that was compressed or copied has another inode than before. So a position knows
its file by its inode and by a fingerprint of its first bytes, which no rotation changes: a file of the same inode that
begins otherwise is another file, and a file of another inode that begins the same is a copy of it.
"""

import gzip
import os
import re
import stat
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from io import BufferedReader
from pathlib import Path

MOST_AT_ONCE = 1 << 18
"""Bytes per read: a journal of days is read in pieces, so that memory stays flat and steps are served meanwhile."""

HEAD = 256
"""Bytes that are fingerprinted: Asterisk writes a time and a channel into each line, so one or two are unique."""

LONGEST_LINE = 4096
"""Bytes within which a file's last line end is looked for."""

SLACK = 2_000_000
"""Microseconds by which a file's time may lie before its last line: the kernel stamps with the time of its last tick,
and a compressing logrotate or gzip may keep whole seconds alone."""

MOST_LOOKS = 3
"""How often the rotated files are looked for, when some are gone by the time they are opened."""

_OTHER_COMPRESSION = {".bz2", ".xz", ".zst", ".Z", ".zip"}
_ROTATED = re.compile(r"[._-].+")
_NUMBER = re.compile(r"\d+")
_DATES_FROM = 10_000
"""A number in a rotated file's name from here on is a date or a time; one below counts rotations."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far the journal was read: up to a place in one of its files, whatever that is called now.

    Attributes:
        inode: the file's inode then.
        offset: bytes from the file's beginning; in a compressed file, from the beginning of what was compressed.
        head: fingerprint of the file's beginning: how many bytes (at most `HEAD`, and none behind the offset), a colon
            and their digest. Empty when the offset is 0, or when it was not taken.
        written_at: when the file had last been written to by then, in microseconds UTC: what came later lies in files
            that are at least as new. None when it was not taken.
    """

    inode: int
    offset: int
    head: str = ""
    written_at: int | None = None


def _pass_over(_path: Path, _error: OSError) -> None:
    """For callers who do not want to know."""


def end(path: Path) -> Position | None:
    """The journal's end as it is now, behind the last whole line; None while there is no file.

    While the file is missing or empty, that is the end of the one that was rotated last, where Asterisk may still be
    writing; so the position has a fingerprint wherever there is anything to take it of.
    """
    try:
        current = _end_of(path)
    except FileNotFoundError:
        current = None
    except OSError:
        return _unseen_end(path)
    if current is not None and current.offset > 0:
        return current
    for file in reversed(_rotated(path, [])):
        if file.is_compressed:
            break  # how much is in it shows only when it is read
        try:
            position = _end_of(file.path)
        except OSError:
            break
        if position.offset > 0:
            return position
    return current


def read(
    path: Path,
    since: Position | None,
    *,
    since_time: int | None = None,
    note_unreadable: Callable[[Path, OSError], None] = _pass_over,
) -> Iterator[tuple[list[str], Position]]:
    """Whole lines written since a position, in pieces, each with the position behind it; every line at least once.

    First comes the rest of the position's file, wherever it is now, then all that were rotated after it, oldest
    first, then the present one. Where the position's file is nowhere (deleted or overwritten), all that were rotated
    and are not older than the position are read whole, then the present one. A line is given twice only where
    nothing tells that it was read before.

    A last line without its end is left for the next time, unless Asterisk has moved on to a newer file: then nobody
    will end it, and it is given as it is.

    Args:
        path: the file that Asterisk writes to.
        since: where reading stopped, or `end`. None: read the present file from its beginning.
        since_time: in microseconds UTC; where the position has no time, or there is none, rotated files that were
            written to since then count as not older.
        note_unreadable: is told of each rotated file that was to be read and could not be, and why. The others are
            read all the same.

    Raises:
        OSError: the present file is there and cannot be read.
    """
    with ExitStack() as opened:
        readers = _unread(path, since, since_time, note_unreadable, opened)
        for index, reader in enumerate(readers):
            later = readers[index + 1 :]
            try:
                yield from reader.pieces(is_ended=reader.file.is_compressed or any(one.file.size for one in later))
            except OSError as error:
                if reader.file.path == path:
                    raise
                note_unreadable(reader.file.path, error)


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it was when it was looked at; `modified` is in microseconds UTC."""

    path: Path
    inode: int
    size: int
    modified: int

    @classmethod
    def of(cls, path: Path, status: os.stat_result) -> "_File":
        """A time that lies ahead (the clock was set back) is none: what is written from now on would seem older."""
        return cls(path, status.st_ino, status.st_size, min(status.st_mtime_ns, time.time_ns()) // 1_000)

    @property
    def is_compressed(self) -> bool:
        return self.path.suffix == ".gz"


class _Reader:
    """An open file, and how far it is read."""

    def __init__(self, file: _File, stream: BufferedReader | gzip.GzipFile) -> None:
        self.file = file
        self._stream = stream
        self._offset = 0
        with _broken_is_unreadable(file.path):
            self._head = stream.read(HEAD)
            stream.seek(0)

    @classmethod
    def of_current(cls, path: Path, opened: ExitStack) -> "_Reader":
        stream = opened.enter_context(path.open("rb"))
        return cls(_File.of(path, os.fstat(stream.fileno())), stream)

    @classmethod
    def of_rotated(cls, file: _File, opened: ExitStack) -> "_Reader":
        if file.path.suffix in _OTHER_COMPRESSION:
            raise OSError(f"{file.path} is compressed, but not with gzip")
        stream: BufferedReader | gzip.GzipFile
        if file.is_compressed:
            stream = opened.enter_context(gzip.GzipFile(file.path))
        else:
            stream = opened.enter_context(file.path.open("rb"))
        if os.fstat(stream.fileno()).st_ino != file.inode:
            raise FileNotFoundError(f"{file.path} became another file while it was looked at")
        return cls(file, stream)

    def is_of(self, position: Position) -> bool:
        """Is it the position's file, or a copy of it? Without a fingerprint the inode and the length have to do."""
        if not self.file.is_compressed and self.file.size < position.offset:
            return False
        if not position.head:
            return self.file.inode == position.inode
        count = int(position.head.partition(":")[0])
        return _fingerprint(self._head[:count]) == position.head

    def go_to(self, offset: int) -> None:
        with _broken_is_unreadable(self.file.path):
            self._offset = self._stream.seek(offset)

    def pieces(self, *, is_ended: bool) -> Iterator[tuple[list[str], Position]]:
        """Nothing is read twice to begin at a line: going back in a compressed file means to begin it anew."""
        rest = b""
        with _broken_is_unreadable(self.file.path):
            while piece := self._stream.read1(MOST_AT_ONCE):
                piece = rest + piece
                whole = piece.rfind(b"\n") + 1
                if whole == 0 and len(piece) >= MOST_AT_ONCE:
                    whole = len(piece)  # so long a line is none of Asterisk's: passed over in parts
                rest = piece[whole:]
                if whole:
                    yield self._given(piece[:whole])
        if rest and is_ended:
            yield self._given(rest)

    def _given(self, piece: bytes) -> tuple[list[str], Position]:
        self._offset += len(piece)
        head = _fingerprint(self._head[: self._offset])
        position = Position(self.file.inode, self._offset, head, self.file.modified)
        return piece.decode("utf-8", "replace").removesuffix("\n").split("\n"), position


def _unread(
    path: Path,
    since: Position | None,
    since_time: int | None,
    note_unreadable: Callable[[Path, OSError], None],
    opened: ExitStack,
) -> list[_Reader]:
    """What is to be read; looked for again where it was being renamed, which logrotate does to all files at once."""
    for _ in range(MOST_LOOKS):
        unreadable: list[tuple[Path, OSError]] = []
        readers = _found(path, since, since_time, unreadable, opened)
        if not any(isinstance(error, FileNotFoundError) for _, error in unreadable):
            break
    for file, error in unreadable:
        note_unreadable(file, error)
    return readers


def _found(
    path: Path,
    since: Position | None,
    since_time: int | None,
    unreadable: list[tuple[Path, OSError]],
    opened: ExitStack,
) -> list[_Reader]:
    """What is to be read, oldest first, each at its place; all opened at once, so that a rotation changes nothing."""
    try:
        current = _Reader.of_current(path, opened)
    except FileNotFoundError:
        current = None
    rotated = [file for file in _rotated(path, unreadable) if current is None or file.inode != current.file.inode]
    known = None if since is None else _known(since, rotated, current)
    if known is None:
        not_before = since.written_at if since is not None and since.written_at is not None else since_time
        rotated = [file for file in rotated if not_before is not None and file.modified >= not_before - SLACK]
    else:
        rotated = rotated[rotated.index(known) :] if known in rotated else []
    readers = []
    for file in rotated:
        try:
            reader = _Reader.of_rotated(file, opened)
            if since is not None and file is known:
                reader.go_to(since.offset)
            readers.append(reader)
        except OSError as error:
            unreadable.append((file.path, error))
    if current is not None:
        if since is not None and current.file is known:
            current.go_to(since.offset)
        readers.append(current)
    return readers


def _known(since: Position, rotated: list[_File], current: _Reader | None) -> _File | None:
    """The position's file, or else the newest copy of it, which is the longest.

    A position in an empty file has no fingerprint. Its inode may be another file's by now, so it counts as unknown:
    there was nothing in that file, and what was rotated since tells its own time.
    """
    if not since.head and since.written_at is not None:
        return None
    files = [*([current.file] if current else []), *reversed(rotated)]
    for file in sorted(files, key=lambda file: file.inode != since.inode):
        with suppress(OSError), ExitStack() as opened:
            reader = current if current is not None and file is current.file else _Reader.of_rotated(file, opened)
            if reader.is_of(since):
                return file
    return None


def _rotated(path: Path, unreadable: list[tuple[Path, OSError]]) -> list[_File]:
    """What lies beside it, oldest first."""
    try:
        beside = list(path.parent.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        unreadable.append((path.parent, error))
        return []
    files: dict[Path, _File] = {}
    for candidate in beside:
        if not candidate.name.startswith(path.name) or not _ROTATED.fullmatch(candidate.name, len(path.name)):
            continue
        try:
            status = candidate.stat()
        except OSError as error:
            unreadable.append((candidate, error))
            continue
        if stat.S_ISREG(status.st_mode):
            files[candidate] = _File.of(candidate, status)
    # While a file is being compressed both lie there, and the compressed one is not whole yet.
    found = [file for file in files.values() if not (file.is_compressed and file.path.with_suffix("") in files)]
    return sorted(found, key=lambda file: (file.modified, _rank(file.path.name[len(path.name) :])))


def _rank(suffix: str) -> tuple[bool, list[int]]:
    """The order, oldest first, of names of files that were written to in the same moment."""
    numbers = [int(number) for number in _NUMBER.findall(suffix)]
    if any(number >= _DATES_FROM for number in numbers):
        return True, numbers
    return False, [-number for number in numbers]


def _end_of(path: Path) -> Position:
    with path.open("rb") as stream:
        file = _File.of(path, os.fstat(stream.fileno()))
        head = stream.read(HEAD)
        start = stream.seek(max(0, file.size - LONGEST_LINE))
        tail = stream.read(file.size - start)
    whole = tail.rfind(b"\n") + 1
    offset = start + whole if whole or start == 0 else file.size
    return Position(file.inode, offset, _fingerprint(head[:offset]), file.modified)


def _unseen_end(path: Path) -> Position | None:
    """Of a file that cannot be read as yet: what is in it by now is not to come as news when it can."""
    try:
        status = path.stat()
    except OSError:
        return None
    return Position(status.st_ino, status.st_size)


def _fingerprint(head: bytes) -> str:
    return f"{len(head)}:{blake2b(head, digest_size=8).hexdigest()}" if head else ""


@contextmanager
def _broken_is_unreadable(path: Path) -> Iterator[None]:
    """A compressed file that is cut off or damaged raises errors of other kinds, too."""
    try:
        yield
    except (EOFError, zlib.error) as error:
        raise OSError(f"{path} is damaged: {error}") from error
