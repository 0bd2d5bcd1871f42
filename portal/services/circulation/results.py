"""What the desk is told."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from portal.ils.driver import FineView, HoldView, LoanView, Profile, Refusal


class Next(StrEnum):
    """What to do with a copy that was scanned. ASIDE: it is lost, damaged or withdrawn, and goes to nobody."""

    SHELF = "shelf"
    HOLD_SHELF = "hold_shelf"
    TRANSIT = "transit"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class CheckOut:
    """What came of lending one copy. refusals: all that stand against it; overridable: a librarian may lend it still.

    fulfilled: it was the copy of the patron's own hold. overridden: what the librarian passed over.
    """

    barcode: str
    title: str = ""
    loan: LoanView | None = None
    refusals: tuple[Refusal, ...] = ()
    overridable: bool = False
    fulfilled: bool = False
    overridden: tuple[Refusal, ...] = ()

    @property
    def done(self) -> bool:
        return self.loan is not None

    @property
    def refusal(self) -> Refusal | None:
        """The gravest."""
        return self.refusals[0] if self.refusals else None


@dataclass(frozen=True, slots=True)
class CheckIn:
    """What to do with a copy now. branch: where it goes. patron_id, card_number: for whom it is kept, "" for nobody.

    loan_id: of the loan that ended with this scan, "" when it had none; fine: what it cost, in rupiah; late_days: open
    days after the due date.
    """

    barcode: str
    next: Next | None = None
    refusal: Refusal | None = None
    title: str = ""
    call_number: str = ""
    location: str = ""
    branch: str = ""
    hold_id: str = ""
    patron_id: str = ""
    card_number: str = ""
    patron_name: str = ""
    pickup_until: datetime | None = None
    loan_id: str = ""
    borrower_id: str = ""
    late_days: int = 0
    fine: int = 0

    @property
    def done(self) -> bool:
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class ShelfEntry:
    """A copy and the hold it is for: to be pulled from its shelf, on the shelf of holds, or on its way.

    branch: where it goes, or is. patron_id: "" where it is on its way home. expired: not fetched in time.
    """

    item_id: str
    barcode: str
    title: str
    call_number: str
    location: str
    branch: str
    document_id: str
    hold_id: str = ""
    patron_id: str = ""
    card_number: str = ""
    patron_name: str = ""
    ready_at: datetime | None = None
    pickup_until: datetime | None = None
    expired: bool = False


@dataclass(frozen=True, slots=True)
class OverdueEntry:
    """A loan that is late. days: open days after the due date. owing: what it would cost if it came back now.

    language: what the patron reads.
    """

    loan_id: str
    barcode: str
    title: str
    call_number: str
    due_at: datetime
    days: int
    owing: int
    patron_id: str
    card_number: str
    patron_name: str
    email: str
    phone: str
    language: str = "id"


@dataclass(frozen=True, slots=True)
class PaymentResult:
    """What a payment left: fine_id, its balance. taken: rupiah, of this payment."""

    fine_id: str
    taken: int
    balance: int


@dataclass(frozen=True, slots=True)
class DeskAccount:
    """A patron as the desk needs them."""

    patron_id: str
    profile: Profile
    birth_year: int | None
    registered_on: date
    loans: tuple[LoanView, ...]
    holds: tuple[HoldView, ...]
    fines: tuple[FineView, ...]
    owed: int
    note: str = ""
    block_reason: str = ""
