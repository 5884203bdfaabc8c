"""The rows of a file of complaints that came by other ways: in person, by letter, web, Twitter, Facebook.

Rules
-----
1. Every row is checked before any is taken, and everything that is wrong with it is told: its place in the file, the
   column, and why. A column with an unknown name is a fault, too, for it would be passed over silently.
2. A row is known again by its reference within its channel, or, without one, by all that stands in it. Two rows of one
   file that are the same are a fault: nobody could know whether it is one complaint or two.
3. A number that Excel has taken the 0 or + from is read all the same; one that it has written as 8.11E+10 is lost, and
   told so.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from depok_agi.language import gettext_noop
from depok_agi.sentence import Sentence, Translate
from depok_agi.tickets.ticket import TicketChannel

Cell = str | int | float | bool | date | datetime | time | None
"""What stands in a cell: text in a CSV file, anything of these in a workbook."""

COLUMNS = ("channel", "text", "caller", "name", "category", "area", "secret", "received_at", "reference")
NEEDED = ("channel", "text")

EXAMPLE: Sequence[Sequence[str]] = (
    (
        "letter",
        "Lampu jalan mati di Jalan Nusantara",
        "0811-0000-1234",
        "Ani",
        "",
        "Beji",
        "",
        "2026-11-24",
        "A-17/2026",
    ),
    ("twitter", "Sampah menumpuk di depan pasar", "", "@warga", "sampah", "", "", "2026-11-24 10:30", "18607"),
)
"""Rows for a template: what may stand where."""

_CHANNELS = {
    **{channel.value: channel for channel in TicketChannel if channel is not TicketChannel.MESSAGE},
    "in person": TicketChannel.IN_PERSON,
    "langsung": TicketChannel.IN_PERSON,
    "telepon": TicketChannel.PHONE,
    "surat": TicketChannel.LETTER,
    "website": TicketChannel.WEB,
    "twitter": TicketChannel.SOCIAL,
    "x": TicketChannel.SOCIAL,
    "facebook": TicketChannel.SOCIAL,
    "instagram": TicketChannel.SOCIAL,
}
"""How people name a channel. A recorded message is none of them: it has a recording."""

_YES = {"yes": True, "ya": True, "true": True, "1": True, "no": False, "tidak": False, "false": False, "0": False}
_DAY_FIRST = re.compile(r"([0-3]?[0-9])[-/.]([01]?[0-9])[-/.]([0-9]{4})(?:[ T]+([0-9]{1,2})[:.]([0-9]{2}))?")
_EARLIEST_YEAR = 2000
_BY_EXCEL = re.compile(r"[0-9.,]+E\+?[0-9]+", re.IGNORECASE)
MOST_TEXT = 32_767
"""Characters, as many as a cell of a workbook holds."""

MOST_REFERENCE = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row. `line` is its place in the file as a person counts, the heading being 1."""

    line: int
    column: str
    said: Sentence

    @property
    def why(self) -> str:
        """What is wrong, in English."""
        return str(self.said)

    def __str__(self) -> str:
        return self.text(str)

    def text(self, translate: Translate) -> str:
        """The row, the column and what is wrong, in the language of `translate`."""
        values = {"line": self.line, "column": self.column, "why": self.said}
        return Sentence(gettext_noop("row {line}, {column}: {why}"), values).text(translate)


@dataclass(frozen=True, slots=True)
class Entry:
    """A complaint of a row that is right.

    Attributes:
        key: by which it is known again.
        caller: E.164, or None.
        received_at: when it came in, aware; None when the row does not say so.
    """

    line: int
    key: str
    channel: TicketChannel
    text: str
    caller: str | None
    name: str | None
    category: str | None
    area: str | None
    secret: bool
    received_at: datetime | None


def heading_faults(heading: Sequence[str]) -> list[Fault]:
    """What is wrong with the names of the columns."""
    faults = [Fault(1, column, Sentence("there is no such column")) for column in heading if column not in COLUMNS]
    faults += [Fault(1, column, Sentence("this column is missing")) for column in NEEDED if column not in heading]
    twice = sorted({column for column in heading if list(heading).count(column) > 1})
    return faults + [Fault(1, column, Sentence("this column is there twice")) for column in twice]


def check(
    rows: Iterable[tuple[int, Mapping[str, Cell]]],
    now: datetime,
    zone: tzinfo,
    *,
    category: Callable[[str], str],
    area: Callable[[str], str],
    telephone: Callable[[str], str | None],
) -> tuple[list[Entry], list[Fault]]:
    """All rows with their places: those that are right, and everything that is wrong with the others.

    `category` and `area` give the name that is meant, and raise ValueError for one that is not known; `telephone` gives
    a number in E.164, None for what is none. A moment without a zone is one of `zone`.
    """
    entries: list[Entry] = []
    faults: list[Fault] = []
    first: dict[str, int] = {}
    for line, row in rows:
        entry, wrong = _Row(line, row, now, zone).read(category, area, telephone)
        if entry is not None and entry.key in first:
            wrong.append(Fault(line, "row", Sentence("the same as row {first}", {"first": first[entry.key]})))
        elif entry is not None:
            first[entry.key] = line
            entries.append(entry)
        faults += wrong
    return entries, faults


