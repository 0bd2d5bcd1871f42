"""What stands first on a record page, and what lies on the shelf beside it."""

import re
from dataclasses import replace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from starlette.testclient import TestClient

from portal.bibliography.reference import reference
from portal.i18n import Language, messages
from portal.links import PlainLinks
from portal.presenters.facts import CONTENTS_SHOWN, contents, facts
from portal.presenters.record import record
from portal.presenters.report import report_link
from portal.presenters.shortening import MAX_TEXT, MOST_DIVISIONS, MOST_ITEMS, MOST_VALUES, shortened
from portal.search_state import SearchState
from search.document import (
    Contributor,
    Document,
    DocumentId,
    Ebook,
    Item,
    LinkAccess,
    OnlineAccess,
    Related,
    Section,
    Vernacular,
)
from tests.support.html import Elements
from tests.support.references import sample_documents
from tests.support.small_library import REEF_ID, TRAP_ID

ID = messages("id")


def document(*items: Item, **fields: tuple[str, ...]) -> Document:
    return Document(DocumentId("kota.1"), {"title": ("Laut",), **fields}, items=items)


def copy(status: str = "", call_number: str = "591 ANA", branch: str = "Pusat") -> Item:
    return Item(branch=branch, call_number=call_number, status=status)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (("available", "on_loan", "on_loan"), "1 dari 3 eksemplar tersedia"),
        (("on_loan", "lost"), "Tidak ada eksemplar yang tersedia (dari 2)"),
        (("", ""), "2 eksemplar"),
        (("not_for_loan",), "Baca di tempat"),
        (("Restorasi",), "Tidak ada eksemplar yang tersedia (dari 1)"),
        ((), ""),
    ],
)
def test_availability_says_what_is_known_of_the_copies(statuses: tuple[str, ...], expected: str) -> None:
    assert facts(document(*map(copy, statuses)), ID).availability == expected


def test_the_place_is_that_of_a_copy_that_can_be_had() -> None:
    found = facts(document(copy("on_loan", "1 A"), copy("available", "2 B", "Cabang")), ID)
    assert (found.call_number, found.place, found.free) == ("2 B", "Cabang", True)
    assert facts(document(call_number=("3 C",)), ID).call_number == "3 C"


def test_the_edition_is_on_a_line() -> None:
    made = document(
        edition=("Cet. 2",),
        publication_place=("Bitung",),
        publisher=("Bahari",),
        year=("2014",),
        physical=("120 hlm.",),
    )
    assert facts(made, ID).edition == "Cet. 2 · Bitung: Bahari, 2014 · 120 hlm."
    assert facts(document(year=("2014",)), ID).edition == "2014"


def test_contents_are_a_list_of_their_parts() -> None:
    found = contents(document(contents=("Pendahuluan -- Karang -- Ikan.",)), ID)
    assert found is not None
    assert found.shown == ("Pendahuluan", "Karang", "Ikan")
    many = contents(document(contents=(" -- ".join(f"Bab {n}" for n in range(40)),)), ID)
    assert many is not None
    assert (len(many.shown), many.more_label) == (CONTENTS_SHOWN, f"{40 - CONTENTS_SHOWN} bagian lagi")
    assert contents(document(), ID) is None
    assert contents(document(contents=(" -- ", "--")), ID) is None


@pytest.mark.parametrize("hl", ["id", "en"])
def test_an_error_is_reported_by_a_letter_that_names_the_record(hl: Language) -> None:
    made = Document(TRAP_ID, {"title": ("Laut & <b>pantai</b>\r\nBcc: x@example.org",)})
    link = report_link(made, "perpus@example.org", "https://k.example/katalog/1", messages(hl))
    parts = urlsplit(link)
    assert (parts.scheme, parts.path) == ("mailto", "perpus@example.org")
    letter = parse_qs(parts.query)
    assert set(letter) == {"subject", "body"}
    assert TRAP_ID in letter["subject"][0]
    assert "https://k.example/katalog/1" in letter["body"][0]
    assert "Laut & <b>pantai</b>" in unquote(letter["body"][0])
    assert "+" not in parts.query  # mail programs show it as it stands


def test_without_an_address_no_letter_is_offered(client: TestClient) -> None:
    assert report_link(document(), "", "https://k.example", ID) == ""
    assert "Laporkan kesalahan" not in client.get(f"/katalog/{REEF_ID}").text


def shelf(text: str) -> list[str]:
    page = Elements(text.split('<ul class="shelf-row">')[1].split("</ul>")[0])
    return [href.partition("?")[0] for href in page.links()]


