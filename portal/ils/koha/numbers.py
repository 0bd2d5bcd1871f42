"""Which biblionumber of Koha's is which document of the catalogue.

Koha keeps the biblionumber in 999 $c; MARC 001, by which the catalogue numbers its documents, may be another one. So a
document is found by the barcodes of its copies, and its own number is believed only where barcodes have shown that the
catalogue's numbers are Koha's.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from portal.ils.barcodes import Barcodes, no_barcodes
from portal.ils.koha.answers import ItemAnswer
from search.document import DocumentId

logger = logging.getLogger(__name__)

# A title with hundreds of copies is found by a few of them.
BARCODES_EACH: Final = 3
_MANY: Final = 9
_MAX_DIGITS: Final = 12


class Numbers:
    """find: the copies in Koha that have these barcodes. Without `barcodes` the catalogue's numbers are believed."""

    def __init__(self, source: str, barcodes: Barcodes, find: Callable[[Sequence[str]], Sequence[ItemAnswer]]) -> None:
        self._source = source
        self._barcodes = barcodes
        self._find = find
        self._is_alone = barcodes is no_barcodes
        self._same = self._other = 0

    def own(self, document: DocumentId) -> int | None:
        """The number in a document's id; None for one of another source or with a number that cannot be Koha's."""
        source, _, number = document.rpartition(".")
        fits = source == self._source and number.isascii() and number.isdecimal() and len(number) <= _MAX_DIGITS
        return int(number) if fits and int(number) > 0 else None

    def of(self, documents: Sequence[DocumentId]) -> Mapping[DocumentId, int]:
        """The biblionumbers of documents, without those that Koha does not have."""
        mine = [document for document in documents if document.startswith(f"{self._source}.")]
        known = {document: list(told)[:BARCODES_EACH] for document, told in self._barcodes(mine).items() if told}
        asked = sorted({barcode for told in known.values() for barcode in told})
        titles = {item.barcode: item.biblio_id for item in self._find(asked)} if asked else {}
        found = {}
        for document in mine:
            told = Counter(titles[barcode] for barcode in known.get(document, ()) if barcode in titles)
            if told:
                found[document] = told.most_common(1)[0][0]
                self._compare(document, found[document])
        for document in mine:
            own = self.own(document)
            if document not in known and own is not None and self._are_koha_s:
                found[document] = own
        return found

    def documents(self, biblios: Collection[int]) -> Mapping[int, DocumentId]:
        """The documents of titles, without those that the catalogue numbers in another way."""
        likely = {biblio: DocumentId(f"{self._source}.{biblio}") for biblio in biblios}
        if self._are_koha_s:
            return likely
        found = self.of(list(likely.values()))
        return {biblio: document for biblio, document in likely.items() if found.get(document) == biblio}

    @property
    def _are_koha_s(self) -> bool:
        """Titles that were merged in Koha since the catalogue was loaded are a few; other numbers are all others."""
        return self._is_alone or self._same > _MANY * self._other

    def _compare(self, document: DocumentId, biblio: int) -> None:
        if self.own(document) == biblio:
            self._same += 1
            return
        self._other += 1
        if self._other == 1:
            logger.warning(
                "%s is biblionumber %d in Koha. Where that is so of most, titles are found by barcodes alone.",
                document,
                biblio,
            )
