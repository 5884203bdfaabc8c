"""Handing e-mails to a real SMTP server: what each of its answers, and each of its silences, means."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from depok_agi.notify.letter import Letter, to_message
from depok_agi.notify.security import MailSecurity
from depok_agi.notify.smtp import MailDoor, MailServer
from depok_agi.notify.tries import Verdict
from tests.unit.desk.made import TEN, WIB
from tests.unit.notify.post_office import CUT, TAKEN, PostOffice, open_office

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")

SENDER = "tiket@depok.invalid"
RECIPIENT = "pic@dlhk.invalid"
MESSAGE = to_message(
    Letter("Tiket 1000016", ".\n..\n.titik di awal baris\nFrom sini\n" + "panjang " * 400),
    key="forwarded:1000016:1",
    follows=None,
    sender=SENDER,
    recipient=RECIPIENT,
    now=TEN,
    timezone=WIB,
)


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with open_office() as opened:
        yield opened


def server(office: PostOffice, **changes: object) -> MailServer:
    known = MailServer("127.0.0.1", office.port, MailSecurity.NONE, timeout=2, data_timeout=2)
    return replace(known, **changes)  # type: ignore[arg-type] # by name


async def hand_over(to: MailServer, *, recipient: str = RECIPIENT) -> tuple[Verdict, str]:
    door = MailDoor(to)
    answer = await door.hand_over(MESSAGE, SENDER, recipient)
    await door.close()
    return answer.verdict, answer.said


class TestAnswers:
    async def test_what_is_taken_arrives_as_it_was_written(self, office: PostOffice) -> None:
        assert (await hand_over(server(office)))[0] is Verdict.TAKEN
        [message] = office.received
        assert message.get_content().replace("\r\n", "\n").startswith(".\n..\n.titik di awal baris\nFrom sini\n")

    @pytest.mark.parametrize(
        ("reply", "verdict"),
        [
            ("450 4.2.0 greylisted", Verdict.LATER),
            ("451 4.3.0 try again later", Verdict.LATER),
            ("550 5.1.1 no such user", Verdict.REFUSED),
            ("554 5.7.1 relay access denied", Verdict.REFUSED),
            ("421 4.3.2 shutting down", Verdict.AWAY),
        ],
    )
    async def test_a_refusal_of_the_recipient(self, office: PostOffice, reply: str, verdict: Verdict) -> None:
        office.to_recipient = lambda _: reply
        assert await hand_over(server(office)) == (verdict, reply if verdict is not Verdict.AWAY else reply[4:])
        assert office.received == []

    @pytest.mark.parametrize(
        ("reply", "verdict"),
        [("452 4.3.1 disk full", Verdict.LATER), ("554 5.6.0 looks like spam", Verdict.REFUSED)],
    )
    async def test_a_refusal_of_what_it_says(self, office: PostOffice, reply: str, verdict: Verdict) -> None:
        office.to_data = lambda _: reply
        assert await hand_over(server(office)) == (verdict, reply)

    async def test_after_a_refusal_the_next_one_goes_over_the_same_connection(self, office: PostOffice) -> None:
        office.to_recipient = lambda to: "550 no such user" if to == "x@dlhk.invalid" else TAKEN
        door = MailDoor(server(office))
        verdicts = [
            (await door.hand_over(MESSAGE, SENDER, to)).verdict for to in ("x@dlhk.invalid", RECIPIENT, RECIPIENT)
        ]
        await door.close()
        assert verdicts == [Verdict.REFUSED, Verdict.TAKEN, Verdict.TAKEN]
        assert office.connections == 1

    async def test_an_address_that_cannot_be_said_to_a_server_is_refused_here(self, office: PostOffice) -> None:
        for address in ("a b@dlhk.invalid", "a@dlhk.invalid>\r\nRCPT TO:<b@dlhk.invalid", "p\xedc@dlhk.invalid"):
            assert (await hand_over(server(office), recipient=address))[0] is Verdict.REFUSED
        assert (await hand_over(server(office)))[0] is Verdict.TAKEN


class TestAway:
    async def test_nobody_listens(self, office: PostOffice) -> None:
        await office.close()
        verdict, said = await hand_over(server(office))
        assert verdict is Verdict.AWAY
        assert str(office.port) in said

    @pytest.mark.parametrize("greeting", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220", b"554 go away\r\n"])
    async def test_what_is_no_mail_server(self, greeting: bytes) -> None:
        gone = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(greeting)
            await reader.read()
            writer.close()
            await writer.wait_closed()
            gone.set()

        listener = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        verdict, _ = await hand_over(MailServer("127.0.0.1", port, MailSecurity.NONE, timeout=0.2))
        assert verdict is (Verdict.BARRED if greeting.startswith(b"554") else Verdict.AWAY)
        await gone.wait()
        listener.close()

    async def test_a_line_that_goes_dead_before_the_last_word(self, office: PostOffice) -> None:
        office.to_data = lambda _: CUT
        assert (await hand_over(server(office)))[0] is Verdict.AWAY
        assert len(office.received) == 1, "though it has arrived: that cannot be known here"

    async def test_a_last_word_that_takes_too_long(self, office: PostOffice) -> None:
        office.is_slow.clear()
        assert (await hand_over(server(office, data_timeout=0.2)))[0] is Verdict.AWAY
        office.is_slow.set()

    async def test_a_connection_that_the_server_has_ended_meanwhile_is_opened_anew(self, office: PostOffice) -> None:
        door = MailDoor(server(office))
        assert (await door.hand_over(MESSAGE, SENDER, RECIPIENT)).verdict is Verdict.TAKEN
        await office.close()
        await office.open()
        assert (await door.hand_over(MESSAGE, SENDER, RECIPIENT)).verdict is Verdict.TAKEN
        await door.close()
        assert office.connections == 2

    async def test_a_server_that_takes_only_some_per_connection_gets_another(self, office: PostOffice) -> None:
        office.most_per_connection = 2
        door = MailDoor(server(office))
        verdicts = {(await door.hand_over(MESSAGE, SENDER, RECIPIENT)).verdict for _ in range(5)}
        await door.close()
        assert (verdicts, len(office.received), office.connections) == ({Verdict.TAKEN}, 5, 3)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a server at 127.0.0.1, by nobody that anyone trusts."""
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", folder / "key.pem", "-out", folder / "certificate.pem", "-days", "2"),
            *("-subj", "/CN=penerima.invalid", "-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate / "certificate.pem"))


@pytest.fixture
async def private(certificate: Path, request: pytest.FixtureRequest) -> AsyncIterator[PostOffice]:
    """One that takes e-mails over an encrypted connection only, from those whom it knows."""
    security: MailSecurity = request.param
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")
    office = PostOffice()
    office.options = {"auth_required": True, "authenticator": office.authenticate}
    if security is MailSecurity.STARTTLS:
        office.options |= {"tls_context": context, "require_starttls": True}
    else:
        office.options |= {"auth_require_tls": False}  # it does not see that the line is encrypted all along
        office.tls_from_the_start = context
    async with open_office(office):
        yield office


ENCRYPTED = [(security, security) for security in (MailSecurity.STARTTLS, MailSecurity.TLS)]
LOGIN = {"username": "depok", "password": "rahasia"}


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
class TestPrivate:
    @pytest.mark.parametrize(("private", "security"), ENCRYPTED, indirect=["private"])
    async def test_it_logs_in_where_nobody_can_listen(
        self, private: PostOffice, security: MailSecurity, trusting: ssl.SSLContext
    ) -> None:
        known = server(private, security=security, **LOGIN, tls=trusting)
        assert (await hand_over(known))[0] is Verdict.TAKEN
        assert private.logins == [("depok", "rahasia")]
        assert "rahasia" not in repr(known)

    @pytest.mark.parametrize(("private", "security"), ENCRYPTED, indirect=["private"])
    async def test_a_server_that_nobody_vouches_for_gets_neither_password_nor_e_mail(
        self, private: PostOffice, security: MailSecurity
    ) -> None:
        verdict, said = await hand_over(server(private, security=security, **LOGIN))
        assert verdict is Verdict.BARRED
        assert "certificate verify failed" in said
        assert (private.logins, private.received) == ([], [])

    @pytest.mark.parametrize("private", [MailSecurity.STARTTLS], indirect=True)
    async def test_a_certificate_of_another_host_is_none(self, private: PostOffice, trusting: ssl.SSLContext) -> None:
        known = server(private, host="localhost", security=MailSecurity.STARTTLS, **LOGIN)
        assert (await hand_over(replace(known, tls=trusting)))[0] is Verdict.BARRED
        assert private.logins == []

    @pytest.mark.parametrize("private", [MailSecurity.STARTTLS], indirect=True)
    async def test_a_wrong_password_bars_all_and_is_tried_once(
        self, private: PostOffice, trusting: ssl.SSLContext
    ) -> None:
        known = server(private, security=MailSecurity.STARTTLS, **LOGIN | {"password": "salah"}, tls=trusting)
        verdict, said = await hand_over(known)
        assert (verdict, said) == (Verdict.BARRED, "535 5.7.8 Authentication credentials invalid")
        assert private.logins == [("depok", "salah")], "once: servers lock out who guesses"

    async def test_a_server_without_starttls_gets_nothing_in_the_clear(self, office: PostOffice) -> None:
        verdict, said = await hand_over(server(office, security=MailSecurity.STARTTLS, **LOGIN))
        assert (verdict, office.received, office.logins) == (Verdict.BARRED, [], [])
        assert "STARTTLS" in said

    async def test_a_server_that_wants_to_know_who_is_there(self, office: PostOffice) -> None:
        office.options = {"auth_required": True, "auth_require_tls": False, "authenticator": office.authenticate}
        assert (await hand_over(server(office)))[0] is Verdict.BARRED
