"""A PBX host to install on: a whole Debian of its own, with users, and with Asterisk as its package has it.

It is an overlay over a bare host, in a network, a process table and mounts of its own: `python -m tests.lab.host` runs
one of the stories of `tests/lab/stories/` in there. Nothing of it outlives the story, and nothing of this machine is
within its reach.
"""

import contextlib
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.lab.centre import REPOSITORY, wait_until
from tests.lab.host_root import CERTIFICATES, CLEAN
from tests.lab.pbx import LabError
from tests.lab.pbx_root import PbxRoot

SIP_PORT = 5060
OUTSIDE_PORT = 5070
PROGRAM = "/opt/depok-agi/current/venv/bin/depok-agi"

# What an admin writes for the city's own trunk and phones.
PJSIP = """
[loopback]
type = transport
protocol = udp
bind = 127.0.0.1:5060
[phone](!)
type = endpoint
transport = loopback
disallow = all
allow = alaw,ulaw
direct_media = no
dtmf_mode = rfc4733
media_address = 127.0.0.1
bind_rtp_to_media_address = yes
rtp_symmetric = no
timers = no
[trunk](phone)
context = depok-inbound
aors = trunk
[trunk]
type = aor
contact = sip:127.0.0.4:5070
[trunk]
type = identify
endpoint = trunk
match = 127.0.0.2,127.0.0.4
[101](phone)
context = depok-operators
aors = 101
callerid = Siti <101>
[101]
type = aor
max_contacts = 1
remove_existing = yes
minimum_expiration = 1
"""
MEMBER = "\n[depok](+)\nmember => PJSIP/101,0,siti,PJSIP/101\n"


