"""The small library with e-books that may not be read by all, and a word that stands in nothing else."""

from dataclasses import replace
from pathlib import Path

from portal.bootstrap import Services, open_services
from search.document import Document, DocumentId, LinkAccess, OnlineAccess, Page
from search.engine import Entry
from tests.support.small_library import ebook, small_library

# Stands on the pages of the closed books alone; `SENTENCE` is what must not be told.
WORD = "kasuariputih"
SENTENCE = "tersimpan di lemari bawah tangga"
MEMBERS_ID = DocumentId("kota.tertutup")
ONSITE_ID = DocumentId("kota.di-tempat")


def library_with_closed_books(folder: Path) -> Services:
    services = small_library(folder)
    with services.engine.updating() as writer:
        report = writer.put([_closed(MEMBERS_ID, "login"), _closed(ONSITE_ID, "onsite")])
    assert not report.refused, report.refused
    return open_services(services.settings)


def _closed(id: DocumentId, access: LinkAccess) -> Entry:
    made, book, _ = ebook()
    links = (OnlineAccess("https://example.org/buku", "Teks lengkap", access=access),)
    fields = {**made.fields, "title": ("Buku tertutup",), "access": ("fulltext",)}
    document: Document = replace(made, id=id, fields=fields, links=links)
    text = f"Siapa pemilik {WORD}? Pemilik {WORD} adalah Kepala Kantor, dan {WORD} {SENTENCE}."
    pages = tuple(Page(page.number, f"{page.number + 100}", text) for page in book.pages)
    return Entry(document, pages)
