"""Records find their places among documents, whatever comes in which order."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.linking import attach
from ingest.shelf import Shelf
from ingest.source import Origin, PdfBook
from ingest.works import groups
from search.document import Document, DocumentId, Page

WORKS = ("9786020332956|laut|2017", "9789794070963|ikan|2004")


def record(source: str, number: int, work: int | None, title: str = "Laut") -> Document:
    fields = {"title": (title,), "source": (source,)}
    if work is not None:
        fields["work"] = (WORKS[work],)
    return Document(DocumentId(f"{source}.{number}"), fields, fingerprint=f"{source}{number}{work}{title}")


records = st.builds(
    record,
    st.sampled_from(("kota", "kampus", "provinsi")),
    st.integers(1, 3),
    st.sampled_from((None, 0, 1)),
    st.sampled_from(("Laut", "Ikan")),
)
steps = st.lists(st.tuples(st.sampled_from(("put", "put", "remove")), records), max_size=25)


@settings(max_examples=300, deadline=None)
@given(steps)
def test_every_record_is_in_one_document_and_none_is_lost(taken: list[tuple[str, Document]]) -> None:
    shelf = Shelf(())
    live: dict[DocumentId, Document] = {}
    index: dict[DocumentId, Document] = {}  # as a load would write it
    for what, found in taken:
        if what == "put":
            shelf.put(found)
            live[found.id] = found
            home = shelf.home(found.id)
            assert home is not None
            index[home] = shelf.document(home)
        else:
            shelf.remove(found.id)
            live.pop(found.id, None)
        index |= {id: shelf.document(id) for id in shelf.disturbed()}
        for id in shelf.vacated():
            index.pop(id, None)
        held = [member for document in index.values() for member in document.members or (document,)]
        assert {member.id: member for member in held} == live
        assert len(held) == len(live)
        for document in index.values():
            members = document.members or (document,)
            assert document.id == members[0].id
            sources = [member.first("source") for member in members]
            assert len(sources) == len(set(sources))
            assert len(groups(members)) == 1
            assert document.values("record_id") == (tuple(m.id for m in document.members) if document.members else ())
        assert all(shelf.record(id) is not None for id in live)


BOOK = PdfBook(Origin("laut.pdf"), "ab" * 32, {}, (Page(1, "1", "Teks"),))


OTHER = PdfBook(Origin("ikan.pdf"), "cd" * 32, {}, (Page(1, "1", "Teks"),))


def test_an_ebook_stays_with_the_document_when_another_record_goes() -> None:
    first = record("kota", 1, 0)
    shelf = Shelf([first])
    assert shelf.put(record("kampus", 7, 0))
    shelf = Shelf([attach(shelf.document(first.id), BOOK), record("provinsi", 3, 0)])
    shelf.remove(DocumentId("kampus.7"))
    assert shelf.document(first.id) == attach(first, BOOK)


def test_an_ebook_goes_with_its_record() -> None:
    shelf = Shelf([attach(record("kota", 1, 0), BOOK)])
    assert shelf.put(record("kampus", 7, 0))
    assert not shelf.put(record("kota", 1, 1))  # corrected: it is another book
    assert shelf.document(DocumentId("kampus.7")) == record("kampus", 7, 0)
    moved = shelf.document(DocumentId("kota.1"))
    assert moved.ebook is not None
    assert moved.ebook.file_name == "laut.pdf"
    assert shelf.pages_from(moved.id) == "kota.1"


def test_the_ebook_of_a_record_that_joins_comes_along() -> None:
    shelf = Shelf([attach(record("kampus", 7, None), BOOK), record("kota", 1, 0)])
    assert shelf.put(record("kampus", 7, 0))
    assert shelf.vacated() == ["kampus.7"]
    ebook = shelf.document(DocumentId("kota.1")).ebook
    assert ebook is not None
    assert (ebook.file_name, ebook.record) == ("laut.pdf", "kampus.7")
    assert shelf.pages_from(DocumentId("kota.1")) == "kampus.7"


def test_two_records_with_an_ebook_each_stay_apart() -> None:
    shelf = Shelf([attach(record("kampus", 7, None), BOOK), attach(record("kota", 1, 0), OTHER)])
    assert not shelf.put(record("kampus", 7, 0))
    assert shelf.vacated() == []
    assert shelf.document(DocumentId("kampus.7")).ebook is not None


def test_records_that_only_a_third_held_together_part_when_it_goes() -> None:
    one, two = record("kota", 1, 0), record("provinsi", 3, 1)
    both = replace(record("kampus", 7, 0), fields={**one.fields, "source": ("kampus",), "work": WORKS})
    shelf = Shelf([one])
    assert shelf.put(both)
    assert shelf.put(two)
    shelf.remove(both.id)
    assert shelf.document(one.id) == one
    assert shelf.document(two.id) == two


def test_a_record_is_kept_whole_beside_its_ebook() -> None:
    shelf = Shelf([attach(record("kota", 1, 0), BOOK)])
    assert shelf.record(DocumentId("kota.1")) == record("kota", 1, 0)
