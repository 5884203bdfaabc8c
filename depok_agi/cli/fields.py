"""The fields of what is listed, as in JSON, for the header of a CSV file that has no rows."""

ACCESS = ("at", "actor", "role", "origin", "deed", "allowed", "caller", "ticket", "call", "detail")
CALL = (
    "id", "direction", "caller", "caller_raw", "dialled", "started_at", "answered_at", "ended_at", "outcome",
    "operator", "queue", "wait_seconds", "talk_seconds", "menu_path", "ticket", "callback", "recording",
    "hangup_cause", "source", "uniqueids", "linkedids", "legs", "talks", "transfers",
)  # fmt: skip
LIVE = (*CALL, "state", "state_since", "state_operators")
GAP = ("pbx", "since", "until", "recovered", "unknown")
TICKET = (
    "number", "status", "opened_at", "channel", "caller", "name", "secret", "category", "area", "text", "opd",
    "forwarded_at", "due_at", "due_elapsed_at", "due_working_days_at", "answered_at", "answer", "closed_at", "overdue",
    "calls", "callback", "recording", "clock", "revision",
)  # fmt: skip
CALLBACK = (
    "id", "caller", "name", "reason", "status", "tickets", "calls", "owed_since", "due_at", "not_before", "claimed_by",
    "claimed_until", "attempts", "overdue", "causes",
)  # fmt: skip
UNCALLABLE = ("ticket", "call", "at", "why")
OPD = ("code", "name", "clock", "email", "head_email", "active", "phone")
CATEGORY = ("name", "opd")
MAIL = (
    "id", "kind", "role", "opd", "report", "ticket", "address", "status", "queued_at", "next_try_at", "sent_at",
    "tries", "error",
)  # fmt: skip
SMS = (
    "id", "kind", "caller", "ticket", "callback", "status", "queued_at", "next_try_at", "tries", "sent_at", "error",
)  # fmt: skip
RECEIVED = ("id", "at", "caller", "sender", "made", "ticket", "answered")
BLOCK = ("number", "since", "until", "by", "why")
REPORT_MAIL = ("kind", "period", "due_at", "recipients", "status", "sent_at", "error")
OPERATOR = (
    "operator", "phone", "state", "reason", "since", "calls_today", "signed_in_seconds", "in_seconds",
    "on_call_seconds", "wrap_up_seconds", "paused_seconds", "unreachable_seconds", "unknown_seconds",
)  # fmt: skip
ERASURE = ("id", "at", "by", "why", "destroyed", "finished_at")
SUSPENSION = ("number", "since", "until", "by", "why")
DEFINITION = ("key", "en", "id", "source")
BACKUP = ("name", "bytes")
