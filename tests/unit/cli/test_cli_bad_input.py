"""Whatever is given to the command, the answer is a clear line and an exit code, and nothing is lost."""

import json
import os
import pwd
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest
from click.core import ParameterSource
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from depok_agi.access.roles import Role
from depok_agi.cli.output import person, printable
from depok_agi.cli.when import moment
from depok_agi.store import database
from tests.unit.cli.command import Command, commands, in_process
from tests.unit.cli.people import People
from tests.unit.desk.made import content

WIB = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 6, 8, 10, 30, 15, tzinfo=WIB)
ESCAPE = "\x1b]0;owned\x07\x1b[2J\N{PILE OF POO}\x9b31m\r\nAni\u202e"


class TestMoments:
    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("now", "2026-06-08T10:30:15+07:00"),
            ("today", "2026-06-08T00:00:00+07:00"),
            ("yesterday", "2026-06-07T00:00:00+07:00"),
            (" today ", "2026-06-08T00:00:00+07:00"),
            ("10:00", "2026-06-08T10:00:00+07:00"),
            ("7:05", "2026-06-08T07:05:00+07:00"),
            ("2026-11-24", "2026-11-24T00:00:00+07:00"),
            ("2026-11-24 10:00", "2026-11-24T10:00:00+07:00"),
            ("2026-11-24T10:00:30", "2026-11-24T10:00:30+07:00"),
            ("2026-11-24T03:00Z", "2026-11-24T10:00:00+07:00"),
            ("2026-11-24T10:00+09:00", "2026-11-24T08:00:00+07:00"),
            ("+90m", "2026-06-08T12:00:15+07:00"),
            ("+2h", "2026-06-08T12:30:15+07:00"),
            ("+1d", "2026-06-09T10:30:15+07:00"),
            ("-2h", "2026-06-08T08:30:15+07:00"),
            ("+1w", "2026-06-15T10:30:15+07:00"),
            ("Tomorrow", "2026-06-09T00:00:00+07:00"),
            ("hari  ini", "2026-06-08T00:00:00+07:00"),
            ("KEMARIN", "2026-06-07T00:00:00+07:00"),
            ("besok", "2026-06-09T00:00:00+07:00"),
            ("sekarang", "2026-06-08T10:30:15+07:00"),
        ],
    )
    def test_they_are_read_as_people_type_them(self, text: str, meant: str) -> None:
        assert moment(text, WIB, NOW) == datetime.fromisoformat(meant)

    @pytest.mark.parametrize(
        "text",
        [
            "", "tomorrowish", "25:00", "10:60", "2026-13-01", "2026-02-30", "+2", "+h", "2h", "24.11.2026",
            "+123456d", "0001-01-01", "1969-12-31", "9999-12-31", "+99999d", "2026-11-24T10:00+99:00",
        ],
    )  # fmt: skip
    def test_nonsense_is_refused(self, text: str) -> None:
        with pytest.raises(click.BadParameter, match="is no moment: write 2026-11-24"):
            moment(text, WIB, NOW)

    @given(st.text(max_size=20) | st.datetimes(timezones=st.none() | st.timezones()).map(datetime.isoformat))
    def test_nothing_makes_it_fall_over(self, text: str) -> None:
        try:
            found = moment(text, WIB, NOW)
        except click.BadParameter:
            return
        assert found.astimezone(WIB) - timedelta(days=900) < found.astimezone(WIB) + timedelta(days=900)

    @pytest.mark.parametrize(
        "words",
        [
            ("hours", "check", "--at", "nonsense"),
            ("hours", "check", "--at", "9999-12-31"),
            ("hours", "override", "open", "--until", "soon", "--why", "x"),
            ("calls", "list", "--since", "0001-01-01"),
            ("calls", "list", "--until", "25:00"),
        ],
    )
    def test_in_the_command_it_is_wrong_usage(self, command: Command, words: tuple[str, ...]) -> None:
        assert "is no moment" in command.refused(*words, code=2)

    @pytest.mark.parametrize("at", ["1970-01-01", "2199-12-31 23:59"])
    def test_the_hours_know_something_about_any_other(self, command: Command, at: str) -> None:
        assert isinstance(command.json("hours", "check", "--at", at)["open"], bool)


