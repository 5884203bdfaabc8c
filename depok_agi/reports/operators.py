"""How long operators were at the desk, and what they did there. Whole seconds of each part, so that the sums add up."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from depok_agi.operators.state import PauseReason, State
from depok_agi.reports.report import Column, Figure, Note, Section, Table, Unit

Part = tuple[str, State, PauseReason | None]
"""Of which operator, in which state, and why where it was a pause."""


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds by operator, state and reason."""

    seconds: Mapping[Part, int] = field(default_factory=dict)

    def of(self, operator: str | None = None, state: State | None = None) -> int:
        """The seconds of one operator or of all, in one state or in any."""
        return sum(
            seconds
            for (who, what, _), seconds in self.seconds.items()
            if operator in (None, who) and state in (None, what)
        )


_PARTS: tuple[tuple[State, str, str], ...] = (
    (State.IN, "in_seconds", "Ready"),
    (State.ON_CALL, "on_call_seconds", "On calls"),
    (State.WRAP_UP, "wrap_up_seconds", "Wrap-up"),
    (State.PAUSED, "paused_seconds", "Paused"),
    (State.UNREACHABLE, "unreachable_seconds", "Unreachable"),
    (State.UNKNOWN, "unknown_seconds", "Not known"),
)
"""They add up to the time signed in."""


def figures(times: Times) -> tuple[Figure, ...]:
    """The figures of one period."""
    return (
        Figure("signed_in_seconds", "Signed in", Unit.SECONDS, times.of()),
        Figure("in_seconds", "Ready", Unit.SECONDS, times.of(state=State.IN)),
        Figure("on_call_seconds", "On calls", Unit.SECONDS, times.of(state=State.ON_CALL)),
        Figure("wrap_up_seconds", "Wrap-up", Unit.SECONDS, times.of(state=State.WRAP_UP)),
        Figure("paused_seconds", "Paused", Unit.SECONDS, times.of(state=State.PAUSED)),
        Figure("unreachable_seconds", "Unreachable", Unit.SECONDS, times.of(state=State.UNREACHABLE)),
        Figure("unknown_seconds", "Not known", Unit.SECONDS, times.of(state=State.UNKNOWN)),
    )


def section(times: Times, compared: tuple[Figure, ...]) -> Section:
    """The section with the figures as they were compared."""
    return Section(
        "operators",
        "Operators",
        compared,
        (_by_operator(times), _by_reason(times)),
        (Note("Times are of the whole phone: calls to citizens and to colleagues are among them."),),
    )


def _by_operator(times: Times) -> Table:
    names = sorted({operator for operator, _, _ in times.seconds})
    states = [state for state, _, _ in _PARTS]
    return Table(
        "times_by_operator",
        "Times by operator",
        (
            Column("operator", "Operator", Unit.TEXT),
            Column("signed_in_seconds", "Signed in", Unit.SECONDS),
            *(Column(key, title, Unit.SECONDS) for _, key, title in _PARTS),
        ),
        tuple((name, times.of(name), *(times.of(name, state) for state in states)) for name in names),
        ("total", times.of(), *(times.of(state=state) for state in states)),
    )


def _by_reason(times: Times) -> Table:
    paused = sorted(
        (operator, reason, seconds)
        for (operator, state, reason), seconds in times.seconds.items()
        if state is State.PAUSED and reason is not None
    )
    return Table(
        "pauses_by_reason",
        "Pauses by reason",
        (
            Column("operator", "Operator", Unit.TEXT),
            Column("reason", "Reason", Unit.TERM),
            Column("reason_seconds", "Paused", Unit.SECONDS),
        ),
        tuple(paused),
        ("total", None, times.of(state=State.PAUSED)),
    )
