"""A step of the menu on one Asterisk: by our FastAGI server, by the bare library, and by scripts that are forked.

It is the menu's own step, in a menu whose prompts are empty files and that waits for a key as short as AGI can, a
millisecond: so little else counts than to ask for a step, and to talk with it. The others send the same commands.
"""

import json
import re
import socket
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from depok_agi.asterisk.agi_protocol import AgiCaller, Reply, caller_info, parse_reply
from depok_agi.asterisk.forked_agi import drive
from depok_agi.hours.schedule import Schedule
from depok_agi.voice import published, steps
from depok_agi.voice.caller import Language
from depok_agi.voice.centre import Centre
from depok_agi.voice.menu_tree import Action, Choice, Menu, MenuTree
from depok_agi.voice.variables import StepName
from tests.bench.figures import Figure
from tests.bench.size import Size
from tests.bench.told_by import ToldBy
from tests.lab.centre import STEP_SCRIPT, wait_until
from tests.lab.pbx import ASTERISK_ADDRESS, Pbx, free_port
from tests.lab.pbx_root import build

AGAINST_THE_LIBRARY = 1.5
AGAINST_A_FORK = 1 / 20
WITHIN = 120.0

SCHEDULE = Schedule("Asia/Jakarta", ())

MENU = MenuTree(
    start="main",
    languages={"1": Language.INDONESIAN},
    menus={"main": Menu("main", "menu", 0, 1, {"0": Choice(Action.OPERATOR)})},
)

# One loop for each way: a step that did not say how it ended is not counted as one. What a loop without a step takes is
# no part of a step.
DIALPLAN = """\
[{name}]
exten => s,1,Answer()
 same => n,Set(LEFT={steps})
 same => n,Set(GOOD=0)
 same => n,Set(BEGAN=${{STRFTIME(,,%s.%6q)}})
 same => n(again),Set(DEPOK_RESULT=)
 same => n,{run}
 same => n,ExecIf($["${{DEPOK_RESULT}}" = "operator"]?Set(GOOD=$[${{GOOD}} + 1]))
 same => n,Set(LEFT=$[${{LEFT}} - 1])
 same => n,GotoIf($[${{LEFT}} > 0]?again)
 same => n,Log(NOTICE,bench {name} ${{BEGAN}} ${{STRFTIME(,,%s.%6q)}} ${{GOOD}})
 same => n,Hangup()
"""

PYST_SCRIPT = """\
#!{python}
import os, sys
sys.stderr = open(os.devnull, "w")
from asterisk.agi import AGI
agi = AGI()
for command in {commands!r}:
    agi.execute(command)
"""


class _NotedDown(AgiCaller):
    """Nobody, who answers to each command as Asterisk does."""

    def __init__(self) -> None:
        super().__init__(caller_info({"agi_uniqueid": "1764000000.1", "agi_language": "id"}))
        self.commands: list[str] = []

    async def _exchange(self, line: str) -> Reply:
        self.commands.append(line)
        return parse_reply("200 result=0 endpos=0" if line.startswith("STREAM") else "200 result=0")


def commands_of_the_step() -> list[str]:
    """What our step sends: the others send it, too."""
    caller = _NotedDown()
    nobody = Centre(SCHEDULE, lambda: datetime.now(UTC), lambda _: None, menu=MENU)
    drive(steps.run(StepName.MENU, caller, nobody))
    return caller.commands


def measure(folder: Path, size: Size) -> Iterator[Figure]:
    """All ways take turns on the same Asterisk; the best round of each counts."""
    commands = commands_of_the_step()
    ports = {name: free_port(socket.SOCK_STREAM, ASTERISK_ADDRESS) for name in ("ours", "panoramisk")}
    ways = {
        "nothing": ("Set(DEPOK_RESULT=operator)", size.steps),
        "ours": (f"AGI(agi://{ASTERISK_ADDRESS}:{ports['ours']}/menu)", size.steps),
        "panoramisk": (f"AGI(agi://{ASTERISK_ADDRESS}:{ports['panoramisk']}/menu)", size.steps),
        "pyst2": ("AGI(bare-step,menu)", size.forked_steps),
        "depok-agi-step": ("AGI(depok-agi-step,menu)", size.forked_steps),
    }
    dialplan = "\n".join(DIALPLAN.format(name=name, run=run, steps=count) for name, (run, count) in ways.items())
    (folder / "published").mkdir()
    published.publish(folder / "published", SCHEDULE, folder / "spool", MENU)
    with Pbx(build(), folder / "pbx", dialplan=dialplan) as pbx:
        _put_scripts(pbx, folder / "published", commands)
        _put_empty_prompts(pbx, commands)
        with (
            ToldBy("tests.bench.serve_steps", ports["ours"], folder / "published") as ours,
            ToldBy("tests.bench.serve_panoramisk", ports["panoramisk"], json.dumps(commands)) as library,
        ):
            for server in (ours, library):
                server.wait_for("up", within=20)
            rounds: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(size.step_rounds):
                for name, (_, count) in ways.items():
                    rounds[name].append(_round(pbx, name, count))
    loop = min(rounds.pop("nothing"))
    best = {name: min(seconds) - loop for name, seconds in rounds.items()}
    raw = {"seconds a step, with the loop": rounds, "seconds of the loop": loop, "commands": commands}
    milliseconds = {name: f"{seconds * 1000:.2f} ms" for name, seconds in best.items()}
    yield Figure(
        "voice",
        f"a step of the menu by FastAGI, {len(commands)} commands",
        milliseconds["ours"],
        f"bare panoramisk {milliseconds['panoramisk']}",
        best["ours"] / best["panoramisk"],
        AGAINST_THE_LIBRARY,
        at_least=False,
        raw=raw,
    )
    for name, shown in (("depok-agi-step", "our forked script"), ("pyst2", "a forked script that only sends the same")):
        yield Figure(
            "voice",
            f"the same, against {shown}",
            milliseconds["ours"],
            f"{name} {milliseconds[name]}",
            best["ours"] / best[name],
            AGAINST_A_FORK,
            at_least=False,
        )


def _put_scripts(pbx: Pbx, published_folder: Path, commands: Sequence[str]) -> None:
    scripts = {
        "bare-step": PYST_SCRIPT.format(python=sys.executable, commands=list(commands)),
        "depok-agi-step": STEP_SCRIPT.format(published=published_folder, python=sys.executable),
    }
    for name, text in scripts.items():
        script = pbx.agi_bin / name
        script.write_text(text)
        script.chmod(0o755)


def _put_empty_prompts(pbx: Pbx, commands: Sequence[str]) -> None:
    for name in re.findall(r"depok/([a-z-]+)", "\n".join(commands)):
        for language in ("id", "en"):
            (pbx.sounds / language / "depok" / f"{name}.slin").write_bytes(b"")


def _round(pbx: Pbx, name: str, count: int) -> float:
    """One loop of this way; seconds a step."""
    before = len(pbx.log_text())
    pbx.rx(f"channel originate Local/s@{name} application Wait 300")
    pattern = re.compile(rf"bench {name} ([0-9.]+) ([0-9.]+) (\d+)$", re.MULTILINE)
    found = wait_until(
        lambda: pattern.search(pbx.log_text()[before:]), WITHIN, lambda: f"{name} did not end: {pbx.log_text()[-2000:]}"
    )
    began, ended, good = float(found[1]), float(found[2]), int(found[3])
    if good != count:
        raise RuntimeError(f"only {good} of {count} steps of {name} said how they ended")
    return (ended - began) / count