class Host:
    """The host, and what its admin does there. Its `root` is a folder that a story may change."""

    def __init__(self, root: Path, python: str, sipp: PbxRoot) -> None:
        self.path = root
        self.python = python
        self.source = root / "src"
        self.folder = root / "tmp"
        self.root = sipp
        self.sip_port = SIP_PORT
        self.outside_port = OUTSIDE_PORT
        self._asterisk: subprocess.Popen[bytes] | None = None
        self._daemon: subprocess.Popen[bytes] | None = None

    # ---- as the admin ------------------------------------------------------------------------------------------

    def run(
        self,
        *command: str,
        user: str = "root",
        check: bool = True,
        env: Mapping[str, str] | None = None,
        given: str = "",
    ) -> subprocess.CompletedProcess[str]:
        """Run a command on the host, as one of its users who has logged in; `given` is its standard input."""
        done = subprocess.run(
            self._as(user, *command),
            env={**CLEAN, "PIP_CERT": CERTIFICATES, **(env or {})},
            input=given,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if check and done.returncode:
            raise LabError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return done

    def on_terminal(self, *command: str, user: str, typed: str, env: Mapping[str, str]) -> bytes:
        """Run a command as one of its users at a terminal, type something, and give what was to be seen there."""
        mine, theirs = pty.openpty()
        try:
            running = subprocess.Popen(
                self._as(user, *command),
                env={**CLEAN, **env},
                stdin=theirs,
                stdout=theirs,
                stderr=theirs,
                start_new_session=True,
            )
            os.close(theirs)
            os.write(mine, typed.encode())
            seen = b""
            with contextlib.suppress(OSError):  # a terminal that nobody has open any more
                while part := os.read(mine, 65536):
                    seen += part
            running.wait(30)
        finally:
            os.close(mine)
        return seen

    def _as(self, user: str, *command: str) -> list[str]:
        drop = () if user == "root" else ("setpriv", "--reuid", user, "--regid", user, "--init-groups")
        return ["chroot", str(self.path), *drop, *command]

    def script(self, name: str, *arguments: str, check: bool = True) -> str:
        """Run one of the scripts of the source that lies on the host."""
        done = self.run(f"/src/scripts/{name}", *arguments, check=check, env={"PYTHON": self.python})
        return done.stdout + done.stderr

    def write(self, name: str, text: str) -> None:
        """Add to a file."""
        with (self.path / name.lstrip("/")).open("a", encoding="utf-8") as file:
            file.write(text)

    def connect(self) -> None:
        """The admin's own part: trunk, phone, who answers, and from when on. And any hour is a good one here."""
        self.write("/etc/asterisk/pjsip.conf", PJSIP)
        self.write("/etc/asterisk/queues.conf", MEMBER)
        file = self.path / "etc/depok-agi/depok-agi.toml"
        file.write_text(file.read_text().replace("operators = {}", 'operators = { "PJSIP/101" = "siti" }'))
        self.run("useradd", "--create-home", "siti")
        self.run("useradd", "--create-home", "tamu")
        self.run("usermod", "--append", "--groups", "depok-operator", "siti")

    # ---- Asterisk and the daemon -------------------------------------------------------------------------------

    def start_asterisk(self) -> None:
        """As its unit does; returns when it is booted."""
        run = self.path / "run/asterisk"
        self.run("install", "-d", "-o", "asterisk", "-g", "asterisk", "/run/asterisk")
        with (self.folder / "asterisk.log").open("ab") as log:
            self._asterisk = subprocess.Popen(
                ["chroot", str(self.path), "asterisk", "-g", "-f", "-p", "-U", "asterisk", "-G", "asterisk"],
                env=CLEAN,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(lambda: (run / "asterisk.ctl").exists() or None, 30, lambda: "Asterisk does not start")
        wait_until(
            lambda: "fully booted" in self.run("asterisk", "-rx", "core waitfullybooted", check=False).stdout or None,
            30,
            lambda: "Asterisk does not boot",
        )

    @property
    def alive(self) -> bool:
        return self._asterisk is not None and self._asterisk.poll() is None

    def rx(self, command: str) -> str:
        """One command of Asterisk's console."""
        return self.run("asterisk", "-rx", command).stdout

    def start_daemon(self) -> None:
        """By the line that the installation tells where there is no systemd; returns when it is ready."""
        log = self.folder / "daemon.log"
        before = self.daemon_text().count("ready: ")
        with log.open("ab") as file:
            self._daemon = subprocess.Popen(
                self._as("depok-agi", PROGRAM, "serve"),
                env=CLEAN,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )
        wait_until(
            lambda: self.daemon_text().count("ready: ") > before or None,
            20,
            lambda: f"not ready:\n{self.daemon_text()}",
        )

    def daemon_text(self) -> str:
        log = self.folder / "daemon.log"
        return log.read_text(errors="replace") if log.exists() else ""

    @property
    def daemon_pid(self) -> int:
        assert self._daemon is not None
        return self._daemon.pid

    def stop_daemon(self) -> None:
        """As systemd does."""
        if self._daemon is not None:
            self._daemon.terminate()
            self._daemon.wait(30)
            self._daemon = None

    def stop(self) -> None:
        """End both."""
        self.stop_daemon()
        if self._asterisk is not None:
            self._asterisk.terminate()
            self._asterisk.wait(30)


def copy_source(root: Path) -> None:
    """Put a copy of the repository on the host, as a checkout there has it."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "depok_agi", "dialplan",
         "scripts", "pyproject.toml", "setup.cfg", "README.md", "LICENSE", "requirements.lock"],
        cwd=REPOSITORY, capture_output=True, check=True,
    ).stdout  # fmt: skip
    (root / "src").mkdir(parents=True)
    packed = subprocess.run(
        ["tar", "--null", "--files-from=-", "-cf", "-"], cwd=REPOSITORY, input=names, capture_output=True, check=True
    ).stdout
    subprocess.run(["tar", "-xf", "-", "-C", str(root / "src")], input=packed, check=True)


def tell(bare: Path, python: str, work: Path, story: str) -> subprocess.CompletedProcess[str]:
    """Run a story on a copy of a bare host; the result is pytest's own."""
    for name in ("upper", "inner", "host"):
        (work / name).mkdir(parents=True, exist_ok=True)
    copy_source(work / "upper")
    inner = [sys.executable, "-m", "tests.lab.host", str(bare), python, str(work), story]
    return subprocess.run(
        ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", *inner],
        cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip


def layers_of(bare: Path | str, work: Path) -> str:
    """The options of an overlay that leaves the bare host as it is."""
    return f"lowerdir={bare},upperdir={work}/upper,workdir={work}/inner"


def _main(bare: str, python: str, work: str, story: str) -> int:
    """In the new namespaces: put the host together, then run pytest there."""
    root = Path(work) / "host"
    layers = layers_of(bare, Path(work))
    for command in (
        ["mount", "-t", "overlay", "overlay", "-o", layers, str(root)],
        ["mount", "-t", "proc", "proc", f"{root}/proc"],
        ["mount", "--rbind", "/dev", f"{root}/dev"],
        ["mount", "-t", "tmpfs", "tmpfs", f"{root}/run"],
        ["ip", "link", "set", "lo", "up"],
    ):
        subprocess.run(command, check=True)
    environment = {**os.environ, "DEPOK_LAB_HOST": str(root), "DEPOK_LAB_HOST_PYTHON": python}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"--basetemp={work}/pytest",
         f"tests/lab/stories/{story}.py"],
        cwd=REPOSITORY, env=environment, check=False,
    )  # fmt: skip
    return done.returncode


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
