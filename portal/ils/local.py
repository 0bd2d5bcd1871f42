"""The driver `local`: our own circulation (`portal/services/circulation`) as a library system."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from portal.ils.driver import (
    Capability,
    FineView,
    Holdings,
    HoldRequest,
    HoldResult,
    HoldView,
    LoanPage,
    PatronRef,
    PickupBranch,
    Profile,
    Refusal,
    Renewal,
)
from portal.services.circulation.service import Circulation
from search.document import DocumentId


class LocalSystem:
    """It can do everything. check_pin: the patron's id, or None when card and PIN do not belong together."""

    name = "local"
    capabilities = frozenset(Capability)

    def __init__(self, circulation: Circulation, check_pin: Callable[[str, str], str | None]) -> None:
        self._circulation = circulation
        self._check_pin = check_pin

    def status(self, documents: Sequence[DocumentId]) -> Mapping[DocumentId, Holdings]:
        return self._circulation.status(documents)

    def holdings(self, document: DocumentId, patron: PatronRef | None = None) -> Holdings:
        return self._circulation.holdings(document, patron.id if patron else "")

    def login(self, card_number: str, pin: str) -> Profile | None:
        patron_id = self._check_pin(card_number, pin)
        return None if patron_id is None else self._circulation.profile(patron_id)

    def profile(self, patron: PatronRef) -> Profile:
        return self._circulation.profile(patron.id)

    def loans(self, patron: PatronRef, page: int = 1, size: int = 50, *, renewals: bool = True) -> LoanPage:
        return self._circulation.loans(patron.id, page, size, renewals=renewals)

    def renew(self, patron: PatronRef, loans: Sequence[str] | None, key: str) -> tuple[Renewal, ...]:
        return self._circulation.renew(patron.id, loans, key)

    def history(self, patron: PatronRef, page: int = 1, size: int = 50) -> LoanPage:
        return self._circulation.history(patron.id, page, size)

    def forget_history(self, patron: PatronRef, loans: Sequence[str] | None = None) -> int:
        return self._circulation.forget_history(patron.id, loans)

    def holds(self, patron: PatronRef) -> tuple[HoldView, ...]:
        return self._circulation.holds(patron.id)

    def check_hold(self, patron: PatronRef, document: DocumentId, item_id: str = "") -> Refusal | None:
        return self._circulation.check_hold(patron.id, document, item_id)

    def place_hold(self, patron: PatronRef, request: HoldRequest) -> HoldResult:
        return self._circulation.place_hold(patron.id, request)

    def suspend_hold(self, patron: PatronRef, hold: str, until: date | None) -> HoldResult:
        return self._circulation.suspend_hold(patron.id, hold, until)

    def move_hold(self, patron: PatronRef, hold: str, pickup_branch: str) -> HoldResult:
        return self._circulation.move_hold(patron.id, hold, pickup_branch)

    def cancel_hold(self, patron: PatronRef, hold: str) -> HoldResult:
        return self._circulation.cancel_hold(patron.id, hold)

    def pickup_branches(self, patron: PatronRef, document: DocumentId | None = None) -> tuple[PickupBranch, ...]:
        return self._circulation.pickup_branches(patron.id, document)

    def fines(self, patron: PatronRef) -> tuple[FineView, ...]:
        return self._circulation.fines(patron.id)
