"""Looks through the files of the spoken prompts: what is missing, cannot be heard, or says another text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from depok_agi.errors import SettingsError
from depok_agi.prompt_files import Shelf, note_recorded
from depok_agi.prompts import Prompt
from depok_agi.sound_check import fault_of
from depok_agi.voice.caller import Language


class PromptFault(StrEnum):
    """What `check` can find."""

    MISSING = "missing"
    UNPLAYABLE = "unplayable"
    SILENT = "silent"
    CLIPPED = "clipped"
    STALE = "stale"
    """A draft of another text, or one beside a recorded file; or recorded before the text was changed."""


NOT_HEARD = frozenset({PromptFault.MISSING, PromptFault.UNPLAYABLE, PromptFault.SILENT})
"""With these the caller hears nothing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a prompt; `file` is the name of the file at fault, None where there is none."""

    name: str
    language: Language
    fault: PromptFault
    file: str | None


def check(prompts: Iterable[Prompt], sounds: Path) -> list[Finding]:
    """Everything that is wrong with the prompts' files.

    A recorded file that is seen for the first time is noted with the text that it was made from, where that can be
    written: from then on it is known when the text is another.

    Raises:
        SettingsError: a file cannot be read.
    """
    prompts = list(prompts)
    try:
        found = [finding for language in Language for finding in _check_language(prompts, sounds, language)]
    except OSError as error:
        raise SettingsError("a prompt cannot be read: {error}", error=error) from error
    return sorted(found, key=lambda finding: list(PromptFault).index(finding.fault))


def _check_language(prompts: Sequence[Prompt], sounds: Path, language: Language) -> Iterator[Finding]:
    shelf = Shelf.of(sounds, language)
    texts = {prompt.name: prompt.digest(language) for prompt in prompts}
    made_from = note_recorded(shelf, texts)
    for name, text in texts.items():
        recorded, drafts = shelf.recorded_files(name), shelf.draft_files(name)
        if not recorded and not drafts:
            yield Finding(name, language, PromptFault.MISSING, None)
        elif drafts and (recorded or not shelf.has_draft(name, text)):
            yield Finding(name, language, PromptFault.STALE, drafts[0].name)
        elif recorded and made_from[name] != text:
            yield Finding(name, language, PromptFault.STALE, recorded[0].name)
        for file in recorded or drafts:
            fault = fault_of(file)
            if fault is not None:
                yield Finding(name, language, PromptFault(fault), file.name)
