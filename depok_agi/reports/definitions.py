"""What each figure of a report means: how it is counted, how the odd cases count, and where the rule is from."""

import tomllib
from dataclasses import dataclass
from importlib import resources

from depok_agi.language import Language
from depok_agi.reports.report import Report


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure, table or column, by `section.key`; or what holds for the whole report, by `report.`."""

    key: str
    en: str
    id: str
    source: str


def load() -> dict[str, Definition]:
    """All definitions by their keys, in the order of the report."""
    content = tomllib.loads(resources.files("depok_agi.reports").joinpath("definitions.toml").read_text("utf-8"))
    return {
        f"{section}.{key}": Definition(f"{section}.{key}", of["text"]["en"], of["text"]["id"], of["source"])
        for section, keys in content.items()
        for key, of in keys.items()
    }


def texts(language: Language) -> dict[str, str]:
    """What each means, in a language, by its key."""
    return {key: of.id if language is Language.INDONESIAN else of.en for key, of in load().items()}


def keys_of(report: Report) -> set[str]:
    """The keys of a report that need a definition. The same key in one section means the same everywhere in it."""
    return {
        f"{section.key}.{key}"
        for section in report.sections
        for key in (
            *(figure.key for figure in section.figures),
            *(table.key for table in section.tables),
            *(column.key for table in section.tables for column in table.columns),
        )
    }
