"""A short run of each target; and the fuzzer itself does find what crashes, hangs and hoards."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.fuzz import engine, target, watched
from tests.fuzz.engine import attempt, fuzz
from tests.fuzz.mutation import Mutator
from tests.fuzz.target import Target

INPUTS = 250
SEED = 20_261_125


@pytest.mark.parametrize("name", target.names())
def test_nothing_hostile_harms(name: str) -> None:
    tried = fuzz(target.load(name), name, inputs=INPUTS, seed=SEED)
    assert [(fault.where, fault.data) for fault in tried.faults] == []
    assert tried.inputs == INPUTS


def _of(run: Callable[[bytes], object]) -> Target:
    return Target(lambda data: str(run(data)), lambda: [b"one 1\ntwo 2\n", b"three 3\n"])


def _fatal(_name: str) -> Target:
    """A target that takes its process with it."""

    def run(data: bytes) -> None:
        if data == b"fatal":
            os.abort()

    return Target(run, lambda: [b"harmless", b"fatal"])


class TestTheFuzzer:
    def test_the_same_seed_makes_the_same_inputs(self) -> None:
        known = [b"one 1\ntwo 2\n", b"three 3\n"]
        one, other, third = (Mutator(seed) for seed in ("1", "1", "2"))
        made = [one.pick(known) for _ in range(50)]
        assert made == [other.pick(known) for _ in range(50)]
        assert made != [third.pick(known) for _ in range(50)]

    def test_a_crash_is_found_once_and_made_shorter(self) -> None:
        def run(data: bytes) -> None:
            if b"wo" not in data:
                raise KeyError("two")

        tried = fuzz(_of(run), "crash", inputs=100, seed=1)
        assert [fault.data for fault in tried.faults] == [b""]
        assert "KeyError" in tried.faults[0].where

    @pytest.mark.parametrize("limit", ["BUSY_SECONDS", "WAITING_SECONDS"])
    def test_a_hang_is_found(self, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engine, limit, 0.05)

        def run(_data: bytes) -> None:
            while True:
                with suppress(Exception):  # as a reader that takes everything would
                    time.sleep(0.01 if limit == "WAITING_SECONDS" else 0)

        assert attempt(_of(run), b"")[1] == "HangError"

    def test_what_hoards_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engine, "MEMORY_BYTES", 1 << 20)
        peak = engine._memory()
        assert "HoardError" in str(attempt(_of(lambda _: len(bytes(peak + (8 << 20)).replace(b"\0", b"1"))), b"")[1])

    def test_an_input_that_shows_something_new_is_what_later_ones_are_made_from(self) -> None:
        seen: set[bytes] = set()

        def run(data: bytes) -> int:
            seen.add(data)
            return data.count(b"three")

        fuzz(_of(run), "guided", inputs=3000, seed=1)
        assert max(data.count(b"three") for data in seen) > 100

    def test_a_process_that_ends_is_a_fault_of_its_last_input(self) -> None:
        tried = watched.fuzz_apart("fatal", inputs=1000, seed=1, loaded=_fatal)
        assert [(fault.where, fault.data) for fault in tried.faults] == [("the process ended", b"fatal")]

    def test_the_figures_of_a_process_of_its_own_come_back_and_nothing_is_left_of_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watched, "IN_MEMORY", tmp_path)
        tried = watched.fuzz_apart("spool", inputs=50, seed=1)
        assert list(tmp_path.iterdir()) == []
        assert (tried.inputs, tried.faults) == (50, [])
        assert tried.seconds > 0
        assert tried.memory > 1_000_000
