"""Patrons and their membership, as staff look after them, on both databases."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.services.actors import GUEST, Actor
from portal.services.backroom import Backroom, backroom
from portal.services.consents import Purpose
from portal.services.errors import NotAllowed, NotFound, NotValid
from portal.services.patrons import MOST_FOUND, PatronDetails, Registration
from portal.store.database import Database
from portal.store.tables import AuditEntry, Category, Consent, FamilyLink, Patron
from portal.store.tables import Session as SignIn
from portal.store.tables.people import Role, Standing
from tests.support.circulation import CENTRAL, LIBRARIAN, WITA, Library

ADMIN = Actor("admin", Role.ADMIN, CENTRAL)
DETAILS = PatronDetails("Ani Sondakh", "umum", CENTRAL, email="ani@example.org", phone="0812-3456-7890")
GROWN_UP = date(1990, 5, 17)
CHILD = date(2015, 5, 17)


@pytest.fixture
def library(database: Database) -> Library:
    return Library(database)


@pytest.fixture
def back(library: Library) -> Backroom:
    return backroom(library.database, library.clock, WITA)


def kept(library: Library, patron: str) -> Patron:
    with library.database.reading() as session:
        return session.get_one(Patron, patron)


def actions(library: Library) -> list[str]:
    with library.database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)))


# ---- registering


def test_a_grown_up_is_registered_with_the_next_card_and_what_they_agreed_to(back: Backroom, library: Library) -> None:
    with library.database.writing() as session:
        session.get_one(Category, "umum").membership_days = 365
    patron = back.patrons.register(LIBRARIAN, Registration(DETAILS, GROWN_UP, agreed=(Purpose.REMINDERS,)))
    found = kept(library, patron)
    assert (found.name, found.card_number, found.birth_year, found.role) == ("Ani Sondakh", "000001", 1990, Role.PATRON)
    assert (found.expires_on, found.reminders, found.keep_history) == (date(2027, 11, 26), True, False)
    assert (found.pin_hash, found.standing) == ("", Standing.ACTIVE)
    with library.database.reading() as session:
        assert [one.purpose for one in session.scalars(select(Consent))] == ["reminders"]
    assert actions(library) == ["patron.registered"]


def test_cards_are_counted_on_as_they_are_written(back: Backroom, library: Library) -> None:
    library.patron(card_number="BT-0009")
    library.patron(card_number="0099")
    cards = [back.patrons.register(LIBRARIAN, Registration(DETAILS, GROWN_UP)) for _ in range(2)]
    assert [kept(library, patron).card_number for patron in cards] == ["0100", "0101"]


def test_a_card_of_ones_choice_is_taken_once(back: Backroom, library: Library) -> None:
    wanted = Registration(DETAILS, GROWN_UP, card_number="BT-0100")
    assert kept(library, back.patrons.register(LIBRARIAN, wanted)).card_number == "BT-0100"
    with pytest.raises(NotValid, match="card_taken"):
        back.patrons.register(LIBRARIAN, wanted)
    with pytest.raises(NotValid, match="card_wrong"):
        back.patrons.register(LIBRARIAN, replace(wanted, card_number="BT 0100\n"))


def test_a_child_is_registered_by_a_guardian_who_is_linked(back: Backroom, library: Library) -> None:
    guardian = library.patron(birth_year=1985)
    with pytest.raises(NotValid, match="guardian_needed") as refused:
        back.patrons.register(LIBRARIAN, Registration(DETAILS, CHILD))
    assert refused.value.field == "guardian_card"
    child = back.patrons.register(LIBRARIAN, Registration(DETAILS, CHILD, guardian_card=guardian.card_number))
    record = back.patrons.record(LIBRARIAN, child)
    assert [one.id for one in record.guardians] == [guardian.id]
    assert record.agreed == ("guardian",)
    assert [one.id for one in back.patrons.record(LIBRARIAN, guardian.id).children] == [child]


@pytest.mark.parametrize("born", [date(2008, 11, 27), date(2026, 11, 26)])
def test_the_day_of_birth_decides_who_is_a_child(back: Backroom, born: date) -> None:
    with pytest.raises(NotValid, match="guardian_needed"):
        back.patrons.register(LIBRARIAN, Registration(DETAILS, born))
    assert back.patrons.register(LIBRARIAN, Registration(DETAILS, date(2008, 11, 26)))


def test_a_child_or_a_blocked_patron_is_no_guardian(back: Backroom, library: Library) -> None:
    young, blocked = library.patron(birth_year=2012), library.patron(standing=Standing.BLOCKED)
    for other in (young.card_number, blocked.card_number, "TIADA"):
        with pytest.raises(NotValid, match="guardian_unknown"):
            back.patrons.register(LIBRARIAN, Registration(DETAILS, CHILD, guardian_card=other))


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"name": "  "}, "name_missing", "name"),
        ({"name": "x" * 201}, "too_long", "name"),
        ({"name": "Ani\u202ecilbup"}, "too_long", "name"),
        ({"email": "ani@example.org\r\nBcc: x@y.z"}, "email_wrong", "email"),
        ({"phone": "panggil saya"}, "phone_wrong", "phone"),
        ({"category": "sultan"}, "category_unknown", "category"),
        ({"home_branch": "bulan"}, "branch_unknown", "home_branch"),
        ({"birth_year": 1850}, "birth_wrong", "birth_year"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    back: Backroom, library: Library, change: dict[str, object], code: str, field: str
) -> None:
    with pytest.raises(NotValid, match=code) as refused:
        back.patrons.register(LIBRARIAN, Registration(replace(DETAILS, **change), GROWN_UP))  # type: ignore[arg-type]
    assert refused.value.field == field
    with library.database.reading() as session:
        assert session.scalars(select(Patron)).all() == []


# ---- finding and looking


def test_a_patron_is_found_by_card_by_parts_of_the_name_and_by_phone(back: Backroom, library: Library) -> None:
    ani = library.patron(name="Ani Sondakh-Mandagi", phone="0812-3456", card_number="BT-0001")
    library.patron(name="Budi Mandagi", card_number="BT-0002")
    for asked in ("BT-0001", "sondakh", "MANDAGI ani", "0812-3456", "BT-0001 "):
        assert [row.id for row in back.patrons.find(LIBRARIAN, asked)] == [ani.id], asked
    assert [row.name for row in back.patrons.find(LIBRARIAN, "mandagi")] == ["Ani Sondakh-Mandagi", "Budi Mandagi"]
    assert back.patrons.by_card(LIBRARIAN, "BT-0001") == ani.id
    assert back.patrons.by_card(LIBRARIAN, "TIADA") is None


@pytest.mark.parametrize("asked", ["", "a", "%", "__", "%%", "\\", "' OR 1=1 --", "x\x01y"])
def test_signs_of_the_databases_own_find_nobody(back: Backroom, library: Library, asked: str) -> None:
    library.patrons(3)
    assert back.patrons.find(LIBRARIAN, asked) == ()


def test_not_more_are_found_than_can_be_looked_at(back: Backroom, library: Library) -> None:
    library.patrons(MOST_FOUND + 5)
    assert len(back.patrons.find(LIBRARIAN, "anggota")) == MOST_FOUND


def test_that_somebody_looked_is_written_down_without_a_name(back: Backroom, library: Library) -> None:
    ani = library.patron(name="Ani Kenari", card_number="KENARI-1")
    back.patrons.find(LIBRARIAN, "kenari")
    back.patrons.record(LIBRARIAN, ani.id)
    with library.database.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.number)).all()
    assert [(one.actor_id, one.action, one.subject) for one in entries] == [
        ("librarian", "patron.searched", ""),
        ("librarian", "patron.seen", ani.id),
    ]
    assert not any("kenari" in f"{one.subject} {one.detail}".lower() for one in entries)


def test_who_has_left_is_not_there(back: Backroom, library: Library) -> None:
    gone = library.patron(standing=Standing.WITHDRAWN, name="Gone")
    assert back.patrons.find(LIBRARIAN, "gone") == ()
    for ask in (lambda: back.patrons.record(LIBRARIAN, gone.id), lambda: back.membership.unblock(LIBRARIAN, gone.id)):
        with pytest.raises(NotFound):
            ask()
    with pytest.raises(NotFound):
        back.patrons.record(LIBRARIAN, "nobody")


# ---- changing


def test_only_what_changed_is_written_down(back: Backroom, library: Library) -> None:
    patron = back.patrons.register(LIBRARIAN, Registration(DETAILS, GROWN_UP))
    details = replace(DETAILS, birth_year=1990)
    back.patrons.edit(LIBRARIAN, patron, details)
    assert actions(library) == ["patron.registered"]
    back.patrons.edit(LIBRARIAN, patron, replace(details, phone="", name="Ani  Lumi"))
    assert (kept(library, patron).phone, kept(library, patron).name) == ("", "Ani Lumi")
    with library.database.reading() as session:
        assert (
            session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "patron.changed")).one()
            == "name phone"
        )


def test_a_block_has_a_reason_and_is_lifted(back: Backroom, library: Library) -> None:
    patron = library.patron()
    with pytest.raises(NotValid, match="reason_missing"):
        back.membership.block(LIBRARIAN, patron.id, "  ")
    back.membership.block(LIBRARIAN, patron.id, "Buku rusak belum diganti")
    assert (kept(library, patron.id).standing, kept(library, patron.id).block_reason) == (
        Standing.BLOCKED,
        "Buku rusak belum diganti",
    )
    back.membership.unblock(LIBRARIAN, patron.id)
    assert (kept(library, patron.id).standing, kept(library, patron.id).block_reason) == (Standing.ACTIVE, "")
    assert actions(library) == ["patron.blocked", "patron.unblocked"]


def test_a_lost_card_lends_nothing_and_its_number_is_nobodys_afterwards(back: Backroom, library: Library) -> None:
    patron, barcode = library.patron(card_number="BT-0001"), library.copy()
    with library.database.writing() as session:
        session.add(
            SignIn(
                key="k", patron_id=patron.id, role=Role.PATRON, form_token="t", idle_s=60,  # noqa: S106 - of a test
                began_at=library.clock.now, seen_at=library.clock.now, expires_at=library.clock.now + timedelta(hours=1),
            )
        )  # fmt: skip
    back.membership.card_lost(LIBRARIAN, patron.id)
    assert not library.desk.check_out(LIBRARIAN, "BT-0001", barcode, CENTRAL, "k").done
    with library.database.reading() as session:
        assert session.get_one(SignIn, "k").revoked_at == library.clock.now
    with pytest.raises(NotValid, match="card_needed"):
        back.membership.unblock(LIBRARIAN, patron.id)
    assert back.membership.new_card(LIBRARIAN, patron.id, "BT-0002") == "BT-0002"
    assert back.patrons.by_card(LIBRARIAN, "BT-0001") is None
    assert library.desk.check_out(LIBRARIAN, "BT-0002", barcode, CENTRAL, "k2").done


def test_a_card_that_is_lost_stays_so_whatever_else_the_patron_is_blocked_for(back: Backroom, library: Library) -> None:
    lost_first, blocked_first = library.patrons(2)
    back.membership.card_lost(LIBRARIAN, lost_first.id)
    back.membership.block(LIBRARIAN, lost_first.id, "Buku rusak")
    back.membership.block(LIBRARIAN, blocked_first.id, "Buku rusak")
    back.membership.card_lost(LIBRARIAN, blocked_first.id)
    for patron in (lost_first, blocked_first):
        with pytest.raises(NotValid, match="card_needed"):
            back.membership.unblock(LIBRARIAN, patron.id)
        back.membership.new_card(LIBRARIAN, patron.id)
        found = kept(library, patron.id)
        assert (found.standing, found.block_reason) == (Standing.BLOCKED, "Buku rusak")
        back.membership.unblock(LIBRARIAN, patron.id)
        assert kept(library, patron.id).standing is Standing.ACTIVE


def test_who_was_blocked_elsewhere_stays_so_with_a_new_card(back: Backroom, library: Library) -> None:
    patron = library.patron(standing=Standing.BLOCKED)
    back.membership.card_lost(LIBRARIAN, patron.id)
    back.membership.new_card(LIBRARIAN, patron.id)
    assert kept(library, patron.id).standing is Standing.BLOCKED


def test_a_new_card_is_not_somebody_elses(back: Backroom, library: Library) -> None:
    patron, other = library.patrons(2)
    with pytest.raises(NotValid, match="card_taken"):
        back.membership.new_card(LIBRARIAN, patron.id, other.card_number)
    assert kept(library, patron.id).card_number == patron.card_number


def test_a_membership_goes_on_from_its_last_day_or_from_today(back: Backroom, library: Library) -> None:
    with library.database.writing() as session:
        session.get_one(Category, "umum").membership_days = 365
    early = library.patron(expires_on=date(2026, 12, 31))
    late = library.patron(expires_on=date(2020, 1, 1))
    for_ever = library.patron(category="anak", expires_on=date(2020, 1, 1))
    assert back.membership.renew(LIBRARIAN, early.id) == date(2027, 12, 31)
    assert back.membership.renew(LIBRARIAN, late.id) == date(2027, 11, 26)
    assert back.membership.renew(LIBRARIAN, for_ever.id) is None


def test_families_are_linked_once_and_never_in_a_circle(back: Backroom, library: Library) -> None:
    mother, child = library.patrons(2)
    for _ in range(2):
        back.patrons.link(LIBRARIAN, child.id, mother.card_number)
    for other, card in ((child.id, child.card_number), (mother.id, child.card_number)):
        with pytest.raises(NotValid, match="guardian_self"):
            back.patrons.link(LIBRARIAN, other, card)
    with library.database.reading() as session:
        assert len(session.scalars(select(FamilyLink)).all()) == 1
    for _ in range(2):
        back.patrons.unlink(LIBRARIAN, child.id, mother.id)
    assert back.patrons.record(LIBRARIAN, child.id).guardians == ()
    assert actions(library).count("family.linked") == actions(library).count("family.unlinked") == 1


# ---- who may


def test_a_librarian_changes_nothing_of_staff(back: Backroom, library: Library) -> None:
    chief = library.patron(role=Role.ADMIN)
    for deed in (
        lambda actor: back.membership.block(actor, chief.id, "x"),
        lambda actor: back.membership.card_lost(actor, chief.id),
        lambda actor: back.membership.new_card(actor, chief.id),
        lambda actor: back.patrons.edit(actor, chief.id, DETAILS),
    ):
        with pytest.raises(NotAllowed):
            deed(LIBRARIAN)
    assert actions(library) == []
    back.patrons.edit(ADMIN, chief.id, DETAILS)
    assert actions(library) == ["patron.changed"]


@pytest.mark.parametrize("actor", [GUEST, Actor("patron", Role.PATRON, CENTRAL)])
def test_none_of_it_is_for_patrons(back: Backroom, library: Library, actor: Actor) -> None:
    one = library.patron().id
    for deed in (
        lambda: back.patrons.find(actor, "anggota"),
        lambda: back.patrons.by_card(actor, "x"),
        lambda: back.patrons.card_of(actor, one),
        lambda: back.patrons.record(actor, one),
        lambda: back.patrons.register(actor, Registration(DETAILS, GROWN_UP)),
        lambda: back.patrons.edit(actor, one, DETAILS),
        lambda: back.patrons.link(actor, one, "x"),
        lambda: back.patrons.unlink(actor, one, "x"),
        lambda: back.membership.block(actor, one, "x"),
        lambda: back.membership.unblock(actor, one),
        lambda: back.membership.card_lost(actor, one),
        lambda: back.membership.new_card(actor, one),
        lambda: back.membership.renew(actor, one),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert actions(library) == []
