"""What time itself does to loans and holds. Every job may run at any time, and again: what is done stays done."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, or_, select

from portal.services.circulation import loans, queue
from portal.services.circulation.work import Transactions, Work
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.tables import Hold, Item, Loan, Patron
from portal.store.tables.circulation import ACTIVE, HoldState
from portal.store.tables.collection import ItemStatus

DISPUTE_DAYS: Final = 7
ENDED_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Expired:
    """How many holds ended, how many waited again, how many e-books came back, by one run."""

    holds: int = 0
    unfetched: int = 0
    resumed: int = 0
    licences: int = 0

    def __str__(self) -> str:
        return (
            f"holds ended {self.holds}, not fetched {self.unfetched}, waiting again {self.resumed}; "
            f"e-books back {self.licences}"
        )


@dataclass(frozen=True, slots=True)
class Anonymised:
    """How many loans nobody's name is on any more, and how many holds are gone, by one run."""

    loans: int = 0
    holds: int = 0

    def __str__(self) -> str:
        return f"loans anonymised {self.loans}, holds forgotten {self.holds}"


class Housekeeping:
    """The jobs of circulation. Whether the clock can be trusted is for whoever runs them to say."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone

    def expire(self, now: datetime | None = None) -> Expired:
        """End what waited or lay ready too long, wake suspended holds, bring e-books back, and serve who waits then.

        Each title is a transaction of its own, so that lending goes on meanwhile.
        """
        moment = now or self._clock()
        everything = Transactions(self._database, lambda: moment, self._zone)
        with everything.reading() as work:
            documents = _due_documents(work)
        total = Expired()
        for document in documents:
            with everything.deciding([], [document]) as work:
                total = _sum(total, _expire(work, document))
        return total

    def anonymise(self, now: datetime | None = None) -> Anonymised:
        """Cut finished loans from who had them, and forget holds that ended long ago."""
        moment = now or self._clock()
        everything = Transactions(self._database, lambda: moment, self._zone)
        with everything.deciding() as work:
            return Anonymised(_cut(work), _forget_holds(work))


def _sum(one: Expired, other: Expired) -> Expired:
    return Expired(
        one.holds + other.holds,
        one.unfetched + other.unfetched,
        one.resumed + other.resumed,
        one.licences + other.licences,
    )


def _due_documents(work: Work) -> list[str]:
    holds = select(Hold.document_id).where(
        or_(
            and_(Hold.state == HoldState.QUEUED, Hold.expires_on < work.today),
            and_(Hold.state == HoldState.QUEUED, Hold.suspended_until <= work.today),
            and_(Hold.state == HoldState.READY, Hold.pickup_until < work.now),
        )
    )
    licences = (
        select(Loan.document_id)
        .join(Item, Item.id == Loan.item_id)
        .where(Loan.returned_at.is_(None), Item.is_licence, Loan.due_at <= work.now)
    )
    # Copies that somebody else brought (a load of the catalogue, another rule), and that somebody waits for.
    free = (
        select(Hold.document_id)
        .join(Item, Item.document_id == Hold.document_id)
        .where(Hold.state == HoldState.QUEUED, Hold.suspended_until.is_(None), Item.status == ItemStatus.AVAILABLE)
    )
    return sorted({id for statement in (holds, licences, free) for id in work.session.scalars(statement)})


def _expire(work: Work, document: str) -> Expired:
    returned = loans.return_expired_licences(work, document)
    waiting = [hold for hold, _ in queue.queued(work, document)]
    old = [hold for hold in waiting if hold.expires_on < work.today]
    for hold in old:
        hold.state, hold.ended_at = HoldState.EXPIRED, work.now
    woken = [h for h in waiting if h not in old and h.suspended_until and h.suspended_until <= work.today]
    for hold in woken:
        hold.suspended_until = None
    work.session.flush()
    unfetched = _end_unfetched(work, document)
    queue.serve(work, document)
    return Expired(len(old), unfetched, len(woken), returned)


def _end_unfetched(work: Work, document: str) -> int:
    late = select(Hold).where(Hold.document_id == document, Hold.state == HoldState.READY, Hold.pickup_until < work.now)
    found = list(work.session.scalars(late.order_by(Hold.number)))
    for hold in found:
        queue.end(work, hold, HoldState.EXPIRED)
    return len(found)


def _cut(work: Work) -> int:
    keepers = select(Patron.id).where(Patron.keep_history)
    before = work.now - timedelta(days=DISPUTE_DAYS)
    finished = select(Loan.id).where(
        Loan.returned_at <= before,
        Loan.patron_id.is_not(None),
        Loan.patron_id.not_in(keepers),
    )
    return loans.cut(work, finished)


def _forget_holds(work: Work) -> int:
    """A copy that still lies on the shelf of holds is cleared from there first."""
    ended = and_(
        Hold.state.not_in(ACTIVE),
        Hold.ended_at <= work.now - timedelta(days=ENDED_DAYS),
    )
    ids = list(work.session.scalars(select(Hold.id).where(ended)))
    work.session.execute(delete(Hold).where(ended))
    return len(ids)
