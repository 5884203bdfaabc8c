"""The settings file, as `config.load` reads it from the disk."""

from collections.abc import Iterator

from depok_agi import config
from depok_agi.errors import SettingsError
from tests.fuzz.corpus import SHIPPED, parts
from tests.fuzz.folder import folder
from tests.fuzz.target import Target

MINIMAL = b'[ami]\nsecret = "x"\n'
COMMENT = "# "


def run(data: bytes) -> str:
    file = folder() / "depok-agi.toml"
    file.write_bytes(data)
    try:
        found = config.load(file)
    except SettingsError as error:
        return str(error)[:80]
    assert found.timezone is not None
    assert found.callback_policy.gaps
    return f"read {found.dial is None} {found.mail is None} {found.metrics is None}"


def seeds() -> Iterator[bytes]:
    text = (SHIPPED / "example.toml").read_text("utf-8")
    uncommented = "\n".join(
        line.removeprefix(COMMENT) if line.startswith(COMMENT) and ("=" in line or "[" in line) else line
        for line in text.splitlines()
        if not line.startswith(COMMENT) or "=" in line or "[" in line
    )
    yield MINIMAL
    for part in [*parts(text, "["), *parts(uncommented, "[")]:
        yield part
        yield MINIMAL + b"\n" + part


TARGET = Target(run, seeds, (b'secret = "x"', b"[dial]", b"[mail]", b"[[", b"]]", b"'''", b'"""', b"{", b"}", b"= "))
