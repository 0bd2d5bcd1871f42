"""E-books lent by licence, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.ils.driver import HoldStage, PatronRef, Refusal
from portal.services.actors import GUEST, Actor
from portal.services.errors import NotAllowed, NotValid
from portal.services.lending import MAX_COPIES, MAX_HOURS, Lending
from portal.store.database import Database
from portal.store.tables import Item, Licence
from portal.store.tables.collection import ItemStatus
from portal.store.tables.people import Role
from search.document import Document, DocumentId, Ebook, LinkAccess, OnlineAccess
from tests.support.circulation import LIBRARIAN, NOON, WITA, Library

ID = DocumentId("kota.tertutup")


@pytest.fixture
def library(database: Database) -> Library:
    return Library(database)


@pytest.fixture
def lending(library: Library) -> Lending:
    return Lending(library.database, library.clock, WITA, library.circulation)


def book(access: LinkAccess = "login") -> Document:
    links = (OnlineAccess("https://example.org/buku", access=access),)
    return Document(ID, {"title": ("Buku tertutup",)}, links=links, ebook=Ebook("0" * 64, "buku.pdf", 12))


def reader(patron: PatronRef) -> Actor:
    return Actor(patron.id, Role.PATRON, "pusat")


def uses(library: Library) -> dict[str, int]:
    """How many uses there are in each state, those that are not lent again as "ending"."""
    with library.database.reading() as session:
        found = session.execute(select(Item.status, Item.lendable).where(Item.is_licence)).all()
    named = [str(status) if lent or status is ItemStatus.WITHDRAWN else "ending" for status, lent in found]
    return {name: named.count(name) for name in named}


@pytest.mark.parametrize("actor", [GUEST, Actor("p", Role.PATRON, "pusat")])
def test_only_staff_set_licences(library: Library, lending: Lending, actor: Actor) -> None:
    with pytest.raises(NotAllowed):
        lending.set_licence(actor, book(), 1, 48)
    with pytest.raises(NotAllowed):
        lending.licences(actor)
    with library.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Licence)) == 0


@pytest.mark.parametrize(
    ("document", "copies", "hours", "code"),
    [
        (replace(book(), ebook=None), 1, 1, "licence_no_ebook"),
        (book("open"), 1, 1, "licence_open"),
        (book("unknown"), 1, 1, "licence_open"),
        (book("onsite"), 1, 1, "licence_onsite"),
        (book(), -1, 1, "licence_copies"),
        (book(), MAX_COPIES + 1, 1, "licence_copies"),
        (book(), 1, 0, "licence_hours"),
        (book(), 1, MAX_HOURS + 1, "licence_hours"),
    ],
)
def test_what_cannot_be_lent_is_refused(
    library: Library, lending: Lending, document: Document, copies: int, hours: int, code: str
) -> None:
    with pytest.raises(NotValid) as refused:
        lending.set_licence(LIBRARIAN, document, copies, hours)
    assert refused.value.code == code
    assert uses(library) == {}


def test_a_licence_grows_and_shrinks_by_idle_uses_alone(library: Library, lending: Lending) -> None:
    lending.set_licence(LIBRARIAN, book(), 3, 48)
    assert uses(library) == {"available": 3}
    first, second = library.patrons(2)
    assert lending.borrow(reader(first), ID, "a").done
    assert lending.borrow(reader(second), ID, "b").done
    lending.set_licence(LIBRARIAN, book(), 1, 48)
    assert uses(library) == {"on_loan": 1, "ending": 1, "withdrawn": 1}
    for patron in (first, second):
        assert lending.reading_until(reader(patron), ID) is not None
        assert lending.give_back(reader(patron), ID)
    # Whatever comes back, no more than one is lent again.
    assert lending.state(GUEST, ID).free == 1
    assert lending.borrow(reader(first), ID, "c").done
    assert lending.borrow(reader(second), ID, "d").refusal is Refusal.NO_COPY_FREE
    lending.set_licence(LIBRARIAN, book(), 2, 24)
    assert lending.borrow(reader(second), ID, "e").done
    assert (lending.licences(LIBRARIAN)[0].copies, lending.licences(LIBRARIAN)[0].out) == (2, 2)


def test_new_uses_go_to_those_who_wait(library: Library, lending: Lending) -> None:
    lending.set_licence(LIBRARIAN, book(), 1, 48)
    first, second = library.patrons(2)
    lending.borrow(reader(first), ID, "a")
    assert lending.wait(reader(second), ID, "Buku tertutup", "b").done
    lending.set_licence(LIBRARIAN, book(), 2, 48)
    state = lending.state(reader(second), ID)
    assert state.hold is not None
    assert (state.hold.stage, state.can_borrow, state.free) == (HoldStage.READY, True, 0)


def test_only_the_borrower_reads_and_only_while_the_loan_lasts(library: Library, lending: Lending) -> None:
    lending.set_licence(LIBRARIAN, book(), 1, 48)
    borrower, other = library.patrons(2)
    assert lending.reading_until(reader(borrower), ID) is None
    lending.borrow(reader(borrower), ID, "a")
    assert lending.reading_until(reader(borrower), ID) == NOON + timedelta(hours=48)
    assert lending.reading_until(reader(other), ID) is None
    assert lending.reading_until(GUEST, ID) is None
    assert lending.reading_until(LIBRARIAN, ID) is None
    library.clock.on(hours=48)
    # No job has run.
    assert lending.reading_until(reader(borrower), ID) is None
    assert lending.state(reader(other), ID).free == 1
    assert lending.borrow(reader(other), ID, "b").done


def test_a_hold_on_the_ebook_waits_for_no_copy_on_the_shelf(library: Library, lending: Lending) -> None:
    library.copy(ID)
    lending.set_licence(LIBRARIAN, book(), 1, 48)
    first, second = library.patrons(2)
    lending.borrow(reader(first), ID, "a")
    assert lending.wait(reader(second), ID, "Buku tertutup", "b").done
    assert lending.state(GUEST, ID).waiting == 1
    assert lending.state(reader(second), ID).hold is not None
    assert lending.stop_waiting(reader(second), ID).done
    assert lending.stop_waiting(reader(second), ID).refusal is Refusal.NOT_FOUND
    assert lending.state(GUEST, ID).waiting == 0


def test_a_guest_borrows_nothing(library: Library, lending: Lending) -> None:
    lending.set_licence(LIBRARIAN, book(), 1, 48)
    for deed in (
        lambda: lending.borrow(GUEST, ID, "a"),
        lambda: lending.give_back(GUEST, ID),
        lambda: lending.wait(GUEST, ID, "", "a"),
        lambda: lending.stop_waiting(GUEST, ID),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert uses(library) == {"available": 1}


def test_an_ebook_without_a_licence_is_not_borrowed(library: Library, lending: Lending) -> None:
    patron = reader(library.patron())
    assert lending.borrow(patron, ID, "a").refusal is Refusal.ITEM_NOT_FOUND
    assert lending.wait(patron, ID, "", "b").refusal is Refusal.NOT_HOLDABLE
    assert lending.state(patron, ID).copies == 0


def test_of_many_at_once_as_many_read_as_the_licence_allows(library: Library, lending: Lending) -> None:
    lending.set_licence(LIBRARIAN, book(), 2, 48)
    patrons = library.patrons(6)
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda patron: lending.borrow(reader(patron), ID, patron.id), patrons))
    assert sum(result.done for result in results) == 2
    assert sum(lending.reading_until(reader(patron), ID) is not None for patron in patrons) == 2
