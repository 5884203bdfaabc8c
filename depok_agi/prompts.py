"""The spoken prompts: reading their script, and synthesising drafts of what nobody has recorded yet.

The drafts are made by espeak-ng and brought to 8 kHz mono by sox. What was synthesised is noted in a manifest beside
the files; any other file of the same name, in any format that Asterisk plays, was recorded by a person: it wins and is
never written over.
"""

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from depok_agi.errors import SettingsError
from depok_agi.voice.caller import Language

FOLDER = "depok"
"""The folder inside each language's sounds that the prompts stand in."""

MANIFEST = "synthesised.json"
_NAME = re.compile(r"[a-z0-9-]+")
_WORDS_A_MINUTE = "150"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt: what is said in each language. `voice`: one that speaks it whatever the caller's language is."""

    name: str
    texts: Mapping[Language, str]
    voice: Language | None = None

    def digest(self, language: Language) -> str:
        """Changes when the draft has to be made anew."""
        return _digest(f"{self.voice or language} {self.texts[language]}".encode())


def load(script: Path) -> list[Prompt]:
    """The script of the prompts.

    Raises:
        SettingsError: it cannot be read or something in it is wrong; every fault is listed.
    """
    try:
        content = tomllib.loads(script.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"the prompts' script {script}: {error}") from error
    faults = [fault for name, row in content.items() for fault in _faults(name, row)]
    if faults:
        raise SettingsError("\n".join([f"the prompts' script {script}:", *faults]))
    return [
        Prompt(
            name,
            {language: row[language] for language in Language},
            Language(row["voice"]) if "voice" in row else None,
        )
        for name, row in content.items()
    ]


def _faults(name: str, row: object) -> Iterable[str]:
    if not _NAME.fullmatch(name):
        yield f"  {name!r}: a prompt's name has only a-z, 0-9 and -"
    if not isinstance(row, dict):
        yield f"  {name}: must be a table with a text for each language"
        return
    for language in Language:
        if not (isinstance(row.get(language), str) and row[language].strip()):
            yield f"  {name}.{language}: has no text"
    for key in row.keys() - {"voice", *Language}:
        yield f"  {name}.{key}: there is no such setting"
    if row.get("voice", Language.ENGLISH) not in set(Language):
        yield f"  {name}.voice: is none of {', '.join(Language)}"


def recorded(prompt: Prompt, language: Language, sounds: Path) -> bool:
    """Has a person recorded it?"""
    folder = sounds / language / FOLDER
    drafts = _manifest(folder)
    for file in folder.glob(f"{prompt.name}.*"):
        if file.suffix != ".wav" or drafts.get(prompt.name, {}).get("audio") != _digest(file.read_bytes()):
            return True
    return False


def missing(prompts: Iterable[Prompt], sounds: Path) -> list[tuple[Prompt, Language]]:
    """What nobody has recorded and what has no draft of the present text."""
    return [
        (prompt, language)
        for language in Language
        for prompt in prompts
        if not recorded(prompt, language, sounds) and not _has_draft(prompt, language, sounds)
    ]


def _has_draft(prompt: Prompt, language: Language, sounds: Path) -> bool:
    folder = sounds / language / FOLDER
    text = _manifest(folder).get(prompt.name, {}).get("text")
    return (folder / f"{prompt.name}.wav").exists() and text == prompt.digest(language)


def make(prompts: Iterable[Prompt], sounds: Path, on_made: Callable[[Prompt, Language], None] = lambda *_: None) -> int:
    """Synthesise what is missing; gives how many that were.

    Raises:
        SettingsError: espeak-ng or sox is not there, or failed, or the folder cannot be written.
    """
    wanted = missing(prompts, sounds)
    if wanted:
        for program in ("espeak-ng", "sox"):
            if shutil.which(program) is None:
                raise SettingsError(f"{program} is needed to make prompts: apt-get install espeak-ng sox")
    try:
        for prompt, language in wanted:
            _make_one(prompt, language, sounds / language / FOLDER)
            on_made(prompt, language)
    except OSError as error:
        raise SettingsError(f"a prompt cannot be written: {error}") from error
    return len(wanted)


def _make_one(prompt: Prompt, language: Language, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as scratch:
        spoken, ready = Path(scratch) / "spoken.wav", Path(scratch) / "ready.wav"
        voice = prompt.voice or language
        _run(["espeak-ng", "-v", voice, "-s", _WORDS_A_MINUTE, "-w", str(spoken), "--stdin"], prompt.texts[language])
        _run(["sox", str(spoken), "-r", "8000", "-c", "1", "-b", "16", str(ready), "norm", "-3"])
        drafts = _manifest(folder)
        drafts[prompt.name] = {"text": prompt.digest(language), "audio": _digest(ready.read_bytes())}
        manifest = Path(scratch) / MANIFEST
        manifest.write_text(json.dumps(drafts, indent=1, sort_keys=True), "utf-8")
        ready.replace(folder / f"{prompt.name}.wav")
        manifest.replace(folder / MANIFEST)


def _run(command: list[str], said: str = "") -> None:
    done = subprocess.run(command, input=said.encode(), capture_output=True, check=False)
    if done.returncode != 0:
        raise SettingsError(f"{command[0]} failed: {done.stderr.decode('utf-8', 'replace').strip()}")


def _manifest(folder: Path) -> dict[str, dict[str, str]]:
    try:
        found = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
