"""The settings: every fault at once, each with its path, and the secret never where it can be seen."""

import os
import re
import tomllib
from datetime import time
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from depok_agi.config import DEFAULT_PATH, ENVIRONMENT, Settings, ami_secret, load, settings_path
from depok_agi.errors import SettingsError
from depok_agi.tickets.callback import CallbackPolicy

SECRET = "rahasia-sekali"  # noqa: S105 - nobody's
MINIMAL = f'[ami]\nsecret = "{SECRET}"\n'
EXAMPLE = resources.files("depok_agi") / "example.toml"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "depok-agi.toml"


def faults(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as refused:
        load(path)
    return str(refused.value)


def loaded(path: Path, text: str = MINIMAL) -> Settings:
    path.write_text(text, "utf-8")
    return load(path)


class TestFaults:
    def test_all_of_them_are_told_at_once_each_with_its_path(self, path: Path) -> None:
        told = faults(
            path,
            """\
            nonsense = 1
            [centre]
            timezone = "Asia/Depok"
            [pbx]
            name = "de pok"
            trunks = []
            [ami]
            host = "192.0.2.1"
            port = 70000
            secret = "x"
            [fastagi]
            host = "0.0.0.0"
            [callbacks]
            gap_minutes = [15, 0]
            most_attempts = "many"
            decent_form = 08:00:00
            """,
        )
        first, *rest = told.splitlines()
        assert first == f"the settings {path} have 10 faults:"
        assert {line.split(":")[0].strip() for line in rest} == {
            "nonsense",
            "centre.timezone",
            "pbx.name",
            "pbx.trunks",
            "ami.host",
            "ami.port",
            "fastagi.host",
            "callbacks.gap_minutes.1",
            "callbacks.most_attempts",
            "callbacks.decent_form",
        }
        assert "  nonsense: there is no such setting" in rest
        assert "  centre.timezone: there is no time zone 'Asia/Depok'" in rest

    def test_one_is_called_one(self, path: Path) -> None:
        assert faults(path, "").splitlines() == [f"the settings {path} have 1 fault:", "  ami: must be given"]

    @pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "localhost", "", "127.0.0.1:5038"])  # noqa: S104
    @pytest.mark.parametrize("door", ["ami", "fastagi"])
    def test_a_door_that_is_open_to_the_network_is_refused(self, path: Path, door: str, host: str) -> None:
        text = MINIMAL + (f'host = "{host}"' if door == "ami" else f'[fastagi]\nhost = "{host}"')
        assert f"  {door}.host: must be a loopback address such as 127.0.0.1" in faults(path, text)

    @pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1"])
    def test_a_loopback_address_is_not(self, path: Path, host: str) -> None:
        assert loaded(path, f'{MINIMAL}[fastagi]\nhost = "{host}"').fastagi.host == host

    @pytest.mark.parametrize("text", ["[ami]", '[ami]\nsecret = "x"\nsecret_file = "y"'])
    def test_there_is_one_secret_neither_none_nor_two(self, path: Path, text: str) -> None:
        assert "  ami: give either secret or secret_file" in faults(path, text)

    @pytest.mark.parametrize("zone", ["", "Depok", "../etc/passwd", "Asia", "/etc/localtime"])
    def test_a_time_zone_that_is_none_is_refused(self, path: Path, zone: str) -> None:
        assert "centre.timezone: there is no time zone" in faults(path, f'{MINIMAL}[centre]\ntimezone = "{zone}"')

    @pytest.mark.parametrize(
        ("lines", "fault"),
        [
            ("decent_from = 21:00:00", "callbacks: decent_until must be later than decent_from"),
            ("decent_until = 08:00:00", "callbacks: decent_until must be later than decent_from"),
            ("decent_from = 8", "callbacks.decent_from: write it as 08:00:00"),
            ("decent_from = 8.5", "callbacks.decent_from: write it as 08:00:00"),
            ('decent_from = "08:00Z"', "callbacks.decent_from: write it as 08:00:00"),
            ("decent_from = 2026-06-08T08:00:00", "callbacks.decent_from:"),
            ('decent_until = "evening"', "callbacks.decent_until:"),
            ("lease_minutes = 0", "callbacks.lease_minutes:"),
            ("gap_minutes = []", "callbacks.gap_minutes:"),
            ("most_attempts = 0", "callbacks.most_attempts:"),
        ],
    )
    def test_callbacks_that_make_no_sense_are_refused(self, path: Path, lines: str, fault: str) -> None:
        assert fault in faults(path, f"{MINIMAL}[callbacks]\n{lines}")

    def test_a_time_in_quotes_is_understood(self, path: Path) -> None:
        assert loaded(path, f'{MINIMAL}[callbacks]\ndecent_from = "07:30"').callbacks.decent_from == time(7, 30)


