"""A menu file is checked before any caller hears of it, and drawn so that a person sees where each key leads."""

from pathlib import Path

import pytest

from depok_agi.access.roles import Role
from tests.unit.cli.command import Command
from tests.unit.cli.people import People

SCRIPT = Path(__file__).parents[3] / "dialplan" / "prompts.toml"
MENU = """
start = "main"
languages = { 1 = "id", 2 = "en" }
[menu.main]
prompt = "menu"
seconds = 5
keys.1 = { menu = "more" }
keys.0 = "operator"
[menu.more]
prompt = "menu-opd"
seconds = 8
tries = 2
keys.1 = { opd = "DLHK" }
keys.8 = { menu = "main" }
keys.9 = "back"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "menu.toml"
    path.write_text(MENU)
    return path


def use(command: Command, file: Path) -> None:
    command.settings.write_text(f'[centre]\nmenu = "{file}"\n' + command.settings.read_text())


class TestCheck:
    def test_the_shipped_menu_and_the_shipped_prompts_fit(self, command: Command) -> None:
        told = command.ok("menu", "check", "--script", str(SCRIPT)).stderr
        assert "the menu is right: 2 menus, 14 keys" in told

    def test_it_is_the_one_of_the_settings_when_none_is_named(self, command: Command, file: Path) -> None:
        use(command, file)
        assert "2 menus, 5 keys" in command.ok("menu", "check").stderr
        file.write_text("nonsense")
        assert str(file) in command.refused("menu", "check", "--script", str(SCRIPT))

    def test_every_fault_is_told_at_once(self, command: Command, file: Path) -> None:
        file.write_text(MENU.replace('"operator"', '"operatr"').replace("seconds = 8", ""))
        result = command.run("menu", "check", str(file), "--script", str(SCRIPT))
        assert (result.exit_code, result.stdout) == (1, "")
        assert "has 2 faults" in result.stderr
        assert "menu.main.keys.0: must be one of" in result.stderr
        assert "menu.more.seconds: must be given" in result.stderr

    def test_a_prompt_that_nobody_speaks_is_one(self, command: Command, file: Path) -> None:
        file.write_text(MENU.replace("menu-opd", "menu-oops"))
        told = command.run("menu", "check", str(file), "--script", str(SCRIPT))
        assert told.exit_code == 1
        assert "menu.more.prompt: there is no prompt 'menu-oops'" in told.stderr

    def test_without_a_script_it_says_what_it_did_not_check(self, command: Command, file: Path) -> None:
        assert "name their script by --script" in command.ok("menu", "check", str(file)).stderr

    def test_an_opd_that_cannot_be_rung_is_a_warning(self, command: Command, file: Path) -> None:
        assert "the OPD DLHK, which has no telephone" in command.ok("menu", "check", str(file)).stderr
        command.ok("opd", "edit", "DLHK", "--phone", "201")
        assert "warning" not in command.ok("menu", "check", str(file)).stderr
        command.ok("opd", "edit", "DLHK", "--closed")
        assert "the OPD DLHK, which is closed" in command.ok("menu", "check", str(file)).stderr
        file.write_text(MENU.replace("DLHK", "DLHKX"))
        assert "the OPD DLHKX, which is not known" in command.ok("menu", "check", str(file)).stderr

    def test_without_settings_or_store_a_file_is_checked_all_the_same(self, command: Command, file: Path) -> None:
        command.store.unlink()
        assert "are not checked: there is no store" in command.ok("menu", "check", str(file)).stderr
        command.settings.unlink()
        told = command.ok("menu", "check", str(file)).stderr
        assert "are not checked: there are no settings" in told
        assert "the menu is right" in told

    def test_standard_input_is_read(self, command: Command) -> None:
        assert "2 menus" in command.ok("menu", "check", "-", given=MENU).stderr
        assert "standard input cannot be read" in command.refused("menu", "show", "-", given=b"\xff")

    def test_a_file_that_is_not_there_is_told(self, command: Command, tmp_path: Path) -> None:
        assert "cannot be read" in command.refused("menu", "show", str(tmp_path / "gone.toml"))


class TestShow:
    def test_the_keys_are_drawn_with_what_they_lead_to(self, command: Command, file: Path) -> None:
        assert command.ok("menu", "show", str(file)).stdout.splitlines() == [
            "greeting: 1 id, 2 en",
            "main: says menu, waits 5 s, 3 tries, then an operator",
            "  1  menu more",
            "     more: says menu-opd, waits 8 s, 2 tries, then an operator",
            "       1  opd DLHK",
            "       8  menu main",
            "       9  back",
            "  0  operator",
        ]

    def test_for_scripts(self, command: Command, file: Path) -> None:
        use(command, file)
        shown = command.json("menu", "show")
        assert (shown["start"], shown["languages"]) == ("main", {"1": "id", "2": "en"})
        main, more = shown["menus"]
        assert main["keys"][0] == {"key": "1", "action": "menu", "target": "more"}
        assert main["keys"][1] == {"key": "0", "action": "operator", "target": None}
        assert (more["name"], more["prompt"], more["seconds"], more["tries"]) == ("more", "menu-opd", 8, 2)


class TestUnderSudo:
    @pytest.fixture(autouse=True)
    def _as_the_service(self, command: Command, people: People) -> None:
        assert command.settings.exists()
        people.act_as("citra", Role.ADMIN)

    @pytest.mark.parametrize(
        "words", [("check", "FILE"), ("show", "FILE"), ("check", "-", "--script", "FILE")], ids=" ".join
    )
    def test_no_path_is_read_with_the_services_rights(
        self, command: Command, file: Path, words: tuple[str, ...]
    ) -> None:
        given = [str(file) if word == "FILE" else word for word in words]
        assert "not allowed under sudo" in command.refused("menu", *given, code=2)

    def test_standard_input_is_the_callers_own(self, command: Command) -> None:
        assert "more: says" in command.ok("menu", "show", "-", given=MENU).stdout
