"""Whatever of ours is broken: the citizen reaches a human or an honest message, never silence."""

import os
import signal
import socket
import time

import pytest

from tests.lab.centre import Centre, wait_until
from tests.lab.media import longest_silence, loudest
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, HangUp, Operator, Pause, Press, Step

ANI = "081100001001"
FROZEN_UNTIL_KILLED = 6.0
SILENCE = 100


def _without_forked_script(centre: Centre) -> None:
    (centre.pbx.agi_bin / "depok-agi-step").unlink()


def _ways(centre: Centre) -> list[str]:
    """How each step was run, as the dialplan said."""
    lines = [line for line in centre.pbx.log_text().splitlines() if "DepokStep,Step: " in line]
    return [line.partition("Way: ")[2].partition('"')[0] for line in lines]


def test_with_the_daemon_steps_are_run_by_it(centre: Centre) -> None:
    with Operator(centre.pbx, "101", after=0.5, talk_seconds=2) as siti:
        ani = Citizen(centre.pbx, ANI, steps=[Pause(1), Press("1"), Pause(1), Press("0")], wait_for_bye=True).call()
        assert siti.calls_taken == 1
    assert set(_ways(centre)) == {"fastagi"}
    assert loudest(ani.heard) > SILENCE


def test_with_the_daemon_down_the_forked_script_walks_the_menu(centre: Centre) -> None:
    centre.kill_daemon()
    with Operator(centre.pbx, "101", after=0.5, talk_seconds=2) as siti:
        ani = Citizen(centre.pbx, ANI, steps=[Pause(2), Press("1"), Pause(2), Press("0")], wait_for_bye=True).call()
        assert siti.calls_taken == 1
    assert set(_ways(centre)) == {"agi"}
    assert loudest(ani.heard) > SILENCE


def test_with_no_python_at_all_the_dialplan_brings_the_caller_to_a_human(centre: Centre) -> None:
    centre.kill_daemon()
    _without_forked_script(centre)
    began = time.monotonic()
    with Operator(centre.pbx, "101", after=0.5) as siti:
        with Citizen(centre.pbx, ANI, steps=[Pause(20)]):
            wait_until(lambda: siti.calls_taken or None, 12, lambda: "no operator was reached")
        assert time.monotonic() - began < 12
    assert set(_ways(centre)) == {"dialplan"}


def test_with_no_python_at_all_out_of_hours_the_caller_hears_an_honest_message(
    pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory
) -> None:
    minute_of_the_year = "00:00-00:00,mon,1,jan"
    never = {"DEPOK_FALLBACK_TIMES": minute_of_the_year, "DEPOK_FALLBACK_FRIDAY": minute_of_the_year}
    with Centre(pbx_root, tmp_path_factory.mktemp("centre"), globals=never, daemon=False) as centre:
        _without_forked_script(centre)
        ani = Citizen(centre.pbx, ANI, steps=[], wait_for_bye=True).call()
        assert ani.ended_by == "pbx"
        assert loudest(ani.heard) > SILENCE
        assert "depok/closed-plain" in centre.pbx.log_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_stopping_the_daemon_in_mid_menu_leaves_nobody_in_silence(centre: Centre, number: signal.Signals) -> None:
    with Operator(centre.pbx, "101", after=0.5, talk_seconds=2) as siti:
        steps: list[Step] = [Pause(1), Press("1"), Pause(18), Press("0")]
        with Citizen(centre.pbx, ANI, steps=steps, wait_for_bye=True) as ani:
            wait_until(
                lambda: True if _ways(centre) == ["fastagi"] * 2 else None, 10, lambda: "the menu was not reached"
            )
            os.kill(centre.daemon_pid, number)
            ani.wait(60)
        assert siti.calls_taken == 1
        centre.wait_for_end_of_daemon(15)
    assert _ways(centre)[-1] == "agi"
    assert longest_silence(ani.heard) < 6


def test_a_frozen_daemon_is_killed_and_the_caller_goes_on(centre: Centre) -> None:
    with Operator(centre.pbx, "101", after=0.5, talk_seconds=2) as siti:
        steps: list[Step] = [Pause(1), Press("1"), Pause(14), Press("0")]
        with Citizen(centre.pbx, ANI, steps=steps, wait_for_bye=True) as ani:
            wait_until(
                lambda: True if _ways(centre) == ["fastagi"] * 2 else None, 10, lambda: "the menu was not reached"
            )
            centre.freeze_daemon()
            assert centre.wait_for_end_of_daemon(FROZEN_UNTIL_KILLED) == -signal.SIGKILL
            ani.wait(60)
        assert siti.calls_taken == 1
    assert _ways(centre)[-1] == "agi"


def test_a_callback_asked_for_while_the_daemon_is_down_is_stored_later_once(centre: Centre) -> None:
    centre.kill_daemon()
    steps: list[Step] = [Pause(2), Press("1"), Pause(2), Press("4"), Pause(3), Press("1")]
    Citizen(centre.pbx, ANI, steps=steps, wait_for_bye=True).call()
    assert len(list(centre.spool.glob("*.json"))) == 1
    assert centre.json("callbacks", "list") == []
    centre.start_daemon()
    wait_until(lambda: centre.json("callbacks", "list") or None, 5, lambda: "the spool was not taken in")
    centre.stop_daemon()
    centre.start_daemon()
    (callback,) = centre.json("callbacks", "list", "--all")
    assert (callback["caller"], callback["reason"]) == ("+6281100001001", "request")
    assert list(centre.spool.glob("*.json")) == []


