"""The bench itself runs, and what is a proof rather than a speed is one: memory is flat, and no event is lost."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench import desk_speed, list_speed, memory, voice
from tests.bench.first_word import waited
from tests.bench.menu_steps import commands_of_the_step
from tests.bench.size import FULL, QUICK, CitySize


def test_two_million_events_leave_the_memory_flat(tmp_path: Path) -> None:
    (figure,) = memory.measure(tmp_path, FULL)
    assert FULL.memory_events == 2_000_000
    assert figure.ratio is not None
    assert figure.ratio <= memory.TARGET


def test_a_quick_run_measures_and_no_call_is_lost_at_that_rate(tmp_path: Path) -> None:
    raw = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick", "--json", str(raw), "pipeline", "journal", "load"],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(raw.read_text("utf-8"))["figures"]
    stored = [figure for figure in figures if figure["what"] == "calls in the store, ended"]
    assert [(figure["section"], figure["ratio"]) for figure in stored] == [
        ("pipeline", 1.0),
        ("journal", 1.0),
        ("load", 1.0),
    ]


def test_what_operators_wait_for_is_timed_in_a_city_of_its_own(tmp_path: Path) -> None:
    tiny = replace(QUICK, city=CitySize(calls=2_000, tickets=400, pending=60), command_rounds=1)
    figures = list(desk_speed.measure(tmp_path, tiny))
    assert [figure.what for figure in figures] == [
        "callbacks list, inside the process",
        "tickets list --overdue, inside the process",
        "callbacks next, inside the process",
        "callbacks list, the whole command",
        "tickets list --overdue, the whole command",
        "callbacks next, the whole command",
        "callbacks list, on a terminal of 120 columns",
        "tickets list --overdue, on a terminal of 120 columns",
    ]
    assert all(figure.ratio for figure in figures)
    assert (FULL.city.calls, FULL.city.tickets, FULL.city.pending) == (1_000_000, 200_000, 20_000)


def test_every_list_is_timed_in_a_city_that_has_something_for_each(tmp_path: Path) -> None:
    tiny = replace(QUICK, city=CitySize(calls=2_000, tickets=400, pending=60), command_rounds=1)
    figures = list(list_speed.measure(tmp_path, tiny))
    assert len(figures) == len(list_speed.LISTS)
    assert all(figure.ratio and len(figure.raw["seconds"]) == 1 for figure in figures)


def test_a_step_and_the_first_word_are_timed_on_a_real_asterisk(tmp_path: Path) -> None:
    tiny = replace(QUICK, steps=5, forked_steps=2, step_rounds=1, first_words=20)
    figures = list(voice.measure(tmp_path, tiny))
    assert [figure.against.split()[0] for figure in figures] == ["bare", "depok-agi-step", "pyst2", "300"]
    assert all(figure.ratio for figure in figures)
    assert len(figures[-1].raw["seconds"]) == 20


def test_the_other_servers_send_what_our_step_sends() -> None:
    commands = commands_of_the_step()
    assert commands[0].startswith('STREAM FILE "depok/menu"')
    assert commands[-1] == 'SET VARIABLE "DEPOK_RESULT" "operator"'


def test_a_word_is_of_the_call_that_used_the_port_at_that_time() -> None:
    answers = [(12000, 100.0), (12002, 100.1), (12000, 110.0), (12004, 110.2)]
    heard = {12000: [99.9, 100.25, 100.27, 110.2], 12002: [103.0]}
    assert waited(answers, heard) == pytest.approx([0.25, 0.2])
