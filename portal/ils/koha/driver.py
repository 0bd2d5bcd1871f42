"""The driver `koha`. The key may see every patron, so each loan and hold a patron names is looked up as theirs first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from portal.ils.barcodes import Barcodes, no_barcodes
from portal.ils.driver import (
    Capability,
    FineView,
    Holdings,
    HoldRequest,
    HoldResult,
    HoldStage,
    HoldView,
    LoanPage,
    LoanView,
    PatronRef,
    PickupBranch,
    Profile,
    Refusal,
    Renewal,
)
from portal.ils.errors import IlsUnavailable
from portal.ils.koha import answers, refusals
from portal.ils.koha.clicks import Clicks
from portal.ils.koha.client import KohaClient, KohaRefused
from portal.ils.koha.records import KohaRecords
from portal.ils.koha.views import STAGES, fine_view, hold_view, profile_of
from portal.ils.none import Unsupported
from search.document import DocumentId

# A patron with more than this is none; it keeps one page from asking Koha hundreds of things.
MOST_ON_A_PAGE: Final = 100
_ORDER: Final = (HoldStage.READY, HoldStage.IN_TRANSIT, HoldStage.QUEUED, HoldStage.SUSPENDED)


class Koha(Unsupported):
    """zone: the library's, by which a day begins. clock: the time now, in UTC."""

    name = "koha"
    capabilities = frozenset(Capability) - {Capability.FORGET_HISTORY}

    def __init__(
        self,
        client: KohaClient,
        source: str,
        zone: ZoneInfo,
        clock: Callable[[], datetime],
        barcodes: Barcodes = no_barcodes,
    ) -> None:
        self._client = client
        self._records = KohaRecords(client, source, barcodes)
        self._zone = zone
        self._clock = clock
        self._clicks = Clicks()

    def close(self) -> None:
        self._client.close()

    # ---- titles

    def status(self, documents: Sequence[DocumentId]) -> Mapping[DocumentId, Holdings]:
        return self._records.holdings(documents)

    def holdings(self, document: DocumentId, patron: PatronRef | None = None) -> Holdings:  # noqa: ARG002
        return self._records.holdings([document])[document]

    # ---- the patron

    def login(self, card_number: str, pin: str) -> Profile | None:
        body = {"identifier": card_number, "password": pin}
        answer = self._client.ask("POST", "/auth/password/validation", body=body)
        if answer.status == 400:
            return None  # also for a PIN that has expired and a card that is locked: Koha tells what is to be done
        self._must_be_done(answer.status, "POST /auth/password/validation")
        patron = self._client.read(answers.validated, answer, "POST /auth/password/validation")
        return self._profile(patron)

    def profile(self, patron: PatronRef) -> Profile:
        number = _number(patron.ils_id)
        found = self._profile(number) if number else None
        if found is None:
            raise IlsUnavailable("Koha has no such patron any longer: GET /patrons/{patron_id}")
        return found

    def _profile(self, number: int) -> Profile | None:
        found = self._client.get("/patrons/{patron_id}", answers.patron, {"patron_id": number})
        return None if found is None else profile_of(found, self._today())

    # ---- loans

    def loans(self, patron: PatronRef, page: int = 1, size: int = 50, *, renewals: bool = True) -> LoanPage:
        total, found = self._checkouts(patron, page, size, {"_order_by": "due_date"})
        views = self._loan_views(found)
        return LoanPage(total, tuple(self._with_renewal(view) for view in views) if renewals else views)

    def history(self, patron: PatronRef, page: int = 1, size: int = 50) -> LoanPage:
        total, found = self._checkouts(patron, page, size, {"_order_by": "-checkin_date", "checked_in": "true"})
        return LoanPage(total, self._loan_views(found))

    def _checkouts(
        self, patron: PatronRef, page: int, size: int, query: Mapping[str, str | int]
    ) -> tuple[int, tuple[answers.CheckoutAnswer, ...]]:
        number = _number(patron.ils_id)
        if number is None:
            return 0, ()
        size = min(max(1, size), MOST_ON_A_PAGE)
        asked = {**query, "patron_id": number, "_page": max(1, page), "_per_page": size}
        total, found = self._client.page("/checkouts", answers.checkout, query=asked)
        return total, tuple(each for each in found if each.patron_id == number)

    def _loan_views(self, found: Sequence[answers.CheckoutAnswer]) -> tuple[LoanView, ...]:
        items = {
            item.item_id: item
            for item in self._records.items("item_id", [each.item_id for each in found if each.item_id])
        }
        titles = self._records.titles({item.biblio_id for item in items.values()})
        documents = self._records.numbers.documents({item.biblio_id for item in items.values()})
        names = {branch.library_id: branch.name for branch in self._records.branches()} if found else {}
        views = []
        for loan in found:
            item = items.get(loan.item_id or 0)
            views.append(
                LoanView(
                    id=str(loan.checkout_id),
                    document_id=documents.get(item.biblio_id) if item else None,
                    title=titles.get(item.biblio_id, "") if item else "",
                    due_at=loan.due_at,
                    out_at=loan.out_at,
                    returned_at=loan.returned_at,
                    item_id=str(loan.item_id or ""),
                    barcode=item.barcode if item else "",
                    branch=names.get(loan.library_id, loan.library_id),
                    renewals=loan.renewals,
                    renewable=Refusal.ALREADY_DONE if loan.returned_at else None,
                )
            )
        return tuple(views)

    def _with_renewal(self, view: LoanView) -> LoanView:
        path = "/checkouts/{checkout_id}/allows_renewal"
        told = self._client.get(path, answers.renewable, {"checkout_id": int(view.id)})
        if told is None:  # returned while we looked
            return replace(view, renewable=Refusal.NOT_FOUND)
        refusal = None if told.allowed else refusals.of_renewal(told.reason)
        return replace(view, renewals_allowed=told.most, renewable=refusal)

    def renew(self, patron: PatronRef, loans: Sequence[str] | None, key: str) -> tuple[Renewal, ...]:
        number = _number(patron.ils_id)
        if number is None:
            return tuple(Renewal(loan, None, Refusal.NOT_FOUND) for loan in loans or ())

        def do(was_begun: bool) -> tuple[Renewal, ...]:  # noqa: ARG001 - Koha itself counts renewals
            query: dict[str, str | int] = {"patron_id": number, "_order_by": "due_date"}
            found = self._client.every("/checkouts", answers.checkout, query=query)
            mine = {str(each.checkout_id): each for each in found if each.patron_id == number}
            wanted = list(mine) if loans is None else loans
            return tuple(
                self._renew(mine[loan]) if loan in mine else Renewal(loan, None, Refusal.NOT_FOUND) for loan in wanted
            )

        return self._clicks.once("renew", number, key, do)

    def _renew(self, loan: answers.CheckoutAnswer) -> Renewal:
        id, ids = str(loan.checkout_id), {"checkout_id": loan.checkout_id}
        answer = self._client.ask("POST", "/checkouts/{checkout_id}/renewals", ids)
        if answer.status in (404, 405):  # its name until 24.05, where it still works
            answer = self._client.ask("POST", "/checkouts/{checkout_id}/renewal", ids)
        if answer.found:
            renewed = self._client.read(answers.checkout, answer, "POST /checkouts/{checkout_id}/renewals")
            return Renewal(id, renewed.due_at)
        missing = answer.status == 404
        return Renewal(
            id, loan.due_at, Refusal.NOT_FOUND if missing else refusals.of_renewal(answers.reason(answer.body))
        )

    # ---- holds

    def holds(self, patron: PatronRef) -> tuple[HoldView, ...]:
        views = self._hold_views(self._holds_of(patron))
        return tuple(
            sorted(
                views, key=lambda view: (_ORDER.index(view.stage), view.asked_at or datetime.min.replace(tzinfo=UTC))
            )
        )

    def _holds_of(self, patron: PatronRef, query: Mapping[str, str | int] | None = None) -> list[answers.HoldAnswer]:
        number = _number(patron.ils_id)
        if number is None:
            return []
        asked = {**(query or {}), "patron_id": number}
        return [each for each in self._client.every("/holds", answers.hold, query=asked) if each.patron_id == number]

    def _hold_views(self, found: Sequence[answers.HoldAnswer]) -> tuple[HoldView, ...]:
        biblios = {hold.biblio_id for hold in found}
        titles, documents = self._records.titles(biblios), self._records.numbers.documents(biblios)
        return tuple(
            hold_view(hold, titles[hold.biblio_id], documents.get(hold.biblio_id), self._zone) for hold in found
        )

    def check_hold(self, patron: PatronRef, document: DocumentId, item_id: str = "") -> Refusal | None:
        """As far as it can be told without asking for the hold itself: Koha knows more when it is placed."""
        number, biblio = _number(patron.ils_id), self._biblio(document)
        if number is None or biblio is None:
            return Refusal.NOT_HOLDABLE
        profile = self._profile(number)
        if profile is None or profile.blocks:
            return profile.blocks[0] if profile else Refusal.PATRON_BLOCKED
        if self._holds_of(patron, {"biblio_id": biblio}):
            return Refusal.DUPLICATE
        copies = self._records.items("biblio_id", [biblio])
        if not any(
            item.not_for_loan <= 0 and not item.is_gone for item in copies if item_id in ("", str(item.item_id))
        ):
            return Refusal.NOT_HOLDABLE
        return None if self.pickup_branches(patron, document) else Refusal.NOT_HOLDABLE

    def place_hold(self, patron: PatronRef, request: HoldRequest) -> HoldResult:
        number, biblio = _number(patron.ils_id), self._biblio(request.document_id)
        item = _number(request.item_id)
        if number is None or biblio is None or (request.item_id and item is None):
            return HoldResult(refusal=Refusal.NOT_HOLDABLE)
        if not request.pickup_branch:
            return HoldResult(refusal=Refusal.BAD_PICKUP)
        if request.expires_on is not None and request.expires_on < self._today():
            return HoldResult(refusal=Refusal.BAD_DATE)
        wish: dict[str, Any] = {"patron_id": number, "biblio_id": biblio, "pickup_library_id": request.pickup_branch}
        if item is not None:
            wish["item_id"] = item
        if request.expires_on is not None:
            wish["expiration_date"] = request.expires_on.isoformat()
        result = self._clicks.once("hold", number, request.key, lambda was_begun: self._place(patron, wish, was_begun))
        return replace(result, hold=result.hold and replace(result.hold, document_id=request.document_id))

    def _biblio(self, document: DocumentId) -> int | None:
        return self._records.numbers.of([document]).get(document)

    def _place(self, patron: PatronRef, wish: Mapping[str, Any], was_begun: bool) -> HoldResult:
        waiting = self._holds_of(patron, {"biblio_id": wish["biblio_id"]})
        if waiting:
            # An attempt whose answer was lost has placed it after all.
            return HoldResult(self._hold_views(waiting[:1])[0], None if was_begun else Refusal.DUPLICATE)
        answer = self._client.ask("POST", "/holds", body=wish)
        if not answer.found:
            return HoldResult(refusal=refusals.of_hold(answers.reason(answer.body)))
        placed = self._client.read(answers.hold, answer, "POST /holds")
        return HoldResult(self._hold_views([placed])[0])

    def suspend_hold(self, patron: PatronRef, hold: str, until: date | None) -> HoldResult:
        found, refusal = self._waiting(patron, hold)
        if found is None:
            return HoldResult(refusal=refusal)
        if until is not None and until <= self._today():
            return HoldResult(refusal=Refusal.BAD_DATE)
        path, ids = "/holds/{hold_id}/suspension", {"hold_id": found.hold_id}
        if until is None:
            answer = self._client.ask("DELETE", path, ids)
        else:
            answer = self._client.ask("POST", path, ids, body={"end_date": until.isoformat()})
        return self._changed(patron, hold, answer.status)

    def move_hold(self, patron: PatronRef, hold: str, pickup_branch: str) -> HoldResult:
        found, refusal = self._waiting(patron, hold)
        if found is None:
            return HoldResult(refusal=refusal)
        path, ids = "/holds/{hold_id}/pickup_location", {"hold_id": found.hold_id}
        answer = self._client.ask("PUT", path, ids, body={"pickup_library_id": pickup_branch})
        if answer.status in (400, 409):
            return HoldResult(refusal=Refusal.BAD_PICKUP)
        return self._changed(patron, hold, answer.status)

    def cancel_hold(self, patron: PatronRef, hold: str) -> HoldResult:
        found = self._own(patron, hold)
        if found is None:
            return HoldResult(refusal=Refusal.NOT_FOUND)
        if STAGES.get(found.status) is HoldStage.IN_TRANSIT:
            return HoldResult(refusal=Refusal.IN_TRANSIT)
        # Where the library wants to be asked about copies set aside, Koha takes it down as a wish (202).
        headers = {"x-koha-override": "cancellation-request-flow"}
        answer = self._client.ask("DELETE", "/holds/{hold_id}", {"hold_id": found.hold_id}, headers=headers)
        if answer.status == 404:
            return HoldResult(refusal=Refusal.ALREADY_DONE)
        if not answer.found:
            return HoldResult(refusal=refusals.of_hold(answers.reason(answer.body)))
        view = self._hold_views([found])[0]
        if answer.status == 202:
            return HoldResult(view, pending=True)
        return HoldResult(replace(view, stage=HoldStage.CANCELLED, place=None, pickup_until=None))

    def _own(self, patron: PatronRef, hold: str) -> answers.HoldAnswer | None:
        """The patron's own hold of that id. None also for another's: which of the two is not told."""
        number = _number(hold)
        found = self._holds_of(patron, {"hold_id": number}) if number else []
        return next((each for each in found if each.hold_id == number), None)

    def _waiting(self, patron: PatronRef, hold: str) -> tuple[answers.HoldAnswer | None, Refusal | None]:
        """The patron's own hold while it can still be changed, else why not."""
        found = self._own(patron, hold)
        if found is None:
            return None, Refusal.NOT_FOUND
        stage = STAGES.get(found.status)
        if stage is None:
            return found, None
        return None, Refusal.IN_TRANSIT if stage is HoldStage.IN_TRANSIT else Refusal.ALREADY_DONE

    def _changed(self, patron: PatronRef, hold: str, status: int) -> HoldResult:
        """The hold as it is after a change. 400: it was set aside meanwhile; 404: it is gone."""
        if status >= 400:
            return HoldResult(refusal=Refusal.NOT_FOUND if status == 404 else Refusal.ALREADY_DONE)
        found = self._own(patron, hold)
        return HoldResult(self._hold_views([found])[0]) if found else HoldResult(refusal=Refusal.NOT_FOUND)

    def pickup_branches(self, patron: PatronRef, document: DocumentId | None = None) -> tuple[PickupBranch, ...]:
        number = _number(patron.ils_id)
        if number is None:
            return ()
        if document is None:
            found = [branch for branch in self._records.branches() if branch.is_pickup]
        elif (biblio := self._biblio(document)) is None:
            return ()
        else:
            path, ids = "/biblios/{biblio_id}/pickup_locations", {"biblio_id": biblio}
            found = list(self._client.every(path, answers.library, ids, {"patron_id": number}))
        profile = self._profile(number)
        home = profile.home_branch if profile else ""
        offered = [branch for branch in found if not branch.needs_override]
        offered.sort(key=lambda branch: (branch.library_id != home, branch.name.casefold()))
        return tuple(PickupBranch(branch.library_id, branch.name) for branch in offered)

    # ---- fines

    def fines(self, patron: PatronRef) -> tuple[FineView, ...]:
        number = _number(patron.ils_id)
        if number is None:
            return ()
        path = "/patrons/{patron_id}/account"
        found = self._client.get(path, answers.debts, {"patron_id": number}) or ()
        owed = [line for line in found if line.outstanding > 0]
        owed.sort(key=lambda line: (line.charged_at or datetime.min.replace(tzinfo=UTC), line.line_id), reverse=True)
        return tuple(map(fine_view, owed))

    def _today(self) -> date:
        return self._clock().astimezone(self._zone).date()

    def _must_be_done(self, status: int, asked: str) -> None:
        if status >= 300:
            raise KohaRefused(asked, status)


def _number(text: str) -> int | None:
    """A number of Koha's, or None for what is none: what a patron's address says is not to be trusted."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 and int(text) > 0 else None
