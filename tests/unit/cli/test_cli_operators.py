"""`depok-agi operators`, and what an operator who was paused is told with any command."""

import asyncio
import os
import pwd
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from depok_agi.desk import attendance, operator_orders, utc_now
from depok_agi.operators.board import Turn
from depok_agi.operators.state import PauseReason, Standing, State
from depok_agi.store.times import microseconds
from tests.unit.cli.command import Command
from tests.unit.desk.made import desk_at

ME = pwd.getpwuid(os.getuid()).pw_name
PHONES = {"PJSIP/101": ME, "PJSIP/102": "budi"}


@pytest.fixture
def command(command: Command) -> Command:
    with command.settings.open("a") as settings:
        settings.write(
            f'[operators]\nsecret = "rahasia"\n[pbx]\noperators = {{ "PJSIP/101" = "{ME}", "PJSIP/102" = "budi" }}\n'
        )
    return command


def stands(command: Command, standing: Standing | None, device: str = "PJSIP/101", minutes_ago: int = 5) -> None:
    """So the daemon has written it down."""

    async def write() -> None:
        async with desk_at(command.store, utc_now) as desk:  # type: ignore[arg-type]
            at = microseconds(utc_now() - timedelta(minutes=minutes_ago))
            await attendance.write(desk, [Turn(at, device, device, standing)], PHONES)

    asyncio.run(write())


@contextmanager
def daemon(command: Command, fault: str | None = None) -> Iterator[None]:
    """Ends each order that comes, as the daemon does."""
    over = threading.Event()

    async def serve() -> None:
        async with desk_at(command.store, utc_now) as desk:  # type: ignore[arg-type]
            while not over.is_set():
                for order in await operator_orders.pending(desk):
                    await operator_orders.end(desk, order, fault)
                await asyncio.sleep(0.02)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_who_is_at_the_desk_is_listed_with_those_who_are_out(command: Command) -> None:
    stands(command, Standing(State.PAUSED, PauseReason.LUNCH))
    told = command.ok("operators", "list")
    assert "paused: lunch" in told.stdout
    assert "budi       102     out" in told.stdout
    assert "Nobody takes calls now." in told.stderr
    budi, me = sorted(command.json("operators", "list"), key=lambda one: str(one["operator"] == ME))
    assert (budi["operator"], budi["state"], budi["since"]) == ("budi", "out", None)
    assert (me["phone"], me["state"], me["reason"], me["calls_today"]) == ("PJSIP/101", "paused", "lunch", 0)
    assert me["signed_in_seconds"] == me["paused_seconds"]


def test_while_somebody_takes_calls_nothing_is_said_of_nobody(command: Command) -> None:
    stands(command, Standing(State.ON_CALL))
    assert command.ok("operators", "list").stderr == ""


def test_without_operators_the_list_says_how_to_enter_one(command: Command) -> None:
    command.settings.write_text(command.settings.read_text().partition("[pbx]")[0])
    assert "operators add USER PHONE" in command.ok("operators", "list").stderr
    assert command.json("operators", "list") == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("in",), f"{ME} is signed in: calls come to PJSIP/101."),
        (("in", "budi"), "budi is signed in: calls come to PJSIP/102."),
        (("out",), f"{ME} is signed out."),
        (("pause", "--why", "prayer"), f"{ME} is paused: prayer. Back: depok-agi operators in"),
    ],
)
def test_what_the_daemon_has_done_is_told(command: Command, words: tuple[str, ...], said: str) -> None:
    with daemon(command):
        assert command.ok("operators", *words).stderr.strip() == said


def test_what_it_could_not_do_is_told(command: Command) -> None:
    with daemon(command, "PJSIP/101 is not signed in"):
        assert "PJSIP/101 is not signed in" in command.refused("operators", "pause", "--why", "lunch")


def test_without_a_daemon_it_is_told_and_nothing_is_left_to_do(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("depok_agi.desk.operator_orders.TAKEN_WITHIN", 0.2)
    assert "the daemon did not take it" in command.refused("operators", "in")

    async def waiting() -> int:
        async with desk_at(command.store, utc_now) as desk:  # type: ignore[arg-type]
            return len(await operator_orders.pending(desk))

    assert asyncio.run(waiting()) == 0


def test_without_the_section_one_signs_in_by_phone(command: Command) -> None:
    command.settings.write_text(command.settings.read_text().replace('[operators]\nsecret = "rahasia"\n', ""))
    assert "*11 in, *12 out, *13 pause" in command.refused("operators", "in")


@pytest.mark.parametrize("why", ["unanswered", "unreachable", "because"])
def test_a_pause_needs_a_reason_that_people_have(command: Command, why: str) -> None:
    assert "--why" in command.refused("operators", "pause", "--why", why, code=2)


def test_phones_are_entered_and_taken_off(command: Command) -> None:
    assert command.ok("operators", "add", "tono", "103").stderr.strip() == "tono sits at PJSIP/103."
    assert command.ok("operators", "remove", "budi").stderr.strip() == "budi is no operator any more."
    assert {one["operator"]: one["phone"] for one in command.json("operators", "list")} == {
        ME: "PJSIP/101",
        "tono": "PJSIP/103",
    }
    assert "tono's" in command.refused("operators", "add", "budi", "103")


class TestWhoWasPausedWithoutWantingIt:
    @pytest.mark.parametrize(
        ("standing", "said"),
        [
            (
                Standing(State.PAUSED, PauseReason.UNANSWERED),
                "your phone was not picked up. Back: depok-agi operators in",
            ),
            (Standing(State.UNREACHABLE), "your phone cannot be reached"),
        ],
    )
    @pytest.mark.parametrize("words", [("callbacks", "list"), ("tickets", "list", "--json"), ("calls", "list")])
    def test_is_told_with_any_command_once(
        self, command: Command, standing: Standing, said: str, words: tuple[str, ...]
    ) -> None:
        stands(command, standing)
        assert command.ok(*words).stderr.count(said) == 1

    @pytest.mark.parametrize(
        "standing", [None, Standing(State.IN), Standing(State.ON_CALL), Standing(State.PAUSED, PauseReason.LUNCH)]
    )
    def test_nobody_else_is(self, command: Command, standing: Standing | None) -> None:
        stands(command, standing)
        assert "phone" not in command.ok("callbacks", "list").stderr

    def test_a_colleagues_pause_is_not_told(self, command: Command) -> None:
        stands(command, Standing(State.PAUSED, PauseReason.UNANSWERED), "PJSIP/102")
        assert "phone" not in command.ok("callbacks", "list").stderr

    def test_the_list_says_it_by_itself(self, command: Command) -> None:
        stands(command, Standing(State.PAUSED, PauseReason.UNANSWERED))
        told = command.ok("operators", "list")
        assert "paused: unanswered" in told.stdout
        assert "Back" not in told.stderr
