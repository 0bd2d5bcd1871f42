"""Circulation as patrons use it.

Whoever calls has made sure who the patron is (`LocalSystem` by card and PIN, the pages by their session); whatever is
asked about another patron's loan or hold is answered as if there were none. Each method is one transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError

from portal.ils.driver import (
    FineView,
    Holdings,
    HoldRequest,
    HoldResult,
    HoldView,
    LoanPage,
    LoanView,
    PickupBranch,
    Profile,
    Refusal,
    Renewal,
)
from portal.services.circulation import copies, fines, holds, licences, loans, people
from portal.services.circulation.work import Transactions, Work, is_id
from portal.services.errors import NotFound
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.tables import Hold, Loan, Patron
from portal.store.tables.circulation import ACTIVE
from search.document import DocumentId

MAX_AT_ONCE: Final = 200
MAX_PAGE: Final = 100_000


class Circulation:
    """Our own library system, for patrons."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self._all = Transactions(database, clock, zone)

    # ---- copies

    def status(self, documents: Sequence[DocumentId]) -> Mapping[DocumentId, Holdings]:
        """The copies of each title, in one question to the store."""
        with self._all.reading() as work:
            return copies.holdings_of(work, documents)

    def holdings(self, document: DocumentId, patron_id: str = "") -> Holdings:
        """The copies of a title; `holdable` is said for this patron, or for any."""
        with self._all.reading() as work:
            patron = work.session.get(Patron, patron_id) if patron_id else None
            return copies.holdings_of(work, [document], patron.category if patron else "")[document]

    # ---- the patron

    def profile(self, patron_id: str) -> Profile:
        """Raises NotFound."""
        with self._all.reading() as work:
            return people.profile(work, _patron(work, patron_id))

    def fines(self, patron_id: str) -> tuple[FineView, ...]:
        with self._all.reading() as work:
            return fines.fine_views(work, patron_id)

    # ---- loans

    def loans(self, patron_id: str, page: int = 1, size: int = 50, *, renewals: bool = True) -> LoanPage:
        """The patron's and, for a guardian, those of the children, the first due first; as the driver tells them."""
        with self._all.reading() as work:
            names = _children(work, patron_id)
            whose = Loan.patron_id.in_([patron_id, *names]) & loans.is_out(work)
            total = work.session.scalar(select(func.count()).select_from(Loan).where(whose)) or 0
            found = _page(select(Loan).where(whose).order_by(Loan.due_at, Loan.id), page, size)
            return LoanPage(total, loans.loan_views(work, work.session.scalars(found), names, renewals=renewals))

    def renew(self, patron_id: str, wanted: Sequence[str] | None, key: str) -> tuple[Renewal, ...]:
        """Renew these loans, or all, one answer each; a child's for its guardian too."""
        with self._all.reading() as work:
            family = [patron_id, *people.children(work, patron_id)]
            mine = select(Loan.id, Loan.document_id).where(Loan.patron_id.in_(family), loans.is_out(work))
            if wanted is not None:
                mine = mine.where(Loan.id.in_([id for id in wanted if is_id(id)][:MAX_AT_ONCE]))
            documents = {row[0]: row[1] for row in work.session.execute(mine.order_by(Loan.due_at, Loan.id))}
        order = list(documents) if wanted is None else list(dict.fromkeys(wanted))[:MAX_AT_ONCE]
        with self._all.deciding(family, documents.values()) as work:
            return tuple(_renewal(work, id, key) if id in documents else _no_loan(id) for id in order)

    def history(self, patron_id: str, page: int = 1, size: int = 50) -> LoanPage:
        """Returned loans, the last first; none unless the patron keeps them."""
        with self._all.reading() as work:
            if not _patron(work, patron_id).keep_history:
                return LoanPage(0, ())
            whose = (Loan.patron_id == patron_id) & Loan.returned_at.is_not(None)
            total = work.session.scalar(select(func.count()).select_from(Loan).where(whose)) or 0
            order = Loan.returned_at.desc(), Loan.id
            found = _page(select(Loan).where(whose).order_by(*order), page, size)
            return LoanPage(total, loans.loan_views(work, work.session.scalars(found)))

    def forget_history(self, patron_id: str, wanted: Sequence[str] | None = None) -> int:
        """Cut returned loans, or all of them, from the patron; how many. One that still costs something stays."""
        with self._all.deciding([patron_id]) as work:
            whose = select(Loan.id).where(Loan.patron_id == patron_id)
            if wanted is not None:
                whose = whose.where(Loan.id.in_([id for id in wanted if is_id(id)]))
            return loans.cut(work, whose)

    def open_loans(self, patron_id: str) -> tuple[LoanView, ...]:
        """The patron's own, all."""
        with self._all.reading() as work:
            found = select(Loan).where(Loan.patron_id == patron_id, loans.is_out(work))
            return loans.loan_views(work, work.session.scalars(found.order_by(Loan.due_at, Loan.id)))

    # ---- holds

    def holds(self, patron_id: str) -> tuple[HoldView, ...]:
        """Active ones, those to be fetched first."""
        with self._all.reading() as work:
            found = select(Hold).where(Hold.patron_id == patron_id, Hold.state.in_(ACTIVE))
            return holds.hold_views(work, work.session.scalars(found))

    def check_hold(self, patron_id: str, document: DocumentId, item_id: str = "") -> Refusal | None:
        """Why a hold would be refused now, None when it would not."""
        with self._all.reading() as work:
            wanted = holds.wish(work, document, item_id)
            return holds.hold_refusal(work, _patron(work, patron_id), document, wanted, "")

    def place_hold(self, patron_id: str, request: HoldRequest) -> HoldResult:
        """Place a hold. One on an e-book names one of its licences as the item where the title has copies, too."""
        try:
            with self._all.deciding([patron_id], [request.document_id]) as work:
                loans.return_expired_licences(work, request.document_id)
                found = holds.place(work, _patron(work, patron_id), request)
                if isinstance(found, Refusal):
                    return HoldResult(refusal=found)
                return HoldResult(holds.hold_views(work, [found])[0])
        except IntegrityError:
            return HoldResult(refusal=Refusal.DUPLICATE)

    def suspend_hold(self, patron_id: str, hold: str, until: date | None) -> HoldResult:
        return self._change(patron_id, hold, lambda work, found: holds.suspend(work, found, until))

    def move_hold(self, patron_id: str, hold: str, pickup_branch: str) -> HoldResult:
        return self._change(patron_id, hold, lambda work, found: holds.move(work, found, pickup_branch))

    def cancel_hold(self, patron_id: str, hold: str) -> HoldResult:
        return self._change(patron_id, hold, holds.cancel)

    def pickup_branches(self, patron_id: str, document: DocumentId | None = None) -> tuple[PickupBranch, ...]:
        """Where holds can be fetched, or those on a title; the patron's own branch first."""
        with self._all.reading() as work:
            patron = _patron(work, patron_id)
            wanted = None if document is None else holds.wish(work, document, "")
            found = holds.pickup_branches(work, patron, wanted)
            return tuple(PickupBranch(branch.code, branch.name) for branch in found)

    # ---- e-books

    def borrow_licence(self, patron_id: str, document: DocumentId, key: str) -> licences.Borrowed:
        """Lend an e-book from now for the hours of its licence, unless all its uses are taken."""
        try:
            with self._all.deciding([patron_id], [document]) as work:
                return licences.borrow(work, _patron(work, patron_id), document, key)
        except IntegrityError:
            return licences.Borrowed(refusal=Refusal.NO_COPY_FREE)

    def return_licence(self, patron_id: str, document: DocumentId) -> bool:
        """Give an e-book back before its time; False where the patron has none."""
        with self._all.deciding([patron_id], [document]) as work:
            return licences.give_back(work, patron_id, document)

    def has_licence_loan(self, patron_id: str, document: DocumentId, now: datetime) -> bool:
        """Whether the patron may read this e-book at a moment."""
        with self._all.reading() as work:
            return licences.loan_until(work, patron_id, document, now) is not None

    # ---- what they share

    def _change(self, patron_id: str, hold: str, change: Callable[[Work, Hold], Refusal | None]) -> HoldResult:
        if not is_id(hold):
            return HoldResult(refusal=Refusal.NOT_FOUND)
        with self._all.reading() as work:
            whose = select(Hold.document_id).where(Hold.id == hold, Hold.patron_id == patron_id)
            document = work.session.scalar(whose)
        if document is None:
            return HoldResult(refusal=Refusal.NOT_FOUND)
        with self._all.deciding([patron_id], [document]) as work:
            found = work.session.get(Hold, hold)
            if found is None or found.patron_id != patron_id:
                return HoldResult(refusal=Refusal.NOT_FOUND)
            refusal = change(work, found)
            return HoldResult(holds.hold_views(work, [found])[0], refusal)


def _patron(work: Work, patron_id: str) -> Patron:
    found = work.session.get(Patron, patron_id)
    if found is None:
        raise NotFound("no such patron")
    return found


def _page(found: Select[Loan], page: int, size: int) -> Select[Loan]:
    size = max(0, min(size, MAX_AT_ONCE))
    return found.offset((max(1, min(page, MAX_PAGE)) - 1) * size).limit(size)


def _children(work: Work, patron_id: str) -> Mapping[str, str]:
    """Names of those whose loans a guardian sees, by id."""
    ids = people.children(work, patron_id)
    rows = work.session.execute(select(Patron.id, Patron.name).where(Patron.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def _renewal(work: Work, loan_id: str, key: str) -> Renewal:
    loan = work.session.get(Loan, loan_id)
    if loan is None or loan.returned_at is not None or loan.patron_id is None:
        return _no_loan(loan_id)
    return loans.renew(work, loan, _patron(work, loan.patron_id), key)


def _no_loan(loan_id: str) -> Renewal:
    return Renewal(loan_id, None, Refusal.NOT_FOUND)
