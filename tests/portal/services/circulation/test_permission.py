"""The desk is for staff: whoever else asks changes nothing, and learns nothing."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.ils.driver import HoldRequest
from portal.services.actors import GUEST, Actor
from portal.services.circulation.desk import Desk
from portal.services.errors import NotAllowed, NotFound
from portal.store.columns import Base
from portal.store.database import Database
from portal.store.tables.circulation import FineKind
from portal.store.tables.people import Role
from tests.support.circulation import CENTRAL, LAUT, LIBRARIAN, Library


@pytest.fixture
def library(sqlite_database: Database) -> Library:
    """On one of both: who may do what is decided before either is asked."""
    return Library(sqlite_database)


def dump(database: Database) -> list[object]:
    """Every row of every table."""
    with database.reading() as session:
        return [[tuple(row) for row in session.execute(select(table))] for table in Base.metadata.sorted_tables]


def calls(desk: Desk, card: str, barcode: str, hold: str, fine: str) -> dict[str, Callable[[Actor], object]]:
    """Every method of the desk, with arguments that would work."""
    request = HoldRequest(LAUT, CENTRAL, "klik")
    return {
        "account": lambda actor: desk.account(actor, card),
        "cancel_hold": lambda actor: desk.cancel_hold(actor, hold),
        "charge": lambda actor: desk.charge(actor, card, FineKind.OTHER, 1000),
        "check_in": lambda actor: desk.check_in(actor, barcode, CENTRAL),
        "check_out": lambda actor: desk.check_out(actor, card, barcode, CENTRAL, "klik"),
        "check_out_set": lambda actor: desk.check_out_set(actor, card, [barcode], CENTRAL, "klik"),
        "hold_shelf": lambda actor: desk.hold_shelf(actor, CENTRAL),
        "in_transit": lambda actor: desk.in_transit(actor, CENTRAL),
        "mark_damaged": lambda actor: desk.mark_damaged(actor, barcode),
        "mark_found": lambda actor: desk.mark_found(actor, barcode, CENTRAL),
        "mark_lost": lambda actor: desk.mark_lost(actor, barcode),
        "overdue_list": lambda actor: desk.overdue_list(actor, CENTRAL),
        "place_hold": lambda actor: desk.place_hold(actor, card, request),
        "pull_list": lambda actor: desk.pull_list(actor, CENTRAL),
        "receive": lambda actor: desk.receive(actor, barcode, CENTRAL),
        "renew": lambda actor: desk.renew(actor, card, None, "klik"),
        "take_payment": lambda actor: desk.take_payment(actor, fine, 500, "bayar"),
        "waive": lambda actor: desk.waive(actor, fine, "lepas"),
    }


METHODS = sorted(name for name in vars(Desk) if not name.startswith("_"))


def test_every_method_of_the_desk_is_tried(library: Library) -> None:
    assert sorted(calls(library.desk, "", "", "", "")) == METHODS


@pytest.mark.parametrize("actor", [GUEST, Actor("patron00001", Role.PATRON)], ids=["guest", "patron"])
@pytest.mark.parametrize("method", METHODS)
def test_who_is_no_librarian_changes_nothing(library: Library, method: str, actor: Actor) -> None:
    patron, barcode = library.patron(), library.copies(number=2)[0]
    placed = library.hold(patron)
    assert placed.hold is not None
    fine = library.desk.charge(LIBRARIAN, patron.card_number, FineKind.LOST, 1000)
    call = calls(library.desk, patron.card_number, barcode, placed.hold.id, fine.id)[method]
    before = dump(library.database)
    with pytest.raises(NotAllowed):
        call(actor)
    assert dump(library.database) == before


def test_a_card_nobody_has_is_not_found(library: Library) -> None:
    for card in ("", "no such card", "x\x00"):
        with pytest.raises(NotFound):
            library.desk.account(LIBRARIAN, card)


def test_staff_who_look_are_written_down(library: Library) -> None:
    patron = library.patron()
    before = dump(library.database)
    library.desk.account(LIBRARIAN, patron.card_number)
    assert dump(library.database) != before
