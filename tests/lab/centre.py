"""A whole call centre in a folder: the PBX, its prompts, the daemon and the command, with the lab's own settings."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from depok_agi import prompts
from tests.lab.pbx import HERE, MANNED, LabError, Pbx
from tests.lab.pbx_root import PbxRoot, cache_folder

REPOSITORY = HERE.parents[1]
SCRIPT = REPOSITORY / "dialplan" / "prompts.toml"
READY_WITHIN = 20.0

Got = TypeVar("Got")

# No test and no demo may depend on the hour at which it runs: citizens may be called at any time, and a new centre is
# open by an override that says so.
SETTINGS = """\
# The settings of this lab. An override of the hours, `depok-agi hours check` shows it, makes it independent of the
# time of day at which it runs; so do the decent hours below.
[pbx]
operators = {{ "PJSIP/101" = "siti", "PJSIP/102" = "budi", "PJSIP/103" = "tono" }}
[ami]
port = {ami_port}
secret_file = "ami.secret"
[dial]
secret_file = "ami.secret"
ring_seconds = 8
[operators]
secret_file = "ami.secret"
[fastagi]
port = {fastagi_port}
[folders]
store = "depok-agi.sqlite"
spool = "spool"
published = "published"
recordings = "recordings"
backups = "backups"
[journal]
cel = "{cel}"
queue_log = "{queue_log}"
cdr = "{cdr}"
[callbacks]
decent_from = 00:00:00
decent_until = 23:59:59.999999
"""

# Asterisk runs it as its own user, with its own environment.
STEP_SCRIPT = """\
#!/bin/sh
DEPOK_AGI_PUBLISHED="{published}" exec "{python}" -c 'import sys
from depok_agi.asterisk.forked_agi import main
sys.exit(main())' "$@"
"""


class Centre:
    """The centre. Use it as a context manager; `start_daemon` is called by itself unless `daemon=False`."""

    def __init__(
        self,
        root: PbxRoot,
        folder: Path,
        *,
        globals: Mapping[str, str] | None = None,  # noqa: A002 - Asterisk's own word for them
        daemon: bool = True,
        dialplan: str | None = None,
        queue: str = MANNED,
    ) -> None:
        self.folder = folder
        # Without Python the plain dialplan decides; in the lab it must not decide by the clock. A talk ends when the
        # operator hangs up, which is quicker than to be asked about it, unless a test is about that.
        chosen = {"DEPOK_FALLBACK_TIMES": "*,*,*,*", "DEPOK_SURVEY": "no", **(globals or {})}
        self.pbx = Pbx(root, folder / "pbx", globals=chosen, dialplan=dialplan, queue=queue)
        self.settings = folder / "depok-agi.toml"
        self.published = folder / "published"
        self.spool = folder / "spool"
        self.store = folder / "depok-agi.sqlite"
        self.daemon_log = folder / "daemon.log"
        self._start_with_daemon = daemon
        self._daemon: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        secret = self.folder / "ami.secret"
        secret.touch(0o600)
        secret.write_text(self.pbx.ami_secret)
        pbx = self.pbx
        self.settings.write_text(
            SETTINGS.format(
                ami_port=pbx.ami_port,
                fastagi_port=pbx.fastagi_port,
                cel=pbx.cel_csv,
                queue_log=pbx.queue_log,
                cdr=pbx.cdr_csv,
            )
        )
        try:
            self.pbx.start()
            self._put_prompts()
            self._put_step_script()
            self.command("db", "migrate")
            self.open()
            if self._start_with_daemon:
                self.start_daemon()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End everything; safe to call twice."""
        self.stop_daemon()
        self.pbx.stop()

    # ---- the command -------------------------------------------------------------------------------------------

    @property
    def environment(self) -> dict[str, str]:
        """What a shell needs to use this centre by hand."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("DEPOK_", "SUDO_"))}
        return {**kept, "LC_ALL": "C.UTF-8", "DEPOK_AGI_CONFIG": str(self.settings)}

    def command(self, *arguments: str, check: bool = True, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run `depok-agi` as an operator does."""
        done = subprocess.run(
            [sys.executable, "-m", "depok_agi", *arguments],
            env=self.environment,
            cwd=REPOSITORY,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if check and done.returncode:
            raise LabError(f"depok-agi {' '.join(arguments)}: {done.stderr.strip()}")
        return done

    def json(self, *arguments: str) -> Any:
        """What a command says to scripts."""
        return json.loads(self.command(*arguments, "--json").stdout)

    def calls(self, count: int, within: float = 10.0) -> list[dict[str, Any]]:
        """The call log, oldest first, once it holds this many calls that have ended."""

        def ended() -> list[dict[str, Any]] | None:
            found: list[dict[str, Any]] = self.json("calls", "list", "--limit", str(count + 1))
            return found[::-1] if len(found) == count and all(call["outcome"] for call in found) else None

        return wait_until(ended, within, lambda: f"not {count} ended calls: {self.json('calls', 'list')}")

    def give_phone(self, opd: str, extension: str) -> None:
        """Give an OPD a telephone; returns when the steps of a running daemon know of it."""
        self.command("opd", "edit", opd, "--phone", extension)
        around = self.published / "around.json"
        wait_until(
            lambda: json.loads(around.read_text())["phones"].get(opd) == extension or None,
            5,
            lambda: f"the telephone of {opd} is not published",
        )

    # ---- the hours ---------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Open the centre for today, whatever the clock says."""
        self._override("open")

    def shut(self) -> None:
        """Close it."""
        self._override("closed")

    def _override(self, state: str) -> None:
        self.command("hours", "override", state, "--until", "+1d", "--why", f"the lab is {state} at any hour")
        if self._daemon is not None:
            wanted = state == "open"
            wait_until(lambda: self.published_state() is wanted or None, 10, lambda: f"the daemon is not {state}")

    def published_state(self) -> bool | None:
        """What steps go by: open, closed, or nothing published."""
        try:
            content = json.loads((self.published / "centre.json").read_text())
        except (OSError, ValueError):
            return None
        overrides = content["schedule"]["overrides"]
        return bool(overrides[-1]["open"]) if overrides else None

    # ---- the daemon --------------------------------------------------------------------------------------------

    def start_daemon(self) -> None:
        """Start `depok-agi serve`; returns when it is ready and logged in."""
        ready = self.daemon_text().count("ready: ")
        with self.daemon_log.open("ab") as log:
            self._daemon = subprocess.Popen(
                [sys.executable, "-m", "depok_agi", "serve"],
                env=self.environment,
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        daemon = self._daemon

        def is_ready() -> bool | None:
            if daemon.poll() is not None:
                raise LabError(f"the daemon ended with {daemon.returncode}:\n{self.daemon_text()}")
            return self.daemon_text().count("ready: ") > ready or None

        wait_until(is_ready, READY_WITHIN, lambda: f"the daemon is not ready:\n{self.daemon_text()}")

    def daemon_text(self) -> str:
        """All that the daemon has said."""
        return self.daemon_log.read_text(errors="replace") if self.daemon_log.exists() else ""

    @property
    def daemon_pid(self) -> int:
        if self._daemon is None:
            raise LabError("the daemon is not running")
        return self._daemon.pid

    def stop_daemon(self) -> None:
        """Stop it as systemd does; safe to call twice."""
        self._end_daemon(signal.SIGTERM, 30)

    def kill_daemon(self) -> None:
        """Kill it as a power cut would."""
        self._end_daemon(signal.SIGKILL, 5)

    def freeze_daemon(self) -> None:
        """Stop it in mid-work, as a hung disk would."""
        os.kill(self.daemon_pid, signal.SIGSTOP)

    def wait_for_end_of_daemon(self, within: float) -> int:
        """Wait until it has ended by itself, or was ended; gives its exit status."""
        daemon, self._daemon = self._daemon, None
        if daemon is None:
            raise LabError("the daemon is not running")
        return daemon.wait(within)

    def _end_daemon(self, number: signal.Signals, within: float) -> None:
        daemon, self._daemon = self._daemon, None
        if daemon is None or daemon.poll() is not None:
            return
        daemon.send_signal(number)
        try:
            daemon.wait(within)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()
            raise LabError(f"the daemon did not stop within {within:.0f} s:\n{self.daemon_text()}") from None

    # ---- what the PBX plays and runs ---------------------------------------------------------------------------

    def _put_prompts(self) -> None:
        """Synthesise the prompts once for all labs, and give this PBX its copy."""
        made = cache_folder() / "prompts"
        prompts.make(prompts.load(SCRIPT), made)
        for language in ("id", "en"):
            shutil.copytree(made / language / "depok", self.pbx.sounds / language / "depok", dirs_exist_ok=True)

    def _put_step_script(self) -> None:
        script = self.pbx.agi_bin / "depok-agi-step"
        script.write_text(STEP_SCRIPT.format(published=self.published, python=sys.executable))
        script.chmod(0o755)


def wait_until(look: Callable[[], Got | None], within: float, complaint: Callable[[], str]) -> Got:
    """Look until something is there."""
    deadline = time.monotonic() + within
    while True:
        found = look()
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise LabError(complaint())
        time.sleep(0.1)
