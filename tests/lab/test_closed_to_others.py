"""What others on the PBX host get to see: nothing of what the centre keeps, and no port but on loopback."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.lab.centre import Centre, wait_until
from tests.lab.listening import Bound, bound_by
from tests.lab.pbx import ASTERISK_ADDRESS, free_port
from tests.lab.pbx_root import PbxRoot
from tests.lab.phones import Citizen, Pause, Press, Say, Step

MESSAGE: list[Step] = [Pause(1), Press("1"), Pause(1), Press("6"), Pause(8), Say(2.5), Press("#")]
CALLBACK_WITHOUT_DAEMON: list[Step] = [Pause(4), Press("1"), Pause(3), Press("4"), Pause(4), Press("1"), Pause(3)]

OUTSIDER = next(number for number in range(61_000, 62_000) if number not in {user.pw_uid for user in pwd.getpwall()})
"""A user and a group of this host that are nobody's."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where others may go: pytest's own folders are closed to them as a whole."""
    made = Path(tempfile.mkdtemp(prefix="depok-lab-open-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def centre(pbx_root: PbxRoot, folder: Path) -> Iterator[Centre]:
    """A centre that has been worked with, and whose daemon was killed while a caller had left something."""
    umask = os.umask(0o022)
    try:
        with Centre(pbx_root, folder / "centre", daemon=False) as centre:
            with centre.settings.open("a") as settings:
                settings.write(f"[metrics]\nport = {free_port(socket.SOCK_STREAM, ASTERISK_ADDRESS)}\n")
            centre.start_daemon()
            centre.command("numbers", "block", "081100001009", "--until", "+1h", "--why", "prank calls")
            Citizen(centre.pbx, "081100001001", steps=MESSAGE, wait_for_bye=True).call()
            centre.calls(1)
            centre.command("db", "backup")
            yield centre
    finally:
        os.umask(umask)


def _get(path: Path, *, user: int, group: int) -> bytes | None:
    """What `cat` gives this user; None where it may not."""
    done = subprocess.run(["cat", path], user=user, group=group, extra_groups=[], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def test_nothing_of_the_centre_listens_beyond_loopback(centre: Centre) -> None:
    """Of Asterisk, that is the manager: where its SIP is reached is the city's matter, and not by TCP in the lab."""
    daemon = bound_by(centre.daemon_pid)
    asterisk = {one for one in bound_by(centre.pbx.pid) if one.protocol.startswith("tcp")}
    assert [one for one in daemon | asterisk if not one.is_loopback] == []
    ports = {one.port for one in daemon}
    assert len(ports) == 2, "FastAGI and the metrics, and nothing else"
    assert centre.pbx.fastagi_port in ports
    assert {one.port for one in asterisk} == {centre.pbx.ami_port}


def test_a_port_that_is_open_to_all_would_be_noticed() -> None:
    with closing(socket.socket()) as all_addresses, closing(socket.socket(socket.AF_INET6)) as all_of_6:
        for each, anywhere in ((all_addresses, "0.0.0.0"), (all_of_6, "::")):  # noqa: S104 - nothing is ever accepted
            each.bind((anywhere, 0))
            each.listen(1)
            bound = Bound("tcp" if each is all_addresses else "tcp6", anywhere, each.getsockname()[1])
            assert bound in bound_by(os.getpid())
            assert not bound.is_loopback


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
class TestFiles:
    def test_nobody_else_reads_store_recordings_spool_published_backups_or_secrets(self, centre: Centre) -> None:
        centre.kill_daemon()
        Citizen(centre.pbx, "081100001002", steps=CALLBACK_WITHOUT_DAEMON, wait_for_bye=True).call()
        wait_until(lambda: list(centre.spool.glob("*.json")) or None, 5, lambda: "nothing was left in the spool")
        kept = _kept(centre)
        assert {file.name for file in kept if _get(file, user=OUTSIDER, group=OUTSIDER) is not None} == set()

    def test_whoever_is_in_the_group_reads_only_what_asterisks_user_has_to(self, centre: Centre) -> None:
        """That user is in it: it runs the forked script, records messages, and leaves what callers ask for."""
        readable = {
            file.parent.name for file in _kept(centre) if _get(file, user=OUTSIDER, group=os.getegid()) is not None
        }
        assert readable == {"published", "spool", "recordings"}

    def test_the_settings_have_no_secret_and_are_what_others_may_read(self, centre: Centre) -> None:
        """So the others could go to where everything is."""
        told = _get(centre.settings, user=OUTSIDER, group=OUTSIDER)
        assert told is not None
        assert centre.pbx.ami_secret.encode() not in told

    def test_nobody_else_can_put_anything_into_spool_or_published(self, centre: Centre) -> None:
        for place in (centre.spool, centre.published, centre.folder / "recordings", centre.folder / "backups"):
            done = subprocess.run(
                ["touch", place / "put-there"], user=OUTSIDER, group=OUTSIDER, extra_groups=[], check=False
            )
            assert done.returncode != 0, place


def _kept(centre: Centre) -> list[Path]:
    """All that the centre keeps: of each kind, there is something."""
    kinds = {
        "store": [centre.store],
        "WAL": [Path(f"{centre.store}-wal"), Path(f"{centre.store}-shm")],
        "backup": list((centre.folder / "backups").iterdir()),
        "recording": list((centre.folder / "recordings").glob("*.wav")),
        "spool": list(centre.spool.glob("*.json")),
        "published": list(centre.published.iterdir()),
        "secret": [centre.folder / "ami.secret"],
    }
    assert [kind for kind, files in kinds.items() if not files or not all(file.is_file() for file in files)] == []
    return [file for files in kinds.values() for file in files]
