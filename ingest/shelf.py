"""Documents beside each other while a batch of records finds its places among them. No index here: pure."""

from collections.abc import Iterable

from ingest.linking import carry_over
from ingest.works import groups, join, may_join, member, members_of, shares_work
from search.document import Document, DocumentId, Ebook


class Shelf:
    """What the index holds around the records of a batch, changed as they are put or removed one after the other."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents: dict[DocumentId, Document] = {}
        self._homes: dict[DocumentId, DocumentId] = {}  # of each record, the document that holds it
        self._works: dict[str, dict[DocumentId, None]] = {}
        self._pages_from: dict[DocumentId, DocumentId] = {}
        self._disturbed: dict[DocumentId, None] = {}
        self._vacated: dict[DocumentId, None] = {}
        for document in documents:
            self._place(document)
        self._ebooks_before = self._ebooks()

    def home(self, id: DocumentId) -> DocumentId | None:
        """The document that holds this record, None when none does."""
        return self._homes.get(id)

    def document(self, id: DocumentId) -> Document:
        return self._documents[id]

    def record(self, id: DocumentId) -> Document | None:
        """The record with this id as it stands, whichever document holds it."""
        home = self._homes.get(id)
        return None if home is None else member(self._documents[home], id)

    def pages_from(self, id: DocumentId) -> DocumentId:
        """Under which id the index holds the pages of this document's e-book."""
        return self._pages_from.get(id, id)

    def put(self, record: Document) -> bool:
        """A new or changed record takes its place: in its document, in one of another source, or alone.

        Gives whether it has joined records of another source just now. An e-book stays with its document.
        """
        held = self._held(record.id)
        others = _others(held, record.id)
        if held is not None and others and shares_work(record, others):
            self._settle(join([record if found.id == record.id else found for found in held.members]), held.ebook)
            return False
        ebook = held.ebook if held is not None else None
        if held is not None and others:  # it is another work now
            ebook = self._leave(held, record.id)
        partner = self._partner(record, ebook)
        if partner is None:
            if ebook is not None and held is not None:
                self._pages_from[record.id] = self.pages_from(held.id)
            self._settle(record, ebook)
            return False
        if ebook is not None and held is not None:
            self._pages_from[partner.id] = self.pages_from(held.id)
        if held is not None and not others:
            self._vacate(held.id)
        self._settle(join([*members_of(partner), record]), ebook or partner.ebook)
        return True

    def remove(self, id: DocumentId) -> None:
        """A record is gone, and its e-book with it; those of other sources in its document stay."""
        held = self._held(id)
        if held is not None and _others(held, id):
            self._leave(held, id)
        else:
            self._vacate(id)

    def disturbed(self) -> list[DocumentId]:
        """Documents that have changed besides the one a record was put into, since this was last asked."""
        found = list(self._disturbed)
        self._disturbed.clear()
        return found

    def vacated(self) -> list[DocumentId]:
        """Documents that are gone, since this was last asked."""
        found = list(self._vacated)
        self._vacated.clear()
        return found

    def ebooks_given_up(self) -> set[str]:
        """Files of e-books that documents here had at first, and none has now."""
        return self._ebooks_before - self._ebooks()

    def _ebooks(self) -> set[str]:
        return {found.ebook.sha256 for found in self._documents.values() if found.ebook is not None}

    def _held(self, id: DocumentId) -> Document | None:
        home = self._homes.get(id)
        return None if home is None else self._documents[home]

    def _leave(self, held: Document, id: DocumentId) -> Ebook | None:
        """A record leaves a joined document; the others go on, as far as they are one work without it.

        Gives the e-book, if it is the one of the record that leaves.
        """
        own = held.ebook if held.ebook is not None and held.ebook.record == id else None
        pages_from = self.pages_from(held.id)
        self._vacate(held.id)
        rests = groups(_others(held, id))
        owner = held.ebook.record if held.ebook is not None and own is None else ""
        owning = next((group for group in rests if owner in {found.id for found in group}), rests[0])
        for group in rests:
            rest = join(group)
            keeps = held.ebook is not None and own is None and group is owning
            if keeps:
                self._pages_from[rest.id] = pages_from
            self._settle(rest, held.ebook if keeps else None)
            self._disturbed[rest.id] = None
        return own

    def _partner(self, record: Document, ebook: Ebook | None) -> Document | None:
        """A document that the record may join. Two e-books are two things to read, so such a pair stays apart."""
        near = (id for key in record.values("work") for id in self._works.get(key, ()))
        found = (self._documents[id] for id in near)
        return next((one for one in found if may_join(record, one) and (ebook is None or one.ebook is None)), None)

    def _settle(self, document: Document, ebook: Ebook | None) -> None:
        self._place(carry_over(document, ebook) if ebook is not None else document)

    def _place(self, document: Document) -> None:
        self._forget(document.id)
        self._documents[document.id] = document
        self._vacated.pop(document.id, None)
        for record in document.records:
            self._homes[record.id] = document.id
        for key in document.values("work"):
            self._works.setdefault(key, {})[document.id] = None

    def _vacate(self, id: DocumentId) -> None:
        self._forget(id)
        self._disturbed.pop(id, None)
        self._vacated[id] = None

    def _forget(self, id: DocumentId) -> None:
        before = self._documents.pop(id, None)
        if before is None:
            return
        for record in before.records:
            if self._homes.get(record.id) == id:
                del self._homes[record.id]
        for key in before.values("work"):
            self._works.get(key, {}).pop(id, None)


def _others(held: Document | None, id: DocumentId) -> tuple[Document, ...]:
    return tuple(found for found in held.members if found.id != id) if held is not None else ()