class _Row:
    """One row while it is read; every fault of it is kept."""

    def __init__(self, line: int, row: Mapping[str, Cell], now: datetime, zone: tzinfo) -> None:
        self._line = line
        self._row = row
        self._now = now
        self._zone = zone
        self._faults: list[Fault] = []

    def read(
        self, category: Callable[[str], str], area: Callable[[str], str], telephone: Callable[[str], str | None]
    ) -> tuple[Entry | None, list[Fault]]:
        channel, text, caller = self._channel(), self._said(), self._caller(telephone)
        chosen = self._known("category", category), self._known("area", area)
        secret, received_at = self._secret(), self._received_at()
        name, reference = self._text("name") or None, self._text("reference")
        if len(reference) > MOST_REFERENCE:
            self._wrong("reference", "longer than {most} characters", most=MOST_REFERENCE)
        if self._faults or channel is None:
            return None, self._faults
        given_at = None if received_at is None else received_at.isoformat()
        whole = [channel, text, caller, name, *chosen, secret, given_at]
        key = _digest(["reference", self._text("channel").lower(), reference] if reference else ["row", *whole])
        return Entry(self._line, key, channel, text, caller, name, *chosen, secret, received_at), []

    def _wrong(self, column: str, why: str, **values: object) -> None:
        self._faults.append(Fault(self._line, column, Sentence(why, values)))

    def _text(self, column: str) -> str:
        value = self._row.get(column)
        if value is None:
            return ""
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # so a workbook keeps whole numbers
        return str(value).strip()

    def _channel(self) -> TicketChannel | None:
        given = self._text("channel")
        channel = _CHANNELS.get(given.lower())
        if channel is None:
            self._wrong(
                "channel",
                "{given!r} is none; there are: {known}" if given else "is empty",
                given=given,
                known=", ".join(_CHANNELS),
            )
        return channel

    def _said(self) -> str:
        text = self._text("text").replace("\r\n", "\n")
        if not text:
            self._wrong("text", "is empty")
        if len(text) > MOST_TEXT:
            self._wrong("text", "longer than {most} characters", most=MOST_TEXT)
        return text

    def _caller(self, telephone: Callable[[str], str | None]) -> str | None:
        given = self._text("caller").lstrip("'")
        if not given:
            return None
        number = telephone(given)
        if number is None and _BY_EXCEL.fullmatch(given):
            self._wrong(
                "caller",
                "{given} is what Excel makes of a number: format the column as text, type it again",
                given=given,
            )
        elif number is None:
            self._wrong("caller", "{given!r} is no telephone number", given=given)
        return number

    def _secret(self) -> bool:
        given = self._text("secret").lower()
        if given and given not in _YES:
            self._wrong("secret", "{given!r} is neither yes nor no", given=given)
        return _YES.get(given, False)

    def _known(self, column: str, meant: Callable[[str], str]) -> str | None:
        given = self._text(column)
        if not given:
            return None
        try:
            return meant(given)
        except ValueError as error:
            self._wrong(column, "{found}", found=error.__cause__ or error)
            return None

    def _received_at(self) -> datetime | None:
        given = self._row.get("received_at")
        if given is None or given == "":
            return None
        at = self._moment(given)
        if at is None:
            self._wrong(
                "received_at", "{given!r} is no moment: write 2026-11-24 10:30 or 24-11-2026 10:30", given=str(given)
            )
        elif at > self._now:
            self._wrong("received_at", "{given} has not come yet", given=given)
        elif at.year < _EARLIEST_YEAR:
            self._wrong("received_at", "{given} is too long ago", given=given)
        else:
            return at
        return None

    def _moment(self, given: Cell) -> datetime | None:
        if isinstance(given, date) and not isinstance(given, datetime):
            given = datetime.combine(given, time())
        try:
            found = given if isinstance(given, datetime) else _read_moment(str(given).strip())
            aware = found if found.tzinfo is not None else found.replace(tzinfo=self._zone)
            aware.timestamp()  # of the very first or last year, it may not be one in UTC
        except (ValueError, OverflowError):
            return None
        return aware


def _read_moment(text: str) -> datetime:
    """Day first, as people write here, or ISO 8601. Raises ValueError."""
    found = _DAY_FIRST.fullmatch(text)
    if found is None:
        return datetime.fromisoformat(text)
    day, month, year, hour, minute = (int(part or 0) for part in found.groups())
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - the caller knows the zone


def _digest(parts: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()
