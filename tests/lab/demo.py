"""A short morning at the centre, as `scripts/demo` plays it: real SIP calls on a real Asterisk, on loopback alone."""

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from tests.lab.centre import REPOSITORY, Centre
from tests.lab.pbx_root import build
from tests.lab.phones import Citizen, HangUp, Operator, Pause, Press, Say, Step

console = Console(highlight=False)

ANI, BAYU, CITRA, DEWI, EKO = (f"08110000{count}" for count in (1001, 1002, 1003, 1004, 1005))
"""Citizens who do not exist."""

Scene = Callable[[Centre], str]


def reaches_an_operator(centre: Centre) -> str:
    """Ani presses 0 for an operator, and talks to Siti"""
    with Operator(centre.pbx, "101", after=1.0, talk_seconds=4):
        _call(centre, ANI, "Ani", [Pause(1), Press("1"), Pause(1), Press("0"), Say(3)])
    return "Siti answered and talked with her"


def hangs_up_while_queueing(centre: Centre) -> str:
    """Bayu wants an operator too, but nobody picks up, and he hangs up"""
    with Operator(centre.pbx, "102", answers=False):
        _call(centre, BAYU, "Bayu", [Pause(1), Press("1"), Pause(1), Press("0"), Pause(8), HangUp()])
    return "he is owed a call: nobody has to remember it"


def calls_out_of_hours(centre: Centre) -> str:
    """The centre closes for a moment (by an override), and Citra calls"""
    centre.shut()
    _call(centre, CITRA, "Citra", [Pause(5), HangUp()])
    centre.open()
    return "she heard that it is closed, and the offer of a call back; it is open again"


def asks_to_be_called_back(centre: Centre) -> str:
    """Dewi presses 4, and 1 to confirm her number"""
    _call(centre, DEWI, "Dewi", [Pause(1), Press("1"), Pause(1), Press("4"), Pause(2), Press("1"), Pause(12)])
    return "her request is taken down"


def complains(centre: Centre) -> str:
    """Eko complains about rubbish; Siti opens a ticket, forwards it, the OPD answers"""
    with Operator(centre.pbx, "101", after=1.0, talk_seconds=4):
        _call(centre, EKO, "Eko", [Pause(1), Press("1"), Pause(1), Press("2"), Say(3)])
    call = centre.calls(5)[-1]["id"]
    text = "Sampah menumpuk di depan pasar sejak hari Minggu"
    ticket = centre.json(
        "tickets", "new", "--call", call, "--name", "Eko", "--category", "sampah", "--area", "Beji", "--text", text
    )["number"]
    centre.command("tickets", "forward", ticket)
    waiting = centre.json(
        "tickets", "new", "--call", call, "--name", "Eko", "--category", "jalan berlubang", "--text", "Jalan berlubang"
    )["number"]
    centre.command("tickets", "forward", waiting)
    centre.command("tickets", "answer", ticket, "--text", "Sampah sudah diangkut pagi ini")
    return f"ticket {ticket} is answered, so he is owed a call; ticket {waiting} waits for its OPD"


MORNING: tuple[Scene, ...] = (
    reaches_an_operator,
    hangs_up_while_queueing,
    calls_out_of_hours,
    asks_to_be_called_back,
    complains,
)


def _call(centre: Centre, number: str, name: str, steps: list[Step]) -> None:
    waits = not any(isinstance(step, HangUp) for step in steps)
    Citizen(centre.pbx, number, name=name, steps=steps, wait_for_bye=waits).call(timeout=60)


@contextmanager
def _told(what: str) -> Iterator[None]:
    with console.status(what):
        began = time.monotonic()
        yield
    console.print(f"[green]✓[/] {what} [dim]({time.monotonic() - began:.1f} s)[/]")


def play(centre: Centre) -> None:
    """The five calls, each told while it happens."""
    for count, scene in enumerate(MORNING, 1):
        with console.status(f"call {count} of {len(MORNING)}: {scene.__doc__} ..."):
            outcome = scene(centre)
        console.print(f"[green]✓[/] call {count} of {len(MORNING)}: {scene.__doc__}\n    [dim]{outcome}[/]")


def show(centre: Centre) -> None:
    """What an operator sees afterwards."""
    for heading, arguments in (
        ("The call log", ("calls", "list")),
        ("The tickets", ("tickets", "list")),
        ("Whom to call back", ("callbacks", "list")),
    ):
        console.rule(f"[bold]{heading}[/]  depok-agi {' '.join(arguments)}", align="left")
        sys.stdout.flush()
        # the command itself, on this terminal: what is seen is what operators see
        subprocess.run(
            [sys.executable, "-m", "depok_agi", *arguments], env=centre.environment, cwd=REPOSITORY, check=True
        )


def hints(centre: Centre, *, stays: bool) -> None:
    """How to go on by hand."""
    console.rule("[bold]Go on by hand[/]", align="left")
    if not stays:
        console.print("Without --exit, on a terminal, everything stays up, to be used by hand.")
        return
    console.print("It is all still running. In another terminal:", soft_wrap=True)
    for line in (
        f"export DEPOK_AGI_CONFIG={centre.settings}",
        f"alias depok-agi={Path(sys.executable).with_name('depok-agi')}",
        "depok-agi callbacks next        # take the most urgent one",
        "depok-agi callbacks done 3 --result reached",
        "depok-agi tickets list",
        "depok-agi hours check",
    ):
        console.print(f"    {line}", soft_wrap=True)
    console.print(
        f"A softphone reaches the centre as sip:1500664@127.0.0.1:{centre.pbx.sip_port} from 127.0.0.2 "
        "(bind it there: it is where citizens come from).",
        soft_wrap=True,
    )
    console.print(f"The daemon's log: {centre.daemon_log}", soft_wrap=True)
    console.print("[bold]Ctrl-C ends it all.[/]")


def _interrupted(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def main() -> int:
    """Play the morning; stay up on a terminal unless told to exit."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--exit", action="store_true", help="end after the morning, on a terminal too")
    stays = not parser.parse_args().exit and sys.stdin.isatty() and sys.stdout.isatty()
    signal.signal(signal.SIGTERM, _interrupted)
    signal.signal(signal.SIGHUP, _interrupted)
    folder = Path(tempfile.mkdtemp(prefix="depok-agi-demo-"))
    try:
        with _told("the embedded PBX"):
            root = build()
        centre = Centre(root, folder, daemon=False)
        with _told("Asterisk with the dialplan, the prompts, the store"):
            centre.__enter__()
        try:
            with _told("depok-agi serve"):
                centre.start_daemon()
            console.print(
                "[yellow]The centre is open by an override of its own, so that this shows the same at any hour:[/]\n"
                f"    {centre.command('hours', 'check').stdout.splitlines()[0]}",
                soft_wrap=True,
            )
            play(centre)
            centre.calls(len(MORNING))
            show(centre)
            hints(centre, stays=stays)
            while stays:
                signal.pause()
        finally:
            with _told("stopped the daemon and the PBX"):
                centre.close()
    except KeyboardInterrupt:
        console.print("ended")
        return 0 if stays else 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
