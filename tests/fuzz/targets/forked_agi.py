"""Standard input of the forked script. The first line, which the script has as its argument, names the step."""

import io
from collections.abc import Iterator

from depok_agi.asterisk.forked_agi import PystCaller, _as_utf8, drive
from depok_agi.errors import DepokError
from tests.fuzz.steps import WORDS, check_commands, conversations, tried
from tests.fuzz.target import Target


def run(data: bytes) -> str:
    name, _, opening = data.partition(b"\n")
    sent = io.BytesIO()
    told: list[str] = []
    stdin, stdout = _as_utf8(io.TextIOWrapper(io.BytesIO(opening))), _as_utf8(io.TextIOWrapper(sent))
    try:
        caller = PystCaller(stdin, stdout)
        drive(tried(name.decode("utf-8", "replace"), caller, told))
    except DepokError as error:
        told.append(type(error).__name__)
    stdout.flush()
    check_commands(sent.getvalue(), told)
    return f"{told} {sent.getvalue()[-30:]!r}"


def seeds() -> Iterator[bytes]:
    return conversations("{}\n")


TARGET = Target(run, seeds, WORDS)
