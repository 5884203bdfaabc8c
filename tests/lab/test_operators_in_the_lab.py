"""Operators sign in, out and pause, by command and by phone; who lets it ring is paused and told. On a real queue."""

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.centre import REPOSITORY, Centre, wait_until
from tests.lab.pbx import AS_SHIPPED
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, Operator, Pause, Press, Step

TO_AN_OPERATOR: list[Step] = [Pause(1), Press("1"), Pause(1), Press("0")]
PATIENCE = 10.0


@pytest.fixture
def centre(pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with Centre(pbx_root, tmp_path_factory.mktemp("centre"), queue=AS_SHIPPED) as centre:
        yield centre
        assert "Traceback" not in centre.daemon_text()


def of(centre: Centre, operator: str = "siti") -> dict[str, Any]:
    found: list[dict[str, Any]] = centre.json("operators", "list")
    return next(one for one in found if one["operator"] == operator)


def becomes(
    centre: Centre, state: str, reason: str | None = None, within: float = PATIENCE, of_whom: str = "siti"
) -> dict[str, Any]:
    """Waits until they are so."""

    def is_so() -> dict[str, Any] | None:
        now = of(centre, of_whom)
        return now if (now["state"], now["reason"]) == (state, reason) else None

    return wait_until(is_so, within, lambda: f"not {state}: {of(centre, of_whom)}\n{centre.daemon_text()[-2000:]}")


def signed_in(centre: Centre, operator: str = "siti") -> None:
    centre.command("operators", "in", operator)


def call(centre: Centre, number: str = "081100001001", patience: float = 60) -> None:
    Citizen(centre.pbx, number, steps=TO_AN_OPERATOR, wait_for_bye=True, patience=patience).call()


def dial(phone: Operator, code: str) -> None:
    """By the feature code; returns when its confirmation has been heard."""
    phone.call(code, wait_for_bye=True, patience=20).call()


def told(centre: Centre, operator: str, *words: str) -> str:
    """What an operator reads beside what they asked for. This machine has no such user, so the lab says who it is."""
    program = (
        "import sys; from depok_agi.cli import context, main; "
        "name = sys.argv.pop(1); context.actor = lambda: name; main(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, operator, *words],
        env=centre.environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stderr


def test_a_day_by_command_in_a_call_wrap_up_pause_out(centre: Centre) -> None:
    with Operator(centre.pbx, "101", after=0.5, talk_seconds=3):
        assert of(centre)["state"] == "out"
        assert "signed in" in centre.command("operators", "in", "siti").stderr
        becomes(centre, "in")
        call(centre)
        becomes(centre, "wrap_up")
        wait_until(lambda: of(centre) if of(centre)["state"] == "in" else None, 20, lambda: str(of(centre)))
        centre.command("operators", "pause", "siti", "--why", "lunch")
        becomes(centre, "paused", "lunch")
        signed_in(centre)
        becomes(centre, "in")
        centre.command("operators", "out", "siti")
        after = becomes(centre, "out")
    assert after["calls_today"] == 1
    assert after["on_call_seconds"] in range(2, 6)
    assert after["wrap_up_seconds"] in range(13, 16)
    parts = ("in", "on_call", "wrap_up", "paused", "unreachable", "unknown")
    assert after["signed_in_seconds"] == sum(after[f"{part}_seconds"] for part in parts)
    assert centre.calls(1)[0]["operator"] == "siti"


def test_by_phone_in_pause_and_out_with_the_daemon_dead_and_it_is_known_afterwards(centre: Centre) -> None:
    centre.kill_daemon()
    with Operator(centre.pbx, "101", after=0.5, talk_seconds=2) as siti:
        dial(siti, "*11")
        assert "PJSIP/101" in centre.pbx.rx("queue show depok")
        dial(siti, "*13")
        assert "paused:break" in centre.pbx.rx("queue show depok")
        centre.start_daemon()
        becomes(centre, "paused", "break")
        dial(siti, "*11")
        becomes(centre, "in")
        call(centre)
        dial(siti, "*12")
        becomes(centre, "out")
    spoken = [one for one in centre.json("calls", "list") if one["direction"] == "inbound"]
    assert [(one["outcome"], one["operator"]) for one in spoken] == [("answered", "siti")]


def test_a_phone_signs_in_itself_and_nobody_else_and_the_trunk_nobody(centre: Centre) -> None:
    with Operator(centre.pbx, "101") as siti, Operator(centre.pbx, "102"):
        dial(siti, "*13")
        signed_in(centre, "budi")
        becomes(centre, "in", of_whom="budi")
        dial(siti, "*12")
        dial(siti, "*12102")
        assert of(centre, "budi")["state"] == "in"
        assert of(centre)["state"] == "out"
        for code in ("*11", "*12"):
            assert Citizen(centre.pbx, "102", dial=code).call().refused_with == 404
    centre.pbx.rx("channel originate Local/*11@depok-operators application Wait 3")
    time.sleep(1)
    assert of(centre, "budi")["state"] in {"in", "unreachable"}
    assert centre.pbx.rx("queue show depok").count("PJSIP/") == 1


def test_who_lets_it_ring_is_paused_and_told_and_the_call_goes_to_a_colleague(centre: Centre) -> None:
    with Operator(centre.pbx, "101", answers=False), Operator(centre.pbx, "102", after=0.5, talk_seconds=2):
        signed_in(centre)
        becomes(centre, "in")
        with Citizen(centre.pbx, "081100001003", steps=TO_AN_OPERATOR, wait_for_bye=True) as ani:
            becomes(centre, "paused", "unanswered", within=40)
            signed_in(centre, "budi")
            ani.wait(60)
        assert "not picked up" in told(centre, "siti", "callbacks", "list")
        assert "not picked up" not in told(centre, "budi", "callbacks", "list")
        signed_in(centre)
        becomes(centre, "in")
        assert "not picked up" not in told(centre, "siti", "callbacks", "list")
    assert centre.calls(1)[0]["operator"] == "budi"


def test_whose_phone_is_away_gets_no_calls_is_told_and_back_once_it_is_there(centre: Centre) -> None:
    with Operator(centre.pbx, "101"):
        signed_in(centre)
        becomes(centre, "in")
    becomes(centre, "unreachable")
    assert "cannot be reached" in told(centre, "siti", "callbacks", "list")
    assert "Nobody takes calls" in centre.command("operators", "list").stderr
    with Operator(centre.pbx, "101"):
        becomes(centre, "in")


def test_who_is_signed_in_is_so_after_a_crash_of_asterisk_and_of_the_daemon(centre: Centre) -> None:
    with Operator(centre.pbx, "101"):
        signed_in(centre)
        centre.command("operators", "pause", "siti", "--why", "prayer")
        paused = becomes(centre, "paused", "prayer")
        time.sleep(2)  # Asterisk commits its database, in which it keeps members, once a second (main/db.c)
        centre.kill_daemon()
        centre.pbx.crash()
        centre.pbx.start()
        centre.start_daemon()
        after = becomes(centre, "paused", "prayer")
        assert after["since"] == paused["since"], "a short gap with the same state before and after is none"
        centre.command("operators", "out", "siti")
        becomes(centre, "out")


def test_a_phone_of_queues_conf_cannot_sign_out_and_is_told_so(
    pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Centre(pbx_root, tmp_path_factory.mktemp("centre")) as centre, Operator(centre.pbx, "101"):
        becomes(centre, "in")
        refused = centre.command("operators", "out", "siti", check=False)
        assert (refused.returncode, "stands in queues.conf" in refused.stderr) == (1, True)
        centre.command("operators", "pause", "siti", "--why", "meeting")
        becomes(centre, "paused", "meeting")
