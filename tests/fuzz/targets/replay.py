"""What `depok-agi calls replay` is given, by the whole command."""

import json
from collections.abc import Iterator

from click.testing import CliRunner

from depok_agi.cli import root
from depok_agi.errors import DepokError
from tests.fuzz.corpus import SCENARIOS, events, windows
from tests.fuzz.folder import folder
from tests.fuzz.target import Target

NO_SETTINGS = {"DEPOK_AGI_CONFIG": "/nonexistent"}


def run(data: bytes) -> str:
    file = folder() / "stream"
    file.write_bytes(data)
    done = CliRunner().invoke(root, ["calls", "replay", str(file)], env=NO_SETTINGS)
    if isinstance(done.exception, DepokError):  # `cli.main` makes one line of it
        return str(done.exception)[:60]
    if done.exception is not None:
        raise done.exception
    found = json.loads(done.stdout)
    for call in found:
        assert (call["outcome"] is not None) or not call["ended_at"], "an ended call without an outcome"
    assert len({call["id"] for call in found}) == len(found), "a call twice"
    return " ".join(sorted({f"{call['direction']} {call['outcome']} {len(call['legs'])}" for call in found}))


def seeds() -> Iterator[bytes]:
    for scenario in SCENARIOS:
        for part in windows(events(scenario)):
            yield "\n".join(map(json.dumps, part)).encode()
        yield json.dumps(events(scenario)[:8]).encode()


TARGET = Target(run, seeds, (b'"Event": "', b'"Uniqueid": "', b'"Linkedid": ""', b'"Timestamp": "', b"[{", b"}]"))
