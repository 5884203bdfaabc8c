"""The settings: every fault at once, each with its path, and the secret never where it can be seen."""

import os
import re
import tomllib
from datetime import time
from email.headerregistry import Address
from email.utils import parseaddr
from importlib import resources
from pathlib import Path

import msgspec
import pytest
from hypothesis import example as with_example
from hypothesis import given
from hypothesis import strategies as st

from depok_agi.config import (
    Dial,
    Mail,
    Settings,
    ami_secret,
    dial_secret,
    load,
    mail_password,
    operators_secret,
    sms_secret,
)
from depok_agi.errors import SettingsError
from depok_agi.notify.security import MailSecurity
from depok_agi.settings_file import DEFAULT_PATH, ENVIRONMENT, settings_path
from depok_agi.tickets.callback import CallbackPolicy

SECRET = "rahasia-sekali"  # noqa: S105 - nobody's
MINIMAL = f'[ami]\nsecret = "{SECRET}"\n'
MAIL = f'{MINIMAL}[mail]\nsender = "pusat@depok.example"\n'
DIAL = f'{MINIMAL}[dial]\nsecret = "{SECRET}-dial"\n'
SMS = f'{MINIMAL}[sms]\nsecret = "{SECRET}-sms"\nto = "Dongle/dongle0"\n'
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
        sections = msgspec.structs.asdict(settings)
        for shown in (repr(settings), str(settings), repr(settings.ami), str(settings.ami.secret), str(sections)):
            assert SECRET not in shown
        with pytest.raises(TypeError):
            msgspec.json.encode(settings.ami)

    @pytest.mark.parametrize("more", ["port = 0", 'secret_file = "x"', "sceret = 1", 'host = "0.0.0.0"'])
    def test_not_even_in_a_fault(self, path: Path, more: str) -> None:
        assert SECRET not in faults(path, MINIMAL + more)

    def test_not_even_when_it_stands_in_the_wrong_place(self, path: Path) -> None:
        assert SECRET not in faults(path, f'ami = "{SECRET}"\n[pbx]\nname = "{SECRET} "')


