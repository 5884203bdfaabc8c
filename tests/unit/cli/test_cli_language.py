"""The command speaks Indonesian or English, by the settings, else by the locale, in all that people read of it."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from depok_agi.access.retention import Kind as Destroyed
from depok_agi.access.roles import Deed, Role
from depok_agi.calls.record import Role as LegRole
from depok_agi.calls.record import TransferKind
from depok_agi.cli.help import translated
from depok_agi.cli.language import of_locale, speak
from depok_agi.cli.words import WORDS
from depok_agi.language import Language
from depok_agi.notify.mail import Kind, MailStatus
from depok_agi.notify.mail import Role as Reader
from depok_agi.prompt_check import PromptFault
from depok_agi.prompts import State
from depok_agi.reports.period import PeriodKind
from depok_agi.reports.terms import TERMS
from depok_agi.settings_file import language_named
from depok_agi.sms.decision import Made
from depok_agi.sms.outgoing import Kind as SmsKind
from depok_agi.sms.outgoing import Status as SmsStatus
from depok_agi.tickets.clock import Clock
from depok_agi.tickets.history import DUE, OPEN
from depok_agi.tickets.status import TicketAction
from depok_agi.voice.menu_tree import Action
from tests.unit.cli.command import Command, commands

PACKAGE = Path(__file__).parents[3] / "depok_agi"
SPEAKING = sorted(path for room in ("cli", "console") for path in (PACKAGE / room).rglob("*.py"))
SINKS = {
    "echo",
    "secho",
    "hint",
    "show_table",
    "BadParameter",
    "UsageError",
    "ClickException",
    "prompt",
    "confirm",
    "progressbar",
}
"""What shows text to people."""

TAKEN_CARE_OF = {
    "_",
    "gettext_noop",
    "option",
    "argument",
    "command",
    "group",
    "compile",
    "critical",
    "Secret",
    "Text",
    "span_options",
    "listen",
}
"""Calls whose text is translated (help texts are, centrally), goes to the log, or is none."""

OF_THE_ACCESS_LOG = "desk: "
"""So begins where in the console something was looked at; the access log is the same for every reader."""

WORD = re.compile("[A-Za-z]{2}")
PROSE = re.compile("[A-Za-z]{2}[,:;]? [A-Za-z]{2}")


def in_language(command: Command, language: str | None) -> None:
    """Give the settings a language, or none."""
    text = command.settings.read_text("utf-8")
    command.settings.write_text(text if language is None else f'{text}[centre]\nlanguage = "{language}"\n')


class TestWhichLanguage:
    @pytest.mark.parametrize(
        ("environment", "language"),
        [
            ({}, Language.ENGLISH),
            ({"LANG": "id_ID.UTF-8"}, Language.INDONESIAN),
            ({"LANG": "id"}, Language.INDONESIAN),
            ({"LANG": "en_GB.UTF-8"}, Language.ENGLISH),
            ({"LANG": "de_DE@euro"}, Language.ENGLISH),
            ({"LANG": "id_ID.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, Language.ENGLISH),
            ({"LANG": "en_US.UTF-8", "LC_ALL": "id_ID.UTF-8", "LC_MESSAGES": "en_US"}, Language.INDONESIAN),
            ({"LANG": "id_ID.UTF-8", "LC_ALL": ""}, Language.INDONESIAN),
            ({"LANG": "en_US.UTF-8", "LANGUAGE": "de:id:en"}, Language.INDONESIAN),
            ({"LC_ALL": "C.UTF-8", "LANG": "id_ID.UTF-8", "LANGUAGE": "id"}, Language.ENGLISH),
            ({"LC_ALL": "POSIX", "LANGUAGE": "id"}, Language.ENGLISH),
        ],
    )
    def test_a_locale_has_the_language_that_gnu_gettext_would_take(
        self, environment: dict[str, str], language: Language
    ) -> None:
        assert of_locale(environment) is language

    @pytest.mark.parametrize(
        ("content", "language"),
        [
            ('[centre]\nlanguage = "id"\n', Language.INDONESIAN),
            ('[centre]\nlanguage = "en"\n', Language.ENGLISH),
            ('[centre]\nlanguage = "de"\n', None),
            ("[centre]\nlanguage = 1\n", None),
            ('centre = "language"\n', None),
            ("# language\n", None),
            ("language =\n", None),
            ("", None),
        ],
    )
    def test_settings_name_a_language_or_none_however_wrong_they_are(
        self, content: str, language: Language | None, tmp_path: Path
    ) -> None:
        path = tmp_path / "depok-agi.toml"
        path.write_text(content)
        assert language_named(path) is language

    def test_settings_that_are_not_there_or_no_text_name_none(self, tmp_path: Path) -> None:
        (tmp_path / "binary").write_bytes(b"\xff language")
        assert [language_named(tmp_path / name) for name in ("none", "binary", ".")] == [None] * 3

    @pytest.mark.parametrize(
        ("named", "locale", "heading"),
        [
            (None, "C.UTF-8", "Usage:"),
            (None, "id_ID.UTF-8", "Pemakaian:"),
            ("id", "C.UTF-8", "Pemakaian:"),
            ("en", "id_ID.UTF-8", "Usage:"),
        ],
    )
    def test_the_command_follows_the_settings_then_the_locale(
        self, named: str | None, locale: str, heading: str, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        in_language(command, named)
        monkeypatch.setenv("LC_ALL", locale)
        assert command.ok("--help").stdout.startswith(heading)
        assert command.ok("calls", "list", "--help").stdout.startswith(heading)

    def test_settings_that_are_given_by_hand_count_for_what_comes_after(self, command: Command, tmp_path: Path) -> None:
        other = tmp_path / "other.toml"
        other.write_text('[centre]\nlanguage = "id"\n')
        assert command.ok("calls", "--help").stdout.startswith("Usage:")
        assert command.ok("--config", str(other), "calls", "--help").stdout.startswith("Pemakaian:")
        assert command.ok("calls", "--help").stdout.startswith("Usage:")

    def test_it_is_so_in_a_process_of_its_own(self, command: Command) -> None:
        environment = {"LC_ALL": "id_ID.UTF-8", "COLUMNS": "80"}
        assert b"\nOpsi:\n" in command.process("tickets", "new", "--help", environment=environment).stdout


class TestInIndonesian:
    @pytest.fixture(autouse=True)
    def _indonesian(self, command: Command) -> None:
        in_language(command, "id")

    def test_help_is_with_its_headings_options_and_list_of_commands_and_the_examples_stay(
        self, command: Command
    ) -> None:
        said = command.ok("tickets", "forward", "--help").stdout
        assert "Meneruskan tiket ke OPD" in said
        assert "Contoh:\n    depok-agi tickets forward 1000015 --opd DLHK\n" in said
        assert "Tampilkan bantuan ini lalu keluar." in said
        assert "Perintah:\n" in command.ok("tickets", "--help").stdout
        assert "catatan panggilan" in command.ok("--help").stdout

    def test_wrong_usage_is_told_in_clicks_own_words_in_indonesian(self, command: Command) -> None:
        assert "Galat: Belum ada argumen 'ID'." in command.refused("callbacks", "claim", code=2)
        assert "Tidak ada perintah 'lst'. (Maksud Anda: 'list'?)" in command.refused("calls", "lst", code=2)
        assert "'x' bukan salah satu dari 'new'" in command.refused("tickets", "list", "--status", "x", code=2)
        assert "Ada argumen yang berlebih (2 3)" in command.refused("callbacks", "claim", "1", "2", "3", code=2)

    def test_a_refusal_is_in_indonesian_with_the_advice_within_it(self, command: Command) -> None:
        assert command.refused("tickets", "show", "1") == (
            "depok-agi: '1' bukan nomor tiket: nomor tiket hanya berisi tujuh angka atau lebih\n"
        )
        number = command.json("tickets", "new", "--no-call", "--text", "Lampu jalan mati")["number"]
        said = command.refused("tickets", "reopen", number, "--why", "belum selesai")
        assert said.startswith("depok-agi: tiket baru; buka kembali tidak dapat dilakukan: tiket masih terbuka (")

    def test_who_did_what_last_and_why_a_day_is_skipped_is_in_indonesian(self, command: Command) -> None:
        number = command.json("tickets", "new", "--no-call", "--category", "sampah", "--text", "Sampah")["number"]
        command.ok("tickets", "forward", number)
        assert "tanpa jam layanan pada hari ini: " in command.ok("tickets", "explain", number).stdout
        command.ok("tickets", "answer", number, "--text", "Sudah diangkut")
        command.ok("tickets", "close", number, "--told")
        assert "; terakhir: tutup oleh " in command.refused("tickets", "close", number, "--told")

    def test_tables_have_their_headings_and_words_in_indonesian_and_json_stays_as_it_is(self, command: Command) -> None:
        command.ok("tickets", "new", "--no-call", "--caller", "0811-0000-1234", "--text", "Lampu jalan mati")
        table = command.ok("tickets", "list").stdout
        assert table.split()[:5] == ["Tiket", "Status", "Dibuat", "OPD", "Tenggat"]
        assert " baru " in table
        assert command.json("tickets", "list")[0]["status"] == "new"

    def test_an_empty_list_says_so_in_indonesian(self, command: Command) -> None:
        assert command.ok("callbacks", "list").stderr == "Tidak ada warga yang harus ditelepon balik.\n"

    def test_a_check_of_the_host_tells_in_indonesian_what_json_tells_in_english(self, command: Command) -> None:
        shown, data = command.run("doctor"), json.loads(command.run("doctor", "--json").stdout)
        assert "cadangan" in shown.stdout
        assert "depok-agi db backup, setiap malam" in shown.stdout
        assert "backup" in {one["check"] for one in data}


class TestHelp:
    def test_every_help_text_of_every_command_is_another_in_indonesian(self) -> None:
        found = commands()
        speak(Language.INDONESIAN)
        same = [
            (words, text)
            for words, command in found.items()
            for text, other in zip(_texts(command), _texts(translated(command)), strict=True)
            if text == other
        ]
        assert same == []

    def test_a_translated_command_is_a_copy_and_in_english_there_is_none(self) -> None:
        command = commands()["calls", "list"]
        before = command.help
        speak(Language.INDONESIAN)
        assert translated(command).help != before
        assert command.help == before
        speak(Language.ENGLISH)
        assert translated(command) is command


def _texts(command: click.Command) -> list[str]:
    options = [parameter.help for parameter in command.params if isinstance(parameter, click.Option)]
    return [text for text in (command.help, *options) if text]


def test_every_value_of_an_enum_that_a_table_shows_is_a_known_word() -> None:
    shown = (
        Role,
        Deed,
        Destroyed,
        LegRole,
        TransferKind,
        Kind,
        Reader,
        MailStatus,
        PromptFault,
        State,
        PeriodKind,
        Made,
        SmsKind,
        SmsStatus,
        Clock,
        TicketAction,
        Action,
    )
    values = {value.value for enum in shown for value in enum} | {OPEN, DUE}
    assert values - WORDS - TERMS == set()


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.name)
def test_nothing_that_people_read_is_written_without_its_translation(path: Path) -> None:
    assert list(untranslated(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('hint("Nobody is blocked.")', ["Nobody is blocked."]),
        ('click.echo(f"{count} files")', [" files"]),
        ('show_table(("ID", _("Why")), rows, empty="none")', ["ID", "none"]),
        ('raise click.UsageError("wrong" if a else _("right"))', ["wrong"]),
        ('said = "the call goes on"', ["the call goes on"]),
        ('hint(_("{count} files").format(count=count))', []),
        ('click.echo(f"  {_(name):10}{value}")', []),
        ('raise RefusedError("there is no {name}", name=name)', []),
        ('"""A docstring of words."""', []),
        ('CSS = "Screen { layout: vertical; }"', []),
        ('look(desk, "desk: on the phone")', []),
        ('@click.option("--a", help="Words for people.")\ndef f(): ...', []),
    ],
)
def test_a_text_without_its_translation_is_found_in_the_code(code: str, found: list[str]) -> None:
    assert list(untranslated(code)) == found


def untranslated(code: str) -> Iterator[str]:
    """Text that is shown to people, or is a sentence wherever it stands, and is not given to the catalogue."""
    tree = ast.parse(code)
    passed = {id(node) for top in ast.walk(tree) for node in _translated_below(top)}
    for node in ast.walk(tree):
        if id(node) in passed:
            continue
        if isinstance(node, ast.Call) and _name(node) in SINKS:
            for given in (*node.args, *(word.value for word in node.keywords if word.arg in {"empty", "label"})):
                yield from (
                    text
                    for text in _shown(given, passed)
                    if WORD.search(text.removeprefix("depok-agi: ")) and not PROSE.search(text)
                )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_prose(node.value):
            yield node.value


def _is_prose(text: str) -> bool:
    return PROSE.search(text) is not None and not text.startswith(OF_THE_ACCESS_LOG)


def _translated_below(top: ast.AST) -> Iterator[ast.AST]:
    """What is below a call that takes care of it, a docstring, or a key."""
    if isinstance(top, ast.Call):
        if _name(top) in TAKEN_CARE_OF:
            yield from (node for given in (*top.args, *top.keywords) for node in ast.walk(given))
        elif _name(top).endswith("Error") and _name(top) != "UsageError" and top.args:
            yield from ast.walk(top.args[0])
    if isinstance(top, ast.Expr) and isinstance(top.value, ast.Constant):
        yield top.value
    if isinstance(top, ast.Assign | ast.AnnAssign) and ast.unparse(top).partition(" ")[0].rstrip(":").endswith("CSS"):
        yield from ast.walk(top)  # how the console looks
    if isinstance(top, ast.Dict):  # what somebody types may be looked up there
        yield from filter(None, top.keys)


def _shown(given: ast.expr, passed: set[int]) -> Iterator[str]:
    """The literal text of an argument: also of an f-string, of either choice, and of each item of a tuple."""
    match given:
        case _ if id(given) in passed:
            return
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _shown(part, passed)
        case ast.IfExp(body=body, orelse=other):
            yield from _shown(body, passed)
            yield from _shown(other, passed)
        case ast.BinOp(left=left, right=right):
            yield from _shown(left, passed)
            yield from _shown(right, passed)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
