"""The daemon's small parts: what waits for the store, what systemd is told, and the folders."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depok_agi import daemon
from depok_agi.asterisk.ami import AmiState
from depok_agi.calls import events
from depok_agi.calls.record import CallRecord, Outcome
from depok_agi.config import Ami, Centre, Folders, Secret, Settings
from depok_agi.daemon import Daemon, Unwritten, notify
from depok_agi.desk import Desk
from depok_agi.errors import AsteriskError, SettingsError, StoreError
from depok_agi.recovery import now
from depok_agi.voice import published, steps
from depok_agi.voice.variables import RESULT, StepName
from tests.unit.desk.made import call, desk_at
from tests.unit.voice.fake_caller import FakeCaller


def folders_in(folder: Path, store: Path) -> Folders:
    named = {name: folder / name for name in ("spool", "published", "recordings")}
    return Folders(store=store, **named)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_at(tmp_path / "store.sqlite") as desk:
        yield desk


UP, ENDED = call("1.1", outcome=None), call("1.1", outcome=Outcome.ANSWERED)
OTHER = call("1.2")
STATES = st.sampled_from([UP, ENDED, OTHER, call("1.2", outcome=None), call("1.3")])
CHANGES = st.tuples(st.lists(STATES, max_size=3), st.lists(st.sampled_from(["depok-1.1", "depok-1.2"]), max_size=2))


def added(unwritten: Unwritten, records: list[CallRecord], dropped: list[str]) -> None:
    unwritten.add(records, {record.id: f"state of {record.outcome}" for record in records}, dropped)


class TestUnwritten:
    def test_the_newest_of_each_call_counts(self) -> None:
        unwritten = Unwritten()
        added(unwritten, [UP, OTHER], [])
        added(unwritten, [ENDED], [])
        assert unwritten.records == {UP.id: ENDED, OTHER.id: OTHER}
        assert unwritten.states[UP.id] == "state of answered"

    def test_it_is_empty_when_all_is_written(self) -> None:
        unwritten = Unwritten()
        added(unwritten, [UP, OTHER], [])
        unwritten.are_written(unwritten.some(1))
        assert (unwritten.is_empty, list(unwritten.records), list(unwritten.states)) == (False, [OTHER.id], [OTHER.id])
        unwritten.are_written(unwritten.some(9))
        assert (unwritten.is_empty, unwritten.states) == (True, {})

    def test_what_changed_while_it_was_written_is_to_be_written_again(self) -> None:
        unwritten = Unwritten()
        added(unwritten, [UP], [])
        taken = unwritten.some(9)
        added(unwritten, [ENDED], [])
        unwritten.are_written(taken)
        assert unwritten.some(9) == [ENDED]

    def test_a_call_that_came_back_is_not_dropped(self) -> None:
        unwritten = Unwritten()
        added(unwritten, [], [UP.id])
        added(unwritten, [ENDED], [])
        assert (unwritten.some(9), unwritten.dropped) == ([ENDED], set())

    @given(st.lists(CHANGES, max_size=6), st.sets(st.integers(0, 5)), st.integers(1, 3))
    def test_with_any_failures_in_between_the_store_ends_up_the_same(
        self, changes: list[tuple[list[CallRecord], list[str]]], failures: set[int], most: int
    ) -> None:
        def end(*, failing: bool) -> dict[str, CallRecord]:
            unwritten = Unwritten()
            store: dict[str, CallRecord] = {}
            for turn, change in enumerate(changes):
                added(unwritten, *change)
                if not (failing and turn in failures):
                    write(store, unwritten)
            write(store, unwritten)
            assert unwritten.is_empty
            return store

        def write(store: dict[str, CallRecord], unwritten: Unwritten) -> None:
            while taken := unwritten.some(most):
                store.update({record.id: record for record in taken})
                unwritten.are_written(taken)
            for old in unwritten.dropped:
                store.pop(old, None)
            unwritten.dropped.clear()

        assert end(failing=True) == end(failing=False)


class TestListening:
    """What the daemon does with what Asterisk says, without an Asterisk."""

    @pytest.fixture
    async def listening(self, desk: Desk, tmp_path: Path) -> Daemon:
        folders = folders_in(tmp_path, desk.store.path)
        settings = Settings(ami=Ami(secret=Secret("x")), folders=folders)
        return Daemon(settings, desk, None, on_ready=print)

    async def test_events_that_come_too_fast_are_read_from_the_journal_by_a_new_link(
        self, listening: Daemon, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dropped: list[str] = []
        monkeypatch.setattr(listening._ami, "reconnect", dropped.append)
        monkeypatch.setattr(listening, "_events", asyncio.Queue(2))
        for count in range(3):
            listening._on_event({"Event": "Hangup", "Uniqueid": f"depok-1.{count}", "Channel": "PJSIP/trunk-1"})
        assert dropped == ["events come faster than they can be taken"]

    async def test_what_the_ledger_has_no_use_for_never_waits(self, listening: Daemon) -> None:
        listening._on_event({"Event": "UserEvent", "UserEvent": "SomebodyElses", "Uniqueid": "depok-1.1"})
        listening._on_event({"Event": "FullyBooted", "Uptime": "60"})
        assert listening._events.empty()

    async def test_after_a_login_it_says_when_asterisk_started_and_what_there_is(
        self, listening: Daemon, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answers = {
            "CoreShowChannels": [
                {"Response": "Success"},
                {"Event": "CoreShowChannel", "Uniqueid": "depok-1.1", "Channel": "PJSIP/trunk-1", "BridgeId": "talk"},
                {"Event": "CoreShowChannel", "Uniqueid": "depok-1.2", "Channel": "PJSIP/101-1", "BridgeId": "parked"},
                {"Event": "CoreShowChannelsComplete"},
            ],
            "BridgeList": [
                {"Event": "BridgeListItem", "BridgeUniqueid": "talk", "BridgeTechnology": "simple_bridge"},
                {"Event": "BridgeListItem", "BridgeUniqueid": "parked", "BridgeTechnology": "holding_bridge"},
            ],
            "QueueStatus": [
                {"Event": "QueueParams", "Queue": "depok"},
                {"Event": "QueueEntry", "Queue": "depok", "Uniqueid": "depok-1.3", "Channel": "x", "Wait": "7"},
            ],
            "Getvar": [{"Response": "Success", "Value": "15"}],
        }

        async def action(name: str, **_: str) -> list[dict[str, str]]:
            return answers[name]

        monkeypatch.setattr(listening._ami, "action", action)
        before = now()
        listening._on_event({"Event": "FullyBooted", "Uptime": "60"})
        await listening._resync()
        link_up, resynced = listening._events.get_nowait(), listening._events.get_nowait()
        assert isinstance(link_up, events.LinkUp)
        assert isinstance(resynced, daemon.Resynced)
        listed = resynced.listed
        assert link_up.booted_at is not None
        assert abs(before - 60 * events.MICROSECONDS - link_up.booted_at) < events.MICROSECONDS
        assert [channel.bridge for channel in listed.channels] == ["talk", ""]
        assert listed.waiting == (events.Waiting("depok-1.3", "x", "depok", 7),)
        assert listening._attendance._board.wrap_up_seconds == 15

    async def test_a_link_that_is_gone_by_the_time_its_list_is_taken_covers_nothing(self, listening: Daemon) -> None:
        nothing = events.ChannelsListed(now(), ())
        listening._on_ami_state(AmiState.UP, "logged in")
        await listening._take(events.LinkUp(now()))
        of_this_link = daemon.Resynced(nothing, listening._link)
        listening._on_ami_state(AmiState.DOWN, "gone")
        await listening._take(of_this_link)
        await listening._take(nothing)
        assert [listening._recovery.is_listening] == [False]
        listening._on_ami_state(AmiState.UP, "logged in")
        await listening._take(events.LinkUp(now()))
        await listening._take(daemon.Resynced(nothing, listening._link))
        assert [listening._recovery.is_listening] == [True]

    async def test_a_list_that_asterisk_refuses_is_no_list(
        self, listening: Daemon, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def action(name: str) -> list[dict[str, str]]:
            raise AsteriskError(name)

        monkeypatch.setattr(listening._ami, "action", action)
        with pytest.raises(AsteriskError):
            await listening._resync()
        assert isinstance(listening._events.get_nowait(), events.LinkUp)
        assert listening._events.empty()

    async def test_systemds_status_says_whether_asterisk_is_reached_and_what_is_owed(
        self, listening: Daemon, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[str] = []
        monkeypatch.setattr("depok_agi.daemon.notify", told.append)
        monkeypatch.setenv("NOTIFY_SOCKET", "/run/systemd/notify")
        listening._on_ami_state(AmiState.DOWN, "connection refused")
        counting = asyncio.create_task(listening._count())
        while len(told) < 2:  # noqa: ASYNC110 - the store answers in a moment
            await asyncio.sleep(0.01)
        counting.cancel()
        assert told == [
            "STATUS=AMI down: connection refused",
            "STATUS=AMI down: connection refused; 0 calls up; 0 citizens owed a call",
        ]

    async def test_one_call_that_cannot_be_written_takes_no_other_with_it(
        self, listening: Daemon, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        written: list[str] = []

        async def record(_: Desk, records: list[CallRecord], *__: object) -> None:
            if any(record.id == OTHER.id for record in records):
                raise ValueError
            written.extend(record.id for record in records)

        monkeypatch.setattr("depok_agi.daemon.calls.record", record)
        added(listening._unwritten, [ENDED, OTHER, call("1.3")], [])
        await listening._write_all()
        assert written == [ENDED.id, "depok-1.3"]
        assert listening._unwritten.is_empty
        assert f"call {OTHER.id} could not be written and is lost" in caplog.text


MENU = """
start = "main"
languages = {{ 1 = "id" }}
[menu.main]
prompt = "menu"
seconds = 5
keys.1 = "{leads_to}"
"""


class TestMenu:
    """The menu file is taken over while the daemon runs, for its own steps and for those that run without it."""

    @pytest.fixture
    async def serving(self, desk: Desk, tmp_path: Path) -> Daemon:
        folders = folders_in(tmp_path, desk.store.path)
        settings = Settings(ami=Ami(secret=Secret("x")), centre=Centre(menu=tmp_path / "menu.toml"), folders=folders)
        daemon._make_folders(settings)
        (tmp_path / "menu.toml").write_text(MENU.format(leads_to="status"))
        return Daemon(settings, desk, None, on_ready=print)

    async def pressed_one(self, serving: Daemon, tmp_path: Path) -> set[str]:
        """What key 1 leads to: over FastAGI, and in the forked script."""
        over_fastagi, forked = FakeCaller("1"), FakeCaller("1")
        await serving._step(StepName.MENU)(over_fastagi)
        await steps.run(StepName.MENU, forked, published.load(tmp_path / "published"))
        return {caller.variables[RESULT] for caller in (over_fastagi, forked)}

    async def test_a_changed_file_is_taken_over(
        self, serving: Daemon, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("INFO")
        await serving._publish()
        assert await self.pressed_one(serving, tmp_path) == {"status"}
        (tmp_path / "menu.toml").write_text(MENU.format(leads_to="callback"))
        await serving._publish()
        await serving._publish()
        assert await self.pressed_one(serving, tmp_path) == {"callback"}
        assert caplog.text.count("callers hear the new menu from now on") == 1

    async def test_a_broken_one_is_told_with_its_faults_and_the_last_right_one_goes_on(
        self, serving: Daemon, tmp_path: Path
    ) -> None:
        await serving._publish()
        await serving._check_menu()
        (tmp_path / "menu.toml").write_text(MENU.format(leads_to="nowhere"))
        await serving._publish()
        with pytest.raises(SettingsError, match=r"menu\.main\.keys\.1: must be one of"):
            await serving._check_menu()
        assert await self.pressed_one(serving, tmp_path) == {"status"}

    async def test_one_that_is_broken_from_the_start_stops_nothing_and_callers_get_the_shipped_menu(
        self, serving: Daemon, tmp_path: Path
    ) -> None:
        (tmp_path / "menu.toml").write_text("start = nonsense")
        started = Daemon(serving._settings, serving._desk, None, on_ready=print)
        await started._publish()
        with pytest.raises(SettingsError, match=r"menu\.toml"):
            await started._check_menu()
        assert await self.pressed_one(started, tmp_path) == {"announcement"}

    async def test_what_an_earlier_daemon_published_does_not_stay(self, serving: Daemon, tmp_path: Path) -> None:
        (tmp_path / "published" / published.FILE).write_text("{}")
        await serving._publish()
        assert await self.pressed_one(serving, tmp_path) == {"status"}


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
        folders = Folders(
            store=folder / "a/store.sqlite",
            spool=folder / "b/spool",
            published=folder / "c/published",
            recordings=folder / "d/recordings",
        )
        return Settings(ami=Ami(secret=Secret("x")), folders=folders)

    def test_they_are_made_for_asterisks_user_to_write_and_to_read(self, tmp_path: Path) -> None:
        daemon._make_folders(self.settings(tmp_path))
        assert (tmp_path / "a").is_dir()
        assert (tmp_path / "b/spool").stat().st_mode & 0o777 == 0o770
        assert (tmp_path / "c/published").stat().st_mode & 0o777 == 0o750
        assert (tmp_path / "d/recordings").stat().st_mode & 0o777 == 0o770

    def test_the_admins_own_rights_on_them_stay(self, tmp_path: Path) -> None:
        (tmp_path / "b/spool").mkdir(parents=True)
        (tmp_path / "b/spool").chmod(0o2730)
        daemon._make_folders(self.settings(tmp_path))
        assert (tmp_path / "b/spool").stat().st_mode & 0o7777 == 0o2730

    @pytest.mark.parametrize("in_the_way", ["a", "b", "b/spool", "c/published", "d/recordings"])
    def test_one_that_cannot_be_made_stops_the_start_with_a_clear_text(self, tmp_path: Path, in_the_way: str) -> None:
        (tmp_path / in_the_way).parent.mkdir(exist_ok=True)
        (tmp_path / in_the_way).touch()
        with pytest.raises(StoreError, match=f"a folder cannot be made: .*{in_the_way}"):
            asyncio.run(daemon.serve(self.settings(tmp_path), on_ready=print))
