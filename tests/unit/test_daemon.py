"""The daemon's small parts: what waits for the store, what systemd is told, and the folders."""

import asyncio
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi import daemon
from depok_agi.calls.record import CallRecord, Outcome
from depok_agi.config import Settings
from depok_agi.daemon import Unwritten, notify
from depok_agi.errors import StoreError
from tests.unit.desk.made import call

UP, ENDED = call("1.1", outcome=None), call("1.1", outcome=Outcome.ANSWERED)
OTHER = call("1.2")
STATES = st.sampled_from([UP, ENDED, OTHER, call("1.2", outcome=None), call("1.3")])
CHANGES = st.tuples(st.lists(STATES, max_size=3), st.lists(st.sampled_from(["depok-1.1", "depok-1.2"]), max_size=2))


class TestUnwritten:
    def test_the_newest_of_each_call_counts(self) -> None:
        unwritten = Unwritten()
        unwritten.add([UP, OTHER], [])
        unwritten.add([ENDED], [])
        assert unwritten.take() == ({UP.id: ENDED, OTHER.id: OTHER}, set())

    def test_taking_leaves_nothing_but_what_is_on_the_way(self) -> None:
        def state() -> tuple[bool, bool]:
            return unwritten.is_empty, unwritten.some.is_set()

        unwritten = Unwritten()
        assert state() == (True, False)
        unwritten.add([UP], [])
        assert state() == (False, True)
        unwritten.take()
        assert state() == (False, False)
        unwritten.on_the_way = False
        assert state() == (True, False)

    def test_nothing_to_add_wakes_nobody(self) -> None:
        unwritten = Unwritten()
        unwritten.add([], [])
        assert not unwritten.some.is_set()

    def test_what_could_not_be_written_waits_again(self) -> None:
        unwritten = Unwritten()
        unwritten.add([UP], ["depok-9.9"])
        unwritten.put_back(*unwritten.take())
        assert unwritten.some.is_set()
        assert unwritten.take() == ({UP.id: UP}, {"depok-9.9"})

    def test_but_never_over_something_newer(self) -> None:
        unwritten = Unwritten()
        unwritten.add([UP, OTHER], [])
        taken = unwritten.take()
        unwritten.add([ENDED], [OTHER.id])
        unwritten.put_back(*taken)
        assert unwritten.take() == ({UP.id: ENDED}, {OTHER.id})

    def test_a_call_that_came_back_is_not_dropped(self) -> None:
        unwritten = Unwritten()
        unwritten.add([], [UP.id])
        taken = unwritten.take()
        unwritten.add([ENDED], [])
        unwritten.put_back(*taken)
        assert unwritten.take() == ({UP.id: ENDED}, set())

    @given(st.lists(CHANGES, max_size=6), st.sets(st.integers(0, 5)))
    def test_with_any_failures_in_between_the_store_ends_up_the_same(
        self, changes: list[tuple[list[CallRecord], list[str]]], failures: set[int]
    ) -> None:
        def end(*, failing: bool) -> dict[str, CallRecord]:
            unwritten = Unwritten()
            store: dict[str, CallRecord] = {}
            for turn, change in enumerate(changes):
                unwritten.add(*change)
                taken = unwritten.take()
                if failing and turn in failures:
                    unwritten.put_back(*taken)
                else:
                    write(store, *taken)
            write(store, *unwritten.take())
            return store

        def write(store: dict[str, CallRecord], records: dict[str, CallRecord], dropped: set[str]) -> None:
            assert not records.keys() & dropped
            store.update(records)
            for old in dropped:
                store.pop(old, None)

        assert end(failing=True) == end(failing=False)


class TestNotify:
    @pytest.mark.parametrize("abstract", [True, False])
    def test_systemd_hears_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, abstract: bool) -> None:
        monkeypatch.chdir(tmp_path)
        name = f"@depok-agi-test-{tmp_path.name}" if abstract else "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.bind(name.replace("@", "\0"))
            systemd.settimeout(2)
            monkeypatch.setenv("NOTIFY_SOCKET", name)
            notify("READY=1")
            notify("STATUS=AMI up: \N{WHITE SMILING FACE}")
            assert [systemd.recv(100).decode() for _ in range(2)] == [
                "READY=1",
                "STATUS=AMI up: \N{WHITE SMILING FACE}",
            ]

    @pytest.mark.parametrize("address", [None, "", "/nowhere/at/all", "@nobody-listens-here", "x" * 300])
    def test_without_systemd_it_is_quiet(self, monkeypatch: pytest.MonkeyPatch, address: str | None) -> None:
        monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
        if address is not None:
            monkeypatch.setenv("NOTIFY_SOCKET", address)
        notify("READY=1")


class TestFolders:
    def settings(self, folder: Path) -> Settings:
        folders = {"store": folder / "a/store.sqlite", "spool": folder / "b/spool", "published": folder / "c/published"}
        return Settings.model_validate({"ami": {"secret": "x"}, "folders": folders})

    def test_they_are_made_for_asterisks_user_to_write_and_to_read(self, tmp_path: Path) -> None:
        daemon._make_folders(self.settings(tmp_path))
        assert (tmp_path / "a").is_dir()
        assert (tmp_path / "b/spool").stat().st_mode & 0o777 == 0o770
        assert (tmp_path / "c/published").stat().st_mode & 0o777 == 0o755

    def test_the_admins_own_rights_on_them_stay(self, tmp_path: Path) -> None:
        (tmp_path / "b/spool").mkdir(parents=True)
        (tmp_path / "b/spool").chmod(0o2730)
        daemon._make_folders(self.settings(tmp_path))
        assert (tmp_path / "b/spool").stat().st_mode & 0o7777 == 0o2730

    @pytest.mark.parametrize("in_the_way", ["a", "b", "b/spool", "c/published"])
    def test_one_that_cannot_be_made_stops_the_start_with_a_clear_text(self, tmp_path: Path, in_the_way: str) -> None:
        (tmp_path / in_the_way).parent.mkdir(exist_ok=True)
        (tmp_path / in_the_way).touch()
        with pytest.raises(StoreError, match=f"a folder cannot be made: .*{in_the_way}"):
            asyncio.run(daemon.serve(self.settings(tmp_path), on_ready=print))