def test_hanging_up_right_after_the_key_still_counts_as_asked(centre: Centre) -> None:
    steps: list[Step] = [Pause(1), Press("1"), Pause(1), Press("4"), Pause(2), Press("1"), Pause(0.3), HangUp()]
    Citizen(centre.pbx, ANI, steps=steps).call()
    (call,) = centre.calls(1)
    wait_until(lambda: centre.json("callbacks", "list") or None, 5, lambda: "the request was lost")
    assert centre.calls(1)[0]["outcome"] == "callback"
    assert call["caller"] == "+6281100001001"


def test_a_full_queue_ends_in_the_offer_to_be_called_back(
    pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory
) -> None:
    to_operator: list[Step] = [Pause(1), Press("1"), Pause(1), Press("0")]
    queue_of_one = {"DEPOK_QUEUE": "small"}
    with (
        Centre(pbx_root, tmp_path_factory.mktemp("centre"), globals=queue_of_one) as centre,
        Operator(centre.pbx, "101", after=0.2) as siti,
        Citizen(centre.pbx, ANI, steps=[*to_operator, Pause(30), HangUp()]) as ani,
    ):
        wait_until(lambda: siti.calls_taken or None, 15, lambda: "the first caller has no operator")
        with Citizen(centre.pbx, "081100001002", steps=[*to_operator, Pause(24), HangUp()]):
            wait_until(
                lambda: True if "wait:" in centre.pbx.rx("queue show small") else None, 15, lambda: "nobody waits"
            )
            steps: list[Step] = [*to_operator, Pause(15), Press("1")]
            third = Citizen(centre.pbx, "081100001003", steps=steps, wait_for_bye=True).call()
        ani.wait(60)
        assert "Status: FULL" in centre.pbx.log_text()
        assert loudest(third.heard) > SILENCE
        outcomes = {call["caller"][-1]: call["outcome"] for call in centre.calls(3)}
        assert (outcomes["1"], outcomes["3"]) == ("answered", "callback")
        wait_until(lambda: centre.json("callbacks", "list") or None, 5, lambda: "the request was lost")
        assert "request" in {one["reason"] for one in centre.json("callbacks", "list")}


def test_a_wrong_ami_password_is_said_once_and_the_menu_still_works(
    pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Centre(pbx_root, tmp_path_factory.mktemp("centre"), daemon=False) as centre:
        (centre.folder / "ami.secret").write_text("wrong")
        centre.start_daemon()
        with Operator(centre.pbx, "101", after=0.5, talk_seconds=2) as siti:
            Citizen(centre.pbx, ANI, steps=[Pause(1), Press("1"), Pause(1), Press("0")], wait_for_bye=True).call()
            assert siti.calls_taken == 1
        assert set(_ways(centre)) == {"fastagi"}
        # They have the same password in the lab. Of the second one, one link dials, and one plays recordings.
        for user, links in (("depok-agi", 1), ("depok-agi-dial", 2)):
            assert centre.daemon_text().count(f"refused the login of user {user} at") == links


def test_asterisk_coming_back_is_noticed_and_calls_go_on_being_logged(centre: Centre) -> None:
    with Operator(centre.pbx, "101"), Citizen(centre.pbx, ANI, steps=[Pause(1), Press("1"), Pause(30)]):
        wait_until(lambda: centre.json("calls", "list") or None, 10, lambda: "the call is not in the log")
        centre.pbx.crash()
    centre.pbx.start()
    (lost,) = centre.calls(1, within=40)
    assert lost["outcome"] == "unknown"
    Citizen(centre.pbx, "081100001002", steps=[Pause(2), HangUp()]).call()
    assert centre.calls(2)[1]["outcome"] == "left_menu"


def test_garbage_on_the_fastagi_port_harms_nobody(centre: Centre) -> None:
    for garbage in (b"", b"\n", b"\x00\xff" * 500, b"GET / HTTP/1.1\r\n\r\n", b"agi_network_script: nothing\n\n"):
        with socket.create_connection(("127.0.0.1", centre.pbx.fastagi_port)) as scan:
            scan.sendall(garbage)
    hanging = [socket.create_connection(("127.0.0.1", centre.pbx.fastagi_port)) for _ in range(50)]
    with Operator(centre.pbx, "101", after=0.5, talk_seconds=2) as siti:
        Citizen(centre.pbx, ANI, steps=[Pause(1), Press("1"), Pause(1), Press("0")], wait_for_bye=True).call()
        assert siti.calls_taken == 1
    assert set(_ways(centre)) == {"fastagi"}
    for scan in hanging:
        scan.close()
    assert "Traceback" not in centre.daemon_text()


def test_a_withheld_number_is_not_used_even_when_it_is_passed_on_and_never_owed_a_call(centre: Centre) -> None:
    privacy = ["Privacy: id", "P-Asserted-Identity: <sip:081100001001@127.0.0.2>"]
    steps: list[Step] = [Pause(1), Press("1"), Pause(1), Press("0"), Pause(8), HangUp()]
    with (
        Citizen(centre.pbx, None, extra_headers=privacy, steps=steps) as passed_on,
        Citizen(centre.pbx, None, steps=steps) as withheld,
    ):
        passed_on.wait()
        withheld.wait()
    calls = centre.calls(2)
    assert {(call["outcome"], call["caller"]) for call in calls} == {("no_operator", None)}
    (was_passed_on,) = (call for call in calls if call["caller_raw"] == "081100001001")
    assert was_passed_on["legs"][0]["party"] is None
    assert "withheld" in centre.command("calls", "list").stdout
    assert centre.json("callbacks", "list") == []
