"""What patrons do with what they have borrowed and asked for, through whichever library system lends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.ils.driver import (
    Capability,
    FineView,
    HoldRequest,
    HoldResult,
    HoldView,
    ILSDriver,
    LoanPage,
    PatronRef,
    PickupBranch,
    Profile,
    Refusal,
    Renewal,
)
from portal.services import consents
from portal.services.actors import Actor, require_patron
from portal.services.circulation.people import still_minor
from portal.services.consents import Purpose
from portal.services.errors import NotFound
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.tables.circulation import Fine, Payment
from portal.store.tables.people import Branch, FamilyLink, Patron, Standing
from search.document import DocumentId

# Loans on a page of the account; the largest class set is in one view.
PAGE: Final = 50
# A hold can be put off for so long; it would only stand in the way of the queue's figures.
MOST_SUSPENDED_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Child:
    """Someone whose loans a guardian sees."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class PaymentView:
    """Rupiah that were paid for a fine, or let off."""

    amount: int
    waived: bool
    taken_at: datetime


class MyLibrary:
    """The verbs of the account pages. What is nobody's, or someone else's, is NotFound.

    Raises IlsUnavailable wherever the library system does not answer.
    """

    def __init__(self, database: Database, ils: ILSDriver, clock: Clock, zone: ZoneInfo) -> None:
        self._database, self._ils, self._clock, self._zone = database, ils, clock, zone

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self._ils.capabilities

    def today(self) -> date:
        """The day where the library is."""
        return self._clock().astimezone(self._zone).date()

    def profile(self, actor: Actor) -> Profile:
        """What the library system knows of them; where it knows no patrons, what the store does."""
        ref = self._self(actor)
        if Capability.LOGIN in self._ils.capabilities:
            return self._ils.profile(ref)
        with self._database.reading() as session:
            patron = _found(session, ref.id)
            return Profile(ref.ils_id, ref.card_number, patron.name, expires_on=patron.expires_on)

    def home_branch(self, actor: Actor) -> str:
        """The code of the branch where one click lets holds be fetched, "" where nothing is fetched there."""
        id = require_patron(actor)
        with self._database.reading() as session:
            branch = session.get(Branch, _found(session, id).home_branch)
            return branch.code if branch is not None and branch.is_pickup else ""

    def branches(self) -> Mapping[str, str]:
        """Names of branches by their codes; those of another library system stand only under its own."""
        with self._database.reading() as session:
            return {branch.code: branch.name for branch in session.scalars(select(Branch))}

    # ---- loans

    def children(self, actor: Actor) -> tuple[Child, ...]:
        """Those whose guardian they are, until they come of age, by name."""
        with self._database.reading() as session:
            found = session.scalars(self._minors(require_patron(actor)).order_by(Patron.name, Patron.id))
            return tuple(Child(child.id, child.name) for child in found)

    def loans(self, actor: Actor, child: str = "", page: int = 1, *, renewals: bool = True) -> LoanPage:
        """Their own and their children's, or those of one child. Of each child's, `borrower` is the name.

        renewals: whether each is told to be renewable or why not.
        """
        if child:
            ref, name = self._child(actor, child)
            return _named(self._ils.loans(ref, page, PAGE, renewals=renewals), name)
        found = self._ils.loans(self._self(actor), page, PAGE, renewals=renewals)
        if self._knows_families:
            return found
        others = [self.loans(actor, one.id, renewals=renewals) for one in self.children(actor)]
        theirs = tuple(loan for other in others for loan in other.loans) if page == 1 else ()
        return LoanPage(found.total + sum(other.total for other in others), (*found.loans, *theirs))

    def renew(self, actor: Actor, loan: str, key: str) -> Renewal:
        """One loan, of their own or a child's. key: of the click, so that two of them renew once."""
        for ref in self._family(actor):
            for answer in self._ils.renew(ref, [loan], key):
                if answer.refusal is not Refusal.NOT_FOUND:
                    return answer
        raise NotFound("no such loan")

    def renew_all(self, actor: Actor, key: str, child: str = "") -> tuple[Renewal, ...]:
        """All that `loans` gives."""
        family = [self._child(actor, child)[0]] if child else self._family(actor)
        return tuple(answer for ref in family for answer in self._ils.renew(ref, None, key))

    @property
    def _knows_families(self) -> bool:
        """Our own circulation follows family links itself."""
        return self._ils.name == "local"

    def _family(self, actor: Actor) -> list[PatronRef]:
        """Whom the library system is asked about, for all of them."""
        own = self._self(actor)
        return (
            [own] if self._knows_families else [own, *(self._child(actor, one.id)[0] for one in self.children(actor))]
        )

    # ---- what was borrowed

    def keeps_history(self, actor: Actor) -> bool:
        id = require_patron(actor)
        with self._database.reading() as session:
            return _found(session, id).keep_history

    def switch_history(self, actor: Actor, keep: bool) -> None:
        """Keep what is returned from now on, or keep nothing: then what was kept is forgotten too."""
        ref = self._self(actor)
        with self._database.writing() as session:
            self._database.deciding(session, f"patron:{ref.id}")
            _found(session, ref.id).keep_history = keep
            (consents.give if keep else consents.withdraw)(session, ref.id, Purpose.HISTORY, self._clock())
        # Switched off first: what is returned in between is not kept after all.
        if not keep and Capability.FORGET_HISTORY in self._ils.capabilities:
            self._ils.forget_history(ref)

    def history(self, actor: Actor, page: int = 1) -> LoanPage:
        """What they have returned, the last first; nothing while it is not kept."""
        ref = self._self(actor)
        return self._ils.history(ref, page, PAGE) if self.keeps_history(actor) else LoanPage(0, ())

    def forget(self, actor: Actor, loan: str) -> None:
        if not self._ils.forget_history(self._self(actor), [loan]):
            raise NotFound("no such loan")

    def forget_all(self, actor: Actor) -> int:
        """How many were forgotten."""
        return self._ils.forget_history(self._self(actor))

    # ---- holds

    def holds(self, actor: Actor) -> tuple[HoldView, ...]:
        return self._ils.holds(self._self(actor))

    def check_hold(self, actor: Actor, document: DocumentId, item_id: str = "") -> Refusal | None:
        return self._ils.check_hold(self._self(actor), document, item_id)

    def pickup_branches(self, actor: Actor, document: DocumentId | None = None) -> tuple[PickupBranch, ...]:
        return self._ils.pickup_branches(self._self(actor), document)

    def place_hold(self, actor: Actor, request: HoldRequest) -> HoldResult:
        """request.pickup_branch: "" for the one that is offered first."""
        ref = self._self(actor)
        if not request.pickup_branch:
            offered = self._ils.pickup_branches(ref, request.document_id)
            if not offered:
                return HoldResult(refusal=Refusal.BAD_PICKUP)
            request = replace(request, pickup_branch=offered[0].code)
        return self._ils.place_hold(ref, request)

    def cancel_hold(self, actor: Actor, hold: str) -> HoldResult:
        return _one_of_theirs(self._ils.cancel_hold(self._self(actor), hold))

    def suspend_hold(self, actor: Actor, hold: str, until: date | None) -> HoldResult:
        """Until a day after today, within a year; None: wait again."""
        ref = self._self(actor)
        if until is not None and not 0 < (until - self.today()).days <= MOST_SUSPENDED_DAYS:
            # Whether it is theirs is told before what is wrong with the day.
            if hold not in {one.id for one in self._ils.holds(ref)}:
                raise NotFound("no such hold")
            return HoldResult(refusal=Refusal.BAD_DATE)
        return _one_of_theirs(self._ils.suspend_hold(ref, hold, until))

    def move_hold(self, actor: Actor, hold: str, pickup_branch: str) -> HoldResult:
        return _one_of_theirs(self._ils.move_hold(self._self(actor), hold, pickup_branch))

    # ---- what is owed

    def fines(self, actor: Actor) -> tuple[FineView, ...]:
        return self._ils.fines(self._self(actor))

    def payments(self, actor: Actor) -> Mapping[str, Sequence[PaymentView]]:
        """What was paid here, by fine, the first first; nothing where another system keeps the till."""
        id = require_patron(actor)
        paid = select(Payment).join(Fine, Payment.fine_id == Fine.id).where(Fine.patron_id == id)
        found: dict[str, list[PaymentView]] = {}
        with self._database.reading() as session:
            for one in session.scalars(paid.order_by(Payment.taken_at, Payment.id)):
                found.setdefault(one.fine_id, []).append(PaymentView(one.amount, one.waived, one.taken_at))
        return found

    # ----

    def _self(self, actor: Actor) -> PatronRef:
        id = require_patron(actor)
        with self._database.reading() as session:
            return reference_of(_found(session, id))

    def _child(self, actor: Actor, child: str) -> tuple[PatronRef, str]:
        """A child of theirs, and its name."""
        guardian = require_patron(actor)
        with self._database.reading() as session:
            if session.scalars(self._minors(guardian).where(Patron.id == child)).first() is None:
                raise NotFound("no such child")
            patron = _found(session, child)
            return reference_of(patron), patron.name

    def _minors(self, guardian: str) -> Select[Patron]:
        linked = select(Patron).join(FamilyLink, FamilyLink.child_id == Patron.id)
        return linked.where(FamilyLink.guardian_id == guardian, still_minor(self.today().year))


def reference_of(patron: Patron) -> PatronRef:
    """How a library system is told who is meant."""
    return PatronRef(patron.id, patron.ils_id or patron.id, patron.card_number or "")


def _found(session: Session, id: str) -> Patron:
    patron = session.get(Patron, id)
    if patron is None or patron.standing is Standing.WITHDRAWN:
        raise NotFound("no such patron")
    return patron


def _named(page: LoanPage, name: str) -> LoanPage:
    return replace(page, loans=tuple(replace(loan, borrower=name) for loan in page.loans))


def _one_of_theirs(result: HoldResult) -> HoldResult:
    if result.refusal is Refusal.NOT_FOUND:
        raise NotFound("no such hold")
    return result
