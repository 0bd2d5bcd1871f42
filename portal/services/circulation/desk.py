"""Circulation as staff use it. Every method is one transaction and refuses whoever is no librarian."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.ils.driver import FineView, HoldRequest, HoldResult, HoldView, LoanView, Refusal, Renewal
from portal.services.actors import Actor, require_staff
from portal.services.circulation import fines, holds, loans, people, queue, returns, shelves
from portal.services.circulation.results import (
    CheckIn,
    CheckOut,
    DeskAccount,
    OverdueEntry,
    PaymentResult,
    ShelfEntry,
)
from portal.services.circulation.work import Transactions, Work, is_id, usable_key
from portal.services.errors import NotFound, NotValid
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.tables import Branch, Fine, Hold, Item, Loan, Patron
from portal.store.tables.circulation import ACTIVE, FineKind
from portal.store.tables.collection import ItemStatus
from portal.store.tables.people import Standing


class Audit(Protocol):
    """Writes who did what, in the transaction it was done in, and as the last thing of that: it holds a lock."""

    def __call__(
        self, session: Session, actor_id: str, action: str, subject: str = "", detail: str = "", *, at: datetime
    ) -> None: ...


# What a librarian may pass over; the rest is about the copy, or a card somebody has lost.
OVERRIDABLE: Final = frozenset(
    {Refusal.MAX_LOANS, Refusal.DEBT, Refusal.CARD_EXPIRED, Refusal.PATRON_BLOCKED, Refusal.AGE}
)
CHARGEABLE: Final = (FineKind.LOST, FineKind.DAMAGED, FineKind.OTHER)
MAX_RUPIAH: Final = 100_000_000
_CARD_UNKNOWN: Final = "card_unknown"


class Desk:
    """Our own library system, for staff. audit: writes who did what, in the same transaction."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo, audit: Audit) -> None:
        self._all = Transactions(database, clock, zone)
        self._audit = audit

    # ---- lending and taking back

    def check_out(
        self, actor: Actor, card_number: str, barcode: str, branch: str, key: str, *, override: bool = False
    ) -> CheckOut:
        """Lend a copy. The same key again gives the same loan. Raises NotFound for a card nobody has."""
        require_staff(actor)
        key, patron_id = usable_key(key), self._patron_id(card_number)
        document = self._document(barcode)
        if document is None:
            return CheckOut(barcode, refusals=(Refusal.ITEM_NOT_FOUND,))
        try:
            with self._all.deciding([patron_id], [document]) as work:
                _require_branch(work, branch)
                patron = work.session.get_one(Patron, patron_id)
                item = _item(work, barcode, document)
                if item is None:
                    return CheckOut(barcode, refusals=(Refusal.ITEM_NOT_FOUND,))
                return self._lend(work, actor, patron, item, branch=branch, key=key, override=override)
        except IntegrityError:
            return CheckOut(barcode, refusals=(Refusal.ITEM_ON_LOAN,))

    def check_out_set(
        self, actor: Actor, card_number: str, barcodes: Sequence[str], branch: str, key: str, *, override: bool = False
    ) -> tuple[CheckOut, ...]:
        """Lend many copies, one answer each: what is refused does not keep back the rest."""
        wanted = list(dict.fromkeys(barcodes))
        return tuple(
            self.check_out(actor, card_number, barcode, branch, _part_key(key, barcode), override=override)
            for barcode in wanted
        )

    def _lend(
        self, work: Work, actor: Actor, patron: Patron, item: Item, *, branch: str, key: str, override: bool
    ) -> CheckOut:
        earlier = _lent_by(work, item, patron, key)
        if earlier is not None:
            return _lent(work, item, earlier)
        against = self._against_copy(work, item, patron, branch)
        if against is not None:
            return CheckOut(item.barcode or "", item.title, refusals=(against,))
        rule = work.rule(patron.category, item.loan_type, branch)
        refusals = loans.loan_refusals(work, patron, rule)
        gone = patron.standing is Standing.WITHDRAWN
        overridable = bool(refusals) and not gone and OVERRIDABLE.issuperset(refusals)
        if rule is None or (refusals and not (override and overridable)):
            return CheckOut(item.barcode or "", item.title, refusals=refusals, overridable=overridable)
        due_at = work.calendar(branch).due_at(work.today, rule.loan_days)
        loan = loans.lend(work, item, patron, rule, branch=branch, due_at=due_at, key=key)
        fulfilled = loans.fulfil(work, item, patron)
        if refusals:
            codes = " ".join(refusal.value for refusal in refusals)
            self._audit(work.session, actor.patron_id, "loan.override", patron.id, codes, at=work.now)
        return _lent(work, item, loan, fulfilled=fulfilled, overridden=refusals)

    def _against_copy(self, work: Work, item: Item, patron: Patron, branch: str) -> Refusal | None:
        """Why this copy cannot be lent to this patron. That it was scanned here tells where it is."""
        if loans.unfit(item):
            return Refusal.ITEM_NOT_LENT
        loan = loans.open_loan(work, item.id)
        if loan is not None:
            return Refusal.ALREADY_YOURS if loan.patron_id == patron.id else Refusal.ITEM_ON_LOAN
        if item.status is ItemStatus.IN_TRANSIT and queue.hold_of(work, item) is None:
            returns.take_in(work, item, branch)  # who waits for it comes first
        hold = queue.hold_of(work, item)
        return Refusal.HELD_FOR_OTHER if hold is not None and hold.patron_id != patron.id else None

    def check_in(self, actor: Actor, barcode: str, branch: str) -> CheckIn:
        """Take a copy back, or say what to do with one that was not lent. The same scan again says the same."""
        return self._with_item(actor, barcode, lambda work, item: returns.take_in(work, item, branch), branch)

    def receive(self, actor: Actor, barcode: str, branch: str) -> CheckIn:
        """A copy arrived from another branch; one that is lent is refused, which `check_in` would take back."""

        def arrived(work: Work, item: Item) -> CheckIn:
            if item.status is ItemStatus.ON_LOAN:
                return CheckIn(barcode, refusal=Refusal.ITEM_ON_LOAN, title=item.title)
            return returns.take_in(work, item, branch)

        return self._with_item(actor, barcode, arrived, branch)

    def mark_lost(self, actor: Actor, barcode: str, charge: int = 0, note: str = "") -> CheckIn:
        """A copy is lost; whoever had it may be charged rupiah for it. Its loan ends, its hold waits again."""
        return self._gone(actor, barcode, ItemStatus.LOST, charge, note)

    def mark_damaged(self, actor: Actor, barcode: str, charge: int = 0, note: str = "") -> CheckIn:
        return self._gone(actor, barcode, ItemStatus.DAMAGED, charge, note)

    def mark_found(self, actor: Actor, barcode: str, branch: str) -> CheckIn:
        """A lost, damaged or withdrawn copy can be lent again."""

        def found(work: Work, item: Item) -> CheckIn:
            result = returns.bring_back(work, item, branch)
            self._audit(work.session, actor.patron_id, "item.found", item.id, "", at=work.now)
            return result

        return self._with_item(actor, barcode, found, branch)

    def _gone(self, actor: Actor, barcode: str, status: ItemStatus, charge: int, note: str) -> CheckIn:
        if not 0 <= charge <= MAX_RUPIAH:
            raise NotValid("amount", "charge")

        def gone(work: Work, item: Item) -> CheckIn:
            loan = None if item.status is status else returns.put_away(work, item, status)
            borrower = (loan.patron_id or "") if loan else ""
            if loan and borrower and charge:
                kind = FineKind.LOST if status is ItemStatus.LOST else FineKind.DAMAGED
                fines.charge(work, borrower, kind, charge, title=item.title, note=note, loan_id=loan.id)
            self._audit(work.session, actor.patron_id, f"item.{status.value}", item.id, "", at=work.now)
            return returns.told_aside(work, item, borrower, charge if borrower else 0)

        return self._with_item(actor, barcode, gone)

    def _with_item(self, actor: Actor, barcode: str, act: Callable[[Work, Item], CheckIn], branch: str = "") -> CheckIn:
        require_staff(actor)
        document = self._document(barcode)
        if document is None:
            return CheckIn(barcode, refusal=Refusal.ITEM_NOT_FOUND)
        with self._all.deciding([], [document]) as work:
            if branch:
                _require_branch(work, branch)
            item = _item(work, barcode, document)
            return CheckIn(barcode, refusal=Refusal.ITEM_NOT_FOUND) if item is None else act(work, item)

    # ---- for a patron

    def account(self, actor: Actor, card_number: str) -> DeskAccount:
        """A patron with loans, holds and fines; that staff looked is written down. Raises NotFound."""
        require_staff(actor)
        patron_id = self._patron_id(card_number)
        with self._all.deciding() as work:
            self._audit(work.session, actor.patron_id, "patron.view", patron_id, "", at=work.now)
            return _account(work, work.session.get_one(Patron, patron_id))

    def renew(self, actor: Actor, card_number: str, wanted: Sequence[str] | None, key: str) -> tuple[Renewal, ...]:
        """Renew a patron's loans, or all; one answer each."""
        require_staff(actor)
        patron_id = self._patron_id(card_number)
        with self._all.reading() as work:
            rows = select(Loan.id, Loan.document_id).where(Loan.patron_id == patron_id, loans.is_out(work))
            found = {row[0]: row[1] for row in work.session.execute(rows.order_by(Loan.due_at, Loan.id))}
        order = list(found) if wanted is None else list(dict.fromkeys(wanted))
        with self._all.deciding([patron_id], [found[id] for id in order if id in found]) as work:
            patron = work.session.get_one(Patron, patron_id)
            return tuple(_renewal(work, id, patron, key) for id in order)

    def place_hold(self, actor: Actor, card_number: str, request: HoldRequest) -> HoldResult:
        require_staff(actor)
        patron_id = self._patron_id(card_number)
        try:
            with self._all.deciding([patron_id], [request.document_id]) as work:
                loans.return_expired_licences(work, request.document_id)
                placed = holds.place(work, work.session.get_one(Patron, patron_id), request)
                if isinstance(placed, Refusal):
                    return HoldResult(refusal=placed)
                view = holds.hold_views(work, [placed])[0]
                self._audit(work.session, actor.patron_id, "hold.place", patron_id, placed.id, at=work.now)
                return HoldResult(view)
        except IntegrityError:
            return HoldResult(refusal=Refusal.DUPLICATE)

    def cancel_hold(self, actor: Actor, hold: str) -> HoldResult:
        """Also one whose copy is on its way already: whoever receives that is told where it goes then."""
        require_staff(actor)
        document = None
        if is_id(hold):
            with self._all.reading() as work:
                document = work.session.scalar(select(Hold.document_id).where(Hold.id == hold))
        if document is None:
            return HoldResult(refusal=Refusal.NOT_FOUND)
        with self._all.deciding([], [document]) as work:
            found = work.session.get(Hold, hold)
            if found is None:
                return HoldResult(refusal=Refusal.NOT_FOUND)
            refusal = holds.cancel(work, found, by_staff=True)
            if refusal is None:
                self._audit(work.session, actor.patron_id, "hold.cancel", found.patron_id, found.id, at=work.now)
            return HoldResult(holds.hold_views(work, [found])[0], refusal)

    # ---- lists

    def pull_list(self, actor: Actor, branch: str) -> tuple[ShelfEntry, ...]:
        """Copies to be taken from a branch's shelves, because somebody waits for them."""
        return self._listed(actor, shelves.pull_list, branch)

    def hold_shelf(self, actor: Actor, branch: str) -> tuple[ShelfEntry, ...]:
        """What lies ready, and what is to be cleared from there (`expired`)."""
        return self._listed(actor, shelves.hold_shelf, branch)

    def in_transit(self, actor: Actor, branch: str) -> tuple[ShelfEntry, ...]:
        """What is on its way to a branch."""
        return self._listed(actor, shelves.in_transit, branch)

    def overdue_list(self, actor: Actor, branch: str) -> tuple[OverdueEntry, ...]:
        require_staff(actor)
        with self._all.deciding() as work:
            self._audit(work.session, actor.patron_id, "list.overdue", "", branch[:64], at=work.now)
            return shelves.overdue(work, branch)

    def _listed(
        self, actor: Actor, listed: Callable[[Work, str], tuple[ShelfEntry, ...]], branch: str
    ) -> tuple[ShelfEntry, ...]:
        require_staff(actor)
        with self._all.deciding() as work:
            self._audit(work.session, actor.patron_id, "list.holds", "", branch[:64], at=work.now)
            return listed(work, branch)

    # ---- money

    def charge(
        self, actor: Actor, card_number: str, kind: FineKind, amount: int, *, title: str = "", note: str = ""
    ) -> FineView:
        """Charge rupiah for something lost, damaged or else. Raises NotFound, NotValid."""
        require_staff(actor)
        if kind not in CHARGEABLE:
            raise NotValid("kind", "kind")
        if not 0 < amount <= MAX_RUPIAH:
            raise NotValid("amount", "amount")
        patron_id = self._patron_id(card_number)
        with self._all.deciding([patron_id]) as work:
            fine = fines.charge(work, patron_id, kind, amount, title=title, note=note)
            self._audit(work.session, actor.patron_id, "fine.charge", patron_id, str(amount), at=work.now)
            return next(view for view in fines.fine_views(work, patron_id) if view.id == fine.id)

    def take_payment(self, actor: Actor, fine: str, amount: int, key: str) -> PaymentResult:
        """Take rupiah for a fine, no more than is left of it; the same key again takes nothing. Raises NotFound, NotValid."""
        return self._settle(actor, fine, amount, key, waived=False)

    def waive(self, actor: Actor, fine: str, key: str, amount: int | None = None) -> PaymentResult:
        """Let off a fine, or so much of it."""
        return self._settle(actor, fine, amount, key, waived=True)

    def _settle(self, actor: Actor, fine: str, amount: int | None, key: str, *, waived: bool) -> PaymentResult:
        require_staff(actor)
        patron_id = None
        if is_id(fine):
            with self._all.reading() as work:
                patron_id = work.session.scalar(select(Fine.patron_id).where(Fine.id == fine))
        if patron_id is None:
            raise NotFound("no such fine")
        with self._all.deciding([patron_id]) as work:
            result = fines.settle(work, fine, amount, key, taken_by=actor.patron_id, waived=waived)
            action = "fine.waive" if waived else "fine.payment"
            self._audit(work.session, actor.patron_id, action, patron_id, str(result.taken), at=work.now)
            return result

    # ---- what they share

    def _patron_id(self, card_number: str) -> str:
        found, card_number = None, card_number.strip()
        if is_id(card_number):
            with self._all.reading() as work:
                found = work.session.scalar(select(Patron.id).where(Patron.card_number == card_number))
        if found is None:
            raise NotFound(_CARD_UNKNOWN)
        return found

    def _document(self, barcode: str) -> str | None:
        if not is_id(barcode.strip()):
            return None
        with self._all.reading() as work:
            return work.session.scalar(select(Item.document_id).where(Item.barcode == barcode.strip()))


