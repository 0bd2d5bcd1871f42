"""What a library system is asked, whichever it is (after VuFind's driver interface, with our words).

A refusal by the rules of lending is a value with a code. A system that does not answer raises IlsUnavailable. Money is
in whole rupiah, times are in UTC. The screen shows only what `capabilities` name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from search.document import DocumentId


class Capability(StrEnum):
    """What a driver can do beside `status` and `holdings`, which every one can."""

    LOGIN = "login"
    LOANS = "loans"
    RENEW = "renew"
    HISTORY = "history"
    FORGET_HISTORY = "forget_history"
    HOLDS = "holds"
    PLACE_HOLD = "place_hold"
    ITEM_HOLD = "item_hold"
    SUSPEND_HOLD = "suspend_hold"
    MOVE_HOLD = "move_hold"
    CANCEL_HOLD = "cancel_hold"
    FINES = "fines"


class Availability(StrEnum):
    """UNKNOWN: the system did not tell. ONSITE: there, but not lent."""

    AVAILABLE = "available"
    ONSITE = "onsite"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"


class Refusal(StrEnum):
    """Why the rules of lending say no. The text is the end of a message's key: `refusal.on_hold`."""

    # of renewals
    ON_HOLD = "on_hold"
    LIMIT_REACHED = "limit_reached"
    TOO_SOON = "too_soon"
    OVERDUE = "overdue"
    ONSITE_ONLY = "onsite_only"
    RECALLED = "recalled"
    MUST_BE_SEEN = "must_be_seen"
    ADDRESS_MISSING = "address_missing"
    # of loans
    MAX_LOANS = "max_loans"
    ITEM_NOT_FOUND = "item_not_found"
    ITEM_ON_LOAN = "item_on_loan"
    ITEM_NOT_LENT = "item_not_lent"
    HELD_FOR_OTHER = "held_for_other"
    NO_RULE = "no_rule"
    NO_COPY_FREE = "no_copy_free"
    # of holds
    ALREADY_YOURS = "already_yours"
    DUPLICATE = "duplicate"
    MAX_HOLDS = "max_holds"
    NOT_HOLDABLE = "not_holdable"
    AVAILABLE_NOW = "available_now"
    BAD_PICKUP = "bad_pickup"
    BAD_DATE = "bad_date"
    # of cancelling and changing holds
    NOT_FOUND = "not_found"
    ALREADY_DONE = "already_done"
    IN_TRANSIT = "in_transit"
    # of the patron, whatever was asked
    AGE = "age"
    PATRON_BLOCKED = "patron_blocked"
    CARD_LOST = "card_lost"
    CARD_EXPIRED = "card_expired"
    DEBT = "debt"
    # of a system whose reason has no name here
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PatronRef:
    """Whom a driver is asked about. id: ours. ils_id: the system's own, equal to id in our own circulation."""

    id: str
    ils_id: str
    card_number: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What the system knows of a patron; "" or None where it does not. blocks: reasons for which it lends nothing."""

    ils_id: str
    card_number: str
    name: str
    category: str = ""
    home_branch: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    birth_year: int | None = None
    expires_on: date | None = None
    blocks: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Holding:
    """A copy. due_at: when a lent one is to come back. holdable: whether this very copy may be asked for."""

    item_id: str
    availability: Availability
    branch: str = ""
    location: str = ""
    call_number: str = ""
    number: str = ""
    barcode: str = ""
    loan_type: str = ""
    due_at: datetime | None = None
    holdable: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Holdings:
    """The copies of a title. holds: how many wait for it. is_licensed: an e-book lent by licence."""

    document_id: DocumentId
    items: tuple[Holding, ...] = ()
    holds: int = 0
    is_licensed: bool = False

    @property
    def availability(self) -> Availability:
        """Of the title: that of its most available copy; UNKNOWN without any."""
        best = (Availability.AVAILABLE, Availability.ONSITE, Availability.UNAVAILABLE, Availability.UNKNOWN)
        return min((item.availability for item in self.items), key=best.index, default=Availability.UNKNOWN)

    @property
    def free(self) -> int:
        return sum(item.availability is Availability.AVAILABLE for item in self.items)


@dataclass(frozen=True, slots=True)
class LoanView:
    """A loan as its borrower sees it. renewable: None where renewing it would work now, else why it would not.

    renewals_allowed: None where the system does not tell. is_licence: an e-book, read here until due_at.
    """

    id: str
    document_id: DocumentId | None
    title: str
    due_at: datetime
    out_at: datetime | None = None
    returned_at: datetime | None = None
    item_id: str = ""
    barcode: str = ""
    branch: str = ""
    renewals: int = 0
    renewals_allowed: int | None = None
    renewable: Refusal | None = None
    is_licence: bool = False
    borrower: str = ""  # a child's name, where a guardian looks; "" for oneself


@dataclass(frozen=True, slots=True)
class LoanPage:
    """Some of a patron's loans, and how many there are."""

    total: int
    loans: tuple[LoanView, ...]


