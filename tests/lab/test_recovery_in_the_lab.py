"""What happened while nobody listened is in the call log all the same, once."""

import time

import pytest

from tests.lab.centre import Centre, wait_until
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, HangUp, Operator, Pause, Press, Say, Step

ANI = "081100001001"
TO_OPERATOR: list[Step] = [Pause(2), Press("1"), Pause(2), Press("0")]


def _until_talking(centre: Centre) -> None:
    wait_until(lambda: [c for c in centre.json("calls", "list") if c["talks"]] or None, 15, lambda: "nobody talks")


def test_calls_while_the_daemon_is_down_are_recovered_and_the_gap_is_told(centre: Centre) -> None:
    Citizen(centre.pbx, "081100001009", steps=[Pause(2), HangUp()]).call()
    centre.calls(1)
    centre.kill_daemon()
    with Operator(centre.pbx, "101", after=1.0, talk_seconds=3):
        Citizen(centre.pbx, ANI, steps=[*TO_OPERATOR, Say(2)], wait_for_bye=True).call()
    with Operator(centre.pbx, "102", answers=False):
        Citizen(centre.pbx, "081100001002", steps=[*TO_OPERATOR, Pause(9), HangUp()]).call()
    centre.start_daemon()
    _, answered, abandoned = centre.calls(3)
    assert (answered["outcome"], answered["operator"], answered["source"]) == ("answered", "siti", "recovered")
    assert answered["menu_path"] == "10"
    assert abs(answered["talk_seconds"] - 3) <= 1
    assert (abandoned["outcome"], abandoned["source"]) == ("abandoned", "recovered")
    assert [callback["caller"] for callback in centre.json("callbacks", "list")] == ["+6281100001002"]
    gap = wait_until(lambda: (centre.json("calls", "gaps") or [None])[0], 8, lambda: "the gap is not told")
    assert (gap["recovered"], gap["unknown"]) == (2, 0)
    assert "2 recovered, 0 unknown" in centre.command("calls", "list").stderr


def test_a_conversation_that_outlives_the_daemon_is_whole(centre: Centre) -> None:
    with Operator(centre.pbx, "101", after=0.5, talk_seconds=9):
        steps: list[Step] = [Pause(1), Press("1"), Pause(1), Press("0"), Say(5)]
        with Citizen(centre.pbx, ANI, steps=steps, wait_for_bye=True) as ani:
            _until_talking(centre)
            centre.kill_daemon()
            ani.wait(30)
    centre.start_daemon()
    (call,) = centre.calls(1)
    assert (call["outcome"], call["operator"], call["source"]) == ("answered", "siti", "mixed")
    assert abs(call["talk_seconds"] - 9) <= 1
    assert len(call["talks"]) == 1


def test_a_call_that_goes_on_after_a_restart_is_one_call(centre: Centre) -> None:
    with Operator(centre.pbx, "101", after=0.5, talk_seconds=14):
        steps: list[Step] = [Pause(1), Press("1"), Pause(1), Press("0"), Say(5)]
        with Citizen(centre.pbx, ANI, steps=steps, wait_for_bye=True) as ani:
            _until_talking(centre)
            centre.kill_daemon()
            centre.start_daemon()
            ani.wait(40)
    (call,) = centre.calls(1)
    assert (call["outcome"], call["operator"]) == ("answered", "siti")
    assert abs(call["talk_seconds"] - 14) <= 1
    assert call["menu_path"] == "10"


def test_rotation_while_the_daemon_is_down_loses_nothing(
    pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Centre(pbx_root, tmp_path_factory.mktemp("centre"), daemon=False) as centre:
        Citizen(centre.pbx, "081100001009", steps=[Pause(1), HangUp()]).call()
        centre.start_daemon()
        time.sleep(1)  # what was there at the first start has to be noted
        centre.kill_daemon()
        with Operator(centre.pbx, "101", after=0.5, talk_seconds=2):
            Citizen(centre.pbx, ANI, steps=[*TO_OPERATOR, Say(1)], wait_for_bye=True).call()
            for path in (centre.pbx.cel_csv, centre.pbx.queue_log):
                path.rename(path.with_name(f"{path.name}.1"))
            centre.pbx.rx("logger reload")
            Citizen(centre.pbx, "081100001002", steps=[*TO_OPERATOR, Say(1)], wait_for_bye=True).call()
        centre.start_daemon()
        assert [(call["outcome"], call["operator"]) for call in centre.calls(2)] == [("answered", "siti")] * 2