def _item(work: Work, barcode: str, document: str) -> Item | None:
    """The copy, None when the catalogue has just moved it away from the title that was decided about."""
    wanted = select(Item).where(Item.barcode == barcode.strip(), Item.document_id == document)
    return work.session.scalars(wanted).one_or_none()


def _require_branch(work: Work, branch: str) -> None:
    if work.session.get(Branch, branch) is None:
        raise NotValid("branch_unknown", "branch")


def _part_key(key: str, barcode: str) -> str:
    """A key of its own for each copy of a set, "" where there is none."""
    return usable_key(f"{key} of {barcode}") if key else ""


def _lent_by(work: Work, item: Item, patron: Patron, key: str) -> Loan | None:
    """The loan this very click has made before."""
    mine = select(Loan).where(Loan.item_id == item.id, Loan.patron_id == patron.id, Loan.renewal_key == key)
    return work.session.scalars(mine.order_by(Loan.out_at.desc()).limit(1)).first()


def _lent(
    work: Work, item: Item, loan: Loan, *, fulfilled: bool = False, overridden: tuple[Refusal, ...] = ()
) -> CheckOut:
    view: LoanView = loans.loan_views(work, [loan])[0]
    return CheckOut(item.barcode or "", item.title, view, fulfilled=fulfilled, overridden=overridden)


def _renewal(work: Work, loan_id: str, patron: Patron, key: str) -> Renewal:
    loan = work.session.get(Loan, loan_id)
    if loan is None or loan.returned_at is not None or loan.patron_id != patron.id:
        return Renewal(loan_id, None, Refusal.NOT_FOUND)
    return loans.renew(work, loan, patron, key)


def _account(work: Work, patron: Patron) -> DeskAccount:
    lent: Iterable[Loan] = work.session.scalars(
        select(Loan).where(Loan.patron_id == patron.id, loans.is_out(work)).order_by(Loan.due_at, Loan.id)
    )
    waiting = work.session.scalars(select(Hold).where(Hold.patron_id == patron.id, Hold.state.in_(ACTIVE)))
    found: tuple[HoldView, ...] = holds.hold_views(work, waiting)
    return DeskAccount(
        patron_id=patron.id,
        profile=people.profile(work, patron),
        birth_year=patron.birth_year,
        registered_on=work.calendar(patron.home_branch).day(patron.registered_at),
        loans=loans.loan_views(work, lent),
        holds=found,
        fines=fines.fine_views(work, patron.id),
        owed=people.owed(work, patron.id),
        note=patron.note,
        block_reason=patron.block_reason,
    )
