"""The menu file: TOML that an admin edits, into a `MenuTree`, or every fault at once.

Import this module where it is used: the steps read the published tree. `depok_menu.toml` beside it shows every action.
"""

from collections.abc import Container, Iterator, Mapping
from typing import Annotated, Any

from msgspec import Meta

from depok_agi.errors import SettingsError
from depok_agi.toml_file import Fault, Table, parse, read, text
from depok_agi.voice.caller import ANY_KEY, Language
from depok_agi.voice.menu_tree import PROMPT, STAYING, TARGETS, WITH_TARGET, Action, Choice, Menu, MenuTree

WAYS = ", ".join(
    [f'{{ {action.value} = "..." }}' for action in Action if action in WITH_TARGET]
    + [f'"{action.value}"' for action in Action if action not in WITH_TARGET]
)


def load(content: str, source: str, prompts: Container[str] | None = None) -> MenuTree:
    """Read a menu file and check it as a whole.

    Args:
        content: the file's text.
        source: what to call the file in a fault.
        prompts: the names of the prompts that there are; unchecked when None.

    Raises:
        SettingsError: one line for each fault.
    """
    try:
        raw = parse(content)
    except ValueError as error:
        given_twice = " (is a key or a menu given twice?)" if "overwrite" in str(error) else ""
        raise SettingsError(
            "{source}: {error}{given_twice}", source=source, error=error, given_twice=given_twice
        ) from error
    faults: list[Fault] = []
    top = read(_File, raw, (), faults)
    menus = _menus(raw.get("menu"), faults)
    if top is None or faults:
        raise SettingsError("\n".join(_lines(source, faults)))
    languages = {key: Language(language) for key, language in top.languages.items()}
    tree = MenuTree(top.start, languages, menus)
    faults = [*_faults(tree), *(_unknown_prompts(tree, prompts) if prompts is not None else ())]
    if faults:
        raise SettingsError("\n".join(_lines(source, faults)))
    return tree


def _choice(given: object) -> Choice:
    """A word, or a table with one word and its target."""
    if isinstance(given, str):
        action = next((action for action in Action if action == given and action not in WITH_TARGET), None)
        if action is not None:
            return Choice(action)
    if isinstance(given, dict) and len(given) == 1:
        [(word, target)] = given.items()
        action = next((action for action in Action if action == word and action in WITH_TARGET), None)
        if action is not None:
            if not isinstance(target, str) or not TARGETS[action].fullmatch(target):
                raise ValueError(f"{target!r} is no name for {_a(action)}")
            return Choice(action, target)
    raise ValueError(f"must be one of {WAYS}")


def _prompt(given: object) -> str:
    if not PROMPT.fullmatch(text(given)):
        raise ValueError(f"{given!r} is no name for a prompt: it has only a-z, 0-9 and -")
    return text(given)


def _a(action: Action) -> str:
    names = {
        Action.ANNOUNCEMENT: "a prompt",
        Action.MENU: "a menu",
        Action.QUEUE: "a queue",
        Action.OPD: "an OPD: write its code, such as DLHK",
    }
    return names[action]


class _File(Table, frozen=True, kw_only=True):
    start: Annotated[str, text]
    languages: Annotated[dict[str, Language], Meta(description='a table of keys, such as { 1 = "id", 2 = "en" }')]
    menu: Annotated[dict[str, Any], Meta(description="tables, each headed such as [menu.main]")]

    def faults(self) -> Iterator[Fault]:
        """The keys that choose a language are keys."""
        for key in self.languages:
            if len(key) != 1 or key not in ANY_KEY:
                yield Fault(("languages", key), f"{key!r} is no key of a telephone: 0 to 9, * or #")


class _Menu(Table, frozen=True, kw_only=True):
    prompt: Annotated[str, _prompt]
    seconds: Annotated[float, Meta(ge=1, le=60, description="from 1 to 60: how long the caller may think")]
    tries: Annotated[int, Meta(ge=1, le=9, description="from 1 to 9")] = 3
    keys: Annotated[dict[str, Annotated[Choice, _choice]], Meta(description='a table, such as { 1 = "status" }')]

    def faults(self) -> Iterator[Fault]:
        """Keys that no telephone has; a menu without any."""
        if not self.keys:
            yield Fault(("keys",), "must have a key")
        for key in self.keys:
            if len(key) != 1 or key not in ANY_KEY:
                yield Fault(("keys", key), f"{key!r} is no key of a telephone: 0 to 9, * or #")


