"""The menu file, and what is published of it."""

import json
from collections.abc import Iterator

from depok_agi.errors import SettingsError
from depok_agi.voice import menu_file, menu_tree
from tests.fuzz.corpus import SHIPPED, parts
from tests.fuzz.target import Target

MINIMAL = b"""start = "main"
languages = { 1 = "id" }
[menu.main]
prompt = "menu-main"
seconds = 5
keys = { 0 = "operator" }
"""


def run(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return "no UTF-8"  # `desk.menus.read` says so
    try:
        tree = menu_file.load(text, "menu.toml", {"menu-main"})
    except SettingsError as error:
        return str(error)[:120]
    assert menu_tree.from_json(json.loads(json.dumps(menu_tree.to_json(tree)))) == tree
    return f"read {len(tree.menus)}"


def seeds() -> Iterator[bytes]:
    yield MINIMAL
    for part in parts((SHIPPED / "voice" / "depok_menu.toml").read_text("utf-8"), "["):
        yield part
        yield MINIMAL + b"\n" + part


TARGET = Target(
    run, seeds, (b"[menu.", b"keys = {", b'"back"', b'{ menu = "main" }', b'{ opd = "DLHK" }', b"seconds = ")
)
