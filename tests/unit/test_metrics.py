"""What the daemon counts can be read by Prometheus, on this machine, and tells of nobody."""

import contextlib
import json
import logging
import re
import socket
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from depok_agi import metrics
from depok_agi.calls.record import Outcome
from depok_agi.desk.standing import Standing
from depok_agi.errors import AsteriskError, CallerGoneError, SettingsError
from depok_agi.metrics import REMEMBERED, Metrics
from tests.unit.desk.made import call

PORT_OF_NOBODY = 0
ANSWERED = replace(call("1.1", outcome=Outcome.ANSWERED), wait_seconds=12, talk_seconds=90, operator="siti")
ABANDONED = replace(call("1.2", outcome=Outcome.ABANDONED), wait_seconds=40, operator=None)
UP = call("1.3", outcome=None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", PORT_OF_NOBODY))
        port: int = probe.getsockname()[1]
        return port


class Watched:
    """The metrics as Prometheus sees them."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.port = free_port()

    def text(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as answer:
            text: str = answer.read().decode()
            return text

    def value(self, name: str, **labels: str) -> float | None:
        families = text_string_to_metric_families(self.text())
        samples = [one for family in families for one in family.samples if (one.name, one.labels) == (name, labels)]
        return samples[0].value if samples else None


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    with watched.metrics.serve("127.0.0.1", watched.port):
        yield watched


def test_an_ended_call_counts_once_by_how_it_ended(watched: Watched) -> None:
    watched.metrics.ended([ANSWERED, UP])
    watched.metrics.ended([ANSWERED, ABANDONED])
    labels = {"direction": "inbound", "source": "live"}
    assert watched.value("depok_calls_total", outcome="answered", **labels) == 1
    assert watched.value("depok_calls_total", outcome="abandoned", **labels) == 1
    assert watched.value("depok_talk_seconds_total") == 90
    assert watched.value("depok_queue_wait_seconds_sum", answered="yes") == 12
    assert watched.value("depok_queue_wait_seconds_bucket", answered="no", le="30.0") == 0
    assert watched.value("depok_queue_wait_seconds_bucket", answered="no", le="45.0") == 1


def test_what_was_counted_is_forgotten_in_time(watched: Watched) -> None:
    watched.metrics.ended(replace(ANSWERED, id=f"depok-2.{number}") for number in range(REMEMBERED + 5))
    watched.metrics.ended([replace(ANSWERED, id=f"depok-2.{REMEMBERED}")])
    labels = {"direction": "inbound", "source": "live"}
    assert watched.value("depok_calls_total", outcome="answered", **labels) == REMEMBERED + 5


def test_a_step_is_timed_and_a_failed_one_counted_but_not_a_hang_up(watched: Watched) -> None:
    with watched.metrics.step("menu"):
        pass
    with pytest.raises(AsteriskError), watched.metrics.step("menu"):
        raise AsteriskError("broken")
    with pytest.raises(CallerGoneError), watched.metrics.step("menu"):
        raise CallerGoneError("hung up")
    assert watched.value("depok_step_seconds_count", step="menu") == 3
    assert watched.value("depok_step_failures_total", step="menu") == 1


def test_the_age_of_an_event_and_the_moment_are_told(watched: Watched) -> None:
    watched.metrics.event(1_000_000_000_000_000, 1_000_000_001_500_000)
    watched.metrics.now(ami_up=True, calls_up=3, unwritten=2, nobody_takes_calls=True)
    standing = Standing(owed=7, owed_late=2, expired=1, tickets_late=4, mails_waiting=5, gaps=6, signed_in=9, serving=8)
    watched.metrics.stands(standing)
    assert watched.value("depok_event_lag_seconds") == 1.5
    assert watched.value("depok_last_event_timestamp_seconds") == 1_000_000_001.5
    told = {
        name: watched.value(f"depok_{name}")
        for name in (
            *("ami_up", "calls_up", "calls_unwritten", "callbacks_owed", "callbacks_late", "callbacks_expired"),
            *("tickets_late", "mails_waiting", "call_log_gaps"),
            *("operators_signed_in", "operators_serving", "nobody_takes_calls"),
        )
    }
    assert list(told.values()) == [1, 3, 2, 7, 2, 1, 4, 5, 6, 9, 8, 1]


def test_errors_of_the_log_are_counted_while_it_serves(watched: Watched) -> None:
    logging.getLogger("depok_agi.daemon").error("broken")
    logging.getLogger("depok_agi.daemon").warning("odd")
    assert watched.value("depok_errors_total") == 1


def test_nothing_personal_is_in_it(watched: Watched) -> None:
    watched.metrics.ended([ANSWERED, ABANDONED])
    assert "siti" not in watched.text()
    assert (ANSWERED.caller or "+62") not in watched.text()


def test_a_port_that_somebody_has_is_told_in_one_line(watched: Watched) -> None:
    with (
        pytest.raises(SettingsError, match=r"metrics\.port: .* cannot be listened on"),
        Metrics().serve("127.0.0.1", watched.port),
    ):
        pass


def test_afterwards_nobody_listens() -> None:
    other = Watched()
    with other.metrics.serve("127.0.0.1", other.port):
        assert other.value("depok_errors_total") == 0
    with pytest.raises(OSError, match="refused"):
        other.text()


MONITORING = Path(metrics.__file__).parent / "monitoring"


@pytest.mark.parametrize("name", ["alerts.yml", "grafana.json"])
def test_the_examples_name_only_what_is_counted(watched: Watched, name: str) -> None:
    watched.metrics.ended([ANSWERED])
    with watched.metrics.step("menu"):
        pass
    with contextlib.suppress(AsteriskError), watched.metrics.step("menu"):
        raise AsteriskError("broken")
    families = text_string_to_metric_families(watched.text())
    there = {sample.name for family in families for sample in family.samples}
    named = set(re.findall(r"\bdepok_\w+", (MONITORING / name).read_text("utf-8")))
    assert len(named) > 5
    assert named <= there


def test_the_dashboard_is_json_with_a_query_in_each_panel() -> None:
    board = json.loads((MONITORING / "grafana.json").read_text("utf-8"))
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    assert all(target["expr"] for panel in board["panels"] for target in panel["targets"])
