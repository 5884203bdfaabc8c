"""The menu file is walked as it says, and whatever the caller presses or does not press, they get somewhere."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depok_agi.errors import CallerGoneError, SettingsError
from depok_agi.hours.schedule import Schedule
from depok_agi.voice import menu, menu_file, published, steps
from depok_agi.voice.caller import Language
from depok_agi.voice.centre import Centre
from depok_agi.voice.menu_tree import Action, MenuTree
from depok_agi.voice.variables import KEYS, MENU, RESULT, TARGET, Result, StepName
from tests.unit.voice.fake_caller import ANI, SHIPPED_MENU, FakeCaller

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SCHEDULE = Schedule("Asia/Jakarta")
DEEP = menu_file.load(
    """
    start = "main"
    languages = { 1 = "id" }
    [menu.main]
    prompt = "menu"
    seconds = 5
    keys.1 = { menu = "waste" }
    keys.2 = { menu = "roads" }
    [menu.waste]
    prompt = "menu-opd"
    seconds = 5
    tries = 1
    keys.1 = { menu = "bins" }
    keys.9 = "back"
    [menu.roads]
    prompt = "menu-opd"
    seconds = 5
    keys.1 = { menu = "bins" }
    [menu.bins]
    prompt = "menu-opd"
    seconds = 5
    keys.1 = { announcement = "information" }
    keys.2 = { queue = "sampah" }
    keys.3 = { menu = "main" }
    keys.8 = "repeat"
    keys.9 = "back"
    """,
    "deep.toml",
)


def centre(tree: MenuTree | None = SHIPPED_MENU) -> Centre:
    def leave(_: object) -> None:
        raise AssertionError("a menu leaves nothing behind")

    return Centre(SCHEDULE, lambda: NOW, leave, menu=tree)


def walk(*keys: str, tree: MenuTree = SHIPPED_MENU, begin: str = "") -> tuple[str, str, str, FakeCaller]:
    """Press keys, "" for none; the result, what it leads to, and the menu to come back to."""
    caller = FakeCaller(*keys, info=replace(ANI, arguments=(begin,)))
    asyncio.run(steps.run(StepName.MENU, caller, centre(tree)))
    said = caller.variables
    return said[RESULT], said[TARGET], said[MENU], caller


class TestEveryKeyOfTheShippedMenu:
    @pytest.mark.parametrize(
        ("keys", "leads_to"),
        [
            ("1", (Result.ANNOUNCEMENT, "information", "main")),
            ("2", (Result.QUEUE, "depok", "main")),
            ("3", (Result.STATUS, "", "main")),
            ("4", (Result.CALLBACK, "", "main")),
            ("6", (Result.MESSAGE, "", "main")),
            ("0", (Result.OPERATOR, "", "main")),
            ("51", (Result.OPD, "DISDUKCAPIL", "main/opd")),
            ("52", (Result.OPD, "DLHK", "main/opd")),
            ("53", (Result.OPD, "DPUPR", "main/opd")),
            ("54", (Result.OPD, "DISHUB", "main/opd")),
            ("50", (Result.OPERATOR, "", "main/opd")),
            ("5952", (Result.OPD, "DLHK", "main/opd")),
            ("593", (Result.STATUS, "", "main")),
            ("**3", (Result.STATUS, "", "main")),
        ],
    )
    def test_it_leads_where_the_file_says(self, keys: str, leads_to: tuple[Result, str, str]) -> None:
        *found, caller = walk(*keys)
        assert tuple(found) == leads_to
        assert caller.variables[KEYS] == keys
        assert set(caller.played) <= {"menu", "menu-opd"}, "a key in the middle of the words ends them"

    def test_a_choice_after_the_words(self) -> None:
        assert walk("", "5", "", "2")[:2] == (Result.OPD, "DLHK")

    def test_what_the_dialplan_goes_on_with_is_last(self) -> None:
        assert list(walk("2")[3].variables) == [TARGET, MENU, KEYS, RESULT]


class TestWrongKeysAndSilence:
    def test_three_wrong_keys_and_a_human_comes(self) -> None:
        result, _, _, caller = walk("", "7", "", "8", "", "#")
        assert (result, caller.variables[KEYS]) == (Result.OPERATOR, "78#")
        assert caller.played == ["menu", *["menu-wrong-key", "menu"] * 2, "to-operator"]

    def test_three_silences_and_a_human_comes(self) -> None:
        result, target, _, caller = walk()
        assert (result, target, caller.variables[KEYS]) == (Result.OPERATOR, "", "")
        assert caller.played == ["menu", *["menu-no-key", "menu"] * 2, "to-operator"]

    def test_the_third_try_counts(self) -> None:
        assert walk("9", "", "", "2")[0] == Result.QUEUE

    def test_the_words_about_a_wrong_key_can_be_cut_off_too(self) -> None:
        result, _, _, caller = walk("9", "0")
        assert (result, caller.played) == (Result.OPERATOR, ["menu", "menu-wrong-key"])

    def test_how_many_tries_is_the_files_to_say(self) -> None:
        assert walk("1", "", "7", tree=DEEP)[0] == Result.OPERATOR

    def test_each_menu_has_its_own_tries(self) -> None:
        assert walk("7", "7", "5", "7", "7", "2")[0] == Result.OPD

    def test_who_asks_for_the_same_again_and_again_gets_a_human(self) -> None:
        result, _, _, caller = walk(*"*" * 100)
        assert (result, caller.variables[KEYS]) == (Result.OPERATOR, "*" * menu.MOST_KEYS)

    def test_who_goes_back_and_forth_for_ever_too(self) -> None:
        assert walk(*"59" * 100)[0] == Result.OPERATOR

    def test_and_so_does_who_types_wrong_keys_in_between(self) -> None:
        assert len(walk(*"77*" * 100)[3].variables[KEYS]) == menu.MOST_KEYS


class TestTheWayBack:
    def test_the_menu_where_the_caller_was_comes_again(self) -> None:
        *_, back_at, caller = walk("1", "1", "1", tree=DEEP)
        assert back_at == "main/waste/bins"
        assert caller.variables[TARGET] == "information"
        assert walk("2", tree=DEEP, begin=back_at)[:2] == (Result.QUEUE, "sampah")

    @pytest.mark.parametrize("through", ["waste", "roads"])
    def test_back_is_the_menu_before_by_whichever_way_they_came(self, through: str) -> None:
        begin = f"main/{through}/bins"
        assert walk("9", "1", "1", tree=DEEP, begin=begin)[2] == begin

    def test_a_menu_that_is_come_to_again_is_gone_back_to(self) -> None:
        assert walk("1", "1", "3", "2", "1", "1", tree=DEEP)[2] == "main/roads/bins"

    @pytest.mark.parametrize("begin", ["", "gone", "main/gone", "main//opd", "main/", "${SHELL(id)}", "main,1", "\0"])
    def test_a_menu_that_is_not_there_is_the_first_one(self, begin: str) -> None:
        assert walk("3", begin=begin)[:3] == (Result.STATUS, "", "main")

    def test_a_file_that_changed_meanwhile_loses_nobody(self) -> None:
        assert walk("3", tree=SHIPPED_MENU, begin=walk("1", "1", "1", tree=DEEP)[2])[2] == "main"


KEYS_PRESSED = st.lists(st.sampled_from(["", *"0123456789*#"]), max_size=60)
WAYS_IN = st.one_of(st.text(max_size=20), st.lists(st.sampled_from(["main", "opd", "bins", "waste"])).map("/".join))


@given(st.sampled_from([SHIPPED_MENU, DEEP]), KEYS_PRESSED, WAYS_IN)
@settings(max_examples=300)
def test_any_keys_at_all_lead_somewhere_within_the_limit(tree: MenuTree, keys: Sequence[str], begin: str) -> None:
    result, target, back_at, caller = walk(*keys, tree=tree, begin=begin)
    assert result in set(menu.ENDINGS.values())
    assert bool(target) == (result in {Result.ANNOUNCEMENT, Result.QUEUE, Result.OPD})
    assert set(back_at.split("/")) <= set(tree.menus)
    assert len(caller.variables[KEYS]) <= menu.MOST_KEYS
    most_tries = max(one.tries for one in tree.menus.values())
    assert caller.interactions <= 2 * most_tries * (menu.MOST_KEYS + 1) + 5, "two for each try, then the end"


@given(KEYS_PRESSED, st.integers(1, 80))
@settings(max_examples=200)
def test_hanging_up_at_any_prompt_ends_the_walk_there(keys: Sequence[str], point: int) -> None:
    caller = FakeCaller(*keys, hangs_up_at=point)
    try:
        asyncio.run(steps.run(StepName.MENU, caller, centre()))
    except CallerGoneError:
        assert caller.interactions == point
        assert RESULT not in caller.variables
    else:
        assert caller.interactions < point


DIALPLAN = {path.name: path.read_text("utf-8") for path in (Path(__file__).parents[3] / "dialplan").glob("*.conf")}


class TestTheDialplan:
    def test_every_action_that_is_no_menu_has_a_result_for_it(self) -> None:
        assert set(Action) == {*menu.ENDINGS, Action.MENU, Action.BACK, Action.REPEAT}

    @pytest.mark.parametrize("result", [*menu.ENDINGS.values(), ""])
    def test_it_knows_every_result_and_that_there_was_none(self, result: str) -> None:
        assert f"\nexten => menu-{result},1," in DIALPLAN["20_menu.conf"]

    def test_it_goes_only_where_there_is_something(self) -> None:
        led_to = set(re.findall(r"[(?:]((?:sub-)?depok-[a-z-]+),s,1", DIALPLAN["20_menu.conf"]))
        assert {"depok-operator", "depok-opd", "depok-message"} <= led_to
        for context in led_to:
            assert any(re.search(rf"^\[{context}\]\nexten => s,1,", text, re.MULTILINE) for text in DIALPLAN.values())

    def test_whatever_it_puts_into_an_argument_was_filtered(self) -> None:
        for line in DIALPLAN["20_menu.conf"].splitlines():
            for variable in re.findall(r"\$\{(DEPOK_TARGET|DEPOK_MENU)\}", line):
                was = line.startswith(" same => n,ExecIf") and variable == "DEPOK_TARGET"
                assert was or f",${{{variable}}})}}" in line, line


class TestWithoutTheDaemon:
    def test_the_published_menu_is_walked_the_same(self, tmp_path: Path) -> None:
        published.publish(tmp_path, SCHEDULE, tmp_path, SHIPPED_MENU)
        caller = FakeCaller("5", "2")
        asyncio.run(steps.run(StepName.MENU, caller, published.load(tmp_path)))
        assert (caller.variables[RESULT], caller.variables[TARGET]) == (Result.OPD, "DLHK")

    @pytest.mark.parametrize("step", [StepName.MENU, StepName.LANGUAGE])
    def test_without_a_published_menu_the_step_fails_so_that_a_human_comes(self, step: StepName) -> None:
        caller = FakeCaller("1")
        with pytest.raises(SettingsError, match="no menu is published"):
            asyncio.run(steps.run(step, caller, centre(None)))
        assert (caller.interactions, caller.variables) == (0, {})


class TestLanguages:
    def test_their_keys_are_the_files_to_say(self) -> None:
        tree = replace(SHIPPED_MENU, languages={"7": Language.INDONESIAN, "8": Language.ENGLISH})
        caller = FakeCaller("8")
        asyncio.run(steps.run(StepName.LANGUAGE, caller, centre(tree)))
        assert caller.languages == [Language.ENGLISH]

    def test_where_there_is_one_nobody_is_asked(self) -> None:
        caller = FakeCaller("1")
        asyncio.run(steps.run(StepName.LANGUAGE, caller, centre(DEEP)))
        assert (caller.played, caller.languages) == (["welcome"], [Language.INDONESIAN])
        assert caller.variables[KEYS] == ""


class TestAnnouncements:
    def heard(self, *arguments: str) -> list[str]:
        caller = FakeCaller(info=replace(ANI, arguments=arguments))
        asyncio.run(steps.run(StepName.INFORMATION, caller, centre()))
        assert caller.variables[RESULT] == Result.TOLD
        return caller.played

    def test_the_one_that_the_menu_names_is_played(self) -> None:
        assert self.heard("announcement-ktp") == ["announcement-ktp"]

    @pytest.mark.parametrize("arguments", [(), ("",), ("../secret",), ("a&b",), ("x" * 100,)])
    def test_what_is_no_name_of_a_prompt_is_the_general_one(self, arguments: tuple[str, ...]) -> None:
        assert self.heard(*arguments) == ["information"]
