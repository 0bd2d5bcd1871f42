"""What is held about a patron is all told, taken along and, in the end, taken away."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.ils.driver import PatronRef
from portal.ils.local import LocalSystem
from portal.services.actors import GUEST, Actor
from portal.services.errors import NotAllowed, NotFound, NotValid
from portal.services.personal_data import SECRETS, Contact, PersonalData
from portal.services.shelves import ReadingLists, SavedSearches
from portal.store.columns import Base
from portal.store.database import Database
from portal.store.tables import (
    AuditEntry,
    Consent,
    FamilyLink,
    Fine,
    Loan,
    Message,
    Patron,
    Payment,
    Session,
)
from portal.store.tables.circulation import FineKind
from portal.store.tables.people import RequestKind, Role, Standing
from tests.support.circulation import LIBRARIAN, Library

NAME = "Zz Kenari Unik"


def no_pins(card: str, pin: str) -> None:
    """Nobody signs in here."""


@pytest.fixture
def lending(database: Database) -> Library:
    return Library(database)


@pytest.fixture
def data(lending: Library) -> PersonalData:
    return PersonalData(lending.database, LocalSystem(lending.circulation, no_pins), lending.clock)


def actor(patron: PatronRef) -> Actor:
    return Actor(patron.id, Role.PATRON)


def full_life(lending: Library, data: PersonalData) -> PatronRef:
    """A patron of whom every table says something; nothing is open any more."""
    patron = lending.patron(
        name=NAME, email="kenari@contoh.id", keep_history=True, birth_year=1990, pin_hash="secret hash"
    )
    who, now = actor(patron), lending.clock()
    copy = lending.copy("pernah", title="Pernah dipinjam")
    lending.lend(patron, copy)
    lending.take_back(copy)
    lending.lend(lending.patron(), lending.copy("ditunggu"))
    held = lending.hold(patron, "ditunggu").hold
    assert held is not None
    lending.circulation.cancel_hold(patron.id, held.id)
    lists = ReadingLists(lending.database, lending.clock)
    lists.add(who, lists.create(who, "Daftar kenari"), [("a", "A")])
    SavedSearches(lending.database, lending.clock).save(who, "Cari kenari", "/cari?q=kenari")
    child = lending.patron()
    with lending.database.writing() as session:
        session.add(FamilyLink(guardian_id=patron.id, child_id=child.id, linked_at=now))
        session.add(
            Fine(id="f1", patron_id=patron.id, kind=FineKind.LOST, amount=500, title="Hilang", note="", charged_at=now)
        )
        session.flush()
        session.add(Payment(fine_id="f1", amount=500, taken_by="librarian", taken_at=now, key="p1"))
        session.add(
            Session(
                key="k" * 64, patron_id=patron.id, role=Role.PATRON, form_token="form secret",  # noqa: S106
                began_at=now, seen_at=now, expires_at=now, idle_s=900,
            )
        )  # fmt: skip
        session.add(
            Message(
                key="m1", patron_id=patron.id, kind="due", recipient="kenari@contoh.id", subject="s", body="b",
                written_at=now, not_before=now, problem="",
            )
        )  # fmt: skip
    data.correct(who, Contact("kenari@contoh.id", "0812 3456 7890", "id", reminders=False))
    data.correct(who, Contact("kenari@contoh.id", "0812 3456 7890", "id", reminders=True))
    data.ask(who, RequestKind.CORRECTION, "Nama saya Kenari")
    return patron


def test_every_table_that_names_its_patron_is_told(lending: Library, data: PersonalData) -> None:
    patron = full_life(lending, data)
    held = data.everything(actor(patron))
    named = {table.name for table in Base.metadata.sorted_tables if "patron_id" in table.c}
    assert len(named) >= 9
    assert named | {"patron", "family_link", "list_entry", "payment", "audit_entry"} <= set(held)
    assert all(held[name] for name in named | {"patron", "family_link", "list_entry", "payment"})


def test_no_secret_and_nobody_else_is_in_it(lending: Library, data: PersonalData) -> None:
    patron = full_life(lending, data)
    written = json.dumps(data.everything(actor(patron)))
    for secret in ("secret hash", "form secret", "k" * 64):
        assert secret not in written
    others = json.dumps(data.everything(actor(lending.patron())))
    assert NAME not in others
    assert "kenari" not in others
    for table, columns in SECRETS.items():
        assert columns <= {column.name for column in Base.metadata.tables[table].c}


def test_a_patrons_wish_is_settled_within_three_days_and_asked_once(lending: Library, data: PersonalData) -> None:
    patron = lending.patron()
    first = data.ask(actor(patron), RequestKind.DELETION)
    assert data.ask(actor(patron), RequestKind.DELETION) == first
    (request,) = data.requests(actor(patron))
    assert request.settle_by - request.asked_at == timedelta(hours=72)
    with pytest.raises(NotValid, match="request"):
        data.ask(actor(patron), RequestKind.CORRECTION, "  ")


@pytest.mark.parametrize(
    ("contact", "field"),
    [
        (Contact("no address", "", "id", reminders=True), "email"),
        (Contact("a@b.id\r\nBcc: x@y.id", "", "id", reminders=True), "email"),
        (Contact("", "call me", "id", reminders=True), "phone"),
        (Contact("", "", "xx", reminders=True), "language"),
    ],
)
def test_what_cannot_be_an_address_is_refused(
    lending: Library, data: PersonalData, contact: Contact, field: str
) -> None:
    patron = lending.patron()
    before = data.contact(actor(patron))
    with pytest.raises(NotValid) as told:
        data.correct(actor(patron), contact)
    assert told.value.field == field
    assert data.contact(actor(patron)) == before


VERBS: dict[str, Callable[[PersonalData, Actor], object]] = {
    "everything": lambda data, who: data.everything(who),
    "contact": lambda data, who: data.contact(who),
    "correct": lambda data, who: data.correct(who, Contact("", "", "id", reminders=True)),
    "consents": lambda data, who: data.consents(who),
    "ask": lambda data, who: data.ask(who, RequestKind.DELETION),
    "requests": lambda data, who: data.requests(who),
    "waiting": lambda data, who: data.waiting(who),
    "settle": lambda data, who: data.settle(who, "x", "done"),
}


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS.keys())
def test_guests_may_do_nothing(data: PersonalData, verb: Callable[[PersonalData, Actor], object]) -> None:
    with pytest.raises(NotAllowed):
        verb(data, GUEST)


def test_patrons_settle_nothing(lending: Library, data: PersonalData) -> None:
    patron = lending.patron()
    request = data.ask(actor(patron), RequestKind.DELETION)
    with pytest.raises(NotAllowed):
        data.settle(actor(patron), request, "saya sendiri")
    with pytest.raises(NotAllowed):
        data.waiting(actor(patron))
    assert data.requests(actor(patron))[0].settled_at is None


def test_staff_see_what_waits_and_that_they_did_is_written_down(lending: Library, data: PersonalData) -> None:
    patron = lending.patron(name=NAME)
    data.ask(actor(patron), RequestKind.CORRECTION, "Nama saya Kenari")
    (found,) = data.waiting(LIBRARIAN)
    assert (found.name, found.request.text) == (NAME, "Nama saya Kenari")
    (entry,) = data.everything(actor(patron))["audit_entry"]
    assert entry["action"] == "data_request.seen"
    assert "actor_id" not in entry


def settled(data: PersonalData, patron: PatronRef, **more: Any) -> None:
    request = data.ask(actor(patron), RequestKind.DELETION)
    data.settle(LIBRARIAN, request, "Dihapus atas permintaan", **more)


def test_who_leaves_leaves_no_name(lending: Library, data: PersonalData) -> None:
    patron = full_life(lending, data)
    waiting = lending.hold(patron, "ditunggu").hold
    assert waiting is not None
    settled(data, patron)
    with lending.database.reading() as session:
        found = session.get_one(Patron, patron.id)
        assert found.standing is Standing.WITHDRAWN
        assert (found.name, found.email, found.phone, found.card_number, found.birth_year) == ("", "", "", None, None)
        for table in (Session, Consent, Message, Loan):
            mine = select(func.count()).select_from(table).where(table.patron_id == patron.id)
            assert session.scalar(mine) == 0
        whole = [repr(tuple(row)) for table in Base.metadata.sorted_tables for row in session.execute(select(table))]
        assert session.scalar(select(func.count()).select_from(Loan)) == 2
        assert session.scalar(select(AuditEntry.action).order_by(AuditEntry.number.desc())) == "data_request.settled"
    assert not [row for row in whole if "kenari" in row.lower() or patron.card_number in row]
    with pytest.raises(NotFound):
        data.contact(actor(patron))


def test_nobody_leaves_with_a_book(lending: Library, data: PersonalData) -> None:
    patron = lending.patron(name=NAME)
    lending.lend(patron, lending.copy())
    with pytest.raises(NotValid, match="leaving_loans"):
        settled(data, patron)
    assert data.everything(actor(patron))["patron"][0]["name"] == NAME
    assert data.requests(actor(patron))[0].settled_at is None


def test_nobody_leaves_with_a_debt(lending: Library, data: PersonalData) -> None:
    patron = lending.patron()
    with lending.database.writing() as session:
        session.add(
            Fine(patron_id=patron.id, kind=FineKind.LOST, amount=500, title="", note="", charged_at=lending.clock())
        )
    with pytest.raises(NotValid, match="leaving_fines"):
        settled(data, patron)


def test_staff_leave_only_after_their_rights(lending: Library, data: PersonalData) -> None:
    with pytest.raises(NotValid, match="leaving_staff"):
        settled(data, lending.patron(role=Role.LIBRARIAN))


def test_a_refused_wish_changes_nothing_but_is_answered(lending: Library, data: PersonalData) -> None:
    patron = lending.patron(name=NAME)
    settled(data, patron, granted=False)
    (request,) = data.requests(actor(patron))
    assert request.outcome == "Dihapus atas permintaan"
    assert data.everything(actor(patron))["patron"][0]["name"] == NAME
    with pytest.raises(NotFound):
        data.settle(LIBRARIAN, request.id, "lagi")
