"""The driver over our own circulation: what only it has to get right; the rest is the contract of all drivers."""

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from portal.ils.driver import Availability, Capability, PatronRef
from portal.ils.local import LocalSystem
from portal.services.errors import NotFound
from portal.store.database import Database
from search.document import DocumentId
from tests.support.circulation import LAUT, LIBRARIAN, Library


@pytest.fixture
def library(sqlite_database: Database) -> Library:
    return Library(sqlite_database)


def system(library: Library, **pins: str) -> LocalSystem:
    return LocalSystem(library.circulation, lambda card, pin: pins.get(f"{card}_{pin}"))


def test_it_can_do_everything(library: Library) -> None:
    assert system(library).capabilities == frozenset(Capability)


def test_card_and_pin_give_the_profile_of_whom_they_belong_to(library: Library) -> None:
    patron = library.patron(name="Sania Wenas")
    local = system(library, **{f"{patron.card_number}_271828": patron.id})
    profile = local.login(patron.card_number, "271828")
    assert profile is not None
    assert (profile.name, profile.ils_id, profile.blocks) == ("Sania Wenas", patron.id, ())
    assert local.login(patron.card_number, "000000") is None


def test_a_patron_who_is_gone_is_not_found(library: Library) -> None:
    with pytest.raises(NotFound):
        system(library).profile(PatronRef("nobody", "nobody", ""))


def test_copies_are_at_hand_in_the_reading_room_lent_or_unknown(library: Library) -> None:
    lent, lost = library.copies(number=2)
    library.copy(lendable=False)
    library.lend(library.patron(), lent)
    library.desk.mark_lost(LIBRARIAN, lost)
    holdings = system(library).holdings(LAUT)
    by_barcode = {item.barcode: item for item in holdings.items}
    assert by_barcode[lent].availability is Availability.UNAVAILABLE
    assert by_barcode[lent].due_at is not None
    assert by_barcode[lent].holdable
    assert by_barcode[lost].availability is Availability.UNAVAILABLE
    assert not by_barcode[lost].holdable
    assert holdings.availability is Availability.ONSITE
    unknown = DocumentId("no.title")
    assert system(library).status([unknown])[unknown].availability is Availability.UNKNOWN


def test_the_status_of_many_titles_costs_no_more_questions_than_of_one(library: Library) -> None:
    titles = [DocumentId(f"judul.{number}") for number in range(30)]
    for title in titles:
        library.copies(title, 2)
    asked: list[str] = []

    def listen(*told: object) -> None:
        asked.append(str(told[2]))

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        library.circulation.status(titles[:1])
        one = len(asked)
        found = library.circulation.status(titles)
        assert len(asked) == 2 * one
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
    assert {holdings.free for holdings in found.values()} == {2}
