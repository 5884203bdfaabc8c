"""What the daemon publishes beside the hours and the menu: a small file each for the blocks and the surroundings.

Each is read only by the steps that need it, so that one that is broken stops no other step.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from depok_agi.errors import SettingsError
from depok_agi.voice import around, blocks, spool
from depok_agi.voice.around import Around
from depok_agi.voice.blocks import Blocks
from depok_agi.voice.centre import Centre

BLOCKS = "blocks.json"
AROUND = "around.json"

Read = TypeVar("Read")


def publish_blocks(folder: Path, published: Blocks) -> None:
    """Write the blocks, all of it or nothing. Raises OSError."""
    spool.write_whole(folder / BLOCKS, json.dumps(blocks.to_json(published)), mode=0o640)


def publish_around(folder: Path, published: Around) -> None:
    """Write the surroundings, all of it or nothing. Raises OSError."""
    spool.write_whole(folder / AROUND, json.dumps(around.to_json(published)), mode=0o640)


def load_blocks(folder: Path) -> Blocks:
    """The blocks as they were last published. Raises SettingsError when nothing usable was."""
    return _load(folder / BLOCKS, blocks.from_json)


def load_around(folder: Path) -> Around:
    """The surroundings as they were last published. Raises SettingsError when nothing usable was."""
    return _load(folder / AROUND, around.from_json)


def with_around(centre: Centre, folder: Path) -> Centre:
    """The centre with what was published beside it, which is read when a step asks for it."""
    return replace(centre, blocks=lambda: load_blocks(folder), around=lambda: load_around(folder))


def _load(path: Path, read: Callable[[Any], Read]) -> Read:
    try:
        return read(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise SettingsError("nothing usable is published in {path}: {error}", path=path, error=error) from error
