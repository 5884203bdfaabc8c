"""Operators sign in, out and pause, by command and by phone; who does not pick up is paused and told. On a real queue."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.centre import Centre, wait_until
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


def becomes(centre: Centre, state: str, reason: str | None = None, within: float = PATIENCE) -> dict[str, Any]:
    """Waits until siti is so."""

    def is_so() -> dict[str, Any] | None:
        now = of(centre)
        return now if (now["state"], now["reason"]) == (state, reason) else None

    return wait_until(is_so, within, lambda: f"siti is not {state}: {of(centre)}\n{centre.daemon_text()[-2000:]}")


def signed_in(centre: Centre, operator: str = "siti") -> None:
    centre.command("operators", "in", operator)


def call(centre: Centre, number: str = "081100001001", patience: float = 60) -> None:
    Citizen(centre.pbx, number, steps=TO_AN_OPERATOR, wait_for_bye=True, patience=patience).call()


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
