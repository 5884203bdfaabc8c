"""What lies around the centre, as steps know it: where recordings go, and the OPDs' own telephones."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

OPD_CODE: Final = re.compile(r"[A-Z][A-Z0-9]{1,19}")

PHONE: Final = re.compile(r"[0-9]{2,6}")
"""An OPD's telephone is an extension of the PBX. Nothing that could lead outside is as short."""


@dataclass(frozen=True, slots=True)
class Around:
    """The centre's surroundings.

    Attributes:
        recordings: the folder that recordings are written to.
        phones: the extension of each OPD that has one, by its code; closed OPDs are not there.
    """

    recordings: Path
    phones: Mapping[str, str] = field(default_factory=dict)


def to_json(around: Around) -> dict[str, Any]:
    """The surroundings as plain JSON values, nothing lost."""
    return {"recordings": str(around.recordings), "phones": dict(around.phones)}


def from_json(published: dict[str, Any]) -> Around:
    """Read what `to_json` wrote. Raises AttributeError, KeyError or TypeError for anything else."""
    phones = {code: phone for code, phone in published["phones"].items() if PHONE.fullmatch(phone)}
    return Around(Path(published["recordings"]), phones)
