"""How much is to be done: counted for whoever watches the centre."""

from dataclasses import dataclass

from depok_agi.desk import Desk
from depok_agi.store.times import microseconds


@dataclass(frozen=True, slots=True)
class Standing:
    """What the store has: calls owed, late, given up, late tickets, waiting e-mails, gaps in the log, operators."""

    owed: int
    owed_late: int
    expired: int
    tickets_late: int
    mails_waiting: int
    gaps: int
    signed_in: int = 0
    serving: int = 0
    """Operators to whom the queue gives calls, now or once theirs is over."""

    def in_words(self) -> str:
        """For one line."""
        late = f", {self.owed_late} late" if self.owed_late else ""
        tickets = f"; {self.tickets_late} tickets late" if self.tickets_late else ""
        mails = f"; {self.mails_waiting} e-mails wait" if self.mails_waiting else ""
        desk = f"; {self.serving} of {self.signed_in} operators take calls" if self.signed_in else ""
        return f"{self.owed} citizens owed a call{late}{tickets}{mails}{desk}"


async def counted(desk: Desk) -> Standing:
    """Count it. Raises StoreError."""
    queries, reader, now = desk.store.queries, desk.store.reader, microseconds(desk.now())
    with desk.store.told():
        operators = await queries.count_operators(reader)
        return Standing(
            owed=int(await queries.count_open_callbacks(reader)),
            owed_late=int(await queries.count_late_callbacks(reader, now=now)),
            expired=int(await queries.count_expired_callbacks(reader)),
            tickets_late=int(await queries.count_late_tickets(reader, now=now)),
            mails_waiting=int(await queries.count_waiting_mails(reader)),
            gaps=int(await queries.count_gaps(reader)),
            signed_in=operators["signed_in"],
            serving=operators["serving"],
        )
