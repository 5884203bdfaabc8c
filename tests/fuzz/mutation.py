"""Makes new inputs out of known ones. The same seed makes the same inputs on every machine."""

import re
from collections.abc import Callable, Sequence
from random import Random

USUAL_BYTES = 64 * 1024
HUGE_BYTES = 1_200_000
"""More than any reader takes for one message."""

ONE_IN_HUGE = 2_000
"""So many inputs, and one of them is huge."""

MOST_CHANGES = 5

BYTES = b"\x00\x01\t\n\r\x1a \"'#,;:|\\/-.0129AZ[]{}=\x7f\x80\xbf\xc0\xe2\xed\xf0\xff"
NUMBERS = (
    *(b"0", b"-1", b"1", b"00", b"255", b"256", b"65536", b"2147483648", b"-2147483649", b"9223372036854775808"),
    *(
        b"1e309",
        b"-0.0",
        b"NaN",
        b"Infinity",
        b"1" * 25,
        b"9" * 400,
        b"7" * 5000,
        b"1795564606.999999",
        b"253402300800",
    ),
)
WORDS = (
    *(b"\r\n", b"\r\n\r\n", b"\n\n", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xc3", b"\xe2\x80\xae", b"\xef\xbb\xbf"),
    *("\u0660\u00b2\u0967".encode(), "\U0001f4de".encode(), b"\\ud800", b"\\u0000", b"%00", b"../../", b"${EXTEN}"),
    *(b"null", b"true", b"[]", b"{}", b'""', b"0001-01-01T00:00:00+23:59", b"9999-12-31T23:59:59.999999-23:59"),
    *(b"[" * 3000, b"{" * 3000, b'{"a":' * 2000, b"1979-05-27", b"25:61:61", b"unknown", b"anonymous"),
)

_NUMBER = re.compile(rb"[0-9]+(?:\.[0-9]+)?")


class Mutator:
    """Changes inputs: bytes, numbers, words, lines, and parts of other inputs."""

    def __init__(self, seed: int | str, words: Sequence[bytes] = ()) -> None:
        self._random = Random(seed)  # noqa: S311 - has to be the same again
        self._words = (*WORDS, *words, *words)
        self._ways: tuple[Callable[[bytes, bytes], bytes], ...] = (
            *(self._byte, self._insert_word, self._number, self._number, self._cut, self._again, self._splice),
            *(self._drop_line, self._copy_line, self._copy_line, self._swap_lines, self._line_of_other, self._noise),
            *(self._swap_ends, self._truncate),
        )

    def pick(self, known: Sequence[bytes]) -> bytes:
        """Make the next input out of known ones."""
        random = self._random
        data, other = random.choice(known), random.choice(known)
        for _ in range(random.randint(1, MOST_CHANGES)):
            data = random.choice(self._ways)(data, other)
        if random.randrange(ONE_IN_HUGE) == 0:
            return self._blown_up(data)
        return data[:USUAL_BYTES]

    def cuts(self, data: bytes, most: int) -> list[bytes]:
        """The input in a few pieces, as a network may deliver it."""
        places = sorted(self._random.randint(0, len(data)) for _ in range(self._random.randint(0, most)))
        return [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)]

    def _place(self, data: bytes) -> int:
        return self._random.randint(0, len(data))

    def _span(self, data: bytes) -> tuple[int, int]:
        start = self._place(data)
        return start, min(len(data), start + self._random.choice((1, 2, 4, 16, 64, 400)))

    def _byte(self, data: bytes, _: bytes) -> bytes:
        place = self._place(data)
        return data[:place] + bytes((self._random.choice(BYTES),)) + data[place + 1 :]

    def _insert_word(self, data: bytes, _: bytes) -> bytes:
        place, (start, end) = self._place(data), self._span(data)
        word = self._random.choice(self._words)
        return data[:place] + word + data[place:] if self._random.random() < 0.5 else data[:start] + word + data[end:]

    def _number(self, data: bytes, _: bytes) -> bytes:
        found = _NUMBER.search(data, self._place(data)) or _NUMBER.search(data)
        if found is None:
            return data
        return data[: found.start()] + self._random.choice(NUMBERS) + data[found.end() :]

    def _cut(self, data: bytes, _: bytes) -> bytes:
        start, end = self._span(data)
        return data[:start] + data[end:]

    def _again(self, data: bytes, _: bytes) -> bytes:
        start, end = self._span(data)
        return data[:start] + data[start:end] * self._random.choice((2, 3, 9, 40)) + data[end:]

    def _splice(self, data: bytes, other: bytes) -> bytes:
        return data[: self._place(data)] + other[self._place(other) :]

    def _noise(self, data: bytes, _: bytes) -> bytes:
        place = self._place(data)
        return data[:place] + self._random.randbytes(self._random.randint(1, 12)) + data[place:]

    def _truncate(self, data: bytes, _: bytes) -> bytes:
        return data[: self._place(data)]

    def _swap_ends(self, data: bytes, _: bytes) -> bytes:
        place = self._place(data)
        return data[place:] + data[:place]

    def _drop_line(self, data: bytes, _: bytes) -> bytes:
        lines = data.split(b"\n")
        del lines[self._random.randrange(len(lines))]
        return b"\n".join(lines)

    def _copy_line(self, data: bytes, _: bytes) -> bytes:
        lines = data.split(b"\n")
        lines.insert(self._random.randint(0, len(lines)), self._random.choice(lines))
        return b"\n".join(lines)

    def _swap_lines(self, data: bytes, _: bytes) -> bytes:
        lines = data.split(b"\n")
        one, two = (self._random.randrange(len(lines)) for _ in range(2))
        lines[one], lines[two] = lines[two], lines[one]
        return b"\n".join(lines)

    def _line_of_other(self, data: bytes, other: bytes) -> bytes:
        lines = data.split(b"\n")
        lines.insert(self._random.randint(0, len(lines)), self._random.choice(other.split(b"\n")))
        return b"\n".join(lines)

    def _blown_up(self, data: bytes) -> bytes:
        start, end = self._span(data)
        piece = data[start:end] or b"0"
        return (data[:start] + piece * (HUGE_BYTES // len(piece)) + data[end:])[:HUGE_BYTES]