def _menus(raw: object, faults: list[Fault]) -> dict[str, Menu]:
    found: dict[str, Menu] = {}
    for name, given in raw.items() if isinstance(raw, dict) else ():
        if not TARGETS[Action.MENU].fullmatch(name):
            faults.append(Fault(("menu", name), "a menu's name has only a-z, 0-9 and -"))
            continue
        table = read(_Menu, given, ("menu", name), faults)
        if table is not None:
            found[name] = Menu(name, table.prompt, table.seconds, table.tries, table.keys)
    return found


def _faults(tree: MenuTree) -> Iterator[Fault]:
    """What is wrong between the menus."""
    if tree.start not in tree.menus:
        yield Fault(("start",), f"there is no menu {tree.start!r}")
        return
    if Language.INDONESIAN not in tree.languages.values():
        yield Fault(("languages",), 'must have "id", which is spoken to whoever chooses none')
    for menu in tree.menus.values():
        for key, choice in menu.keys.items():
            if choice.action is Action.MENU and choice.target not in tree.menus:
                yield Fault(("menu", menu.name, "keys", key), f"there is no menu {choice.target!r}")
            if choice.action is Action.BACK and menu.name == tree.start:
                yield Fault(("menu", menu.name, "keys", key), "there is nothing to go back to from the first menu")
    for name in tree.menus.keys() - set(_reachable(tree)):
        yield Fault(("menu", name), "no key leads here")
    for name in sorted(_without_end(tree.menus)):
        yield Fault(("menu", name), "no key leads out of here: callers go round and round")


def _reachable(tree: MenuTree) -> set[str]:
    seen, ahead = set(), [tree.start]
    while ahead:
        name = ahead.pop()
        if name not in seen and name in tree.menus:
            seen.add(name)
            choices = tree.menus[name].keys.values()
            ahead += [choice.target for choice in choices if choice.action is Action.MENU]
    return seen


def _without_end(menus: Mapping[str, Menu]) -> set[str]:
    """The menus from which no keys lead to a person, an answer or anything that the caller can leave."""
    ending = {
        name
        for name, menu in menus.items()
        if any(choice.action not in STAYING | {Action.MENU} for choice in menu.keys.values())
    }
    leading, ahead = _leading_to(menus), list(ending)
    while ahead:
        more = leading[ahead.pop()] - ending
        ending |= more
        ahead += more
    return set(menus) - ending


def _leading_to(menus: Mapping[str, Menu]) -> dict[str, set[str]]:
    """For each menu those from which a key leads to it; "back" leads to each one from which it can be come to."""
    came_from: dict[str, set[str]] = {name: set() for name in menus}
    for name, menu in menus.items():
        for choice in menu.keys.values():
            if choice.action is Action.MENU and choice.target in menus:
                came_from[choice.target].add(name)
    leading = {name: set(before) for name, before in came_from.items()}
    for name, menu in menus.items():
        if any(choice.action is Action.BACK for choice in menu.keys.values()):
            for before in came_from[name]:
                leading[before].add(name)
    return leading


def _unknown_prompts(tree: MenuTree, prompts: Container[str]) -> Iterator[Fault]:
    for menu in tree.menus.values():
        if menu.prompt not in prompts:
            yield Fault(("menu", menu.name, "prompt"), f"there is no prompt {menu.prompt!r} in the prompts' script")
        for key, choice in menu.keys.items():
            if choice.action is Action.ANNOUNCEMENT and choice.target not in prompts:
                where = ("menu", menu.name, "keys", key)
                yield Fault(where, f"there is no prompt {choice.target!r} in the prompts' script")


def _lines(source: str, faults: list[Fault]) -> Iterator[str]:
    yield f"the menu file {source} has {len(faults)} fault{'s' if len(faults) > 1 else ''}:"
    for fault in faults:
        yield f"  {'.'.join(str(part) for part in fault.path) or '(the whole file)'}: {fault.text}"
