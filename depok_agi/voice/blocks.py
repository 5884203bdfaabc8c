"""Which numbers are blocked just now, as steps know it: salted digests, so that no number lies about in a file."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Blocks:
    """The blocks.

    Attributes:
        until: when each ends by itself, aware, by the digest of its number.
    """

    salt: str = ""
    until: Mapping[str, datetime] = field(default_factory=dict)

    def has(self, number: str, now: datetime) -> bool:
        """Is this E.164 number blocked at this moment?"""
        until = self.until.get(_digest(self.salt, number))
        return until is not None and now < until


def of_numbers(blocked: Iterable[tuple[str, datetime]]) -> Blocks:
    """Blocks of E.164 numbers, each with its end."""
    import secrets  # noqa: PLC0415 - the forked script makes no blocks, and has to start soon

    salt = secrets.token_hex(16)
    return Blocks(salt, {_digest(salt, number): until for number, until in blocked})


def to_json(blocks: Blocks) -> dict[str, Any]:
    """The blocks as plain JSON values, nothing lost."""
    return {"salt": blocks.salt, "until": {digest: until.isoformat() for digest, until in blocks.until.items()}}


def from_json(published: dict[str, Any]) -> Blocks:
    """Read what `to_json` wrote. Raises AttributeError, KeyError, TypeError or ValueError for anything else."""
    until = {digest: datetime.fromisoformat(text).astimezone(UTC) for digest, text in published["until"].items()}
    return Blocks(str(published["salt"]), until)


def _digest(salt: str, number: str) -> str:
    return hashlib.sha256(f"{salt} {number}".encode()).hexdigest()