class TestWhoIsActing:
    def opened_by(self, command: Command) -> str:
        number = command.json("tickets", "new", "--text", "x")["number"]
        return str(command.json("tickets", "show", number)["history"][0]["actor"])

    def test_whoever_called_sudo(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SUDO_UID", "2")
        assert self.opened_by(command) == pwd.getpwuid(2).pw_name

    def test_else_whose_process_it_is(self, command: Command) -> None:
        assert self.opened_by(command) == pwd.getpwuid(os.getuid()).pw_name

    def test_never_a_variable_that_anyone_can_set(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        expected = self.opened_by(command)
        for name in ("SUDO_USER", "USER", "LOGNAME", "DEPOK_AGI_USER"):
            monkeypatch.setenv(name, "walikota")
        assert self.opened_by(command) == expected

    @pytest.mark.parametrize("uid", ["4242424", "99999999999999999999"])
    def test_a_user_without_a_name_goes_by_the_number(
        self, command: Command, monkeypatch: pytest.MonkeyPatch, uid: str
    ) -> None:
        monkeypatch.setenv("SUDO_UID", uid)
        assert self.opened_by(command) == f"uid {uid}"

    @pytest.mark.parametrize("uid", ["", "siti", "-1", "\N{SUPERSCRIPT TWO}", "\N{ARABIC-INDIC DIGIT TWO}"])
    def test_what_sudo_never_sets_is_passed_over(
        self, command: Command, monkeypatch: pytest.MonkeyPatch, uid: str
    ) -> None:
        expected = self.opened_by(command)
        monkeypatch.setenv("SUDO_UID", uid)
        assert self.opened_by(command) == expected


class TestUnderSudo:
    """The service's rights are lent for its own store, not for whatever path a caller names."""

    @pytest.fixture(autouse=True)
    def _as_the_service(self, command: Command, people: People) -> None:
        assert command.settings.exists()
        people.act_as("citra", Role.ADMIN)

    @pytest.mark.parametrize(
        "words",
        [
            ("--config", "FILE", "calls", "list"),
            ("calls", "replay", "FILE"),
            ("prompts", "list", "--script", "FILE"),
            ("prompts", "check", "--sounds", "FILE"),
            ("prompts", "make", "--sounds", "FILE"),
            ("menu", "check", "FILE"),
        ],
    )
    def test_no_option_names_a_path(self, command: Command, words: tuple[str, ...]) -> None:
        given = [str(command.settings) if word == "FILE" else word for word in words]
        assert "not allowed under sudo" in command.refused(*given, code=2)

    @pytest.mark.parametrize("words", sorted(commands()), ids=" ".join)
    def test_none_can_forget_to_refuse_it(self, words: tuple[str, ...]) -> None:
        """Nor take a path as mere text, nor look first whether it is there: also that is told with others' rights."""
        paths = {"path", "file", "filename", "directory"}
        for parameter in commands()[words].params:
            if parameter.type.name in paths or {parameter.name} & {"file", "output", "folder", "into", "config"}:
                context = click.Context(commands()[words])
                context.set_parameter_source(parameter.name or "", ParameterSource.COMMANDLINE)
                assert not getattr(parameter.type, "readable", False)
                for place in (__file__, str(Path(__file__).parent), "/nowhere"):
                    with pytest.raises(click.UsageError, match="not allowed under sudo"):
                        parameter.process_value(context, place)

    def test_standard_input_is_the_callers_own(self, command: Command) -> None:
        assert command.ok("calls", "replay", "-", given="[]").stdout == "[]\n"

    def test_the_rest_works(self, command: Command) -> None:
        assert command.json("calls", "list") == []

    def test_root_may(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("os.geteuid", lambda: 0)
        command.ok("--config", str(command.settings), "calls", "list")


class TestReplay:
    EVENTS = (
        {"Event": "Newchannel", "Uniqueid": "1.1", "Linkedid": "1.1", "Channel": "PJSIP/trunk-00000001",
         "CallerIDNum": "081100001234", "Exten": "1500664", "Timestamp": "1764000000.000000"},
        {"Event": "Hangup", "Uniqueid": "1.1", "Linkedid": "1.1", "Channel": "PJSIP/trunk-00000001", "Cause": "16",
         "Timestamp": "1764000003.000000"},
    )  # fmt: skip

    @pytest.fixture(autouse=True)
    def _no_settings(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("DEPOK_AGI_CONFIG", str(tmp_path / "none.toml"))

    def test_an_array_and_lines_and_standard_input_give_the_same(self, tmp_path: Path) -> None:
        array, lines = json.dumps(self.EVENTS), "\n\n".join(map(json.dumps, self.EVENTS))
        (tmp_path / "array.json").write_text(array)
        (tmp_path / "lines.jsonl").write_text(lines)
        found = [
            in_process("calls", "replay", str(tmp_path / "array.json")),
            in_process("calls", "replay", str(tmp_path / "lines.jsonl")),
            in_process("calls", "replay", "-", given=array),
            in_process("calls", "replay", "-", given=lines),
        ]
        assert len({result.stdout for result in found}) == 1
        [call] = json.loads(found[0].stdout)
        assert (call["id"], call["caller"], call["ended_at"]) == (
            "depok-1.1",
            "+6281100001234",
            "2025-11-24T23:00:03+07:00",
        )

    def test_it_touches_nothing_and_needs_nothing(self, tmp_path: Path) -> None:
        in_process("calls", "replay", "-", given=json.dumps(self.EVENTS))
        assert list(tmp_path.iterdir()) == []

    def test_the_settings_that_there_are_hold(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DEPOK_AGI_CONFIG", str(command.settings))
        command.settings.write_text('[ami]\nsecret = "x"\n[pbx]\nname = "lain"\ntrunks = ["trunk"]\n')
        [call] = json.loads(command.ok("calls", "replay", "-", given=json.dumps(self.EVENTS)).stdout)
        assert call["id"] == "lain-1.1"
        [call] = json.loads(command.ok("calls", "replay", "--trunk", "no", "-", given=json.dumps(self.EVENTS)).stdout)
        assert call["direction"] != "inbound"

    @pytest.mark.parametrize("empty", ["", "\n \n", "[]"])
    def test_nothing_gives_an_empty_array(self, command: Command, empty: str) -> None:
        assert command.ok("calls", "replay", "-", given=empty).stdout == "[]\n"

    @pytest.mark.parametrize(
        "garbage",
        [
            "garbage", "{", "[", "[1]", "1", "null", '"text"', "[[]]", '{"Event": "Hangup"}\n{', "[" * 100_000,
            b"\xff\xfe\x00", b"\x00", "9" * 5000,
        ],
    )  # fmt: skip
    def test_garbage_is_one_clear_line(self, command: Command, garbage: str | bytes) -> None:
        command.refused("calls", "replay", "-", given=garbage)

    def test_a_file_that_cannot_be_read_is_one_clear_line(self, command: Command) -> None:
        assert "none.jsonl" in command.refused("calls", "replay", str(command.folder / "none.jsonl"))
        assert "cannot be read" in command.refused("calls", "replay", str(command.folder))

    @pytest.mark.parametrize("value", [None, 7, 1.5, True, [], {"a": 1}, "", "\ud800", "\x00", ESCAPE])
    @pytest.mark.parametrize("field", ["Event", "Uniqueid", "CallerIDNum", "Exten", "Channel"])
    def test_odd_values_in_events_still_give_json(self, command: Command, field: str, value: object) -> None:
        events = json.dumps([{**event, field: value} for event in self.EVENTS])
        shown = command.ok("calls", "replay", "-", given=events).stdout
        assert isinstance(json.loads(shown), list)
        assert shown.replace("\n", "").isprintable()


class TestNamesFromOutside:
    def test_nothing_that_a_terminal_obeys_is_printed(self, command: Command) -> None:
        number = command.json("tickets", "new", "--name", ESCAPE, "--caller", "0811-0000-1234", "--text", ESCAPE)[
            "number"
        ]
        command.ok("tickets", "answer", number, "--text", ESCAPE)
        command.ok("hours", "override", "closed", "--until", "+1h", "--why", ESCAPE)
        for words in (
            ("tickets", "list"),
            ("tickets", "show", number),
            ("callbacks", "list"),
            ("callbacks", "claim", "1"),
            ("callbacks", "done", "1", "--result", "busy", "--note", ESCAPE),
            ("hours", "check"),
            ("tickets", "show", number, "--json"),
            ("callbacks", "list", "--json"),
            ("hours", "check", "--json"),
        ):
            result = command.ok(*words)
            assert (result.stdout + result.stderr).replace("\n", "").isprintable(), words
        assert command.json("tickets", "show", number)["name"] == ESCAPE

    def test_nor_in_a_call_whose_channels_have_odd_names(self, command: Command) -> None:
        with closing(sqlite3.connect(command.store)) as connection:
            detail = {"uniqueids": ["1"], "linkedids": [], "facts": [], "talks": [[[ESCAPE, ESCAPE], 0, 0]]}
            detail["legs"] = [[ESCAPE, "operator", 0, 0, 0]]
            connection.execute(
                "INSERT INTO calls VALUES ('a', 'inbound', NULL, 0, 0, 0, 1, ?, ?, 1, 1, ?, 16, 'live', NULL, ?, 0)",
                (ESCAPE, ESCAPE, ESCAPE, json.dumps(detail)),
            )
            connection.execute(
                "INSERT INTO call_personal (call, caller_raw, dialled, parties) VALUES ('a', ?, ?, ?)",
                (ESCAPE, ESCAPE, json.dumps([ESCAPE])),
            )
            connection.commit()
        for words in (("calls", "list"), ("calls", "show", "a"), ("calls", "list", "--json")):
            assert command.ok(*words).stdout.replace("\n", "").isprintable(), words

    def test_people_see_who_it_is(self) -> None:
        assert person("+6281100001234", "x") == "0811-0000-1234"
        assert person(None, "anonymous") == "anonymous"
        assert person(None, "\x1b") == person(None) == "withheld"

    @given(st.text())
    def test_printable_text_is(self, text: str) -> None:
        assert printable(text).isprintable()
        assert printable(printable(text)) == printable(text)


class TestWhatIsMissingOrBroken:
    def test_missing_settings(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DEPOK_AGI_CONFIG", str(command.folder / "none.toml"))
        assert "there are no settings at" in command.refused("calls", "list")
        assert "there are no settings at" in command.refused("--config", "elsewhere.toml", "tickets", "list")

    def test_wrong_settings_are_told_all_at_once(self, command: Command) -> None:
        command.settings.write_text('[ami]\nport = 0\nsecret = "rahasia"\n[nonsense]\n')
        result = command.run("calls", "list")
        assert (result.exit_code, result.stdout) == (1, "")
        first, *faults = result.stderr.splitlines()
        assert first == f"depok-agi: the settings {command.settings} have 2 faults:"
        assert [fault.split(":")[0] for fault in faults] == ["  ami.port", "  nonsense"]

    @pytest.mark.parametrize("hours", ["none.toml", ".", "depok-agi.toml"])
    def test_an_hours_file_that_is_none(self, command: Command, hours: str) -> None:
        command.settings.write_text(f'[centre]\nhours = "{hours}"\n' + command.settings.read_text())
        result = command.run("hours", "check")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("depok-agi: ")
        assert str(command.folder / hours) in result.stderr

    def test_a_missing_store(self, command: Command) -> None:
        command.store.unlink()
        assert "there is no store at" in command.refused("callbacks", "list")
        assert "there is no store at" in command.refused("tickets", "new", "--text", "x")

    def test_a_store_that_is_none(self, command: Command) -> None:
        command.store.write_text("garbage" * 1000)
        assert "file is not a database" in command.refused("callbacks", "list")
        assert "file is not a database" in command.refused("db", "migrate")

    def test_a_store_that_is_locked_loses_nothing(self, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
        before = content(command.store)
        with closing(sqlite3.connect(command.store, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert "is busy" in command.refused("tickets", "new", "--text", "x")
            assert "is busy" in command.refused("db", "migrate")
            assert command.json("tickets", "list") == []
            other.execute("ROLLBACK")
        assert content(command.store) == before
        command.ok("tickets", "new", "--text", "x")

    def test_a_folder_that_cannot_be_made(self, command: Command) -> None:
        command.settings.write_text(command.settings.read_text().replace("store.sqlite", "depok-agi.toml/store.sqlite"))
        command.refused("db", "migrate")

    def test_serving_without_the_secret(self, command: Command) -> None:
        command.settings.write_text(
            command.settings.read_text().replace('secret = "rahasia"', 'secret_file = "none.secret"')
        )
        assert "ami.secret_file" in command.refused("serve")

    @pytest.mark.parametrize(
        ("words", "text"),
        [
            (("calls", "show", "9.9"), "there is no call '9.9'"),
            (("tickets", "show", "1000015"), "there is no ticket 1000015"),
            (("tickets", "show", "1000016"), "one digit is mistyped"),
            (("tickets", "show", "siti"), "is no ticket number"),
            (("tickets", "forward", "1000015", "--opd", "DLHK"), "there is no ticket"),
            (("tickets", "new", "--text", ""), "needs a text"),
            (("tickets", "new", "--text", "x", "--category", "sampa"), "do you mean sampah?"),
            (("tickets", "new", "--text", "x", "--caller", "110"), "is no telephone number"),
            (("tickets", "new", "--text", "x", "--call", "9.9"), "there is no call"),
            (("callbacks", "claim", "7"), "there is no callback 7"),
            (("callbacks", "release", "7"), "there is no callback 7"),
            (("callbacks", "done", "7", "--result", "reached"), "there is no callback 7"),
        ],
    )
    def test_what_does_not_exist(self, command: Command, words: tuple[str, ...], text: str) -> None:
        assert text in command.refused(*words)

    @pytest.mark.parametrize(
        "words",
        [
            ("nonsense",),
            ("calls", "nonsense"),
            ("calls", "list", "--nonsense"),
            ("calls", "list", "--limit", "0"),
            ("calls", "list", "--outcome", "sad"),
            ("callbacks", "claim"),
            ("callbacks", "claim", "siti"),
            ("callbacks", "claim", "99999999999999999999"),
            ("callbacks", "done", "1"),
            ("callbacks", "done", "1", "--result", "maybe"),
            ("hours", "override", "ajar", "--until", "+1h", "--why", "x"),
            ("tickets", "show", "1", "2"),
            ("tickets", "list", "--limit", "99999999999999999999"),
        ],
        ids=" ".join,
    )
    def test_wrong_usage(self, command: Command, words: tuple[str, ...]) -> None:
        assert "Usage: depok-agi" in command.refused(*words, code=2)


ODD = ["", "-", "--", "--json", "-1", "0", "9" * 30, "1e400", "NaN", "a\nb", "%s", "{}", "\udcff", "\ud800", ESCAPE]
WORDS = st.sampled_from(ODD) | st.text(st.characters(exclude_characters="\0"), max_size=12)
TREE = commands()
DOES_NOT_END = {("serve",), ("prompts", "make")}
LEAVES = sorted(
    words for words, found in TREE.items() if not isinstance(found, click.Group) and words not in DOES_NOT_END
)
OPTIONS = {
    words: sorted(
        {option for parameter in TREE[words].params for option in (*parameter.opts, *parameter.secondary_opts)}
    )
    for words in LEAVES
}


@st.composite
def nonsense(draw: st.DrawFn) -> list[str]:
    words = draw(st.sampled_from(LEAVES))
    known = st.sampled_from([option for option in OPTIONS[words] if option.startswith("-")] or ["--json"])
    plausible = st.sampled_from(["1", "1000015", "+1h", "today", "open", "reached", "sampah", "0811-0000-1234"])
    given_words = draw(st.lists(known | WORDS | plausible, max_size=6))
    return (
        [*draw(st.lists(WORDS, max_size=1)), *words, *given_words]
        if draw(st.integers(0, 9)) == 0
        else [
            *words,
            *given_words,
        ]
    )


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nonsense(), st.sampled_from([b"", b"text", b"\xff\x00", b'{"Event": 1}']))
@example(["calls", "show", "\udcff"], b"")
@example(["tickets", "new", "--text", "\ud800"], b"")
@example(["callbacks", "release", "9" * 30], b"")
def test_no_arguments_at_all_make_it_fall_over(
    command: Command, monkeypatch: pytest.MonkeyPatch, words: list[str], given_bytes: bytes
) -> None:
    with monkeypatch.context() as patch:
        patch.chdir(command.folder)
        result = command.run(*words, given=given_bytes)
    assert result.exception is None or isinstance(result.exception, SystemExit), words
    assert result.exit_code in {0, 1, 2}


class TestAsAProcess:
    def test_a_refusal_is_one_line_on_standard_error_and_exit_code_1(self, command: Command) -> None:
        result = command.process("callbacks", "claim", "7")
        assert (result.returncode, result.stdout) == (1, b"")
        assert result.stderr == b"depok-agi: there is no callback 7; `depok-agi callbacks list` shows them\n"

    def test_wrong_usage_is_exit_code_2(self, command: Command) -> None:
        result = command.process("callbacks", "claim", "siti")
        assert (result.returncode, result.stdout) == (2, b"")
        assert b"Traceback" not in result.stderr

    def test_a_store_that_cannot_be_opened_is_one_line_too(self, command: Command) -> None:
        command.store.unlink()
        command.store.mkdir()
        result = command.process("callbacks", "list")
        assert result.returncode == 1
        assert result.stderr.count(b"\n") == 1, result.stderr

    def test_json_is_clean_on_standard_output(self, command: Command) -> None:
        command.ok("tickets", "new", "--caller", "0811-0000-1234", "--name", "Ani \N{HOT BEVERAGE}", "--text", "x")
        command.ok("tickets", "answer", "1000015", "--text", "y")
        for encoding in ("utf-8", "ascii", "latin-1"):
            result = command.process("callbacks", "list", "--json", environment={"PYTHONIOENCODING": encoding})
            assert (result.returncode, result.stderr) == (0, b"")
            assert json.loads(result.stdout.decode(encoding))[0]["name"] == "Ani \N{HOT BEVERAGE}"

    def test_a_terminal_that_knows_fewer_characters_still_shows_the_table(self, command: Command) -> None:
        command.ok("tickets", "new", "--name", "Ani", "--text", "kopi \N{HOT BEVERAGE}")
        result = command.process("tickets", "list", environment={"PYTHONIOENCODING": "ascii"})
        assert (result.returncode, result.stderr) == (0, b"")
        assert b"kopi" in result.stdout

    def test_bytes_that_are_no_text_are_wrong_usage(self, command: Command) -> None:
        result = command.process("tickets", "new", "--text", b"\xff\xfe")
        assert (result.returncode, result.stdout) == (2, b"")
        assert b"Traceback" not in result.stderr

    @pytest.mark.parametrize(
        "words", [("opd", "list"), ("opd", "list", "--json"), ("--help",), ("calls", "replay", "-")]
    )
    def test_a_reader_who_goes_away_is_no_fault(self, command: Command, words: tuple[str, ...]) -> None:
        assert command.settings.exists()
        with subprocess.Popen(
            [sys.executable, "-m", "depok_agi", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            process.stdout.close()
            assert process.stderr is not None
            assert process.stderr.read() == b""
            assert process.wait(timeout=20) in {0, 1}

    def test_a_full_disk_is_told(self, command: Command) -> None:
        assert command.settings.exists()
        with Path("/dev/full").open("wb") as full:
            result = subprocess.run(
                [sys.executable, "-m", "depok_agi", "opd", "list", "--json"],
                stdout=full,
                stderr=subprocess.PIPE,
                timeout=20,
                check=False,
            )
        assert result.returncode == 1
        assert b"No space left on device" in result.stderr
        assert b"Traceback" not in result.stderr

    def test_without_standard_input_there_is_no_text(self, command: Command) -> None:
        assert command.settings.exists()
        shell = f'exec "{sys.executable}" -m depok_agi tickets new <&-'
        result = subprocess.run(["bash", "-c", shell], capture_output=True, timeout=20, check=False)
        assert (result.returncode, result.stdout) == (1, b"")
        assert b"needs a text" in result.stderr

    def test_the_command_starts_without_what_is_slow(self) -> None:
        slow = {"panoramisk", "holidays", "rich", "msgspec", "aiosqlite", "aiosql", "phonenumbers", "asyncio"}
        code = f"import sys, depok_agi.cli; print(sorted({slow!r} & set(sys.modules)))"
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=20, check=True)
        assert result.stdout == b"[]\n"