@dataclass(frozen=True, slots=True)
class Renewal:
    """What came of renewing one loan: due_at is the new date, or the old one where it was refused."""

    loan_id: str
    due_at: datetime | None
    refusal: Refusal | None = None

    @property
    def done(self) -> bool:
        return self.refusal is None


class HoldStage(StrEnum):
    """Where a hold stands, for its patron. SUSPENDED keeps its place in the queue. TO_SEND: its copy stands on the shelf
    of another branch still, from which it will be sent."""

    QUEUED = "queued"
    SUSPENDED = "suspended"
    TO_SEND = "to_send"
    IN_TRANSIT = "in_transit"
    READY = "ready"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class HoldView:
    """A hold as its patron sees it. place: in the queue, from 1, None when it no longer waits or is not told.

    expected_on: when a copy may be there, by the due dates before it; None where nothing can be said.
    """

    id: str
    document_id: DocumentId | None
    title: str
    stage: HoldStage
    pickup_branch: str = ""
    place: int | None = None
    expected_on: date | None = None
    asked_at: datetime | None = None
    expires_on: date | None = None
    suspended_until: date | None = None
    pickup_until: datetime | None = None
    item_id: str = ""
    is_licence: bool = False


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """key: of this request, the same for every click on one button. item_id: one copy, "" for any of the title."""

    document_id: DocumentId
    pickup_branch: str
    key: str
    title: str = ""
    item_id: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class HoldResult:
    """What came of a wish about a hold: the hold as it is now, or why not. pending: staff have to agree first."""

    hold: HoldView | None = None
    refusal: Refusal | None = None
    pending: bool = False

    @property
    def done(self) -> bool:
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class FineView:
    """What is or was owed, in rupiah. reason: a name of FineKind, or the system's own words."""

    id: str
    amount: int
    balance: int
    reason: str
    title: str = ""
    days: int = 0
    charged_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PickupBranch:
    code: str
    name: str


class ILSDriver(Protocol):
    """A library system. Every method may raise IlsUnavailable; those a capability names, IlsUnsupported without it.

    Whatever is asked about a loan, hold or fine of another patron is answered as if there were none.
    """

    @property
    def name(self) -> str:
        """Of the setting that chooses it: local, koha, slims, none."""
        ...

    @property
    def capabilities(self) -> frozenset[Capability]: ...

    def status(self, documents: Sequence[DocumentId]) -> Mapping[DocumentId, Holdings]:
        """The copies of each title, all in one question; UNKNOWN ones where the system knows nothing of a title."""
        ...

    def holdings(self, document: DocumentId, patron: PatronRef | None = None) -> Holdings: ...

    def login(self, card_number: str, pin: str) -> Profile | None:
        """The patron, or None when card and PIN do not belong together. LOGIN."""
        ...

    def profile(self, patron: PatronRef) -> Profile:
        """LOGIN."""
        ...

    def loans(self, patron: PatronRef, page: int = 1, size: int = 50, *, renewals: bool = True) -> LoanPage:
        """Those not returned, the first due first. LOANS.

        renewals: whether each is told to be renewable or why not, which some systems have to be asked loan by loan.
        """
        ...

    def renew(self, patron: PatronRef, loans: Sequence[str] | None, key: str) -> tuple[Renewal, ...]:
        """Renew these loans, or with None all; one answer each, in that order. key: of the click. RENEW."""
        ...

    def history(self, patron: PatronRef, page: int = 1, size: int = 50) -> LoanPage:
        """Returned ones, the last first. HISTORY."""
        ...

    def forget_history(self, patron: PatronRef, loans: Sequence[str] | None = None) -> int:
        """Cut these returned loans, or all, from the patron; how many. FORGET_HISTORY."""
        ...

    def holds(self, patron: PatronRef) -> tuple[HoldView, ...]:
        """Active ones, those to be fetched first. HOLDS."""
        ...

    def check_hold(self, patron: PatronRef, document: DocumentId, item_id: str = "") -> Refusal | None:
        """Why a hold would be refused now, None when it would not. PLACE_HOLD."""
        ...

    def place_hold(self, patron: PatronRef, request: HoldRequest) -> HoldResult:
        """PLACE_HOLD; with an item, ITEM_HOLD."""
        ...

    def suspend_hold(self, patron: PatronRef, hold: str, until: date | None) -> HoldResult:
        """Let others pass until a day, or with None wait again from now. SUSPEND_HOLD."""
        ...

    def move_hold(self, patron: PatronRef, hold: str, pickup_branch: str) -> HoldResult:
        """MOVE_HOLD."""
        ...

    def cancel_hold(self, patron: PatronRef, hold: str) -> HoldResult:
        """CANCEL_HOLD."""
        ...

    def pickup_branches(self, patron: PatronRef, document: DocumentId | None = None) -> tuple[PickupBranch, ...]:
        """Where a hold can be fetched, the patron's own branch first. PLACE_HOLD."""
        ...

    def fines(self, patron: PatronRef) -> tuple[FineView, ...]:
        """What is owed, the newest first. FINES."""
        ...
