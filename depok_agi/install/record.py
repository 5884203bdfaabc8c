"""What was changed on this host, so that it can be undone: one JSON file beside the releases."""

import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from depok_agi.errors import RefusedError
from depok_agi.install import changes
from depok_agi.install.changes import Change, File, digest

RECORD = Path("/opt/depok-agi/installed.json")

_KINDS = {
    kind.__name__: kind
    for kind in (changes.Group, changes.User, changes.Member, changes.Folder, changes.File, changes.Line, changes.Link)
}


def load() -> list[Change]:
    """The changes that were made here, in their order. Raises RefusedError."""
    try:
        found = json.loads(RECORD.read_text("utf-8"))
        return [_change(row) for row in found]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RefusedError(
            "{record}, which says what was installed, cannot be read: {error!r}", record=RECORD, error=error
        ) from error


def save(made: Iterable[Change]) -> None:
    """Write down what was changed."""
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    temporary = RECORD.with_name(f".{RECORD.name}")
    temporary.write_text(json.dumps([_row(change) for change in made], indent=1), "utf-8")
    temporary.replace(RECORD)


def key(change: Change) -> tuple[str, ...]:
    """What makes two changes the same, whatever a newer version writes there."""
    names = ("path", "line", "user", "group" if isinstance(change, changes.Member) else "", "name")
    return (type(change).__name__, *(str(getattr(change, name, "")) for name in names))


def _row(change: Change) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": type(change).__name__}
    for field in fields(change):  # type: ignore[arg-type] # all are dataclasses
        value = getattr(change, field.name)
        row[field.name] = str(value) if isinstance(value, Path) else value
    if isinstance(change, File):
        row["written"] = digest(change.text)
        row["text"] = ""
    return row


def _change(row: dict[str, Any]) -> Change:
    kind: Any = _KINDS[row.pop("kind")]
    made: Change = kind(**{name: _value(name, value) for name, value in row.items()})
    return made


def _value(name: str, value: Any) -> Any:
    if name in {"path", "home", "target"}:
        return Path(value)
    return tuple(value) if isinstance(value, list) else value
