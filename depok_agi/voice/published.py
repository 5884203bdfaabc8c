"""What the daemon publishes for steps that run without it: a small file that the forked script can read.

The forked script runs as Asterisk's user and never opens the store. The hours come with their holidays resolved and
the overrides in force, and the menu as the daemon has checked it, so that it needs neither the settings nor a library.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

from depok_agi.errors import SettingsError
from depok_agi.hours.schedule import Schedule, from_json, to_json
from depok_agi.voice import menu_tree, published_around, spool
from depok_agi.voice.centre import Centre
from depok_agi.voice.menu_tree import MenuTree

FILE = "centre.json"


def publish(folder: Path, schedule: Schedule, spool_folder: Path, menu: MenuTree) -> None:
    """Write what steps need, all of it or nothing. Raises OSError."""
    content = {"schedule": to_json(schedule), "spool": str(spool_folder), "menu": menu_tree.to_json(menu)}
    spool.write_whole(folder / FILE, json.dumps(content), mode=0o640)


def load(folder: Path) -> Centre:
    """The centre as it was last published, without the store; and without a menu where an older version published it.

    Raises:
        SettingsError: nothing usable was published.
    """
    try:
        content = json.loads((folder / FILE).read_text("utf-8"))
        schedule = from_json(content["schedule"])
        spool_folder = Path(content["spool"])
        menu = menu_tree.from_json(content["menu"]) if "menu" in content else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise SettingsError("nothing usable is published in {folder}: {error}", folder=folder, error=error) from error
    centre = Centre(
        schedule=schedule,
        now=lambda: datetime.now(UTC),
        leave=lambda request: spool.leave(spool_folder, request),
        menu=menu,
    )
    return published_around.with_around(centre, folder)
