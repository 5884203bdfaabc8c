"""Where the settings are, and the language that they name, which has to be known before they are checked."""

import os
from pathlib import Path

from depok_agi.language import Language

DEFAULT_PATH = Path("/etc/depok-agi/depok-agi.toml")
ENVIRONMENT = "DEPOK_AGI_CONFIG"


def settings_path(given: Path | None) -> Path:
    """The file to read: the one given, else the environment's, else the usual one."""
    if given is not None:
        return given
    return Path(os.environ.get(ENVIRONMENT) or DEFAULT_PATH)


def language_named(path: Path) -> Language | None:
    """What `[centre] language` of the file says; None where it says nothing or cannot be read."""
    try:
        content = path.read_text("utf-8")
        if "language" not in content:  # nothing to look for, so nothing to import either
            return None
        from depok_agi.toml_file import parse  # noqa: PLC0415 - see above

        centre = parse(content).get("centre")
        return Language(centre["language"]) if isinstance(centre, dict) and "language" in centre else None
    except (OSError, ValueError):
        return None
