"""What Koha knows of titles, copies and branches; nothing in here belongs to a patron."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from threading import Lock
from typing import Final

from portal.ils.barcodes import Barcodes, no_barcodes
from portal.ils.driver import Availability, Holding, Holdings
from portal.ils.koha import answers
from portal.ils.koha.client import KohaClient, KohaRefused, any_of
from portal.ils.koha.numbers import Numbers
from search.document import DocumentId

BRANCHES_S: Final = 600.0
MOST_TITLES: Final = 5_000
# More values than this in one address and web servers refuse it.
AT_ONCE: Final = 100
BARCODES_AT_ONCE: Final = 60
_SET_ASIDE: Final = frozenset(("W", "T", "P"))


class KohaRecords:
    """source: that of Koha's records in the catalogue. barcodes: those the catalogue has (`numbers.py`)."""

    def __init__(
        self,
        client: KohaClient,
        source: str,
        barcodes: Barcodes = no_barcodes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self.numbers = Numbers(source, barcodes, self._with_barcodes)
        self._clock = clock
        self._lock = Lock()
        self._titles: dict[int, str] = {}
        self._branches: tuple[answers.LibraryAnswer, ...] = ()
        self._branches_until = 0.0
        self._tells_names = True

    # ---- titles

    def titles(self, biblios: Collection[int]) -> Mapping[int, str]:
        """The titles of these, "" for those Koha has no longer."""
        with self._lock:
            found = {id: self._titles[id] for id in biblios if id in self._titles}
        missing = sorted(set(biblios) - found.keys())
        for first in range(0, len(missing), AT_ONCE):
            found |= {each.biblio_id: each.title for each in self._ask_titles(missing[first : first + AT_ONCE])}
        with self._lock:
            if len(self._titles) > MOST_TITLES:
                self._titles.clear()
            self._titles |= {id: found[id] for id in missing if id in found}
        return {id: found.get(id, "") for id in biblios}

    def _ask_titles(self, biblios: Sequence[int]) -> tuple[answers.BiblioAnswer, ...]:
        query: dict[str, str | int] = {"q": any_of("biblio_id", biblios), "_per_page": len(biblios)}
        answer = self._client.ask("GET", "/biblios", query=query)
        if answer.found:
            reader = _all_of(answers.biblio)
            return self._client.read(reader, answer, "GET /biblios")
        # Before 23.05 there was no list of titles.
        one_by_one = (self._client.get("/biblios/{biblio_id}", answers.biblio, {"biblio_id": id}) for id in biblios)
        return tuple(each for each in one_by_one if each is not None)

    # ---- copies

    def items(self, field: str, ids: Iterable[int]) -> tuple[answers.ItemAnswer, ...]:
        """The copies whose `field` (item_id, biblio_id) is one of these."""
        wanted = sorted(set(ids))
        found: list[answers.ItemAnswer] = []
        for first in range(0, len(wanted), AT_ONCE):
            found += self._ask_items({"q": any_of(field, wanted[first : first + AT_ONCE])})
        return tuple(found)

    def _ask_items(self, query: Mapping[str, str | int]) -> Sequence[answers.ItemAnswer]:
        if self._tells_names:
            try:
                headers = {"x-koha-embed": "+strings"}
                return list(self._client.every("/items", answers.item, query=query, headers=headers))
            except KohaRefused as error:
                if error.status != 400:
                    raise
                self._tells_names = False  # an older version, which knows of no names behind its codes
        return list(self._client.every("/items", answers.item, query=query))

    def _with_barcodes(self, barcodes: Sequence[str]) -> Sequence[answers.ItemAnswer]:
        found: list[answers.ItemAnswer] = []
        for first in range(0, len(barcodes), BARCODES_AT_ONCE):
            found += self._ask_items({"q": any_of("external_id", barcodes[first : first + BARCODES_AT_ONCE])})
        return found

    def holdings(self, documents: Sequence[DocumentId]) -> Mapping[DocumentId, Holdings]:
        """The copies of these titles: a handful of questions, however many titles there are."""
        numbers = self.numbers.of(documents)
        biblios = set(numbers.values())
        items = self.items("biblio_id", biblios)
        holds = self._holds(biblios)
        due = self._due([item.item_id for item in items if item.is_out])
        names = {branch.library_id: branch.name for branch in self.branches()} if items else {}
        aside = {hold.item_id for hold in holds if hold.status in _SET_ASIDE}
        found = {document: Holdings(document) for document in documents}
        for document, number in numbers.items():
            copies = tuple(_holding(item, due, aside, names) for item in items if item.biblio_id == number)
            found[document] = Holdings(document, copies, sum(hold.biblio_id == number for hold in holds))
        return found

    def _holds(self, biblios: Collection[int]) -> tuple[answers.HoldAnswer, ...]:
        wanted = sorted(biblios)
        found: list[answers.HoldAnswer] = []
        for first in range(0, len(wanted), AT_ONCE):
            query = {"q": any_of("biblio_id", wanted[first : first + AT_ONCE])}
            found += self._client.every("/holds", answers.hold, query=query)
        return tuple(found)

    def _due(self, items: Sequence[int]) -> Mapping[int, answers.CheckoutAnswer]:
        found: list[answers.CheckoutAnswer] = []
        for first in range(0, len(items), AT_ONCE):
            query = {"q": any_of("item_id", items[first : first + AT_ONCE])}
            found += self._client.every("/checkouts", answers.checkout, query=query)
        return {loan.item_id: loan for loan in found if loan.item_id is not None}

    # ---- branches

    def branches(self) -> tuple[answers.LibraryAnswer, ...]:
        """All libraries, as they were within the last ten minutes."""
        with self._lock:
            if self._branches and self._clock() < self._branches_until:
                return self._branches
        found = tuple(self._client.every("/libraries", answers.library))
        with self._lock:
            self._branches, self._branches_until = found, self._clock() + BRANCHES_S
        return found


def _holding(
    item: answers.ItemAnswer,
    due: Mapping[int, answers.CheckoutAnswer],
    aside: Collection[int | None],
    names: Mapping[str, str],
) -> Holding:
    lent = due.get(item.item_id)
    is_lendable = item.not_for_loan <= 0 and not item.is_gone and not item.is_damaged
    return Holding(
        item_id=str(item.item_id),
        availability=_availability(item, lent is not None or item.is_out, item.item_id in aside),
        branch=names.get(item.library_id, item.library_id),
        location=item.location,
        call_number=item.callnumber,
        number=item.number,
        barcode=item.barcode,
        loan_type=item.item_type,
        due_at=lent.due_at if lent else None,
        holdable=is_lendable,
        note=item.note,
    )


def _availability(item: answers.ItemAnswer, is_out: bool, is_aside: bool) -> Availability:
    """Above 0 a copy is never lent but may be read there; below 0 it is not there yet, as when it is on order."""
    if item.is_gone or item.is_damaged or is_out or is_aside or item.not_for_loan < 0:
        return Availability.UNAVAILABLE
    return Availability.ONSITE if item.not_for_loan > 0 else Availability.AVAILABLE


def _all_of(reader: Callable[[object], answers.BiblioAnswer]) -> Callable[[object], tuple[answers.BiblioAnswer, ...]]:
    def read(body: object) -> tuple[answers.BiblioAnswer, ...]:
        if not isinstance(body, list):
            raise answers.BadAnswer("no list")
        return tuple(map(reader, body))

    return read
