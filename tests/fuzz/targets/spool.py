"""A file of the spool, as the daemon takes it up."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from depok_agi.store.times import microseconds
from depok_agi.voice import spool, spool_content
from depok_agi.voice.caller import Language
from depok_agi.voice.centre import CallbackRequest, Left
from depok_agi.voice.left import Message, OpdRequest, Score
from tests.fuzz.folder import folder
from tests.fuzz.target import Target

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
CALLER = "+6281100001001"
ID = "depok-1795564606.0"
LARGEST = 1 << 63
LEFT: tuple[Left, ...] = (
    CallbackRequest(ID, CALLER, "081100001001", AT, Language.INDONESIAN),
    Message(ID, CALLER, "081100001001", AT, Language.ENGLISH, f"{'0a' * 16}.wav", 12),
    Message(ID, None, "anonymous", AT, Language.ENGLISH, f"{'0a' * 16}.wav"),
    Score(ID, 4, AT),
    OpdRequest(ID, CALLER, "DLHK", AT),
)


def run(data: bytes) -> str:
    made = folder() / "spool"
    made.mkdir(exist_ok=True)
    (made / "left.json").write_bytes(data)
    [(path, left)] = spool.waiting(made)
    if left is None:
        spool.reject(path)
        return "rejected"
    path.unlink()
    assert -LARGEST <= microseconds(left.at) < LARGEST, "a time that the store cannot keep"
    left.uniqueid.encode()
    assert spool_content.from_json(json.loads(json.dumps(spool_content.to_json(left)))) == left
    return f"{type(left).__name__} {left.at.utcoffset() is None}"


def seeds() -> Iterator[bytes]:
    for left in LEFT:
        yield json.dumps(spool_content.to_json(left)).encode()


TARGET = Target(run, seeds, (b'"kind": "message"', b'"seconds": null', b'"number": null', b'"at": "', b'"uniqueid": "'))
