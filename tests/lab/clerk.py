"""An operator's day as a process of its own, which can be killed in the middle of anything and goes on where it was.

    python -m tests.lab.clerk NAME SEED OPERATIONS LOG

What it is about to do and what came of it go to the log, line by line and onto the disk, so that afterwards each
operation is known to be done, refused, or cut off by a kill.
"""

import json
import os
import random
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from depok_agi.config import load
from depok_agi.settings_file import settings_path
from depok_agi.voice import spool
from depok_agi.voice.caller import Language
from depok_agi.voice.centre import CallbackRequest
from tests.unit.cli.command import in_process

OPDS = ("DLHK", "DPUPR", "DISHUB")
KINDS = (
    "new",
    "new",
    "new",
    "note",
    "forward",
    "forward",
    "answer",
    "answer",
    "bounce",
    "reopen",
    "close",
    "call",
    "ask",
)


class Clerk:
    """Works off `operations` operations, chosen by the seed and by what is there."""

    def __init__(self, name: str, seed: int, log: Path) -> None:
        self.name = name
        self.log = log
        self.random = random.Random(f"{seed} {name}")  # noqa: S311 - a test's choice
        self.tickets: list[str] = []
        self.begun = 0
        if log.exists():
            self._remember(log.read_text().splitlines())

    def _remember(self, lines: list[str]) -> None:
        for line in lines:
            entry = json.loads(line)
            self.begun = max(self.begun, entry["operation"])
            if entry.get("ticket") and entry["kind"] == "new":
                self.tickets.append(entry["ticket"])

    def work(self, operations: int) -> None:
        with self.log.open("a") as log:
            while self.begun < operations:
                self.begun += 1
                kind = self.random.choice(KINDS)
                ticket = self.random.choice(self.tickets) if self.tickets else None
                if ticket is None and kind not in {"call", "ask"}:
                    kind = "new"
                mark = f"{self.name}-{self.begun}"
                entry = {"operation": self.begun, "mark": mark, "kind": kind, "ticket": ticket}
                self._write(log, {**entry, "ticket": None if kind == "new" else ticket, "state": "begun"})
                self._write(log, {**entry, **self._do(kind, ticket, mark)})

    @staticmethod
    def _write(log: Any, entry: dict[str, Any]) -> None:
        log.write(json.dumps(entry) + "\n")
        log.flush()
        os.fsync(log.fileno())

    def _do(self, kind: str, ticket: str | None, mark: str) -> dict[str, Any]:
        caller = f"0811-0000-{self.random.randrange(9000, 9020)}"
        if kind == "ask":
            self._ask(caller, mark)
            return {"state": "done"}
        if kind == "call":
            return self._call(mark)
        arguments = {
            "new": ("new", "--no-call", "--caller", caller, "--text", mark),
            "note": ("note", ticket, "--text", mark),
            "forward": ("forward", ticket, "--opd", self.random.choice(OPDS)),
            "answer": ("answer", ticket, "--text", mark),
            "bounce": ("bounce", ticket, "--why", mark),
            "reopen": ("reopen", ticket, "--why", mark),
            "close": ("close", ticket, "--not-told", mark),
        }[kind]
        return self._run("tickets", *(argument or "" for argument in arguments))

    def _call(self, mark: str) -> dict[str, Any]:
        taken = in_process("callbacks", "next", "--json")
        if taken.exit_code != 0 or taken.stdout.strip() == "null":
            return {"state": "refused"}
        callback = str(json.loads(taken.stdout)["id"])
        result = self.random.choice(["reached", "no_answer", "busy", "declined"])
        return self._run("callbacks", "done", callback, "--result", result, "--note", mark)

    def _ask(self, caller: str, mark: str) -> None:
        number = "+62" + caller.replace("-", "")[1:]
        folder = load(settings_path(None)).folders.spool
        spool.leave(folder, CallbackRequest(mark, number, caller, datetime.now(UTC), Language.INDONESIAN))

    @staticmethod
    def _run(*arguments: str) -> dict[str, Any]:
        result = in_process(*arguments, "--json")
        if result.exit_code == 0:
            answer = json.loads(result.stdout)
            return {"state": "done", "ticket": answer.get("number")}
        assert isinstance(result.exception, SystemExit), result.output
        return {"state": "refused", "why": result.stderr.strip()}


if __name__ == "__main__":
    who, chosen_by, many, written_to = sys.argv[1:]
    Clerk(who, int(chosen_by), Path(written_to)).work(int(many))
