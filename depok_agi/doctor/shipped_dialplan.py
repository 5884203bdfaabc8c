"""The dialplan as it is shipped, against the one that Asterisk has loaded."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from depok_agi.errors import SettingsError

Place = tuple[str, str, int]
"""Context, extension and priority."""

_CONTEXT = re.compile(r"\[([\w-]+)\]\s*")
_EXTEN = re.compile(r"exten\s*=>\s*([^,]+),(\w+)(?:\(\w+\))?,(.+)")
_SAME = re.compile(r"same\s*=>\s*n(?:\(\w+\))?,(.+)")
_FILES = "[0-9][0-9]_*.conf"


def load(folder: Path) -> dict[Place, str]:
    """Every step of the shipped dialplan: its application and what that is told.

    Raises:
        SettingsError: the folder has no dialplan, or a line in it is none.
    """
    try:
        files = sorted(folder.glob(_FILES))
        texts = {file: file.read_text("utf-8") for file in files}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            "the shipped dialplan in {folder} cannot be read: {error}", folder=folder, error=error
        ) from error
    if not texts:
        raise SettingsError("there is no dialplan in {folder}", folder=folder)
    return {place: step for file, text in texts.items() for place, step in _steps(file, text).items()}


def _steps(file: Path, text: str) -> dict[Place, str]:
    found: dict[Place, str] = {}
    context = exten = ""
    priority = 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith(";"):
            continue
        if named := _CONTEXT.fullmatch(line):
            context = named[1]
            continue
        if begins := _EXTEN.fullmatch(line):
            exten, step = begins[1], begins[3]
            priority = int(begins[2]) if begins[2].isdigit() else priority + 1
        elif goes_on := _SAME.fullmatch(line):
            priority, step = priority + 1, goes_on[1]
        else:
            raise SettingsError("{name}, line {number}: this is no line of a dialplan", name=file.name, number=number)
        found[context, exten, priority] = step
    return found


def loaded(listed: Iterable[Mapping[str, str]]) -> dict[Place, str]:
    """The same of what Asterisk answers to the manager's action ShowDialPlan."""
    return {
        (row["Context"], row["Extension"], int(row["Priority"])): f"{row['Application']}({row.get('AppData', '')})"
        for row in listed
        if row.get("Event") == "ListDialplan" and row.get("Priority", "").isdigit()
    }


def differences(shipped: Mapping[Place, str], there: Mapping[Place, str]) -> list[str]:
    """Where the two differ, in words; a context of ours may not hold more than ours, either."""
    ours = {context for context, *_ in shipped}
    places = [*shipped, *(place for place in there if place[0] in ours and place not in shipped)]
    return [
        f"{','.join(map(str, place))}: {there.get(place, 'not there')}, shipped is {shipped.get(place, 'nothing')}"
        for place in places
        if shipped.get(place) != there.get(place)
    ]
