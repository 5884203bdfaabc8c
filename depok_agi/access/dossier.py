"""All that the centre has of one citizen, as it is given to them: what it says, and who did what with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from depok_agi.language import Language, gettext_noop, translate

YES, NO = gettext_noop("yes"), gettext_noop("no")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that people are shown; scripts get every key of a row. `title` is a source string."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one kind; `title` and `note` are source strings."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """One citizen's data and its trail.

    Attributes:
        number: E.164.
        made_at: aware, by the centre's clock.
    """

    number: str
    name: str | None
    made_at: datetime
    sections: Sequence[Section]

    def to_json(self) -> dict[str, Any]:
        """For scripts, and for whoever takes the data elsewhere."""
        return {
            "number": self.number,
            "name": self.name,
            "made_at": self.made_at.replace(microsecond=0).isoformat(),
            **{section.key: [dict(row) for row in section.rows] for section in self.sections},
        }


def in_both(text: str) -> str:
    """A source string in the citizen's language and in English."""
    indonesian = translate(text, Language.INDONESIAN)
    return text if indonesian == text else f"{indonesian} / {text}"


def shown(row: Mapping[str, Any], columns: Sequence[Column]) -> Iterator[str]:
    """The cells of a row as people read them."""
    for column in columns:
        yield _cell(row.get(column.key))


def _cell(value: Any) -> str:
    match value:
        case None | "" | [] | {}:
            return "-"
        case bool() | StrEnum():
            return in_both(value.value if isinstance(value, StrEnum) else YES if value else NO)
        case str() if len(value) > len("2026-01-01T00:00:00") and value[10:11] == "T" and value[:4].isdigit():
            return value.replace("T", " ")
        case list() | tuple():
            return ", ".join(_cell(one) for one in value)
        case dict():
            return ", ".join(f"{key}: {_cell(one)}" for key, one in value.items())
        case _:
            return str(value)
