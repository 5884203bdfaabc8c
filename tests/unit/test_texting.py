"""The daemon's sending of SMS: a small manager on a loopback socket plays Asterisk, all the rest is real."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from msgspec import structs

from depok_agi.config import Settings, load
from depok_agi.desk import Desk, sms, sms_queue, tickets
from depok_agi.desk.tickets import Complaint
from depok_agi.errors import SettingsError
from depok_agi.handed_over import HandedOver, Try
from depok_agi.sms.outgoing import Filter, Kind, Outgoing, Status
from depok_agi.texting import NOTE, Texting
from depok_agi.voice.left import Sms
from tests.unit.asterisk.test_ami import Pbx
from tests.unit.desk.made import ANI, BUDI, Clock, desk_at

PATIENCE = 5
SETTINGS = """\
[ami]
port = {port}
secret = "not this one"
[sms]
secret = "correct"
to = "pjsip:gateway/sip:{{digits}}@192.0.2.5:5060"
per_minute = 6000
most_tries = 2
"""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def desk(tmp_path: Path, clock: Clock) -> AsyncIterator[Desk]:
    async with desk_at(tmp_path / "store.sqlite", clock) as opened:
        yield replace(opened, sends_sms=True)


@pytest.fixture
async def pbx() -> AsyncIterator[Pbx]:
    far_end = Pbx()
    far_end.answers["MessageSend"] = accepted
    await far_end.start()
    yield far_end
    await far_end.stop()


def accepted(number: str) -> bytes:
    return f"Response: Success\r\nActionID: {number}\r\nMessage: Message successfully sent\r\n\r\n".encode()


def refused(number: str) -> bytes:
    return f"Response: Error\r\nActionID: {number}\r\nMessage: Message failed to send.\r\n\r\n".encode()


def settings(folder: Path, pbx: Pbx) -> Settings:
    path = folder / "depok-agi.toml"
    path.write_text(SETTINGS.format(port=pbx.port))
    return load(path)


@asynccontextmanager
async def running(given: Settings, desk: Desk) -> AsyncIterator[Texting]:
    task = Texting(given, desk)
    run = asyncio.create_task(task.run())
    try:
        yield task
    finally:
        await task.close()
        async with asyncio.timeout(PATIENCE):
            await run


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110 - what is waited for happens inside the code under test
            await asyncio.sleep(0.02)


async def only(desk: Desk) -> Outgoing:
    (one,) = await sms_queue.listed(desk, wanted=Filter.ALL)
    return one


async def becomes(desk: Desk, status: Status) -> None:
    async def has() -> bool:
        return {one.status for one in await sms_queue.listed(desk, wanted=Filter.ALL)} == {status}

    await until(has)


async def comes(desk: Desk, text: str = "Sampah menumpuk di Margonda", number: str = ANI) -> None:
    await sms.take(desk, Sms(f"{number} {text}", number, number, desk.now(), text))


def texts(pbx: Pbx) -> list[str]:
    return [b64decode(action["Base64Body"]).decode() for action in pbx.actions("MessageSend")]


async def test_an_answer_goes_out_to_the_number_that_wrote(tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
    await comes(desk)
    async with running(settings(tmp_path, pbx), desk):
        await becomes(desk, Status.SENT)
    (action,) = pbx.actions("MessageSend")
    assert pbx.actions("Login")[0]["Username"] == "depok-agi-sms"
    assert action["To"] == "pjsip:gateway/sip:6281100001234@192.0.2.5:5060"
    (ticket,) = await tickets.listed(desk)
    assert ticket.number in texts(pbx)[0]


@pytest.mark.parametrize(
    ("at", "opens"), [("2026-06-08T10:00+07:00", False), ("2026-06-07T10:00+07:00", True)], ids=["open", "closed"]
)
async def test_only_when_the_centre_is_closed_it_is_told_when_it_opens(
    tmp_path: Path, desk: Desk, pbx: Pbx, clock: Clock, at: str, *, opens: bool
) -> None:
    clock.at = datetime.fromisoformat(at)
    await comes(desk)
    async with running(settings(tmp_path, pbx), desk):
        await becomes(desk, Status.SENT)
    assert ("Kami buka Senin 08-06 07:30." in texts(pbx)[0]) == opens


async def test_what_is_queued_while_it_waits_goes_as_soon_as_it_is_woken(tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
    async with running(settings(tmp_path, pbx), desk) as task:
        await comes(desk)
        task.wake()
        await becomes(desk, Status.SENT)


async def test_what_asterisk_refuses_waits_and_is_given_up_in_the_end(
    tmp_path: Path, desk: Desk, pbx: Pbx, clock: Clock
) -> None:
    pbx.answers["MessageSend"] = refused
    await comes(desk)
    async with running(settings(tmp_path, pbx), desk) as task:

        async def tried() -> bool:
            return (await only(desk)).tries == 1 and (await only(desk)).status is Status.WAITING

        await until(tried)
        assert "refused" in ((await only(desk)).error or "")
        clock.later(minutes=2)
        task.wake()
        await becomes(desk, Status.DROPPED)
    assert len(pbx.actions("MessageSend")) == 2


async def test_nothing_is_tried_while_asterisk_is_away(tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
    await comes(desk)
    given = settings(tmp_path, pbx)
    await pbx.stop()
    async with running(given, desk) as task:
        for _ in range(3):
            task.wake()
            await asyncio.sleep(0.05)
        assert ((await only(desk)).status, (await only(desk)).tries) == (Status.WAITING, 0)
        await pbx.start()
        await becomes(desk, Status.SENT)


async def test_news_that_is_overtaken_is_dropped_and_not_sent(tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
    number = (await tickets.open_ticket(desk, Complaint("Lampu mati", caller=BUDI), "siti")).number
    await tickets.forward(desk, number, "DISHUB", "siti")
    await tickets.bounce(desk, number, "bukan kewenangan", "siti")
    async with running(settings(tmp_path, pbx), desk):
        await becomes(desk, Status.DROPPED)
    assert pbx.actions("MessageSend") == []


async def test_each_of_many_is_sent_once_in_the_order_in_which_it_came(tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
    numbers = [f"+62811000020{n:02}" for n in range(45)]
    for number in numbers:
        await comes(desk, number=number)
    async with running(settings(tmp_path, pbx), desk):
        await becomes(desk, Status.SENT)
    sent = [action["To"].partition("/sip:")[2].partition("@")[0] for action in pbx.actions("MessageSend")]
    assert sent == [number.lstrip("+") for number in numbers]


async def test_no_more_go_out_than_the_limit_says(tmp_path: Path, desk: Desk, pbx: Pbx, clock: Clock) -> None:
    path = tmp_path / "depok-agi.toml"
    path.write_text(SETTINGS.format(port=pbx.port).replace("per_minute = 6000", "per_minute = 1"))
    for number in (ANI, BUDI):
        await comes(desk, number=number)
    async with running(load(path), desk) as task:

        async def one_is_sent() -> bool:
            return len(await sms_queue.listed(desk, wanted=Filter.SENT)) == 1

        await until(one_is_sent)
        await asyncio.sleep(0.1)
        assert len(pbx.actions("MessageSend")) == 1
    clock.later(minutes=1)
    async with running(load(path), desk) as task:
        task.wake()
        await becomes(desk, Status.SENT)


@pytest.mark.parametrize(
    ("note", "sent"),
    [(None, 1), (Try(1, 1), 0), (Try(2, 1), 1), (Try(1, 2), 1)],
    ids=["never given", "given", "another was given", "another try was given"],
)
async def test_what_a_killed_daemon_had_given_to_asterisk_is_not_given_again_and_the_rest_is(
    tmp_path: Path, desk: Desk, pbx: Pbx, note: Try | None, sent: int
) -> None:
    await comes(desk)
    (one,) = await sms_queue.to_send(desk)
    await sms_queue.begin(desk, one)
    if note is not None:
        HandedOver(tmp_path / NOTE).open().note(note)
    async with running(settings(tmp_path, pbx), desk):
        await becomes(desk, Status.SENT)
    assert len(pbx.actions("MessageSend")) == sent


async def test_each_one_that_is_given_to_asterisk_is_noted(tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
    for number in (ANI, BUDI):
        await comes(desk, number=number)
    async with running(settings(tmp_path, pbx), desk):
        await becomes(desk, Status.SENT)
    assert HandedOver(tmp_path / NOTE).open().last() == Try(2, 1)


@pytest.mark.parametrize("content", [b"", b"1", b"1 2 3", b"\xff\xfe 1", b"a b"])
def test_a_note_that_is_damaged_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NOTE).write_bytes(content)
    note = HandedOver(tmp_path / NOTE).open()
    assert note.last() is None
    note.note(Try(10**12, 7))
    assert note.last() == Try(10**12, 7)
    note.close()


async def test_no_number_and_no_text_is_in_the_log(
    tmp_path: Path, desk: Desk, pbx: Pbx, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "depok_agi")
    await comes(desk)
    await comes(desk, "Rahasia sekali di Beji", BUDI)
    async with running(settings(tmp_path, pbx), desk):
        await becomes(desk, Status.SENT)
    assert f"SMS 1 ({Kind.TICKET}) is sent" in caplog.text
    assert not any(word in caplog.text for word in ("Margonda", "Rahasia", "81100001234", "81100005678"))


async def test_without_its_settings_there_is_none(tmp_path: Path, desk: Desk, pbx: Pbx) -> None:
    with pytest.raises(SettingsError):
        Texting(structs.replace(settings(tmp_path, pbx), sms=None), desk)
