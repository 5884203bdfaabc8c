"""What the doctor says of Asterisk and the mail server where none answers; for the rest: test_doctor_in_the_lab.py."""

import asyncio
from pathlib import Path

import pytest

from depok_agi.config import Mail, Settings, load
from depok_agi.doctor import pbx, post
from depok_agi.doctor.finding import State
from depok_agi.notify.security import MailSecurity


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "depok-agi.toml").write_text(
        '[ami]\nport = 1\nsecret = "rahasia"\n[dial]\nsecret = "rahasia"\n[operators]\nsecret = "rahasia"\n'
        '[sms]\nsecret = "rahasia"\n'
        'to = "Dongle/dongle0"\n[fastagi]\nport = 1\n'
        '[journal]\ncel = "cel.csv"\nqueue_log = "queue_log"\n'
    )
    return load(tmp_path / "depok-agi.toml")


@pytest.mark.parametrize(
    ("may", "state"),
    [
        (pbx.NEEDED, State.OK),
        (pbx.NEEDED | {"Getvar", "BridgeInfo"}, State.OK),
        (pbx.NEEDED - {"QueueStatus"}, State.FAILURE),
        (pbx.NEEDED | {"Originate"}, State.FAILURE),
        (pbx.NEEDED | {"Command"}, State.FAILURE),
    ],
)
def test_rights_must_be_enough_and_no_more(may: set[str], state: State) -> None:
    found = pbx.rights("depok-agi", may, pbx.NEEDED, pbx.TOO_MUCH)
    assert found.state is state
    assert bool(found.mend) is (state is State.FAILURE)


@pytest.mark.parametrize(
    ("named", "state"),
    [
        ("22.10.1+dfsg", State.OK),
        ("16.28.0~dfsg-0+deb11u4", State.OK),
        ("13.38.3", State.FAILURE),
        ("", State.FAILURE),
        ("GIT-master-1234", State.FAILURE),
    ],
)
def test_the_release_must_be_a_supported_one(named: str, state: State) -> None:
    assert pbx.version(named).state is state


def test_journals_are_there_or_will_be(settings: Settings) -> None:
    settings.journal.cel.touch()
    assert {one.check: one.state for one in pbx.journals(settings)} == {"CEL": State.OK, "queue_log": State.WARNING}


def test_without_asterisk_each_thing_is_told_and_nothing_raised(settings: Settings, tmp_path: Path) -> None:
    found = {one.check: one for one in asyncio.run(pbx.look(settings, tmp_path))}
    assert {check for check, one in found.items() if one.state is State.FAILURE} == {
        "AMI",
        "rights of depok-agi-dial",
        "rights of depok-agi-operators",
        "rights of depok-agi-sms",
        "FastAGI",
    }
    assert "127.0.0.1:1" in found["AMI"].text


@pytest.mark.parametrize(
    ("greeting", "state"), [(b"220 mail.example ESMTP\r\n", State.OK), (b"HTTP/1.1 400\r\n", State.FAILURE)]
)
async def test_a_mail_server_is_known_by_its_greeting(greeting: bytes, state: State) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        mail = Mail(port=server.sockets[0].getsockname()[1], sender="centre@example.test")
        assert (await post.look(mail)).state is state


async def test_a_mail_server_that_is_not_there_is_a_failure() -> None:
    mail = Mail(port=1, security=MailSecurity.TLS, sender="centre@example.test")
    assert (await post.look(mail)).state is State.FAILURE
