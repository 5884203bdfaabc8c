"""What to do next: the last line of a command at a terminal, where the command itself has none that fits better."""

import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from depok_agi.cli.language import _
from depok_agi.cli.output import hint, hinted
from depok_agi.language import gettext_noop
from depok_agi.tickets.status import TicketStatus

NEXT: Mapping[tuple[str, ...], str] = MappingProxyType(
    {
        ("access", "list"): gettext_noop("What was refused: depok-agi access list --refused"),
        ("calls", "list"): gettext_noop("One of them with its legs: depok-agi calls show ID"),
        ("calls", "show"): gettext_noop("A complaint that was told in it: depok-agi tickets new --call ID"),
        ("calls", "live"): gettext_noop("All that were before: depok-agi calls list"),
        ("calls", "gaps"): gettext_noop("What was recovered then: depok-agi calls list --since WHEN --until WHEN"),
        ("tickets", "list"): gettext_noop("One of them with its history: depok-agi tickets show NUMBER"),
        ("tickets", "note"): gettext_noop("All that was written down: depok-agi tickets show NUMBER"),
        ("tickets", "explain"): gettext_noop("What was done so far: depok-agi tickets show NUMBER"),
        ("tickets", "close"): gettext_noop("The next citizen to be told: depok-agi callbacks next"),
        ("tickets", "verify"): gettext_noop("The store as a whole: depok-agi db check"),
        ("tickets", "import"): gettext_noop("What waits for an OPD: depok-agi tickets list --status new"),
        ("callbacks", "list"): gettext_noop("Everyone, the ended ones too: depok-agi callbacks list --all"),
        ("callbacks", "uncallable"): gettext_noop("Who can be called: depok-agi callbacks list"),
        ("callbacks", "next"): gettext_noop("What else is owed: depok-agi callbacks list"),
        ("callbacks", "release"): gettext_noop("Another one: depok-agi callbacks next"),
        ("callbacks", "call"): gettext_noop("The next one: depok-agi callbacks next"),
        ("callbacks", "done"): gettext_noop("The next one: depok-agi callbacks next"),
        ("hours", "check"): gettext_noop("The whole week: depok-agi hours week"),
        ("hours", "week"): gettext_noop("Open or closed otherwise: depok-agi hours override closed --until T --why W"),
        ("hours", "clear"): gettext_noop("How it is now: depok-agi hours check"),
        ("calls", "play"): gettext_noop("What it was about: depok-agi calls show ID"),
        ("tickets", "play"): gettext_noop("What was done about it: depok-agi tickets show NUMBER"),
        ("operators", "list"): gettext_noop("To get calls yourself: depok-agi operators in"),
        ("operators", "add"): gettext_noop("All of them: depok-agi operators list"),
        ("operators", "remove"): gettext_noop("All of them: depok-agi operators list"),
        ("operators", "in"): gettext_noop("Whom to call meanwhile: depok-agi callbacks list"),
        ("operators", "out"): gettext_noop("Back again: depok-agi operators in"),
        ("operators", "pause"): gettext_noop("Back again: depok-agi operators in"),
        ("subject", "export"): gettext_noop("To use nothing of it for now: depok-agi subject suspend NUMBER --why WHY"),
        ("subject", "erase"): gettext_noop("What was erased: depok-agi subject erasures"),
        ("subject", "erasures"): gettext_noop("Whether the store is whole: depok-agi db check"),
        ("subject", "suspend"): gettext_noop("Who is suspended: depok-agi subject suspensions"),
        ("subject", "resume"): gettext_noop("Who is suspended still: depok-agi subject suspensions"),
        ("subject", "suspensions"): gettext_noop("To end one: depok-agi subject resume NUMBER"),
        ("subject", "retention"): gettext_noop("What was destroyed when: depok-agi subject retention --list"),
        ("opd", "list"): gettext_noop("To change one: depok-agi opd edit CODE"),
        ("opd", "add"): gettext_noop("What leads to it: depok-agi categories set NAME --opd CODE"),
        ("opd", "edit"): gettext_noop("All of them: depok-agi opd list"),
        ("categories", "list"): gettext_noop("To lead one elsewhere: depok-agi categories set NAME --opd CODE"),
        ("categories", "set"): gettext_noop("All of them: depok-agi categories list"),
        ("categories", "remove"): gettext_noop("All of them: depok-agi categories list"),
        ("mails", "list"): gettext_noop("Those that were sent: depok-agi mails list --status sent"),
        ("mails", "try-now"): gettext_noop("What became of them: depok-agi mails list --status all"),
        ("sms", "list"): gettext_noop("What citizens wrote: depok-agi sms received"),
        ("sms", "received"): gettext_noop("What one was about: depok-agi tickets show NUMBER"),
        ("numbers", "list"): gettext_noop("To lift one: depok-agi numbers unblock NUMBER"),
        ("numbers", "block"): gettext_noop("To lift it sooner: depok-agi numbers unblock NUMBER"),
        ("numbers", "unblock"): gettext_noop("Who is blocked still: depok-agi numbers list"),
        ("report", "definitions"): gettext_noop("The figures: depok-agi report day"),
        ("report", "schedule"): gettext_noop("Such a report now: depok-agi report day"),
        ("prompts", "list"): gettext_noop("What is wrong with them: depok-agi prompts check"),
        ("prompts", "check"): gettext_noop("Drafts of what is missing: depok-agi prompts make"),
        ("prompts", "make"): gettext_noop("What is still to be recorded: depok-agi prompts list"),
        ("menu", "check"): gettext_noop("The menu drawn: depok-agi menu show"),
        ("menu", "show"): gettext_noop("Whether all of it works: depok-agi menu check"),
        ("db", "migrate"): gettext_noop("Whether all is well on this host: depok-agi doctor"),
        ("db", "check"): gettext_noop("A copy of it: depok-agi db backup"),
        ("db", "backup"): gettext_noop("All copies: depok-agi db backups"),
        ("db", "backups"): gettext_noop("A new one: depok-agi db backup"),
        ("db", "restore"): gettext_noop("Whether all is well on this host: depok-agi doctor"),
        ("doctor",): gettext_noop("The figures of today: depok-agi report day"),
    }
)
"""By the words of the command. What stands in capitals is to be filled in."""

OF_TICKET: Mapping[TicketStatus, str] = MappingProxyType(
    {
        TicketStatus.NEW: gettext_noop("Pass it on: depok-agi tickets forward {number}"),
        TicketStatus.FORWARDED: gettext_noop("When the OPD answers: depok-agi tickets answer {number}"),
        TicketStatus.ANSWERED: gettext_noop("When the citizen was told: depok-agi tickets close {number} --told"),
        TicketStatus.CLOSED: gettext_noop("If the answer does not do: depok-agi tickets reopen {number} --why WHY"),
    }
)
"""After a ticket was shown."""


def tell_next(words: Sequence[str]) -> None:
    """Tell what may follow, at a terminal: unless the output is for a script, or the command has told it itself.

    `words` are those of the command line, without the options of `depok-agi` itself.
    """
    if not at_terminal() or "--json" in words or "--csv" in words or hinted():
        return
    text = NEXT.get(tuple(words[:2])) or NEXT.get(tuple(words[:1]))
    if text:
        hint(_(text))


def tell_next_of_ticket(number: str, status: TicketStatus) -> None:
    """The same of a ticket that was shown."""
    if at_terminal() and not hinted():
        hint(_(OF_TICKET[status]).format(number=number))


def at_terminal() -> bool:
    """Is there anybody to do it?"""
    return sys.stdout is not None and sys.stdout.isatty()
