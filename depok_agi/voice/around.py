"""What lies around the centre, as steps know it: what is recorded and where to, and the OPDs' own telephones."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

OPD_CODE: Final = re.compile(r"[A-Z][A-Z0-9]{1,19}")

PHONE: Final = re.compile(r"[0-9]{2,6}")
"""An OPD's telephone is an extension of the PBX. Nothing that could lead outside is as short."""


class Talk(StrEnum):
    """The kinds of talks that can be recorded: the dialplan asks by these words."""

    INBOUND = "inbound"
    """With a citizen who has called."""
    CALLBACK = "callback"
    """With a citizen whom the daemon has called back for an operator."""


@dataclass(frozen=True, slots=True)
class Around:
    """The centre's surroundings.

    Attributes:
        recordings: the folder that recordings are written to.
        phones: the extension of each OPD that has one, by its code; closed OPDs are not there.
        recorded: the kinds of talks that are recorded.
    """

    recordings: Path
    phones: Mapping[str, str] = field(default_factory=dict)
    recorded: frozenset[Talk] = frozenset()


def to_json(around: Around) -> dict[str, Any]:
    """The surroundings as plain JSON values, nothing lost."""
    return {
        "recordings": str(around.recordings),
        "phones": dict(around.phones),
        "recorded": sorted(around.recorded),
    }


def from_json(published: dict[str, Any]) -> Around:
    """Read what `to_json` wrote, or an older version did, which recorded no talk.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: it is anything else.
    """
    recorded = frozenset(Talk(kind) for kind in published.get("recorded", ()))
    phones = {code: phone for code, phone in published["phones"].items() if PHONE.fullmatch(phone)}
    return Around(Path(published["recordings"]), phones, recorded)
