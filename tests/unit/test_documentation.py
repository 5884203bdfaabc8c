"""What the documents say is so."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from depok_agi import __version__
from depok_agi.access.roles import COMMANDS, Role
from depok_agi.cli import root

REPOSITORY = Path(__file__).resolve().parents[2]
README = (REPOSITORY / "README.md").read_text("utf-8")


def _commands(group: click.Group, path: str = "") -> Iterator[tuple[str, str]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, name)
        else:
            yield path, name


@pytest.mark.parametrize(("noun", "verb"), list(_commands(root)))
def test_the_readme_names_every_command(noun: str, verb: str) -> None:
    row = next((line for line in README.splitlines() if line.startswith(f"| `depok-agi {noun or verb}")), "")
    assert re.search(rf"\b{verb}\b", row), f"README's table of commands lacks {noun} {verb}"


@pytest.mark.parametrize("role", Role)
def test_the_readme_tells_which_commands_each_role_adds(role: Role) -> None:
    [row] = [line for line in README.splitlines() if line.startswith(f"| {role} | ")]
    assert sorted(re.findall(r"`(.+?)`", row)) == sorted(words for words, least in COMMANDS.items() if least is role)


def test_the_readme_names_every_room() -> None:
    rooms = [path.name for path in (REPOSITORY / "depok_agi").iterdir() if (path / "__init__.py").exists()]
    assert [room for room in rooms if f"\n  {room}/ " not in README] == []


def test_the_readme_links_and_names_only_what_exists() -> None:
    named = re.findall(r"`((?:depok_agi|dialplan|scripts|tests|store|voice|calls)/[\w/.-]+)", README)
    missing = [
        name for name in named if not any((base / name).exists() for base in (REPOSITORY, REPOSITORY / "depok_agi"))
    ]
    assert missing == []


def test_the_changelog_and_the_project_agree_on_the_version() -> None:
    assert f'version = "{__version__}"' in (REPOSITORY / "pyproject.toml").read_text("utf-8")
    assert "## Unreleased" in (REPOSITORY / "CHANGELOG.md").read_text("utf-8")


def test_only_the_wrappers_import_the_unmaintained_libraries() -> None:
    allowed = {"panoramisk": {"ami.py", "fastagi.py"}, "asterisk": {"forked_agi.py"}}
    for path in (REPOSITORY / "depok_agi").rglob("*.py"):
        for library in re.findall(
            r"^\s*(?:from|import) (panoramisk|asterisk)\b", path.read_text("utf-8"), re.MULTILINE
        ):
            assert path.name in allowed[library], f"{path.name} imports {library}"
