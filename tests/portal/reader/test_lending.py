"""Closed e-books: whoever has borrowed one reads it, and nobody else gets a sentence of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from portal.account.routes import account_middleware
from portal.asgi import answers_to_errors, portal_routes
from portal.bootstrap import Services
from portal.bootstrap_accounts import Accounts
from portal.caching.page_cache import PageCache
from portal.reader.gate import NOT_KEPT
from portal.routes import PlainPages
from portal.services.actors import Actor
from portal.shell import Shell
from portal.store.database import Database
from portal.store.tables.people import Role
from search.document import DocumentId
from tests.support.accounts import ORIGIN, TurnedClock, accounts_in, add_person, sign_in, token_of
from tests.support.closed_book import MEMBERS_ID, ONSITE_ID, SENTENCE, WORD, library_with_closed_books
from tests.support.frame import frame
from tests.support.html import Elements
from tests.support.small_library import EBOOK_ID

PAGE = f"/baca/{MEMBERS_ID}/1"
LOAN = f"/pinjam-ebook/{MEMBERS_ID}"
STAFF = Actor("staf", Role.LIBRARIAN, "pusat")


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    return library_with_closed_books(tmp_path_factory.mktemp("closed"))


@dataclass
class Portal:
    services: Services
    accounts: Accounts
    clock: TurnedClock
    app: Starlette

    @contextmanager
    def browser(self, card: str = "") -> Iterator[TestClient]:
        """A browser of a guest, or of the patron with this card."""
        with TestClient(self.app, follow_redirects=False, headers={"Origin": ORIGIN}) as client:
            if card:
                sign_in(client, card)
            yield client


@pytest.fixture
def portal(services: Services, sqlite_database: Database, tmp_path: Path) -> Portal:
    clock = TurnedClock()
    accounts = accounts_in(tmp_path, sqlite_database, clock)
    pages = PlainPages(services, Shell(frame()))
    app = Starlette(
        routes=portal_routes(services, pages, accounts),
        middleware=[
            Middleware(PageCache, generation=services.discovery.generation, today=services.today),
            *account_middleware(services, accounts),
        ],
        exception_handlers=answers_to_errors(pages),
    )
    for card in ("BT-0001", "BT-0002"):
        add_person(sqlite_database, card)
    return Portal(services, accounts, clock, app)


def licence(portal: Portal, copies: int = 1, hours: int = 48) -> None:
    document = portal.services.discovery.document(MEMBERS_ID)
    assert document is not None
    assert portal.accounts.lending is not None
    portal.accounts.lending.set_licence(STAFF, document, copies, hours)


def act(client: TestClient, name: str) -> str:
    """Press a button of the page where the book is lent; the page that tells what came of it."""
    fields = {a["name"]: a.get("value", "") for a in Elements(client.get(LOAN).text).all("input") if "name" in a}
    answer = client.post(LOAN, data={"token": fields["token"], "key": fields.get("key", ""), "act": name})
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"]).text


def test_a_borrower_reads_until_the_loan_ends(portal: Portal) -> None:
    licence(portal)
    with portal.browser("BT-0001") as client:
        assert "1 dari 1 lisensi bebas" in client.get(LOAN).text
        assert client.get(PAGE).status_code == 403
        told = act(client, "borrow")
        assert "E-book ini dipinjamkan kepada Anda" in told
        assert "Rabu, 4 Maret 2026, 10.00 WITA" in told
        page = client.get(PAGE)
        assert page.status_code == 200
        assert SENTENCE in page.text
        assert "Rabu, 4 Maret 2026, 10.00 WITA" in page.text
        assert client.get(f"/baca/{MEMBERS_ID}/1.png").headers["content-type"] == "image/png"
        portal.clock.turn(hours=48)
        sign_in(client)  # the session has ended, too
        for path in (PAGE, f"/baca/{MEMBERS_ID}/1.png", f"/baca/{MEMBERS_ID}/1.svg?q={WORD}", f"/baca/{MEMBERS_ID}"):
            assert client.get(path).status_code == 403, path
        ended = client.get(PAGE).text
        assert "Anda tidak sedang meminjam e-book ini" in ended
        assert LOAN in Elements(ended).links()


def test_a_book_that_was_given_back_is_closed_again(portal: Portal) -> None:
    licence(portal)
    with portal.browser("BT-0001") as client:
        act(client, "borrow")
        assert Elements(client.get(PAGE).text).links().count(f"/berkas/{MEMBERS_ID}.pdf") == 0
        assert "E-book sudah dikembalikan" in act(client, "return")
        assert client.get(PAGE).status_code == 403


def test_what_is_lent_is_kept_nowhere_and_its_file_is_not_given(portal: Portal) -> None:
    licence(portal)
    with portal.browser("BT-0001") as client:
        act(client, "borrow")
        for path in (PAGE, f"{PAGE}.png", f"{PAGE}.svg?q={WORD}", f"/baca/{MEMBERS_ID}", f"/baca/{MEMBERS_ID}?hlm=2"):
            answer = client.get(path)
            assert answer.headers["cache-control"] == NOT_KEPT, path
            assert "etag" not in answer.headers
        assert client.get(f"/berkas/{MEMBERS_ID}.pdf").status_code == 403
        assert f"/berkas/{MEMBERS_ID}.pdf" not in client.get(PAGE).text
    with portal.browser() as guest:
        assert guest.get(PAGE).headers["cache-control"] == NOT_KEPT
        assert guest.get(f"/baca/{EBOOK_ID}/1").headers["cache-control"] == "no-cache"
        assert guest.get(f"/baca/{EBOOK_ID}/1.png").headers["cache-control"].startswith("public")


def test_only_the_borrower_searches_inside(portal: Portal) -> None:
    licence(portal)
    with portal.browser("BT-0001") as client:
        act(client, "borrow")
        assert "halaman cocok" in client.get(f"{PAGE}?q={WORD}").text
        assert SENTENCE not in client.get(f"/cari?q={WORD}").text


EVERYWHERE = (
    f"/cari?q={WORD}",
    f"/cari?q=Siapa+pemilik+{WORD}%3F",
    f"/api/v1/search?q={WORD}",
    f"/api/v1/search?q=Siapa+pemilik+{WORD}%3F",
    f"/api/v1/suggest?q={WORD[:5]}",
    f"/api/v1/records/{MEMBERS_ID}",
    f"/katalog/{MEMBERS_ID}?q={WORD}",
    f"/katalog/{MEMBERS_ID}.json",
    f"/katalog/{MEMBERS_ID}.ris",
    f"/kutip/{MEMBERS_ID}",
    f"/cari.atom?q={WORD}",
    f"/cari.rss?q={WORD}",
    "/oai?verb=ListRecords&metadataPrefix=oai_dc",
    f"/unapi?id={MEMBERS_ID}&format=marcxml",
    f"/?q={WORD}",
    PAGE,
    f"{PAGE}?q={WORD}",
    f"/baca/{MEMBERS_ID}?hlm=1",
    f"{PAGE}.png",
    f"{PAGE}.svg?q={WORD}",
    f"/berkas/{MEMBERS_ID}.pdf",
    LOAN,
)


@pytest.mark.parametrize("card", ["", "BT-0002"])
def test_no_route_tells_others_a_sentence_of_a_lent_book(portal: Portal, card: str) -> None:
    licence(portal)
    with portal.browser("BT-0001") as borrower:
        act(borrower, "borrow")
        for path in EVERYWHERE:  # the borrower was there before, so that whatever is kept would be found
            borrower.get(path)
        with portal.browser(card) as other:
            for path in EVERYWHERE:
                answer = other.get(path)
                assert SENTENCE not in answer.text.replace("<mark>", "").replace("</mark>", ""), path
                assert not answer.content.startswith((b"\x89PNG", b"%PDF", b"<svg")), path


def test_a_record_is_the_same_for_everybody(portal: Portal) -> None:
    licence(portal)
    path = f"/katalog/{MEMBERS_ID}"
    with portal.browser() as guest:
        page = guest.get(path)
    assert LOAN in Elements(page.text).links()
    with portal.browser("BT-0001") as client:
        act(client, "borrow")
        assert client.get(path).content == page.content


def test_whoever_comes_too_late_waits_and_leaves(portal: Portal) -> None:
    licence(portal)
    with portal.browser("BT-0001") as first, portal.browser("BT-0002") as second:
        act(first, "borrow")
        assert "0 dari 1 lisensi bebas" in second.get(LOAN).text
        waits = act(second, "wait")
        assert "Anda menunggu di urutan ke-1" in waits
        assert "1 orang menunggu" in waits
        act(first, "return")
        assert "Giliran Anda" in second.get(LOAN).text
        assert "0 dari 1" in first.get(LOAN).text
        assert "keluar dari daftar tunggu" in act(second, "leave")
        assert "1 dari 1" in first.get(LOAN).text


def test_a_refusal_is_told_in_words(portal: Portal) -> None:
    licence(portal)
    with portal.browser("BT-0001") as first, portal.browser("BT-0002") as second:
        act(second, "borrow")
        assert 'class="told is-wrong"' in act(first, "borrow")


def test_a_guest_signs_in_first_and_comes_back(portal: Portal) -> None:
    licence(portal)
    with portal.browser() as guest:
        page = guest.get(LOAN)
        assert page.headers["cache-control"] == "no-store"
        onward = next(link for link in Elements(page.text).links() if link.startswith("/masuk?lanjut="))
        sent = guest.post(LOAN, data={"act": "borrow"})
        assert sent.headers["location"].startswith("/masuk")
        form = {a["name"]: a.get("value", "") for a in Elements(guest.get(onward).text).all("input") if "name" in a}
        assert form["lanjut"] == LOAN


@pytest.mark.parametrize("id", [EBOOK_ID, ONSITE_ID, DocumentId("kota.001"), DocumentId("gibt.es-nicht")])
def test_what_cannot_be_lent_has_no_such_page(portal: Portal, id: DocumentId) -> None:
    with portal.browser("BT-0001") as client:
        assert client.get(f"/pinjam-ebook/{id}").status_code == 404
        sent = client.post(f"/pinjam-ebook/{id}", data={"act": "borrow", "token": token_of(client)})
        assert sent.status_code == 404


def test_without_a_licence_the_page_says_so(portal: Portal) -> None:
    with portal.browser("BT-0001") as client:
        page = client.get(LOAN)
        assert "belum mempunyai lisensi" in page.text
        assert '<button type="submit" class="button">Pinjam' not in page.text


def test_open_books_are_read_when_the_store_is_away(portal: Portal) -> None:
    licence(portal)
    with portal.browser("BT-0001") as client:
        portal.accounts.database.close()
        Path(str(portal.accounts.database.url.database)).write_bytes(b"no database at all" * 500)
        assert client.get(f"/baca/{EBOOK_ID}/1").status_code == 200
        assert client.get(f"/katalog/{MEMBERS_ID}").status_code == 200
        assert client.get(PAGE).status_code == 503
