"""What is published for the forked script: the hours and the menu, the blocks, the surroundings."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from depok_agi.desk import menus
from depok_agi.errors import SettingsError
from depok_agi.hours import file
from depok_agi.voice import around, blocks, menu_file, menu_tree, published, published_around
from depok_agi.voice.around import Around
from tests.fuzz.corpus import SHIPPED
from tests.fuzz.folder import folder
from tests.fuzz.target import Target

UNTIL = datetime(2026, 12, 1, tzinfo=UTC)
CALLER = "+6281100001001"


def run(data: bytes) -> str:
    for name in (published.FILE, published_around.BLOCKS, published_around.AROUND):
        (folder() / name).write_bytes(data)
    told = []
    for look in (_centre, _blocks, _around):
        try:
            told.append(look(folder()))
        except SettingsError as error:
            told.append(type(error.__cause__).__name__ + str(error.__cause__)[:30])
    return " ".join(told)


def _centre(found: Path) -> str:
    return f"read {published.load(found).menu is not None}"


def _blocks(found: Path) -> str:
    return f"blocked {published_around.load_blocks(found).has(CALLER, UNTIL)}"


def _around(found: Path) -> str:
    return f"{len(published_around.load_around(found).phones)} phones"


def seeds() -> Iterator[bytes]:
    menu = menu_file.load(menus.read(menus.SHIPPED_MENU), "menu")
    schedule = file.load((SHIPPED / "hours" / "depok.toml").read_text("utf-8"), "hours", (2026,))
    published.publish(folder(), schedule, folder(), menu)
    whole = (folder() / published.FILE).read_bytes()
    yield whole
    content = json.loads(whole)
    for row in ("weekly", "holidays", "days"):
        content["schedule"][row] = content["schedule"][row][:1]
    content["menu"] = menu_tree.to_json(menu)
    yield json.dumps(content).encode()
    yield json.dumps(blocks.to_json(blocks.of_numbers([(CALLER, UNTIL)]))).encode()
    yield json.dumps(around.to_json(Around(Path("/recordings"), {"DLHK": "201"}))).encode()


TARGET = Target(run, seeds, (b'"overrides": [', b'"start": ', b'"keys": ', b'"spans": [[', b"[[", b"]]", b'"until": {'))
