"""What an e-book says is told by no route for machines: a book that may not be read here is found, and not quoted."""

from dataclasses import replace

import pytest

from portal.machines.unapi import FORMATS
from search.document import Ebook, OnlineAccess, Page
from search.engine import Entry
from tests.portal.machines.conftest import Catalogue
from tests.support.documents import document

CANARY = "kenarisunyi"
ID = "kota.tutup"
PATHS = (
    "/oai?verb=ListRecords&metadataPrefix=oai_dc",
    "/oai?verb=ListRecords&metadataPrefix=marcxml",
    "/sru?operation=searchRetrieve&version=1.2&query=gua",
    "/sru?operation=searchRetrieve&version=1.2&recordSchema=dc&query=gua",
    *(f"/unapi?id={ID}&format={name}" for name in FORMATS),
    "/cari.atom?q=gua",
    "/cari.rss?q=gua",
    f"/api/v1/record/{ID}",
    "/api/v1/suggest/opensearch?q=kenari",
    "/sitemap-0.xml",
)


@pytest.fixture
def closed(catalogue: Catalogue) -> Catalogue:
    made = replace(
        document(ID, "Laut tertutup", source="kota"),
        ebook=Ebook("0" * 64, "tutup.pdf", 1),
        links=(OnlineAccess("https://example.org/tutup.pdf", access="onsite"),),
    )
    page = Page(1, "1", f"Di dalam gua itu {CANARY} bernyanyi.")
    with catalogue.services.engine.updating() as writer:
        assert not writer.put([Entry(made, (page,))]).refused
    return catalogue


@pytest.mark.parametrize("path", PATHS)
def test_no_answer_holds_a_word_of_the_book(closed: Catalogue, path: str) -> None:
    answer = closed.client.get(path)
    assert answer.status_code == 200
    assert CANARY not in answer.text.lower()
    assert "opensearch" in path or "tutup" in answer.text  # it was there to be told of