class TestMail:
    def test_without_the_section_there_is_none(self, path: Path) -> None:
        assert loaded(path).mail is None

    def test_a_sender_alone_will_do(self, path: Path) -> None:
        assert loaded(path, MAIL).mail == Mail(
            host="127.0.0.1",
            port=25,
            security=MailSecurity.NONE,
            username=None,
            password_file=None,
            sender="pusat@depok.example",
            supervisors=[],
            reminder_hours=24,
            decent_from=time(7),
            decent_until=time(18),
            sheet_at=time(7, 30),
        )

    def test_everything_can_be_set(self, path: Path) -> None:
        given = loaded(
            path,
            f"{MINIMAL}[mail]\n"
            'host = "mail.depok.example"\nport = 465\nsecurity = "tls"\nusername = "pusat"\n'
            'password_file = "mail.password"\nsender = "Pusat <pusat@depok.example>"\n'
            'supervisors = ["a@depok.example", "b@depok.example"]\nreminder_hours = 48\n'
            "decent_from = 06:00:00\ndecent_until = 20:00:00\nsheet_at = 06:00:00\n",
        ).mail
        assert given == Mail(
            host="mail.depok.example",
            port=465,
            security=MailSecurity.TLS,
            username="pusat",
            password_file=path.parent / "mail.password",
            sender="Pusat <pusat@depok.example>",
            supervisors=["a@depok.example", "b@depok.example"],
            reminder_hours=48,
            decent_from=time(6),
            decent_until=time(20),
            sheet_at=time(6),
        )

    def test_the_sender_must_be_given(self, path: Path) -> None:
        assert "  mail.sender: must be given" in faults(path, f"{MINIMAL}[mail]\n")

    @pytest.mark.parametrize(
        ("lines", "fault"),
        [
            ('host = ""', "host: must be a host's name or address"),
            ('host = "mail.depok.example:25"\nsecurity = "tls"\nhots = ""', "hots: there is no such setting"),
            ('host = "mail depok"', "host: must be a host's name or address"),
            ("port = 0", "port: must be a whole number from 1 to 65535"),
            ('security = "ssl"', 'security: must be "none" or "starttls" or "tls"'),
            ("security = true", 'security: must be "none" or "starttls" or "tls"'),
            ('username = ""', "username: must not be empty"),
            ('supervisors = "a@depok.example"', "supervisors: must be a list"),
            ('supervisors = ["a@depok.example", "b"]', "supervisors.1: must be an e-mail address"),
            ('supervisors = ["A <a@depok.example>"]', "supervisors.0: must be an e-mail address"),
            ("supervisors = [7]", "supervisors.0: must be text in quotes"),
            ("reminder_hours = 0", "reminder_hours: must be a whole number from 1 to 240"),
            ("reminder_hours = 241", "reminder_hours: must be a whole number from 1 to 240"),
            ("reminder_hours = 1.5", "reminder_hours: must be a whole number from 1 to 240"),
            ("decent_from = 7", "decent_from: write it as 08:00:00"),
            ("sheet_at = 7", "sheet_at: write it as 08:00:00"),
            ("sheet_at = 06:59:59", "sheet_at: must be within the decent hours"),
            ("sheet_at = 18:00:00", "sheet_at: must be within the decent hours"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, path: Path, lines: str, fault: str) -> None:
        assert f"  mail.{fault}" in faults(path, MAIL + lines)

    @pytest.mark.parametrize("lines", ["decent_from = 18:00:00", "decent_until = 07:00:00"])
    def test_the_decent_hours_end_after_they_begin(self, path: Path, lines: str) -> None:
        told = faults(path, MAIL + lines).splitlines()
        assert told[1:] == ["  mail: decent_until must be later than decent_from"]

    @pytest.mark.parametrize("lines", ['username = "pusat"', 'password_file = "mail.password"'])
    def test_a_user_needs_a_password_and_a_password_a_user(self, path: Path, lines: str) -> None:
        assert "  mail: give both username and password_file, or neither" in faults(path, MAIL + lines)

    @pytest.mark.parametrize("host", ["mail.depok.example", "192.0.2.1", "0.0.0.0", "localhost", "127.0.0.1.example"])  # noqa: S104
    def test_nothing_crosses_a_network_in_the_clear(self, path: Path, host: str) -> None:
        assert "  mail.security: must be starttls or tls" in faults(path, f'{MAIL}host = "{host}"')
        for security in ("starttls", "tls"):
            given = loaded(path, f'{MAIL}host = "{host}"\nsecurity = "{security}"').mail
            assert given is not None
            assert (given.host, given.security) == (host, security)

    @pytest.mark.parametrize("host", ["127.0.0.1", "127.0.1.1", "::1"])
    def test_within_this_machine_it_may(self, path: Path, host: str) -> None:
        given = loaded(path, f'{MAIL}host = "{host}"').mail
        assert given is not None
        assert (given.host, given.security) == (host, MailSecurity.NONE)

    def test_faults_between_its_settings_are_told_at_once_too(self, path: Path) -> None:
        told = faults(path, f'{MAIL}host = "192.0.2.1"\nusername = "x"\nsheet_at = 23:00:00')
        assert [line.split(":")[0].strip() for line in told.splitlines()[1:]] == [
            "mail.security",
            "mail",
            "mail.sheet_at",
        ]

    @pytest.mark.parametrize(
        "sender",
        [
            "pusat@depok.example",
            "p.u-s+at@depok.example",
            "Pusat Panggilan Kota Depok 1500 664 <pusat@depok.example>",
            "St. Mary's Café <pusat@depok.example>",
        ],
    )
    def test_a_sender_is_an_address_alone_or_with_a_name(self, path: Path, sender: str) -> None:
        given = loaded(path, f'{MINIMAL}[mail]\nsender = "{sender}"').mail
        assert given is not None
        assert given.sender == sender

    @pytest.mark.parametrize(
        "sender",
        [
            "",
            "pusat",
            "@depok.example",
            "pusat@",
            "pusat@depok.example ",
            "<pusat@depok.example>",
            "Pusat <pusat>",
            "Pusat <pusat@depok.example",
            "Pusat <pusat@depok.example> x",
            "Pusat <pusat@depok.example>, other@depok.example",
            "Pusat, Depok <pusat@depok.example>",
            "pusat@depok.example, other@depok.example",
            "Pusat <a@b.example> <pusat@depok.example>",
            r"pusat@depok.example\n",
            r"Pusat\r\nBcc: other@depok.example\r\nX: <pusat@depok.example>",
            r"Pusat\u2028 <pusat@depok.example>",
        ],
    )
    def test_nothing_else_is_one(self, path: Path, sender: str) -> None:
        assert "  mail.sender: must be " in faults(path, f'{MINIMAL}[mail]\nsender = "{sender}"')

    @given(st.text(max_size=20), st.sampled_from(["pusat@depok.example", "a.b@c"]))
    @with_example("Pusat", "pusat@depok.example")
    def test_a_name_that_is_taken_is_understood_by_everybody(
        self, tmp_path_factory: pytest.TempPathFactory, name: str, address: str
    ) -> None:
        path = tmp_path_factory.getbasetemp() / "sender.toml"
        sender = f"{name} <{address}>"
        quoted = "".join(f"\\U{ord(letter):08X}" for letter in sender)
        try:
            given = loaded(path, f'{MINIMAL}[mail]\nsender = "{quoted}"').mail
        except SettingsError:
            return
        assert given is not None
        assert given.sender == sender
        read_name, read_address = parseaddr(sender)
        assert (read_name.split(), read_address) == (name.split(), address)
        assert str(Address(read_name, addr_spec=read_address))

    def test_the_password_is_had_from_its_file(self, path: Path) -> None:
        (path.parent / "mail.password").write_text(f"{SECRET}\n")
        settings = loaded(path, f'{MAIL}username = "pusat"\npassword_file = "mail.password"')
        assert mail_password(settings) == SECRET
        assert SECRET not in repr(settings)

    @pytest.mark.parametrize("text", [MINIMAL, MAIL])
    def test_where_none_is_wanted_there_is_none(self, path: Path, text: str) -> None:
        assert mail_password(loaded(path, text)) is None

    @pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe"])
    def test_a_file_without_one_is_told(self, path: Path, content: bytes | None) -> None:
        if content is not None:
            (path.parent / "mail.password").write_bytes(content)
        settings = loaded(path, f'{MAIL}username = "pusat"\npassword_file = "mail.password"')
        with pytest.raises(SettingsError, match=r"mail\.password_file: "):
            mail_password(settings)


class TestDial:
    def test_without_the_section_there_is_none(self, path: Path) -> None:
        settings = loaded(path)
        assert settings.dial is None
        with pytest.raises(SettingsError, match="dial: must be given"):
            dial_secret(settings)

    def test_a_secret_alone_will_do(self, path: Path) -> None:
        settings = loaded(path, DIAL)
        assert isinstance(settings.dial, Dial)
        assert (settings.dial.username, settings.dial.ring_seconds) == ("depok-agi-dial", 25)
        assert dial_secret(settings) == f"{SECRET}-dial"
        assert ami_secret(settings) == SECRET

    def test_or_its_file_beside_the_settings(self, path: Path) -> None:
        (path.parent / "dial.secret").write_text(f"{SECRET}\n")
        settings = loaded(path, f'{MINIMAL}[dial]\nsecret_file = "dial.secret"')
        assert settings.dial is not None
        assert settings.dial.secret_file == path.parent / "dial.secret"
        assert dial_secret(settings) == SECRET

    def test_a_file_without_one_is_told(self, path: Path) -> None:
        settings = loaded(path, f'{MINIMAL}[dial]\nsecret_file = "dial.secret"')
        with pytest.raises(SettingsError, match=r"dial\.secret_file: "):
            dial_secret(settings)

    @pytest.mark.parametrize(
        ("lines", "fault"),
        [
            ("", "dial: give either secret or secret_file"),
            ('secret = "x"\nsecret_file = "y"', "dial: give either secret or secret_file"),
            ('secret = ""', "dial.secret: must not be empty"),
            ('secret = "x"\nusername = "de pok"', "dial.username: must be a name in letters, digits, _ and -"),
            ('secret = "x"\nusername = "depok-agi"', "dial.username: must be another than ami.username"),
            ('secret = "x"\nring_seconds = 4', "dial.ring_seconds: must be a whole number from 5 to 120"),
            ('secret = "x"\nring_seconds = 121', "dial.ring_seconds: must be a whole number from 5 to 120"),
            ('secret = "x"\nhost = "127.0.0.1"', "dial.host: there is no such setting"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, path: Path, lines: str, fault: str) -> None:
        assert f"  {fault}" in faults(path, f"{MINIMAL}[dial]\n{lines}")

    def test_its_secret_is_never_shown(self, path: Path) -> None:
        assert SECRET not in repr(loaded(path, DIAL))
        assert SECRET not in faults(path, f"{DIAL}ring_seconds = 0")


class TestOperators:
    def test_without_the_section_there_is_none(self, path: Path) -> None:
        settings = loaded(path)
        assert (settings.operators, settings.pbx.queue) == (None, "depok")
        with pytest.raises(SettingsError, match="operators: must be given"):
            operators_secret(settings)

    def test_a_secret_alone_will_do(self, path: Path) -> None:
        settings = loaded(path, f'{MINIMAL}[operators]\nsecret = "{SECRET}-operators"')
        assert settings.operators is not None
        assert settings.operators.username == "depok-agi-operators"
        assert operators_secret(settings) == f"{SECRET}-operators"

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            (f"{MINIMAL}[operators]\n", "operators: give either secret or secret_file"),
            (f'{MINIMAL}[operators]\nsecret = "x"\nusername = "depok-agi"', "operators.username: must be another"),
            (f'{DIAL}[operators]\nsecret = "x"\nusername = "depok-agi-dial"', "operators.username: must be another"),
            (f'{MINIMAL}[pbx]\nqueue = "de pok"', "pbx.queue: must be a name"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, path: Path, text: str, fault: str) -> None:
        assert f"  {fault}" in faults(path, text)

    def test_it_is_no_user_that_sends_sms(self, path: Path) -> None:
        sms = '[sms]\nsecret = "x"\nto = "Dongle/d"\nusername = "depok-agi-operators"'
        with pytest.raises(SettingsError, match=re.escape("sms.username: must be another")):
            loaded(path, f'{MINIMAL}[operators]\nsecret = "x"\n{sms}')


class TestSms:
    def test_without_the_section_there_is_none(self, path: Path) -> None:
        settings = loaded(path)
        assert settings.sms is None
        with pytest.raises(SettingsError, match="sms: must be given"):
            sms_secret(settings)

    def test_a_secret_and_the_way_out_will_do(self, path: Path) -> None:
        settings = loaded(path, SMS)
        assert settings.sms is not None
        assert (settings.sms.username, settings.sms.per_minute, settings.sms.most_tries) == ("depok-agi-sms", 20, 8)
        assert sms_secret(settings) == f"{SECRET}-sms"

    @pytest.mark.parametrize(
        ("wrong", "fault"),
        [
            ('to = "sip:x"', "sms.to: must be"),
            ('to = "pjsip:gw/sip:1@192.0.2.5"', "sms.to: must be"),
            ('to = "Dongle/dongle0"\nusername = "depok-agi"', "sms.username: must be another"),
            ('to = "Dongle/dongle0"\nper_minute = 0', "sms.per_minute: "),
            ('to = "Dongle/dongle0"\nsender = "a\\nAction: Originate"', "sms.sender: must be one line"),
        ],
    )
    def test_what_is_wrong_is_told(self, path: Path, wrong: str, fault: str) -> None:
        with pytest.raises(SettingsError, match=re.escape(fault)):
            loaded(path, f'{MINIMAL}[sms]\nsecret = "x"\n{wrong}')

    def test_it_is_no_user_that_dials(self, path: Path) -> None:
        with pytest.raises(SettingsError, match=re.escape("sms.username: must be another")):
            loaded(path, f'{DIAL}[sms]\nsecret = "x"\nto = "Dongle/d"\nusername = "depok-agi-dial"')


class TestTheExample:
    @pytest.fixture
    def example(self, path: Path) -> Settings:
        return loaded(path, EXAMPLE.read_text("utf-8"))

    @pytest.fixture
    def everything(self) -> str:
        """The example with those sections that are not in use taken into use, as it says."""
        text, section = [], False
        for line in EXAMPLE.read_text("utf-8").splitlines():
            section = line.startswith("# [") or (section and line.startswith("#"))
            text.append(re.sub("^# ?", "", line) if section else line)
        return "\n".join(text)

    def test_it_loads_as_it_is(self, example: Settings, path: Path) -> None:
        (path.parent / "ami.secret").write_text(SECRET)
        assert ami_secret(example) == SECRET

    def test_its_values_are_the_defaults(self, example: Settings, path: Path, everything: str) -> None:
        assert example == loaded(path, '[ami]\nsecret_file = "ami.secret"')
        needed = {"ami": {"secret_file": "ami.secret"}, "dial": {"secret_file": "dial.secret"}}
        needed["operators"] = {"secret_file": "operators.secret"}
        needed["sms"] = {
            "secret_file": "sms.secret",
            "to": "pjsip:sms-gateway/sip:{digits}@192.0.2.5:5060",
        }
        needed["mail"] = {"sender": "Pusat Panggilan Kota Depok <callcenter@example.org>"}
        lines = {
            name: "".join(f"{key} = {value!r}\n" for key, value in given.items()) for name, given in needed.items()
        }
        text = "".join(f"[{name}]\n{given}" for name, given in lines.items())
        text += "[metrics]\n"
        assert loaded(path, everything) == loaded(path, text)
        for section, settings in tomllib.loads(everything).items():
            kind = type(getattr(loaded(path, text), section))
            defaults = {field.name: field for field in msgspec.structs.fields(kind)}
            for name, value in settings.items():
                if name in needed.get(section, {}):
                    continue
                field = defaults[name]
                default = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
                assert (str(default) if isinstance(default, Path) else default) == value, f"{section}.{name}"

    def test_it_names_every_setting_in_its_section_and_explains_it(self, path: Path, everything: str) -> None:
        sections = dict(re.findall(r"^\[(\w+)\]\n(.*?)(?=^\[|\Z)", everything, re.MULTILINE | re.DOTALL))
        assert tuple(sections) == Settings.__struct_fields__
        settings = loaded(path, everything)
        for section, text in sections.items():
            names: tuple[str, ...] = getattr(settings, section).__struct_fields__
            for name in names:
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
