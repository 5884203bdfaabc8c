"""The files of the spoken prompts: which of them are drafts, which a person recorded, and from which text.

Two notes stand beside the files of each language: what was synthesised, and from which text a recorded file was made.
"""

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from depok_agi.sound_check import RATES
from depok_agi.voice.caller import Language

FOLDER = "depok"
"""The folder inside each language's sounds that the prompts stand in."""

MANIFEST = "synthesised.json"
RECORDED = "recorded.json"


@dataclass(frozen=True, slots=True)
class Shelf:
    """One language's folder, as it is now.

    A draft's note holds `text`, the digest of what was said; `audio` and `audio16`, those of its two files; `before`,
    those of the files that they take the place of, so that whatever is killed half way leaves drafts that are known.
    """

    language: Language
    folder: Path
    drafts: dict[str, dict[str, Any]]
    files: dict[str, list[Path]] = field(default_factory=dict)

    @classmethod
    def of(cls, sounds: Path, language: Language) -> "Shelf":
        folder = sounds / language / FOLDER
        shelf = cls(language, folder, noted_in(folder / MANIFEST))
        for file in sorted(set(folder.glob("*.*")) - {folder / MANIFEST, folder / RECORDED}):
            shelf.files.setdefault(file.name.partition(".")[0], []).append(file)
        return shelf

    def draft_files(self, name: str) -> list[Path]:
        note = self.drafts.get(name, {})
        known = {note.get("audio"), note.get("audio16"), *note.get("before", ())} - {None}
        return [file for file in self.files.get(name, ()) if file.suffix in RATES and digest_of(file) in known]

    def recorded_files(self, name: str) -> list[Path]:
        drafts = set(self.draft_files(name))
        return [file for file in self.files.get(name, ()) if file not in drafts]

    def has_draft(self, name: str, text: str) -> bool:
        """Is there one, whole, of the text with this digest?"""
        note = self.drafts.get(name, {})
        wanted = [note.get("audio"), note.get("audio16")]
        made = [digest_of(self.folder / f"{name}{suffix}") for suffix in RATES]
        return note.get("text") == text and None not in made and made == wanted


def drop_needless_drafts(shelf: Shelf, names: Iterable[str]) -> None:
    """Remove the drafts that are left beside a recorded file: Asterisk might choose them. Raises OSError."""
    for name in names:
        if shelf.recorded_files(name):
            for file in shelf.draft_files(name):
                file.unlink()


def put_draft(shelf: Shelf, name: str, text: str, files: Mapping[str, Path]) -> None:
    """Put a draft, by its endings, in the place of the one before. Raises OSError.

    The note is written first: whatever is killed half way leaves no draft that looks like a recording.
    """
    before = [digest_of(file) for file in shelf.draft_files(name)]
    audio = {suffix: digest_of(file) for suffix, file in files.items()}
    shelf.drafts[name] = {"text": text, "audio": audio[".wav"], "audio16": audio[".wav16"], "before": before}
    _write(shelf.folder / MANIFEST, shelf.drafts)
    for suffix, file in files.items():
        file.replace(shelf.folder / f"{name}{suffix}")


def note_recorded(shelf: Shelf, texts: Mapping[str, str]) -> dict[str, str]:
    """From which text each recorded prompt was made: the one that was the script's when the sound was first seen.

    Args:
        shelf: the files.
        texts: the digest of each prompt's present text, by its name.

    Returns:
        The digest of each recorded prompt's text.
    """
    noted = noted_in(shelf.folder / RECORDED)
    now: dict[str, dict[str, Any]] = {}
    for name, text in texts.items():
        if files := shelf.recorded_files(name):
            audio = digest("".join(f"{file.name} {digest_of(file)}\n" for file in files).encode())
            known = noted.get(name, {})
            is_known = known.get("audio") == audio and "text" in known
            now[name] = known if is_known else {"audio": audio, "text": text}
    if now != noted:
        with suppress(OSError):  # who may only look at the prompts may look all the same
            _write(shelf.folder / RECORDED, now)
    return {name: note["text"] for name, note in now.items()}


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Two that make prompts at once would write over each other's notes; the kernel lets go of the lock by itself."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def noted_in(file: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: note for name, note in found.items() if isinstance(note, dict)} if isinstance(found, dict) else {}


def _write(file: Path, notes: Mapping[str, Mapping[str, Any]]) -> None:
    """All of it or nothing."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, prefix=".noting-", delete=False) as new:
        try:
            json.dump(notes, new, indent=1, sort_keys=True)
            new.flush()
            Path(new.name).chmod(0o644)
            Path(new.name).replace(file)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digest_of(file: Path) -> str | None:
    """None where there is no such file."""
    try:
        return digest(file.read_bytes())
    except FileNotFoundError:
        return None
