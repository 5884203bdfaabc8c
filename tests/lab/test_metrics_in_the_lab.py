"""After a real call the daemon's metrics tell of it."""

import socket
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.lab.centre import Centre, wait_until
from tests.lab.pbx import ASTERISK_ADDRESS, free_port
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, Operator, Pause, Press, Step


def test_a_call_its_steps_and_its_events_are_counted(
    pbx_root: PbxRoot, tmp_path_factory: pytest.TempPathFactory
) -> None:
    port = free_port(socket.SOCK_STREAM, ASTERISK_ADDRESS)

    def values() -> dict[str, float]:
        with urllib.request.urlopen(f"http://{ASTERISK_ADDRESS}:{port}/metrics", timeout=5) as answer:
            families = text_string_to_metric_families(answer.read().decode())
        return {",".join([one.name, *one.labels.values()]): one.value for family in families for one in family.samples}

    with Centre(pbx_root, tmp_path_factory.mktemp("centre"), daemon=False) as centre:
        with centre.settings.open("a") as settings:
            settings.write(f"[metrics]\nport = {port}\n")
        centre.start_daemon()
        with Operator(centre.pbx, "101", after=0.2, talk_seconds=2):
            steps: list[Step] = [Pause(1), Press("1"), Pause(1), Press("0")]
            Citizen(centre.pbx, "081100001001", steps=steps, wait_for_bye=True).call()
        centre.calls(1)
        counted = "depok_calls_total,inbound,answered,live"
        found = wait_until(lambda: told if counted in (told := values()) else None, 10, lambda: str(values()))
    assert found[counted] == 1
    assert {step: found[f"depok_step_seconds_count,{step}"] for step in ("block", "hours", "language", "menu")} == {
        "block": 1,
        "hours": 1,
        "language": 1,
        "menu": 1,
    }
    assert found["depok_queue_wait_seconds_count,yes"] == 1
    assert found["depok_talk_seconds_total"] in {1, 2, 3}
    assert found["depok_events_total"] > 20
    assert found["depok_event_lag_seconds"] < 2
    assert (found["depok_ami_up"], found["depok_errors_total"]) == (1, 0)
    assert not [name for name in found if "0811" in name or "siti" in name]
