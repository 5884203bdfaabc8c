"""The spoken prompts: reading their script, and synthesising drafts of what nobody has recorded yet.

The drafts are made by espeak-ng and brought by sox to 8 kHz and 16 kHz, mono, at the same level. What was synthesised
is noted in a manifest beside the files; any other file of the same name, in any format that Asterisk plays, was
recorded by a person: it wins and is never written over. For a recorded one it is noted which text it was made from.
"""

import csv
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from depok_agi.errors import SettingsError
from depok_agi.prompt_files import FOLDER, Shelf, alone, digest, drop_needless_drafts, note_recorded, put_draft
from depok_agi.sound_check import RATES
from depok_agi.toml_file import parse
from depok_agi.voice.caller import Language
from depok_agi.voice.spoken import DIGIT_PROMPTS, HUNDRED

_NAME = re.compile(r"[a-z0-9-]+")
_WORDS_A_MINUTE = "150"

ASTERISK_DIGITS = "digits"
"""The folder inside each language's sounds that Asterisk itself reads numbers from (`ast_say_number` in say.c)."""

_DIGITS = {
    **dict(zip(map(str, range(10)), DIGIT_PROMPTS, strict=True)),
    **{str(value): f"number-{value}" for value in (*range(10, 20), *range(20, 100, 10))},
    "hundred": HUNDRED,
}
"""Its files, and our prompt for each. Asterisk says Indonesian numbers as English ones, which fits up to 99."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt: what is said in each language. `voice`: one that speaks it whatever the caller's language is."""

    name: str
    texts: Mapping[Language, str]
    voice: Language | None = None

    def digest(self, language: Language) -> str:
        """Changes when the draft has to be made anew."""
        return digest(f"{self.voice or language} {self.texts[language]}".encode())


