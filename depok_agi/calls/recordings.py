"""The names of the files in the folder for recordings: a digest, so that no text of a caller is in a path."""

import hashlib
import re
from typing import Final

NAME: Final = re.compile(r"[0-9a-f]{32}\.wav")
"""The dialplan cuts it off the end of a path by its length (`dialplan/32_recording.conf`)."""


def name_of(what: str, uniqueid: str) -> str:
    """The file of what is recorded of a channel: `message` or `talk`, one of each."""
    return hashlib.sha256(f"{what} {uniqueid}".encode("utf-8", "surrogatepass")).hexdigest()[:32] + ".wav"


def is_name(text: str) -> bool:
    """Is it a file's name, and nothing that leads elsewhere?"""
    return NAME.fullmatch(text) is not None
