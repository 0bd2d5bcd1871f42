"""Who may read an e-book, by what its record says."""

from dataclasses import replace

import pytest

from portal.reader.rights import access_of, may_read
from search.document import Document, DocumentId, Ebook, LinkAccess, OnlineAccess

BOOK = Ebook("0" * 64, "Isi Buku.pdf", 3, record="kota.1")


def book(*links: OnlineAccess, ebook: Ebook | None = BOOK) -> Document:
    return Document(DocumentId("kota.1"), {"title": ("Buku",)}, links=links, ebook=ebook)


def test_a_book_whose_record_says_nothing_is_open() -> None:
    assert may_read(book())
    assert may_read(book(OnlineAccess("https://example.org/a")))


@pytest.mark.parametrize(("access", "open_"), [("open", True), ("unknown", True), ("login", False), ("onsite", False)])
def test_what_the_record_says_of_its_link_holds_for_the_book(access: LinkAccess, open_: bool) -> None:
    assert may_read(book(OnlineAccess("https://example.org/a", access=access))) is open_


def test_the_link_that_names_the_file_decides_alone() -> None:
    own = OnlineAccess("https://example.org/berkas/Isi%20Buku.pdf?unduh=1", access="open")
    shop = OnlineAccess("https://example.org/toko", access="login")
    assert may_read(book(shop, own))
    assert access_of(book(replace(own, access="onsite"), replace(shop, access="open"))) == "onsite"


def test_the_strictest_holds_where_no_link_names_the_file() -> None:
    links = [OnlineAccess(f"https://example.org/{access}", access=access) for access in ("open", "login", "unknown")]
    assert not may_read(book(*links))


def test_links_to_covers_and_contents_say_nothing_of_the_book() -> None:
    assert may_read(book(OnlineAccess("https://example.org/s.jpg", kind="cover", access="login")))


def test_of_joined_records_the_one_that_has_the_book_decides() -> None:
    closed = OnlineAccess("https://example.org/a", access="login")
    mine = Document(DocumentId("kota.1"), {})
    other = Document(DocumentId("lain.9"), {}, links=(closed,))
    joined = replace(book(closed), members=(mine, other))
    assert may_read(joined)
    assert not may_read(replace(joined, ebook=replace(BOOK, record="lain.9")))


def test_an_address_that_is_none_is_no_obstacle() -> None:
    assert not may_read(book(OnlineAccess("https://[/a.pdf", access="login")))


def test_a_title_without_an_e_book_closes_nothing() -> None:
    assert may_read(book(OnlineAccess("https://example.org/a", access="login"), ebook=None))
