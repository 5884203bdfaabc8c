"""What an installation changes on a host: each change knows whether it is done, how to do it and how to undo it."""

import grp
import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from depok_agi.errors import RefusedError


class Change(Protocol):
    """One change. `data`: it is what the centre remembers, so an uninstall leaves it unless told otherwise."""

    @property
    def data(self) -> bool: ...

    def describe(self) -> str: ...

    def is_done(self) -> bool: ...

    def do(self) -> None: ...

    def undo(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Group:
    """A system group."""

    name: str
    data: bool = False

    def describe(self) -> str:
        return f"group {self.name}"

    def is_done(self) -> bool:
        return _gid(self.name) is not None

    def do(self) -> None:
        run("groupadd", "--system", self.name)

    def undo(self) -> None:
        run("groupdel", self.name)


@dataclass(frozen=True, slots=True)
class User:
    """A system user without a password or a shell, with a group of the same name."""

    name: str
    home: Path
    data: bool = True

    def describe(self) -> str:
        return f"user {self.name}, who cannot log in"

    def is_done(self) -> bool:
        return _uid(self.name) is not None

    def do(self) -> None:
        shell = shutil.which("nologin", path="/usr/sbin:/sbin") or "/bin/false"
        group = ("--gid", self.name) if _gid(self.name) is not None else ("--user-group",)
        run(
            *("useradd", "--system", *group, "--home-dir", str(self.home), "--no-create-home"),
            *("--shell", shell, "--comment", "depok-agi", self.name),
        )

    def undo(self) -> None:
        run("userdel", self.name)


@dataclass(frozen=True, slots=True)
class Member:
    """A user in a group."""

    user: str
    group: str
    data: bool = False

    def describe(self) -> str:
        return f"{self.user} in the group {self.group}"

    def is_done(self) -> bool:
        try:
            found = grp.getgrnam(self.group)
            return self.user in found.gr_mem or pwd.getpwnam(self.user).pw_gid == found.gr_gid
        except KeyError:
            return False

    def do(self) -> None:
        run("usermod", "--append", "--groups", self.group, self.user)

    def undo(self) -> None:
        if self.is_done():
            run("gpasswd", "--delete", self.user, self.group)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with its owner and mode."""

    path: Path
    owner: str
    group: str
    mode: int
    data: bool = False

    def describe(self) -> str:
        return f"folder {self.path} ({self.owner}:{self.group} {self.mode:o})"

    def is_done(self) -> bool:
        try:
            there = self.path.stat()
        except OSError:
            return False
        owned = (there.st_uid, there.st_gid) == (_uid(self.owner), _gid(self.group))
        return owned and there.st_mode & 0o7777 == self.mode

    def do(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        shutil.chown(self.path, self.owner, self.group)
        self.path.chmod(self.mode)

    def undo(self) -> None:
        if self.data:
            shutil.rmtree(self.path, ignore_errors=True)
        elif self.path.is_dir() and not any(self.path.iterdir()):
            self.path.rmdir()


@dataclass(frozen=True, slots=True)
class File:
    """A file with its text, owner and mode.

    One that a person edits (`settings`) is written once and then left alone. Another is brought up to date, unless
    somebody has changed it since it was written: then the new one is put beside it as `NAME.depok-agi-new`.
    """

    path: Path
    text: str
    owner: str = "root"
    group: str = "root"
    mode: int = 0o644
    settings: bool = False
    data: bool = False
    written: str | None = None
    """The digest of what an earlier installation wrote there; None where it did not."""

    def describe(self) -> str:
        what = (
            "new"
            if not self.path.exists()
            else "brought up to date"
            if self._is_ours()
            else "kept: it was changed here"
        )
        return f"file {self.path} ({self.owner}:{self.group} {self.mode:o}), {what}"

    def is_done(self) -> bool:
        if not self.path.exists():
            return False
        if self.settings:
            return True
        if self.path.read_text("utf-8", "replace") == self.text:
            return True
        beside = self._beside()
        return not self._is_ours() and beside.exists() and beside.read_text("utf-8") == self.text

    def do(self) -> None:
        path = self.path if not self.path.exists() or self._is_ours() else self._beside()
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(self.text)
            os.fchown(descriptor, _known(_uid(self.owner), self.owner), _known(_gid(self.group), self.group))
            os.fchmod(descriptor, self.mode)
        temporary.replace(path)

    def undo(self) -> None:
        self._beside().unlink(missing_ok=True)
        if self.data or self._is_ours():
            self.path.unlink(missing_ok=True)

    def _is_ours(self) -> bool:
        return self.path.is_file() and digest(self.path.read_text("utf-8", "replace")) == self.written

    def _beside(self) -> Path:
        return self.path.with_name(f"{self.path.name}.depok-agi-new")


@dataclass(frozen=True, slots=True)
class Line:
    """A line at the end of a file that is not ours; `before` are sections that it needs there."""

    path: Path
    line: str
    before: tuple[str, ...] = ()
    data: bool = False

    def describe(self) -> str:
        return "\n    + ".join((f"at the end of {self.path}", *self._added()))

    def is_done(self) -> bool:
        return self.path.exists() and self.line in self._text().splitlines()

    def do(self) -> None:
        text = self._text()
        if text and not text.endswith("\n"):
            text += "\n"
        new = text + "".join(f"{line}\n" for line in self._added())
        self._write(new)

    def undo(self) -> None:
        if self.is_done():
            self._write("".join(line for line in self._text().splitlines(keepends=True) if line.strip() != self.line))

    def _added(self) -> tuple[str, ...]:
        there = {line.partition("]")[0].strip() for line in self._text().splitlines() if line.lstrip().startswith("[")}
        return (*(f"[{section}]" for section in self.before if f"[{section}" not in there), self.line)

    def _text(self) -> str:
        return self.path.read_text("utf-8", "surrogateescape") if self.path.exists() else ""

    def _write(self, text: str) -> None:
        """Whole or not at all, with the owner and the mode that the file has; what a link leads to is written."""
        path = self.path.resolve()
        temporary = path.with_name(f".{path.name}.depok-agi")
        temporary.write_text(text, "utf-8", "surrogateescape")
        like = path if path.exists() else path.parent
        there = like.stat()
        os.chown(temporary, there.st_uid, there.st_gid)
        temporary.chmod(there.st_mode & 0o7777 if like is path else 0o640)
        temporary.replace(path)


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link."""

    path: Path
    target: Path
    data: bool = False

    def describe(self) -> str:
        return f"link {self.path} -> {self.target}"

    def is_done(self) -> bool:
        return self.path.is_symlink() and self.path.readlink() == self.target

    def do(self) -> None:
        if self.path.exists() and not self.path.is_symlink():
            raise RefusedError("{path} is there already and is not ours; move it away, and try again", path=self.path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_name(f".{self.path.name}.new")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(self.target)
        temporary.replace(self.path)

    def undo(self) -> None:
        if self.is_done():
            self.path.unlink()


def digest(text: str) -> str:
    """By which a file is known as it was written, without what it says."""
    return hashlib.sha256(text.encode()).hexdigest()


def run(*command: str, user: str | None = None) -> str:
    """Run a program, as a user and with their rights alone where one is given; gives what it wrote to standard output.

    Raises:
        RefusedError: it is missing or fails; the text is its last line.
    """
    try:
        if user is None:
            done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        else:
            there = pwd.getpwnam(user)
            done = subprocess.run(
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                cwd="/",
                user=there.pw_uid,
                group=there.pw_gid,
                extra_groups=os.getgrouplist(user, there.pw_gid),
            )
    except OSError as error:
        raise RefusedError(
            "{command} cannot be run: {strerror}", command=command[0], strerror=error.strerror
        ) from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise RefusedError(f"{' '.join(command)} failed: {said[-1] if said else f'exit code {done.returncode}'}")
    return done.stdout


def _uid(name: str) -> int | None:
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def _gid(name: str) -> int | None:
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None


def _known(number: int | None, name: str) -> int:
    if number is None:
        raise RefusedError("there is no user or group {name}", name=name)
    return number
