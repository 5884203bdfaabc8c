"""The words of ours that a report shows as values (`Unit.TERM`), marked for the catalogue: enums have them otherwise.

A test holds them against the enums that they are from.
"""

from depok_agi.language import gettext_noop

TERMS = frozenset(
    {
        # outcomes of calls, and of tries to reach a citizen
        gettext_noop("answered"),
        gettext_noop("abandoned"),
        gettext_noop("left_menu"),
        gettext_noop("timeout"),
        gettext_noop("full"),
        gettext_noop("no_operator"),
        gettext_noop("closed"),
        gettext_noop("callback"),
        gettext_noop("message"),
        gettext_noop("self_service"),
        gettext_noop("blocked"),
        gettext_noop("failed"),
        gettext_noop("unknown"),
        gettext_noop("no_answer"),
        gettext_noop("busy"),
        gettext_noop("cancelled"),
        gettext_noop("reached"),
        gettext_noop("wrong_number"),
        gettext_noop("declined"),
        # directions
        gettext_noop("inbound"),
        gettext_noop("outbound"),
        gettext_noop("internal"),
        # where a ticket comes from, and how it stands
        gettext_noop("phone"),
        gettext_noop("sms"),
        gettext_noop("in_person"),
        gettext_noop("letter"),
        gettext_noop("web"),
        gettext_noop("social"),
        gettext_noop("new"),
        gettext_noop("forwarded"),
        # why a call back is owed, and how that stands
        gettext_noop("answer"),
        gettext_noop("request"),
        gettext_noop("missed"),
        gettext_noop("pending"),
        gettext_noop("claimed"),
        gettext_noop("done"),
        gettext_noop("expired"),
        # what an operator is doing, and why one is paused
        gettext_noop("in"),
        gettext_noop("on_call"),
        gettext_noop("wrap_up"),
        gettext_noop("paused"),
        gettext_noop("unreachable"),
        gettext_noop("lunch"),
        gettext_noop("break"),
        gettext_noop("prayer"),
        gettext_noop("meeting"),
        gettext_noop("training"),
        gettext_noop("callbacks"),
        gettext_noop("other"),
        gettext_noop("unanswered"),
    }
)
