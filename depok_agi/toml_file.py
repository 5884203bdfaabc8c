"""Tables of a TOML file, read into structs: every fault at once, each with its path and in plain words.

msgspec alone would stop at the first fault, so what it converts here is one value at a time. How a setting is read
stands in its type:

- a plain type, or one with a `Meta`, is msgspec's to check; the `description` says what is wanted ("must be ...");
- a function among the notes of `Annotated` takes the value (as TOML gives it, or as the note before has made it) and
  gives what counts. It raises ValueError with what is wrong.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin

from msgspec import Meta, Struct, ValidationError, convert
from msgspec.structs import fields

MOST_CHARACTERS = 128 * 1024
"""Ten times the longest file that ships."""

MOST_DOTS = 200
"""In one line. tomllib takes time by the square of a key's parts: a minute for one of 60,000 characters."""

Path = tuple[str | int, ...]


class Fault(NamedTuple):
    """What is wrong, and where."""

    path: Path
    text: str


class Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file. It has no settings but its fields."""

    def faults(self) -> Iterator[Fault]:
        """What is wrong between its settings, each of which is right by itself. Paths count from the table."""
        yield from ()


def parse(content: str) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        ValueError: it is none, or nothing that a person has written; the text says why.
    """
    if len(content) > MOST_CHARACTERS:
        raise ValueError(f"there are more than {MOST_CHARACTERS} characters in it")
    for number, line in enumerate(content.split("\n"), 1):
        if line.count(".") > MOST_DOTS:
            raise ValueError(f"there are more than {MOST_DOTS} dots in line {number}")
    try:
        return tomllib.loads(content)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


Read = TypeVar("Read", bound=Table)


def read(kind: type[Read], raw: object, path: Path, faults: list[Fault]) -> Read | None:
    """Read a table. Every fault is added to the list; None when they leave nothing that could be called a table."""
    if not isinstance(raw, dict):
        faults.append(Fault(path, "must be a table"))
        return None
    before = len(faults)
    known = {field.name: field for field in fields(kind)}
    values = {}
    for name, field in known.items():
        if name in raw:
            values[name] = _value(field.type, raw[name], (*path, name), faults)
        elif field.required:
            faults.append(Fault((*path, name), "must be given"))
    faults += [Fault((*path, name), "there is no such setting") for name in raw if name not in known]
    if len(faults) > before:
        return None
    table = kind(**values)
    faults += [Fault((*path, *fault.path), fault.text) for fault in table.faults()]
    return table


def text(given: object) -> str:
    """The value, which must be text: for functions that read a setting. Raises ValueError."""
    if not isinstance(given, str):
        raise ValueError(_must_be(str, ()))  # noqa: TRY004 - what such functions raise
    return given


def _value(hint: Any, raw: object, path: Path, faults: list[Fault]) -> Any:
    """Read what a field holds. After a fault, what it gives is of no use."""
    whole, notes = _parts(hint)
    kind, inner = get_origin(whole) or whole, get_args(whole)
    functions: list[Callable[[Any], Any]] = [note for note in notes if callable(note)]
    before = len(faults)
    value: Any = raw
    try:
        if isinstance(kind, type) and issubclass(kind, Table):
            value = read(kind, raw, path, faults)
        elif kind is list:
            items = enumerate(convert(raw, list))
            value = [_value(inner[0], item, (*path, place), faults) for place, item in items]
        elif kind is dict:
            pairs = convert(raw, dict).items()
            value = {key: _value(inner[1], item, (*path, key), faults) for key, item in pairs}
        elif not functions:
            value = convert(raw, hint)
        if len(faults) == before:
            for function in functions:
                value = function(value)
    except ValidationError:
        faults.append(Fault(path, _must_be(kind, notes)))
    except ValueError as error:
        faults.append(Fault(path, str(error)))
    return value


def _parts(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """The type without `| None` (TOML has no such value), and its notes."""
    given = [one for one in get_args(hint) if one is not type(None)]
    if type(None) in get_args(hint):
        (hint,) = given
    if get_origin(hint) is Annotated:
        return hint.__origin__, hint.__metadata__
    return hint, ()


_NAMES: dict[Any, str] = {
    str: "text in quotes",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}


def _must_be(kind: Any, notes: Iterable[Any]) -> str:
    described = next((note.description for note in notes if isinstance(note, Meta) and note.description), None)
    if described is None and isinstance(kind, type) and issubclass(kind, Enum):
        described = " or ".join(f'"{member.value}"' for member in kind)
    return f"must be {described or _NAMES[kind]}"
