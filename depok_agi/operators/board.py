"""The board of the desk: what each operator is doing, and each change of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from depok_agi.operators.member import Gone, Member, MemberEvent, Seen, Talked
from depok_agi.operators.rules import standing
from depok_agi.operators.state import Standing


@dataclass(frozen=True, slots=True)
class Turn:
    """From this moment on (microseconds UTC) it stands so; `standing` is None for who has signed out."""

    at: int
    device: str
    name: str
    standing: Standing | None


class Board:
    """All members of the queue. Times are microseconds UTC; what comes late is taken as of the newest moment known."""

    def __init__(self) -> None:
        self.wrap_up_seconds = 0
        self._members: dict[str, Member] = {}
        self._standings: dict[str, Standing] = {}
        self._since: dict[str, int] = {}

    def apply(self, event: MemberEvent) -> list[Turn]:
        """Take an event; the changes that it makes, and those that time made before it."""
        device = event.member.device if isinstance(event, Seen) else event.device
        turns = list(self._lapse(device, event.at))
        match event:
            case Seen():
                self._members[device] = event.member
            case Talked():
                known = self._members.get(device)
                if known is not None:
                    self._members[device] = replace(known, in_call=False, last_call=event.at)
            case Gone():
                left = self._members.pop(device, None)
                if left is not None:
                    return [*turns, self._leave(event.at, left)]
        return [*turns, *self._look(device, event.at)]

    def replace(self, members: Iterable[Member], at: int) -> list[Turn]:
        """These are all the members there are at this moment; what was believed of others is not so."""
        there = {member.device: member for member in members}
        turns = [turn for device in there.keys() | self._members.keys() for turn in self._lapse(device, at)]
        turns += [self._leave(at, self._members[device]) for device in self._members.keys() - there.keys()]
        self._members = there
        return [*turns, *(turn for device in there for turn in self._look(device, at))]

    def pass_time(self, now: int) -> list[Turn]:
        """What has ended by itself until now."""
        return [turn for device in list(self._members) for turn in self._lapse(device, now)]

    def now(self) -> dict[str, tuple[str, Standing]]:
        """What each is doing: device to name and standing."""
        return {device: (member.name, self._standings[device]) for device, member in self._members.items()}

    def _lapse(self, device: str, at: int) -> Iterator[Turn]:
        known = self._standings.get(device)
        if known is not None and known.until is not None and known.until <= at:
            yield from self._look(device, known.until)

    def _look(self, device: str, at: int) -> Iterator[Turn]:
        member = self._members.get(device)
        if member is None:
            return
        at = max(at, self._since.get(device, at))
        old, new = self._standings.get(device), standing(member, self.wrap_up_seconds, at)
        self._standings[device] = new
        if not new.is_like(old):
            self._since[device] = at
            yield Turn(at, device, member.name, new)

    def _leave(self, at: int, member: Member) -> Turn:
        self._standings.pop(member.device, None)
        return Turn(max(at, self._since.pop(member.device, at)), member.device, member.name, None)
