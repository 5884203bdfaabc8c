"""What an operator is doing, by what Asterisk's queue says of their phone.

Rules, the first that fits
--------------------------
1. A phone that is in use is on a call, whoever called whom; so is one that the queue still counts as talking.
2. Who is paused is paused, for the reason that was given.
3. A phone that is not signed on, or not there, is unreachable. The queue rings it no more than one that is paused, and
   rings it again as soon as it is back. To pause it besides would need a daemon to lift it: a phone that came back
   while the daemon is dead would stay silent.
4. For some seconds after a call of the queue the queue does not ring (`wrapuptime` in queues.conf): wrap-up. It is
   Asterisk's own, and not a pause that this software sets and lifts: so no call comes in between, and none who died in
   the middle leaves somebody paused.
5. Anybody else is in: the queue gives them calls.
"""

from depok_agi.calls.events import MICROSECONDS
from depok_agi.operators.member import Member
from depok_agi.operators.state import PauseReason, Standing, State

AUTO_PAUSE = "Auto-Pause"
"""What Asterisk gives as the reason when it pauses by itself (app_queue.c)."""

IN_USE = frozenset({2, 3, 7, 8})
"""In use, busy, ringing while in use, on hold (devicestate.h)."""

NOT_THERE = frozenset({0, 4, 5})
"""Unknown, invalid, unavailable: `joinempty` in queues.conf counts none of them as somebody, either."""


def reason_of(member: Member) -> PauseReason | None:
    """Why it is paused, if it is."""
    if not member.paused:
        return None
    if member.reason == AUTO_PAUSE:
        return PauseReason.UNANSWERED
    try:
        return PauseReason(member.reason)
    except ValueError:
        return PauseReason.OTHER


def standing(member: Member, wrap_up_seconds: int, at: int) -> Standing:
    """What a member is doing at a moment, in microseconds UTC."""
    reason = reason_of(member)
    if member.status in IN_USE or member.in_call:
        return Standing(State.ON_CALL)
    if reason is not None:
        return Standing(State.PAUSED, reason)
    if member.status in NOT_THERE:
        return Standing(State.UNREACHABLE)
    if member.last_call is not None:
        until = member.last_call + wrap_up_seconds * MICROSECONDS
        if at < until:
            return Standing(State.WRAP_UP, until=until)
    return Standing(State.IN)
