"""Words of ours that tables show as values and reports do not, marked for the catalogue: enums have them otherwise.

JSON has them as they are. A test holds them, with those of reports, against the enums that they are from.
"""

from depok_agi.language import gettext_noop

WORDS = frozenset(
    {
        # who a leg of a call belongs to, and how a call was passed on
        gettext_noop("caller"),
        gettext_noop("operator"),
        gettext_noop("citizen"),
        gettext_noop("local"),
        gettext_noop("blind"),
        gettext_noop("attended"),
        # roles
        gettext_noop("supervisor"),
        gettext_noop("admin"),
        # what was done, as the access log has it
        gettext_noop("show"),
        gettext_noop("find"),
        gettext_noop("unmask"),
        gettext_noop("secret"),
        gettext_noop("listen"),
        gettext_noop("export"),
        gettext_noop("erase"),
        gettext_noop("suspend"),
        gettext_noop("retention"),
        gettext_noop("opds"),
        gettext_noop("operators"),
        gettext_noop("read_access_log"),
        gettext_noop("command"),
        # what is destroyed when its time is over
        gettext_noop("recordings"),
        gettext_noop("tickets"),
        gettext_noop("calls"),
        gettext_noop("blocks"),
        gettext_noop("suspensions"),
        gettext_noop("access_log"),
        gettext_noop("citizens"),
        # what was done with a ticket
        gettext_noop("open"),
        gettext_noop("forward"),
        gettext_noop("close"),
        gettext_noop("bounce"),
        gettext_noop("reopen"),
        gettext_noop("note"),
        gettext_noop("due"),
        # e-mails, and to whom they are
        gettext_noop("reminder"),
        gettext_noop("late"),
        gettext_noop("sheet"),
        gettext_noop("report"),
        gettext_noop("officer"),
        gettext_noop("head"),
        gettext_noop("recipient"),
        gettext_noop("waiting"),
        gettext_noop("sending"),
        gettext_noop("sent"),
        gettext_noop("dropped"),
        # SMS, and what was made of them
        gettext_noop("ticket"),
        gettext_noop("appended"),
        gettext_noop("continued"),
        gettext_noop("status"),
        gettext_noop("help"),
        gettext_noop("call"),
        gettext_noop("too_long"),
        gettext_noop("repeated"),
        gettext_noop("ignored"),
        gettext_noop("not_found"),
        gettext_noop("unreached"),
        # clocks, and periods
        gettext_noop("elapsed"),
        gettext_noop("working_days"),
        gettext_noop("day"),
        gettext_noop("month"),
        gettext_noop("year"),
        # prompts
        gettext_noop("recorded"),
        gettext_noop("synthesised"),
        gettext_noop("missing"),
        gettext_noop("unplayable"),
        gettext_noop("silent"),
        gettext_noop("clipped"),
        gettext_noop("stale"),
        # what a key of the menu leads to
        gettext_noop("announcement"),
        gettext_noop("queue"),
        gettext_noop("opd"),
        gettext_noop("menu"),
        gettext_noop("back"),
        gettext_noop("repeat"),
        # what an OPD, a category and an area are, when somebody names one that is not known
        gettext_noop("category"),
        gettext_noop("area"),
    }
)
