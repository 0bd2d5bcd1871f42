"""No library system: nothing is known of copies beyond their records, and nothing can be asked for."""

from collections.abc import Mapping, Sequence
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
from portal.ils.errors import IlsUnsupported
from search.document import DocumentId


class Unsupported:
    """Every verb a capability names, refused: what a driver cannot do it inherits from here."""

    name = "none"
    capabilities: frozenset[Capability] = frozenset()

    def _cannot(self, capability: Capability) -> IlsUnsupported:
        return IlsUnsupported(f"{self.name} has no {capability.value}")

    def login(self, card_number: str, pin: str) -> Profile | None:  # noqa: ARG002
        raise self._cannot(Capability.LOGIN)

    def profile(self, patron: PatronRef) -> Profile:  # noqa: ARG002
        raise self._cannot(Capability.LOGIN)

    def loans(
        self,
        patron: PatronRef,  # noqa: ARG002
        page: int = 1,  # noqa: ARG002
        size: int = 50,  # noqa: ARG002
        *,
        renewals: bool = True,  # noqa: ARG002
    ) -> LoanPage:
        raise self._cannot(Capability.LOANS)

    def renew(self, patron: PatronRef, loans: Sequence[str] | None, key: str) -> tuple[Renewal, ...]:  # noqa: ARG002
        raise self._cannot(Capability.RENEW)

    def history(self, patron: PatronRef, page: int = 1, size: int = 50) -> LoanPage:  # noqa: ARG002
        raise self._cannot(Capability.HISTORY)

    def forget_history(self, patron: PatronRef, loans: Sequence[str] | None = None) -> int:  # noqa: ARG002
        raise self._cannot(Capability.FORGET_HISTORY)

    def holds(self, patron: PatronRef) -> tuple[HoldView, ...]:  # noqa: ARG002
        raise self._cannot(Capability.HOLDS)

    def check_hold(self, patron: PatronRef, document: DocumentId, item_id: str = "") -> Refusal | None:  # noqa: ARG002
        raise self._cannot(Capability.PLACE_HOLD)

    def place_hold(self, patron: PatronRef, request: HoldRequest) -> HoldResult:  # noqa: ARG002
        raise self._cannot(Capability.PLACE_HOLD)

    def suspend_hold(self, patron: PatronRef, hold: str, until: date | None) -> HoldResult:  # noqa: ARG002
        raise self._cannot(Capability.SUSPEND_HOLD)

    def move_hold(self, patron: PatronRef, hold: str, pickup_branch: str) -> HoldResult:  # noqa: ARG002
        raise self._cannot(Capability.MOVE_HOLD)

    def cancel_hold(self, patron: PatronRef, hold: str) -> HoldResult:  # noqa: ARG002
        raise self._cannot(Capability.CANCEL_HOLD)

    def pickup_branches(self, patron: PatronRef, document: DocumentId | None = None) -> tuple[PickupBranch, ...]:  # noqa: ARG002
        raise self._cannot(Capability.PLACE_HOLD)

    def fines(self, patron: PatronRef) -> tuple[FineView, ...]:  # noqa: ARG002
        raise self._cannot(Capability.FINES)


class NoSystem(Unsupported):
    """The driver `none`."""

    def status(self, documents: Sequence[DocumentId]) -> Mapping[DocumentId, Holdings]:
        return {document: Holdings(document) for document in documents}

    def holdings(self, document: DocumentId, patron: PatronRef | None = None) -> Holdings:  # noqa: ARG002
        return Holdings(document)