class TestFiles:
    def test_a_missing_file_says_how_to_name_another(self, path: Path) -> None:
        with pytest.raises(SettingsError, match=rf"no settings at {path}; .*--config.*{ENVIRONMENT}"):
            load(path)

    def test_a_folder_cannot_be_read(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="cannot be read"):
            load(tmp_path)

    def test_a_name_that_cannot_be_one_cannot_be_read(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="cannot be read"):
            load(tmp_path / ("x" * 300))

    def test_what_is_not_toml_is_told_with_its_line(self, path: Path) -> None:
        assert re.search(r"are not TOML: .*line 2", faults(path, '[ami]\nsecret = "x\n'))

    def test_what_is_not_utf8_is_told(self, path: Path) -> None:
        path.write_bytes(b'[ami]\nsecret = "\xff"\n')
        with pytest.raises(SettingsError, match="cannot be read"):
            load(path)

    @given(st.text(max_size=60) | st.sampled_from(["[ami]\n", '[ami]\nsecret = "x"\n[', "a = " + "[" * 9000]))
    def test_no_text_at_all_makes_it_fall_over(self, tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
        path = tmp_path_factory.getbasetemp() / "any.toml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        with pytest.raises(SettingsError):
            load(path)

    def test_relative_paths_count_from_the_folder_of_the_file(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir("/")
        path.write_text(
            '[centre]\nhours = "hours.toml"\n[ami]\nsecret_file = "../ami.secret"\n'
            '[folders]\nstore = "store.sqlite"\nspool = "/var/spool/x"\n'
        )
        settings = load(Path(os.path.relpath(path, "/")))
        assert settings.centre.hours == path.parent / "hours.toml"
        assert settings.ami.secret_file == path.parent / "../ami.secret"
        assert settings.folders.store == path.parent / "store.sqlite"
        assert settings.folders.spool == Path("/var/spool/x")

    def test_the_option_goes_before_the_environment_and_that_before_the_usual_place(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv(ENVIRONMENT, raising=False)
        assert settings_path(None) == DEFAULT_PATH
        monkeypatch.setenv(ENVIRONMENT, "")
        assert settings_path(None) == DEFAULT_PATH
        monkeypatch.setenv(ENVIRONMENT, "theirs.toml")
        assert settings_path(None) == Path("theirs.toml")
        assert settings_path(Path("mine.toml")) == Path("mine.toml")


class TestTheSecret:
    def test_it_is_had_from_the_settings(self, path: Path) -> None:
        assert ami_secret(loaded(path)) == SECRET

    def test_or_from_its_file_without_the_line_end(self, path: Path) -> None:
        (path.parent / "ami.secret").write_text(f"{SECRET}\n")
        assert ami_secret(loaded(path, '[ami]\nsecret_file = "ami.secret"')) == SECRET

    @pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe"])
    def test_a_file_without_one_is_told(self, path: Path, content: bytes | None) -> None:
        if content is not None:
            (path.parent / "ami.secret").write_bytes(content)
        with pytest.raises(SettingsError, match=r"ami\.secret_file: "):
            ami_secret(loaded(path, '[ami]\nsecret_file = "ami.secret"'))

    def test_an_empty_one_is_refused(self, path: Path) -> None:
        assert "ami.secret:" in faults(path, '[ami]\nsecret = ""')

    def test_it_is_never_shown(self, path: Path) -> None:
        settings = loaded(path)
        for shown in (repr(settings), str(settings), repr(settings.ami), str(settings.model_dump())):
            assert SECRET not in shown

    @pytest.mark.parametrize("more", ["port = 0", 'secret_file = "x"', "sceret = 1", 'host = "0.0.0.0"'])
    def test_not_even_in_a_fault(self, path: Path, more: str) -> None:
        assert SECRET not in faults(path, MINIMAL + more)

    def test_not_even_when_it_stands_in_the_wrong_place(self, path: Path) -> None:
        assert SECRET not in faults(path, f'ami = "{SECRET}"\n[pbx]\nname = "{SECRET} "')


class TestTheExample:
    @pytest.fixture
    def example(self, path: Path) -> Settings:
        return loaded(path, EXAMPLE.read_text("utf-8"))

    def test_it_loads_as_it_is(self, example: Settings, path: Path) -> None:
        (path.parent / "ami.secret").write_text(SECRET)
        assert ami_secret(example) == SECRET

    def test_its_values_are_the_defaults(self, example: Settings, path: Path) -> None:
        assert example == loaded(path, '[ami]\nsecret_file = "ami.secret"')
        given = tomllib.loads(EXAMPLE.read_text("utf-8"))
        minimal = Settings.model_validate({"ami": {"secret_file": "ami.secret"}})
        for section, settings in given.items():
            for name, value in settings.items():
                default = getattr(getattr(minimal, section), name)
                assert (str(default) if isinstance(default, Path) else default) == value, f"{section}.{name}"

    def test_it_names_every_setting_in_its_section_and_explains_it(self) -> None:
        sections = dict(
            re.findall(r"^\[(\w+)\]\n(.*?)(?=^\[|\Z)", EXAMPLE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        )
        assert list(sections) == list(Settings.model_fields)
        for section, text in sections.items():
            model: Any = Settings.model_fields[section].annotation
            assert issubclass(model, BaseModel)
            for name in model.model_fields:
                assert re.search(rf"^(# )?{name} = ", text, re.MULTILINE), f"{section}.{name}"
            assert text.startswith("# ")


def test_the_callback_policy_is_what_the_settings_say(path: Path) -> None:
    assert loaded(path).callback_policy == CallbackPolicy()
    policy = loaded(
        path,
        f'{MINIMAL}[centre]\ntimezone = "Asia/Makassar"\n[callbacks]\nlease_minutes = 5\ngap_minutes = [1, 2]\n'
        "most_attempts = 3\ndecent_from = 09:00:00\ndecent_until = 17:30:00\n",
    ).callback_policy
    assert (policy.lease.seconds, [gap.seconds for gap in policy.gaps], policy.max_attempts) == (300, [60, 120], 3)
    assert (policy.decent_from, policy.decent_until, policy.timezone) == (time(9), time(17, 30), "Asia/Makassar")
