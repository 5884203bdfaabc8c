"""The catalogues of translations: gathered from the code, kept, compiled. `scripts/translate` runs this."""

import ast
import io
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from depok_agi.cli import root
from depok_agi.cli.help import source_strings as help_strings
from depok_agi.errors import DepokError
from depok_agi.language import DOMAIN, LOCALE, Language

REPOSITORY = Path(__file__).parents[1]
ERRORS: list[type[DepokError]] = [DepokError, *DepokError.__subclasses__()]
PLACES = {
    **{error.__name__: (0,) for error in ERRORS},
    "_": (0,),
    "gettext": (0,),
    "gettext_noop": (0,),
    "translate": (0,),
    "Sentence": (0,),
    "_wrong": (1,),
    "Change": (1,),
    # What doctor finds: the check, how it is, and the mend.
    "ok": (0, 1),
    "warning": (0, 1, 2),
    "failure": (0, 1, 2),
    # A report's titles and sentences are gathered from where they stand.
    "Column": (1,),
    "Figure": (1,),
    "Section": (1,),
    "Table": (1,),
    "Note": (0,),
}
"""Which arguments of a call are source strings."""

METHODS = {"gettext", "_wrong", *(name for name in PLACES if name[0].isupper())}
"""Those that may be called by a dot; a logger's `warning` is for the log, which is English."""

CLICK = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")
"""The modules of click that speak to who uses a command."""

WORDS = re.compile(r"[A-Za-z](?![^{]*\})")
"""A letter that is in no `{name}`: without any there is nothing to translate."""

Source = str | tuple[str, str]

HEAD = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
ONE_FORM = "nplurals=1; plural=0;"
"""Indonesian has no plural."""

TIMELESS = datetime(2000, 1, 1, tzinfo=UTC)
"""Instead of when it was made: the same strings are the same file."""

TRANSLATED = [language for language in Language if language is not Language.ENGLISH]


def source_strings() -> set[Source]:
    """Every English string of the software that is meant to be translated."""
    folder = REPOSITORY / "depok_agi"
    found: set[Source] = {text for path in folder.rglob("*.py") for text in of_python(path.read_text("utf-8"))}
    found.update(of_help(root, click.Context(root)), of_click())
    for _, _, message, *_ in extract_from_dir(folder, [("**.html", "jinja2")]):
        found.add(message if isinstance(message, str) else message[0])
    return {text for text in found if isinstance(text, tuple) or WORDS.search(text)}


def of_help(command: click.Command, context: click.Context) -> Iterator[str]:
    """The help of a command and of those below it, which may be made when they are asked for."""
    yield from help_strings(command)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from of_help(below, context)


def of_click() -> Iterator[Source]:
    """What click itself can say to who uses a command; a singular with its plural is a pair."""
    folder = Path(click.__file__).parent
    for name in CLICK:
        with (folder / f"{name}.py").open("rb") as file:
            for _, function, message, _ in extract_python(file, {"_": None, "ngettext": None}, (), {}):
                if function == "ngettext":
                    yield str(message[0]), str(message[1])
                else:
                    yield str(message)


def of_python(code: str) -> Iterator[str]:
    """The source strings of a module. Babel's own passes over a call within another, such as a column of a table.

    Where the code chooses one of two, such as a singular and a plural, both are.
    """
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        chosen = [node.args[place] for place in _places(node.func) if place < len(node.args)]
        while chosen:
            given = chosen.pop()
            if isinstance(given, ast.IfExp):
                chosen += [given.body, given.orelse]
            elif isinstance(given, ast.Constant) and isinstance(given.value, str):
                yield given.value


def _places(function: ast.expr) -> tuple[int, ...]:
    if isinstance(function, ast.Attribute):
        return PLACES[function.attr] if function.attr in METHODS else ()
    return PLACES.get(function.id, ()) if isinstance(function, ast.Name) else ()


def path_of(language: Language, suffix: str) -> Path:
    """The catalogue of a language, `.po` to be edited or `.mo` to be read by the software."""
    return LOCALE / language.value / "LC_MESSAGES" / f"{DOMAIN}{suffix}"


def read(language: Language) -> Catalog:
    """The catalogue as it is in the `.po` file."""
    with path_of(language, ".po").open("rb") as file:
        return read_po(file, language.value, charset="utf-8")


def in_line(old: Catalog, wanted: set[Source]) -> Catalog:
    """The catalogue with exactly these strings; translations of others are put by, and come back with their string."""
    known = {_source(message): message.string for message in (*old.obsolete.values(), *old) if message.id}
    new = Catalog(old.locale, charset="utf-8", creation_date=TIMELESS, revision_date=TIMELESS)
    new.mime_headers = [("Plural-Forms", ONE_FORM)]
    for text in sorted(wanted, key=str):
        flags = ("python-brace-format",) if "{" in str(text) else ()
        new.add(text, known.get(text, "" if isinstance(text, str) else ("",)), flags=flags)
    for text in sorted(set(known) - wanted, key=str):
        if is_translated(known[text]):
            unused = Catalog()
            new.obsolete[str(text)] = unused.add(text, known[text])
    return new


def _source(message: Message) -> Source:
    return (message.id[0], message.id[1]) if isinstance(message.id, (tuple, list)) else str(message.id)


def is_translated(message: str | Sequence[str]) -> bool:
    """Has it words, in each of its forms?"""
    return bool(message) and all(message)


def text_of(catalogue: Catalog, language: Language) -> str:
    """The `.po` file."""
    written = io.BytesIO()
    write_po(written, catalogue, width=120, omit_header=True, sort_output=True)
    return HEAD.format(language=language.value, plurals=ONE_FORM) + written.getvalue().decode()


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
            if message.id and not is_translated(message.string):
                print(f"{language}: {message.id!r} has no translation")
                missing += 1
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
