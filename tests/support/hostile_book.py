"""The small library with an e-book whose every text tries to become markup."""

from dataclasses import replace
from pathlib import Path

from portal.bootstrap import Services, open_services
from search.document import DocumentId, Page, Section
from search.engine import Entry
from tests.support.small_library import PAYLOADS, ebook, small_library, trap

HOSTILE_ID = DocumentId("kota.jahat/'\"<i>")


def library_with_a_hostile_book(folder: Path) -> Services:
    services = small_library(folder)
    made, book, _ = ebook()
    assert made.ebook is not None
    outline = tuple(Section(payload, number) for number, payload in enumerate(PAYLOADS, start=1))
    fields = {**made.fields, **trap().fields, "format": ("ebook",), "access": ("fulltext",)}
    document = replace(made, id=HOSTILE_ID, fields=fields, ebook=replace(made.ebook, outline=outline))
    text = "Jebakan laut " + "\n\n".join(PAYLOADS)
    pages = tuple(Page(page.number, PAYLOADS[page.number % 10][:30], text, PAYLOADS[0]) for page in book.pages)
    with services.engine.updating() as writer:
        report = writer.put([Entry(document, pages)])
    assert not report.refused, report.refused
    return open_services(services.settings)
