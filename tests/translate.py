"""The catalogues of translations: gathered from the code, kept, compiled. `scripts/translate` runs this."""

import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from depok_agi.language import DOMAIN, LOCALE, Language

REPOSITORY = Path(__file__).parents[1]
PLACES = {
    "_": 0,
    "gettext": 0,
    "gettext_noop": 0,
    "translate": 0,
    # A report's titles and sentences are gathered from where they stand.
    "Column": 1,
    "Figure": 1,
    "Section": 1,
    "Table": 1,
    "Note": 0,
}
"""Which argument of a call is a source string."""
HEAD = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
TIMELESS = datetime(2000, 1, 1, tzinfo=UTC)
"""Instead of when it was made: the same strings are the same file."""

TRANSLATED = [language for language in Language if language is not Language.ENGLISH]


def source_strings() -> set[str]:
    """Every English string of the software that is meant to be translated."""
    folder = REPOSITORY / "depok_agi"
    found = {text for path in folder.rglob("*.py") for text in of_python(path.read_text("utf-8"))}
    for _, _, message, *_ in extract_from_dir(folder, [("**.html", "jinja2")]):
        found.add(message if isinstance(message, str) else message[0])
    return found - {""}


def of_python(code: str) -> Iterator[str]:
    """The source strings of a module. Babel's own passes over a call within another, such as a column of a table."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        place = PLACES.get(name, len(node.args))
        given = node.args[place] if place < len(node.args) else None
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            yield given.value


def path_of(language: Language, suffix: str) -> Path:
    """The catalogue of a language, `.po` to be edited or `.mo` to be read by the software."""
    return LOCALE / language.value / "LC_MESSAGES" / f"{DOMAIN}{suffix}"


def read(language: Language) -> Catalog:
    """The catalogue as it is in the `.po` file."""
    with path_of(language, ".po").open("rb") as file:
        return read_po(file, language.value, charset="utf-8")


def in_line(old: Catalog, wanted: set[str]) -> Catalog:
    """The catalogue with exactly these strings; translations of others are put by, and come back with their string."""
    known = {str(message.id): message.string for message in (*old.obsolete.values(), *old) if message.id}
    new = Catalog(old.locale, charset="utf-8", creation_date=TIMELESS, revision_date=TIMELESS)
    for text in sorted(wanted):
        new.add(text, known.get(text, ""), flags=("python-brace-format",) if "{" in text else ())
    for text in sorted(set(known) - wanted):
        if known[text]:
            unused = Catalog()
            new.obsolete[text] = unused.add(text, known[text])
    return new


def text_of(catalogue: Catalog, language: Language) -> str:
    """The `.po` file."""
    written = io.BytesIO()
    write_po(written, catalogue, width=120, omit_header=True, sort_output=True)
    return HEAD.format(language=language.value) + written.getvalue().decode()


def compiled(catalogue: Catalog) -> bytes:
    """The `.mo` file."""
    catalogue.creation_date = catalogue.revision_date = TIMELESS
    written = io.BytesIO()
    write_mo(written, catalogue)
    return written.getvalue()


def main() -> int:
    """Bring all in line; exit code 1 when something waits for its translation."""
    wanted, missing = source_strings(), 0
    for language in TRANSLATED:
        path_of(language, ".po").write_text(text_of(in_line(read(language), wanted), language), "utf-8")
        catalogue = read(language)
        path_of(language, ".mo").write_bytes(compiled(catalogue))
        for message in catalogue:
            if message.id and not message.string:
                print(f"{language}: {message.id!r} has no translation")
                missing += 1
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