def load(script: Path) -> list[Prompt]:
    """The script of the prompts.

    Raises:
        SettingsError: it cannot be read or something in it is wrong; every fault is listed.
    """
    try:
        content = parse(script.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError("the prompts' script {script}: {error}", script=script, error=error) from error
    faults = [fault for name, row in content.items() for fault in _faults(name, row)]
    if faults:
        listed = "".join(f"\n{fault}" for fault in faults)
        raise SettingsError("the prompts' script {script}:{faults}", script=script, faults=listed)
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
    if row.get("voice", Language.ENGLISH) not in list(Language):
        yield f"  {name}.voice: is none of {', '.join(Language)}"


class State(StrEnum):
    """How a prompt stands."""

    RECORDED = "recorded"
    SYNTHESISED = "synthesised"
    MISSING = "missing"
    """Nobody has recorded it, and there is no draft of the present text."""


def states(prompts: Iterable[Prompt], sounds: Path) -> dict[tuple[str, Language], State]:
    """How each prompt stands in each language, in the order of the script."""
    shelves = [Shelf.of(sounds, language) for language in Language]
    return {(prompt.name, shelf.language): _state(prompt, shelf) for prompt in prompts for shelf in shelves}


def _state(prompt: Prompt, shelf: Shelf) -> State:
    if shelf.recorded_files(prompt.name):
        return State.RECORDED
    has_draft = shelf.has_draft(prompt.name, prompt.digest(shelf.language))
    return State.SYNTHESISED if has_draft else State.MISSING


def missing(prompts: Iterable[Prompt], sounds: Path) -> list[tuple[Prompt, Language]]:
    """What nobody has recorded and what has no draft of the present text."""
    prompts = list(prompts)
    found = states(prompts, sounds)
    return [
        (prompt, language)
        for language in Language
        for prompt in prompts
        if found[prompt.name, language] is State.MISSING
    ]


def make(prompts: Iterable[Prompt], sounds: Path, on_made: Callable[[Prompt, Language], None] = lambda *_: None) -> int:
    """Synthesise what is missing; gives how many that were.

    Drafts beside a recorded file go, since Asterisk might choose them. Asterisk gets Indonesian files to read numbers
    from, where it has none.

    Raises:
        SettingsError: espeak-ng or sox is not there, or failed, or the folder cannot be written.
    """
    prompts = list(prompts)
    wanted = missing(prompts, sounds)
    if wanted:
        for program in ("espeak-ng", "sox"):
            if shutil.which(program) is None:
                raise SettingsError(
                    "{program} is needed to make prompts: apt-get install espeak-ng sox", program=program
                )
    made = 0
    try:
        for language in Language:
            with alone(sounds / language / FOLDER):
                made += _make_all(prompts, sounds, language, on_made)
        _give_digits(sounds / Language.INDONESIAN)
    except OSError as error:
        raise SettingsError("a prompt cannot be written: {error}", error=error) from error
    return made


def _make_all(
    prompts: Sequence[Prompt], sounds: Path, language: Language, on_made: Callable[[Prompt, Language], None]
) -> int:
    drop_needless_drafts(Shelf.of(sounds, language), [prompt.name for prompt in prompts])
    shelf = Shelf.of(sounds, language)
    note_recorded(shelf, {prompt.name: prompt.digest(language) for prompt in prompts})
    wanted = [prompt for prompt in prompts if _state(prompt, shelf) is State.MISSING]
    if not wanted:
        return 0  # nothing is written, then, and who may not write there need not
    with (
        tempfile.TemporaryDirectory(prefix=".making-", dir=shelf.folder) as scratch,
        ThreadPoolExecutor(os.cpu_count()) as pool,
    ):
        spoken = pool.map(lambda prompt: _speak(prompt, language, Path(scratch)), wanted)
        for prompt, files in zip(wanted, spoken, strict=True):
            put_draft(shelf, prompt.name, prompt.digest(language), files)
            on_made(prompt, language)
    return len(wanted)


def _speak(prompt: Prompt, language: Language, scratch: Path) -> dict[str, Path]:
    """The draft in each rate, by its ending."""
    said = scratch / f"{prompt.name}.said"
    voice = prompt.voice or language
    _run(["espeak-ng", "-v", voice, "-s", _WORDS_A_MINUTE, "-w", str(said), "--stdin"], prompt.texts[language])
    ready = {suffix: scratch / f"{prompt.name}{suffix}" for suffix in RATES}
    for suffix, file in ready.items():
        form = ["-t", "wav", "-r", str(RATES[suffix]), "-c", "1", "-b", "16"]
        _run(["sox", "-t", "wav", str(said), *form, str(file), "norm", "-3"])
    return ready


def _give_digits(folder: Path) -> None:
    """Links to our prompts where Asterisk's own numbers would be. What is there and is no such link is left alone."""
    digits = folder / ASTERISK_DIGITS
    digits.mkdir(exist_ok=True)
    for name, prompt in _DIGITS.items():
        there = list(digits.glob(f"{name}.*"))
        ours = [file for file in there if file.is_symlink() and file.readlink().parent == Path("..", FOLDER)]
        if len(ours) < len(there):
            continue
        targets = {Path("..", FOLDER, file.name) for file in (folder / FOLDER).glob(f"{prompt}.*")}
        for link in ours:
            if link.readlink() not in targets:
                link.unlink()
        for target in targets:
            link = digits / f"{name}{target.suffix}"
            if not link.is_symlink():
                link.symlink_to(target)


def write_sheet(prompts: Iterable[Prompt], file: TextIO) -> None:
    """The script as a CSV sheet that a person can record from: one row for each prompt, its texts side by side."""
    sheet = csv.writer(file)
    sheet.writerow(("name", *Language))
    sheet.writerows((prompt.name, *(prompt.texts[language] for language in Language)) for prompt in prompts)


def _run(command: list[str], said: str = "") -> None:
    done = subprocess.run(command, input=said.encode(), capture_output=True, check=False)
    if done.returncode != 0:
        raise SettingsError(
            "{command} failed: {stderr}", command=command[0], stderr=done.stderr.decode("utf-8", "replace").strip()
        )
