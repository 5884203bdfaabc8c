"""What the README shows of the command, made by running it: `python -m tests.readme` writes it anew, a test compares.

In the section of the roles, each line of a `console` block that begins with `$` is run at one small centre, at one
moment, one after the other; what follows it is what was printed, without lines that are empty or only drawn. A `text`
block that begins with `Subject:` is the e-mail that the OPD of the ticket named there got.
"""

import asyncio
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from depok_agi.calls.record import Outcome
from depok_agi.cli import context, next_steps, output
from depok_agi.desk import Desk, calls, mails, tickets, utc_now
from depok_agi.desk.tickets import Complaint
from depok_agi.notify.writing import write
from tests.unit.cli.command import Command, in_process
from tests.unit.desk.made import WIB, Clock, call, desk_at, new_store, wib

README = Path(__file__).parents[1] / "README.md"
SECTION = re.compile(r"^## Who does what\n.*?(?=^## )", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(console|text)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"\d{7,}")
DRAWN = re.compile(r"\s*[-\u2500]*\s*")
WIDTH = 110

NOW = wib("2026-03-17 10:00")
"""The Tuesday before Nyepi, Idul Fitri and their cuti bersama."""


@contextmanager
def centre(folder: Path) -> Iterator[Command]:
    """A centre in the middle of a morning: one ticket late, one answered, one call missed."""
    settings = folder / "depok-agi.toml"
    settings.write_text('[ami]\nsecret = "rahasia"\n[folders]\nstore = "store.sqlite"\nbackups = "backups"\n', "utf-8")
    new_store(folder / "store.sqlite")
    asyncio.run(_morning(folder / "store.sqlite"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEPOK_AGI_CONFIG", str(settings))
        for variable in ("SUDO_UID", "LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
            patch.delenv(variable, raising=False)
        # Whoever imported one of these by its name has the same function.
        patch.setattr(utc_now, "__code__", _fixed_now.__code__)
        patch.setattr(context.actor, "__code__", (lambda: "siti").__code__)
        patch.setattr(context.origin, "__code__", (lambda: "pbx pts/0").__code__)
        patch.setattr(next_steps, "at_terminal", lambda: True)
        patch.setattr(output, "WIDTH_OF_A_PIPE", WIDTH)
        yield Command(folder)


def _fixed_now() -> object:
    return datetime(2026, 3, 17, 3, 0, tzinfo=UTC)  # type: ignore[name-defined] # noqa: F821 - of the module it goes to


async def _morning(store: Path) -> None:
    clock = Clock(wib("2026-03-12 09:00"))
    async with desk_at(store, clock) as desk:
        await _ticket(desk, "0811-0000-1002", "Budi", "jalan berlubang", "Sukmajaya", "Jalan berlubang di depan SDN 3")
        clock.at = wib("2026-03-16 13:00")
        swept = await _ticket(desk, "0811-0000-1005", "Eko", "sampah", "Beji", "Sampah menumpuk di depan pasar")
        clock.at = wib("2026-03-17 09:30")
        await tickets.answer(desk, swept, "Sampah sudah diangkut pagi ini", "siti")
        missed = call("1773713400.8", number="+6281100001003", began=wib("2026-03-17 09:10"))
        spoken = call("1773715200.11", Outcome.ANSWERED, number="+6281100001004", began=wib("2026-03-17 09:40"))
        await calls.record(desk, [missed, spoken], [])


async def _ticket(desk: Desk, caller: str, name: str, category: str, area: str, text: str) -> str:
    complaint = Complaint(text, caller=caller, name=name, category=category, area=area)
    opened = await tickets.open_ticket(desk, complaint, "siti")
    return (await tickets.forward(desk, opened.number, None, "siti")).number


def made(readme: str) -> str:
    """The README with its blocks as they come out now."""
    section = SECTION.search(readme)
    if section is None:
        raise ValueError("the README has no section of the roles")
    with tempfile.TemporaryDirectory() as folder, centre(Path(folder)) as command:
        written = BLOCK.sub(lambda block: _block(block[1], block[2], command), section[0])
    return readme[: section.start()] + written + readme[section.end() :]


def _block(kind: str, content: str, command: Command) -> str:
    if kind == "console":
        typed = [line for line in content.splitlines() if line.startswith("$ ")]
        lines = [line for given in typed for line in (given, *_said(given))]
        return "\n".join(["```console", *lines, "```\n"])
    if content.startswith("Subject:") and (number := NUMBER.search(content)):
        return f"```text\n{asyncio.run(_letter(command.store, number[0]))}\n```\n"
    return f"```{kind}\n{content}```\n"


def _said(typed: str) -> list[str]:
    _, *words = shlex.split(typed.removeprefix("$ "))
    result = in_process(*words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return [line.rstrip() for line in result.output.splitlines() if not DRAWN.fullmatch(line)]


async def _letter(store: Path, number: str) -> str:
    """The e-mail to the officer of the OPD to which the ticket was forwarded last."""
    async with desk_at(store, Clock(NOW)) as desk:
        [mail, *_] = [one for one in await mails.listed(desk) if one.number == number]
        letter = write(mail, await mails.department(desk, mail), await mails.matters(desk, mail), NOW, WIB)
    assert letter is not None
    return f"Subject: {letter.subject}\n\n{letter.text.strip()}"


def main() -> int:
    """Write the README anew."""
    README.write_text(made(README.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
