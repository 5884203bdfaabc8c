"""The prompts' script."""

from collections.abc import Iterator

from depok_agi import prompts
from depok_agi.errors import SettingsError
from depok_agi.voice.caller import Language
from tests.fuzz.corpus import REPOSITORY, parts
from tests.fuzz.folder import folder
from tests.fuzz.target import Target


def run(data: bytes) -> str:
    file = folder() / "prompts.toml"
    file.write_bytes(data)
    try:
        found = prompts.load(file)
    except SettingsError as error:
        return str(error).replace(str(file), "")[:120]
    for prompt in found:
        assert all(prompt.texts[language].strip() for language in Language)
    return f"read {min(len(found), 3)}"


def seeds() -> Iterator[bytes]:
    script = list(parts((REPOSITORY / "dialplan" / "prompts.toml").read_text("utf-8"), "["))
    yield from script[1:]


TARGET = Target(run, seeds, (b'id = "', b'en = "', b'voice = "id"', b"voice = []", b"[a]", b"[a.b]", b"{ a = 1 }"))
