"""A menu file is checked as a whole before any caller hears of it."""

import json
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depok_agi.errors import SettingsError
from depok_agi.voice import menu_tree
from depok_agi.voice.caller import Language
from depok_agi.voice.menu_file import load
from depok_agi.voice.menu_tree import Action, Choice, Menu, MenuTree

SHIPPED = (resources.files("depok_agi.voice") / "depok_menu.toml").read_text("utf-8")
GOOD = """
start = "main"
languages = { 1 = "id", 2 = "en" }
[menu.main]
prompt = "menu"
seconds = 5
keys.1 = "operator"
"""


def faults(content: str, prompts: frozenset[str] | None = None) -> str:
    with pytest.raises(SettingsError) as refused:
        load(content, "menu.toml", prompts)
    return str(refused.value)


class TestAGoodFile:
    def test_the_shipped_menu_is_good(self) -> None:
        tree = load(SHIPPED, "depok_menu.toml")
        assert tree.menus["main"].keys["1"] == Choice(Action.ANNOUNCEMENT, "information")
        assert tree.menus["opd"].keys["9"] == Choice(Action.BACK)
        assert tree.languages == {"1": Language.INDONESIAN, "2": Language.ENGLISH}
        assert {choice.action for menu in tree.menus.values() for choice in menu.keys.values()} == set(Action)

    def test_the_tries_are_three_when_not_given(self) -> None:
        assert load(GOOD, "menu.toml").menus["main"].tries == 3

    def test_publishing_loses_nothing(self) -> None:
        tree = load(SHIPPED, "depok_menu.toml")
        assert menu_tree.from_json(json.loads(json.dumps(menu_tree.to_json(tree)))) == tree


class TestABadFile:
    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (("keys.1 = ", "keys.11 = "), "menu.main.keys.11: '11' is no key of a telephone"),
            (("keys.1 = ", "keys.A = "), "menu.main.keys.A: 'A' is no key"),
            (('"operator"', '"operatr"'), 'menu.main.keys.1: must be one of { announcement = "..." }'),
            (('"operator"', '{ queue = "a,b" }'), "menu.main.keys.1: 'a,b' is no name for a queue"),
            (('"operator"', '{ opd = "${SHELL(id)}" }'), "is no name for an OPD"),
            (('"operator"', '{ queue = "depok", opd = "DLHK" }'), "must be one of"),
            (('"operator"', '{ menu = "nowhere" }'), "menu.main.keys.1: there is no menu 'nowhere'"),
            (('"operator"', '"back"'), "there is nothing to go back to"),
            (('"operator"', '"repeat"'), "menu.main: no key leads out of here"),
            (("seconds = 5\n", ""), "menu.main.seconds: must be given"),
            (("seconds = 5", "seconds = 0"), "menu.main.seconds: must be from 1 to 60"),
            (('prompt = "menu"\n', ""), "menu.main.prompt: must be given"),
            (('start = "main"', 'start = "haupt"'), "start: there is no menu 'haupt'"),
            (('2 = "en"', '2 = "de"'), 'languages.2: must be "id" or "en"'),
            (('1 = "id", ', ""), 'languages: must have "id"'),
            (("seconds = 5", "secnods = 5"), "menu.main.secnods: there is no such setting"),
            (('keys.1 = "operator"', 'keys.1 = "operator"\nkeys.1 = "status"'), "is a key or a menu given twice?"),
            (("[menu.main]", "[menu.MAIN]"), "a menu's name has only"),
            (('prompt = "menu"', 'prompt = "../secret"'), "menu.main.prompt: '../secret' is no name for a prompt"),
            (('prompt = "menu"', "prompt = 7"), "menu.main.prompt: must be text in quotes"),
        ],
    )
    def test_each_fault_is_told_with_its_place(self, change: tuple[str, str], told: str) -> None:
        assert told in faults(GOOD.replace(*change))

    def test_a_menu_that_no_key_leads_to_is_told(self) -> None:
        more = GOOD + '[menu.lost]\nprompt = "menu"\nseconds = 5\nkeys.1 = "operator"\n'
        assert "menu.lost: no key leads here" in faults(more)

    def test_two_menus_that_only_lead_to_each_other_are_told(self) -> None:
        round_and_round = GOOD.replace('"operator"', '{ menu = "two" }') + (
            '[menu.two]\nprompt = "menu"\nseconds = 5\nkeys.1 = { menu = "main" }\nkeys.9 = "back"\n'
        )
        told = faults(round_and_round)
        assert "menu.main: no key leads out of here" in told
        assert "menu.two: no key leads out of here" in told

    def test_a_menu_of_announcements_from_which_one_can_go_back_is_none(self) -> None:
        announcements = GOOD + (
            'keys.2 = { menu = "two" }\n'
            '[menu.two]\nprompt = "menu"\nseconds = 5\nkeys.1 = { announcement = "a" }\nkeys.9 = "back"\n'
        )
        assert set(load(announcements, "menu.toml").menus) == {"main", "two"}
        assert "menu.two: no key leads out of here" in faults(announcements.replace('keys.9 = "back"', ""))

    def test_a_prompt_that_is_not_in_the_script_is_told(self) -> None:
        told = faults(SHIPPED, frozenset({"menu", "menu-opd"}))
        assert "menu.main.keys.1: there is no prompt 'information' in the prompts' script" in told

    def test_all_faults_come_at_once(self) -> None:
        told = faults(GOOD.replace("seconds = 5", "seconds = 0").replace('"operator"', '"nobody"'))
        assert told.startswith("the menu file menu.toml has 2 faults:")

    def test_what_is_not_toml_is_one_fault(self) -> None:
        assert "menu.toml: " in faults("start = ")