@pytest.mark.parametrize("hl", ["id", "en"])
def test_the_shelf_has_a_page_to_walk_on(client: TestClient, hl: str) -> None:
    answer = client.get(f"/rak?dari=577&hl={hl}")
    assert answer.status_code == 200
    assert f'<html lang="{hl}">' in answer.text
    assert f"/katalog/{REEF_ID}" in shelf(answer.text)
    assert 'content="noindex' in answer.text


@pytest.mark.parametrize("hl", ["id", "en"])
def test_the_shelf_shows_the_place_of_a_number_that_no_book_has(client: TestClient, hl: Language) -> None:
    row = client.get(f"/rak?dari=576.999&hl={hl}").text.split('<ul class="shelf-row">')[1].split("</ul>")[0]
    assert row.count('class="shelf-place"') == 1
    before, _, after = row.partition('class="shelf-place"')
    numbers = [re.findall(r'class="shelf-mark">(\d+)', part) for part in (before, after)]
    assert all(int(number) < 577 for number in numbers[0])
    assert numbers[1]
    assert all(int(number) >= 577 for number in numbers[1])
    assert messages(hl)("shelf.place", start="576.999") in row
    assert "shelf-place" not in client.get(f"/katalog/{REEF_ID}").text


def test_a_shelf_without_books_says_so(client: TestClient) -> None:
    answer = client.get("/rak?dari=")
    assert answer.status_code == 200
    for text in ("zzz", "<script>alert(1)</script>", "9" * 3000):
        answer = client.get("/rak", params={"dari": text, "id": text})
        assert answer.status_code == 200
        assert "<script>alert(1)" not in answer.text


def test_the_record_page_leads_to_citations_and_files(client: TestClient) -> None:
    page = Elements(client.get(f"/katalog/{REEF_ID}?hl=en").text)
    (details,) = [a for a in page.all("details") if a.get("class") == "cite"]
    assert client.get(details["data-cite"]).text.count('class="citation-text"') == 6
    assert f"/kutip/{REEF_ID}?hl=en" in page.links()
    assert f"/katalog/{REEF_ID}.ris" in page.links()


def test_a_record_of_megabytes_is_a_page_of_bounded_length() -> None:
    many = tuple(f"Nilai {n} " + "laut " * 20_000 for n in range(3_000))
    evil = Document(
        DocumentId("kota.1"),
        {"title": ("Laut " * 100_000,), "subject": (" -- ".join(["Laut"] * 50_000), *many[:300]), "note": many,
         "contents": many, "title_other": many, "summary": many},
        tuple(Contributor(name) for name in many),
        tuple(OnlineAccess(f"https://example.org/{n}", "Teks", "related") for n in range(5_000)),
        tuple(Vernacular("note", f"لاوت {n} " * 50) for n in range(5_000)),
        tuple(Item(call_number=f"1 A {n}") for n in range(5_000)),
        tuple(Related("host", f"Jurnal {n}") for n in range(5_000)),
    )  # fmt: skip
    short, was_cut = shortened(evil)
    assert was_cut
    assert max(len(values) for values in short.fields.values()) == MOST_VALUES
    assert max(len(value) for values in short.fields.values() for value in values) <= MAX_TEXT
    assert len(short.items) == MOST_ITEMS
    view = record(evil, (), (), "", SearchState(), PlainLinks(), ID)
    assert view.is_short
    subject = next(row for row in view.rows if row.field == "subject")
    assert len(subject.values[0].parts) == MOST_DIVISIONS


def test_an_ordinary_record_is_shown_whole() -> None:
    for found in sample_documents():
        assert shortened(found) == (found, False)


@pytest.mark.parametrize(
    ("access", "note"), [("login", "perlu masuk"), ("onsite", "hanya di perpustakaan"), ("open", ""), ("unknown", "")]
)
def test_an_e_book_that_is_shut_says_so_before_the_click_and_offers_no_file(access: LinkAccess, note: str) -> None:
    book = Ebook("a" * 64, "laut.pdf", 12, outline=(Section("Bab 1", 1),))
    made = replace(
        document(format=("ebook",)), ebook=book, links=(OnlineAccess("https://x.org/laut.pdf", "", "read", access),)
    )
    view = record(made, (), (), "", SearchState(), PlainLinks(), ID).ebook
    assert view is not None
    assert view.note == note
    assert bool(view.file) == bool(view.outline) == (not note)
    assert bool(reference(made, "https://k.example").pdf) == (not note)
