"""The menu: reads the keys out, and follows them until they lead to something that is no menu."""

from depok_agi.errors import SettingsError
from depok_agi.voice.caller import ANY_KEY, Caller
from depok_agi.voice.centre import Centre, StepResult
from depok_agi.voice.menu_tree import Action, Choice, Menu, MenuTree
from depok_agi.voice.variables import MENUS_JOINED_BY, Result

MOST_KEYS = 20
"""Whoever has pressed so many without getting anywhere speaks with a human: a machine, a child, or one who is lost."""

ENDINGS = {
    Action.ANNOUNCEMENT: Result.ANNOUNCEMENT,
    Action.QUEUE: Result.QUEUE,
    Action.OPERATOR: Result.OPERATOR,
    Action.OPD: Result.OPD,
    Action.STATUS: Result.STATUS,
    Action.CALLBACK: Result.CALLBACK,
    Action.MESSAGE: Result.MESSAGE,
}
"""What the dialplan goes on with."""


async def step(caller: Caller, centre: Centre) -> StepResult:
    """One of `ENDINGS`; whoever finds none in the tries of a menu gets a human.

    The step's argument says where to begin, as an earlier result's `menu` said.

    Raises:
        SettingsError: there is no menu.
    """
    if centre.menu is None:
        raise SettingsError("no menu is published")
    walk = _Walk(centre.menu, next(iter(caller.info.arguments), ""))
    while len(walk.pressed) < MOST_KEYS:
        choice = await _asked(caller, walk)
        if choice is None:
            break
        if choice.action in ENDINGS:
            return walk.ends(ENDINGS[choice.action], choice.target)
        walk.follow(choice)
    await caller.play(["to-operator"])
    return walk.ends(Result.OPERATOR)


class _Walk:
    """Where the caller is, through which menus they came there, and what they have pressed."""

    def __init__(self, tree: MenuTree, begin: str) -> None:
        self._tree = tree
        self.pressed = ""
        came_by = begin.split(MENUS_JOINED_BY)
        # The menu file may have changed since: who stood in a menu that is no more begins anew.
        self._way = came_by if all(name in tree.menus for name in came_by) else [tree.start]

    @property
    def menu(self) -> Menu:
        return self._tree.menus[self._way[-1]]

    def follow(self, choice: Choice) -> None:
        if choice.action is Action.BACK:
            self._way = self._way[:-1] or [self._tree.start]
        elif choice.action is Action.MENU:
            # A menu that was passed already is gone back to: "back" never leads round in a circle.
            known = self._way.index(choice.target) if choice.target in self._way else len(self._way)
            self._way = [*self._way[:known], choice.target]

    def ends(self, result: Result, target: str = "") -> StepResult:
        return StepResult(result, self.pressed, target=target, menu=MENUS_JOINED_BY.join(self._way))


async def _asked(caller: Caller, walk: _Walk) -> Choice | None:
    """What the caller chooses in the menu where they are; None after so many tries, or so many keys in all."""
    menu = walk.menu
    prompts = [menu.prompt]
    for _ in range(menu.tries):
        key = await caller.play(prompts, ANY_KEY) or await caller.wait_key(menu.seconds)
        walk.pressed += key
        if key in menu.keys:
            return menu.keys[key]
        if len(walk.pressed) >= MOST_KEYS:
            break
        prompts = ["menu-wrong-key" if key else "menu-no-key", menu.prompt]
    return None
