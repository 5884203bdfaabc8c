"""When which e-mail about a forwarded ticket falls due, and when it has nothing left to say.

Rules
-----
1. The officer hears of a forwarding at once, at any hour: their clock runs from it.
2. The officer is reminded 24 hours before the due date, and told at it. When it has passed without an answer, the OPD's
   head and every supervisor are told.
3. These come in decent hours only: what falls due in the night comes in the morning (reminders at midnight: zammad
   2157). A reminder that would come no sooner than the due date is not sent at all.
4. Each morning the officer of an OPD that owes something gets one sheet of it. Once its day is over it is of no use.
5. A ticket that was answered, bounced or forwarded anew silences all that its old forwarding had left to say (stale
   escalation: zammad 904). A due date that has moved does the same for those about the old date.

How long before the due date, the decent hours, the hour of the sheet and the supervisors are an admin's to set.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from depok_agi.hours import decent as hours
from depok_agi.hours.aware import require_aware
from depok_agi.notify.mail import Kind, Role

AT_ANY_HOUR = frozenset({Kind.FORWARDED, Kind.REPORT})
"""An OPD's clock runs from the forwarding; a report's hour is the admin's to set."""


@dataclass(frozen=True, slots=True)
class MailPolicy:
    """What an admin sets.

    Attributes:
        supervisors: their addresses.
        decent_from: when reminders may begin to come, by the wall clock.
        decent_until: when they must end.
        sheet_at: when the morning's sheet is made; within the decent hours.
        timezone: the wall clock's zone.
        remind_before: how long before the due date the officer is reminded.
    """

    supervisors: tuple[str, ...] = ()
    decent_from: time = time(7)
    decent_until: time = time(18)
    sheet_at: time = time(7, 30)
    timezone: str = "Asia/Jakarta"
    remind_before: timedelta = timedelta(hours=24)

    @property
    def zone(self) -> ZoneInfo:
        """The wall clock's zone."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Planned:
    """An e-mail whose time has come, and the decent moment for it. `address` is a supervisor's."""

    kind: Kind
    role: Role
    at: datetime
    address: str | None = None


def decent(at: datetime, policy: MailPolicy) -> datetime:
    """Give the moment itself, or the morning after it when it is one of the night."""
    require_aware(at)
    return hours.decent(at, policy.decent_from, policy.decent_until, policy.zone)


def planned(due_at: datetime, now: datetime, policy: MailPolicy) -> list[Planned]:
    """List what is to be said by now about a ticket that waits for its OPD until this due date."""
    require_aware(now)
    if now < due_at - policy.remind_before:
        return []
    if now < due_at:
        at = decent(due_at - policy.remind_before, policy)
        return [Planned(Kind.REMINDER, Role.OFFICER, at)] if at < due_at else []
    at = decent(due_at, policy)
    told = [Planned(Kind.DUE, Role.OFFICER, at)]
    if now > due_at:  # at the very moment it is in time
        told.append(Planned(Kind.LATE, Role.HEAD, at))
        told += [Planned(Kind.LATE, Role.SUPERVISOR, at, address) for address in policy.supervisors]
    return told


def earliest(kind: Kind, now: datetime, policy: MailPolicy) -> datetime:
    """Give the first moment from now on at which such an e-mail may be sent, whatever it has waited for."""
    return now if kind in AT_ANY_HOUR else decent(now, policy)


def sheet_since(now: datetime, policy: MailPolicy) -> datetime | None:
    """Give since when today's sheet is to be had; None before that, and in the evening, when it is of no use."""
    local = now.astimezone(policy.zone)
    if policy.sheet_at <= local.time() < policy.decent_until:
        return datetime.combine(local.date(), policy.sheet_at, tzinfo=policy.zone)
    return None