A = Menu("a", "menu", 5, 3, {"1": Choice(Action.OPERATOR)})


@st.composite
def choices(draw: st.DrawFn) -> Choice:
    action = draw(st.sampled_from(Action))
    target = draw(st.from_regex(menu_tree.TARGETS[action], fullmatch=True)) if action in menu_tree.WITH_TARGET else ""
    return Choice(action, target)


@st.composite
def trees(draw: st.DrawFn) -> MenuTree:
    keys = st.dictionaries(st.sampled_from("0123456789"), choices())
    menus = [
        Menu(name, draw(st.text()), draw(st.floats(1, 60)), draw(st.integers(1, 9)), draw(keys))
        for name in draw(st.lists(st.sampled_from(["b", "c-1"]), unique=True))
    ]
    languages = draw(st.dictionaries(st.sampled_from("0123456789*#"), st.sampled_from(Language)))
    return MenuTree("a", languages, {menu.name: menu for menu in [A, *menus]})


@settings(deadline=None, max_examples=60)
@given(trees())
def test_any_tree_survives_publishing(tree: MenuTree) -> None:
    assert menu_tree.from_json(json.loads(json.dumps(menu_tree.to_json(tree)))) == tree


class TestNothingThatAsteriskWouldReadOtherwise:
    """Whatever a file or a published menu says: a target comes into the dialplan, and so does a menu's name."""

    @pytest.mark.parametrize("action", Action)
    @pytest.mark.parametrize("target", ["a,b", "${SHELL(id)}", "$[1]", "a b", "a&b", "a\nb", "../a", "x" * 100, "é"])
    def test_no_choice_has_such_a_target(self, action: Action, target: str) -> None:
        with pytest.raises(ValueError, match="is no target"):
            Choice(action, target)

    def test_no_menu_has_such_a_name(self) -> None:
        with pytest.raises(ValueError, match="is no name"):
            Menu("a/b", "menu", 5, 3, {})

    @pytest.mark.parametrize(
        "wrong",
        [
            {"start": "nowhere"},
            {"languages": [1]},
            {"languages": {"1": "de"}},
            {"menus": []},
            {"menus": {"main": None}},
            {"menus": {"main": {"prompt": "menu", "seconds": 5, "tries": 1e400, "keys": {}}}},
            {"menus": {"main": {"prompt": "menu", "seconds": 5, "tries": 3, "keys": {"1": ["queue", "a,b"]}}}},
            {"menus": {"main": {"prompt": "menu", "seconds": 5, "tries": 3, "keys": {"1": ["queue", 7]}}}},
        ],
    )
    def test_what_was_not_published_by_us_is_refused(self, wrong: dict[str, object]) -> None:
        published = menu_tree.to_json(load(GOOD, "menu.toml"))
        with pytest.raises((KeyError, TypeError, ValueError)):
            menu_tree.from_json({**published, **wrong})
