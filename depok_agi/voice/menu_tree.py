"""The menu as data: what the caller is asked, and what each key leads to.

It is read from a file that an admin edits (`menu_file.py`), checked as a whole, published as JSON for the steps that
run without the daemon, and walked by the step `menu`. This module imports only what starts fast.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from depok_agi.voice.around import OPD_CODE
from depok_agi.voice.caller import Language


class Action(StrEnum):
    """What a key can lead to."""

    ANNOUNCEMENT = "announcement"
    """A prompt is played; then the menu again."""
    QUEUE = "queue"
    """The operators' queue of this name."""
    OPERATOR = "operator"
    """The queue that the dialplan names."""
    OPD = "opd"
    """The OPD's own telephone, in its hours."""
    STATUS = "status"
    CALLBACK = "callback"
    MESSAGE = "message"
    """A recorded message."""
    MENU = "menu"
    """Another menu."""
    BACK = "back"
    REPEAT = "repeat"


WITH_TARGET = frozenset({Action.ANNOUNCEMENT, Action.QUEUE, Action.OPD, Action.MENU})
"""What needs to be told where to."""

STAYING = frozenset({Action.BACK, Action.REPEAT, Action.ANNOUNCEMENT})
"""What ends in a menu again: nobody gets anywhere by these alone."""


PROMPT = re.compile(r"[a-z0-9-]{1,60}")
TARGETS = {
    Action.ANNOUNCEMENT: PROMPT,
    Action.MENU: re.compile(r"[a-z0-9-]{1,60}"),
    Action.QUEUE: re.compile(r"[A-Za-z0-9_-]{1,60}"),
    Action.OPD: OPD_CODE,
}
"""What a target may look like. It comes into the dialplan, so nothing that Asterisk would read otherwise is in it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What one key does. Raises ValueError for a target that must not come into the dialplan.

    Attributes:
        target: a prompt, a queue, an OPD's code or a menu; empty where the action needs none.
    """

    action: Action
    target: str = ""

    def __post_init__(self) -> None:
        """Whoever has a choice has a right one: from the file, from what was published, or made by hand."""
        wanted = TARGETS.get(self.action)
        if not (self.target == "" if wanted is None else wanted.fullmatch(self.target)):
            raise ValueError(f"{self.target!r} is no target for {self.action}")


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu. Raises ValueError for a name that must not come into the dialplan.

    Attributes:
        prompt: reads the keys out.
        seconds: how long the caller may think after it.
        tries: how often no key or a wrong one is forgiven; then a human.
        keys: what each key does.
    """

    name: str
    prompt: str
    seconds: float
    tries: int
    keys: Mapping[str, Choice]

    def __post_init__(self) -> None:
        """As for choices."""
        if not TARGETS[Action.MENU].fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name for a menu")


@dataclass(frozen=True, slots=True)
class MenuTree:
    """All menus, and the one that comes first."""

    start: str
    languages: Mapping[str, Language]
    menus: Mapping[str, Menu]

    def prompts(self) -> Iterator[str]:
        """Every prompt that it plays."""
        for menu in self.menus.values():
            yield menu.prompt
            for choice in menu.keys.values():
                if choice.action is Action.ANNOUNCEMENT:
                    yield choice.target


def to_json(tree: MenuTree) -> dict[str, Any]:
    """The tree as plain JSON values, nothing lost."""
    return {
        "start": tree.start,
        "languages": dict(tree.languages),
        "menus": {
            name: {
                "prompt": menu.prompt,
                "seconds": menu.seconds,
                "tries": menu.tries,
                "keys": {key: [choice.action, choice.target] for key, choice in menu.keys.items()},
            }
            for name, menu in tree.menus.items()
        },
    }


def from_json(published: dict[str, Any]) -> MenuTree:
    """Read what `to_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    menus = {
        name: Menu(
            name,
            menu["prompt"],
            float(menu["seconds"]),
            _count(menu["tries"]),
            {key: Choice(Action(action), target) for key, (action, target) in dict(menu["keys"]).items()},
        )
        for name, menu in dict(published["menus"]).items()
    }
    if published["start"] not in menus:
        raise ValueError("the first menu is not there")
    languages = {key: Language(language) for key, language in dict(published["languages"]).items()}
    return MenuTree(published["start"], languages, menus)


def _count(given: object) -> int:
    if not isinstance(given, int):
        raise TypeError("not a whole number")
    return given
