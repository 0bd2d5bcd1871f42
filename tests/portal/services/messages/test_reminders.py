"""Who is told what, when and how often, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.ils.driver import PatronRef
from portal.services.messages.letters import Due, Sender, short_reminder, whatsapp_link
from portal.services.messages.reminders import Reminders
from portal.store.database import Database
from portal.store.tables import FamilyLink, Hold, Message, Patron
from portal.store.tables.circulation import HoldState
from portal.store.tables.people import Standing
from search.document import DocumentId
from tests.support.circulation import SECOND, WITA, Library

HERE = Sender("Perpustakaan Kota Bitung", "https://katalog.example.org")
MAIL = {"email": "a@example.org"}


@pytest.fixture
def library(database: Database) -> Library:
    return Library(database)


@pytest.fixture
def reminders(library: Library) -> Reminders:
    return Reminders(library.database, library.clock, WITA, HERE)


def letters(library: Library) -> list[Message]:
    with library.database.reading() as session:
        return list(session.scalars(select(Message).order_by(Message.written_at, Message.key)))


def test_a_loan_is_told_of_before_its_day_and_after_it_and_no_oftener(library: Library, reminders: Reminders) -> None:
    patron = library.patron(**MAIL)
    library.lend(patron, library.copy())
    due = library.circulation.loans(patron.id).loans[0].due_at.astimezone(WITA).date()
    told: list[int] = []
    last = None
    for _ in range(40):
        if reminders.remind(last):
            told.append((library.clock.now.astimezone(WITA).date() - due).days)
        last = library.clock.now
        library.clock.on(days=1)
    assert told == [-3, -1, 1, 3, 7, 14, 28]


def test_all_loans_of_a_patron_are_in_one_letter(library: Library, reminders: Reminders) -> None:
    patron = library.patron(name="Maria Wenas", **MAIL)
    for title in ("laut.1", "laut.2"):
        library.lend(patron, library.copy(title))
    library.clock.on(days=6)
    assert reminders.remind() == 1
    (letter,) = letters(library)
    assert letter.recipient == "a@example.org"
    assert letter.patron_id == patron.id
    assert "Maria Wenas" in letter.body
    assert "Judul laut.1" in letter.body
    assert "Judul laut.2" in letter.body
    assert "2 pinjaman Anda segera jatuh tempo" in letter.subject
    assert "https://katalog.example.org/akun/pinjaman?hl=id" in letter.body


def test_a_job_that_runs_twice_writes_once(library: Library, reminders: Reminders) -> None:
    library.lend(library.patron(**MAIL), library.copy())
    library.clock.on(days=6)
    assert (reminders.remind(), reminders.remind()) == (1, 0)


def test_a_day_on_which_the_portal_was_off_is_made_up_for(library: Library, reminders: Reminders) -> None:
    library.lend(library.patron(**MAIL), library.copy())
    library.clock.on(days=3)
    last = library.clock.now
    library.clock.on(days=2)
    assert reminders.remind() == 0  # two days before is no day to tell
    assert reminders.remind(last) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"email": ""},
        {"email": "a@example.org", "reminders": False},
        {"email": "a@example.org", "standing": Standing.WITHDRAWN},
    ],
)
def test_who_cannot_be_told_or_does_not_want_to_is_not(
    library: Library, reminders: Reminders, fields: dict[str, object]
) -> None:
    patron, copy = library.patron(), library.copy()
    library.lend(patron, copy)
    with library.database.writing() as session:
        for name, value in fields.items():
            setattr(session.get_one(Patron, patron.id), name, value)
    library.clock.on(days=6)
    assert reminders.remind() == 0


def test_a_letter_is_in_the_patrons_language(library: Library, reminders: Reminders) -> None:
    library.lend(library.patron(language="en", **MAIL), library.copy())
    library.clock.on(days=8)
    reminders.remind()
    (letter,) = letters(library)
    assert letter.subject == "1 of your loans is overdue"
    assert "Kind regards,\nPerpustakaan Kota Bitung" in letter.body


def test_an_e_book_goes_back_by_itself(library: Library, reminders: Reminders) -> None:
    library.licence("e.1")
    patron = library.patron(**MAIL)
    assert library.circulation.borrow_licence(patron.id, DocumentId("e.1"), "k").loan is not None
    library.clock.on(days=1)
    assert reminders.remind() == 0


def ready_hold(library: Library, **fields: object) -> str:
    patron = library.patron(**{**MAIL, **fields})
    barcode = library.copy()
    hold = library.hold(patron, branch=SECOND, key="k").hold
    assert hold is not None
    with library.database.writing() as session:
        row = session.get_one(Hold, hold.id)
        row.state, row.ready_at = HoldState.READY, library.clock.now
        row.pickup_until = library.clock.now + timedelta(days=3)
        row.item_id = f"item-{barcode}"
    return hold.id


def test_a_ready_hold_is_told_of_once(library: Library, reminders: Reminders) -> None:
    ready_hold(library)
    assert (reminders.tell_of_holds(), reminders.tell_of_holds()) == (1, 0)
    (letter,) = letters(library)
    assert letter.subject == "Reservasi Anda siap diambil"
    assert "Cabang Aertembaga" in letter.body
    assert library.clock.now.astimezone(WITA).weekday() == 3
    assert "sampai Minggu, 29 November 2026" in letter.body


def test_a_hold_nobody_fetched_is_told_of_once(library: Library, reminders: Reminders) -> None:
    id = ready_hold(library)
    library.clock.on(days=4)
    assert library.jobs.expire().unfetched == 1
    assert (reminders.tell_of_holds(), reminders.tell_of_holds()) == (1, 0)
    assert [letter.key for letter in letters(library)] == [f"hold_expired:{id}"]


def test_old_news_of_holds_is_no_news(library: Library, reminders: Reminders) -> None:
    ready_hold(library)
    library.clock.on(days=8)
    assert reminders.tell_of_holds() == 0


def test_a_name_cannot_write_the_letter(library: Library, reminders: Reminders) -> None:
    library.lend(library.patron(name="{library} {0} %s\n\nBayar di sini", **MAIL), library.copy("x{y}"))
    library.clock.on(days=6)
    assert reminders.remind() == 1
    assert "Yth. {library} {0} %s Bayar di sini,\n" in letters(library)[0].body


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        ("0812 3456-7890", "6281234567890"),
        ("+62 812 3456 7890", "6281234567890"),
        ("0062 81234567890", "6281234567890"),
        ("6281234567890", "6281234567890"),
        ("tidak ada", ""),
        ("123", ""),
        ("0" * 40, ""),
        ("+", ""),
        ("+62+812345678", ""),
    ],
)
def test_a_link_to_whatsapp_has_the_number_as_it_is_dialled_from_abroad(phone: str, number: str) -> None:
    assert whatsapp_link(phone, "Halo") == f"https://wa.me/{number}?text=Halo"


def test_the_text_for_a_chat_names_loans_and_days(library: Library) -> None:
    text = short_reminder("id", HERE, "Maria", [Due("Laut", library.clock.now.astimezone(WITA).date())])
    assert "Maria" in text
    assert "- Laut (jatuh tempo Kamis, 26 November 2026)" in text


# ---- children


def child_of(library: Library, *guardians: str, **fields: object) -> PatronRef:
    child = library.patron(**{"name": "Ani Wenas", "birth_year": 2016, **fields})
    with library.database.writing() as session:
        session.add_all(
            FamilyLink(guardian_id=guardian, child_id=child.id, linked_at=library.clock.now) for guardian in guardians
        )
    return child


def test_guardians_are_told_of_a_childs_loans(library: Library, reminders: Reminders) -> None:
    mother = library.patron(name="Maria Wenas", **MAIL)
    father = library.patron(language="en", email="b@example.org")
    child = child_of(library, mother.id, father.id)
    library.lend(child, library.copy("laut.1"))
    library.lend(mother, library.copy("laut.2"))
    library.clock.on(days=6)
    assert (reminders.remind(), reminders.remind()) == (3, 0)
    told = {(letter.recipient, letter.subject): letter for letter in letters(library)}
    to_mother = told["a@example.org", "Tentang kartu anggota Ani Wenas"].body
    assert "Maria Wenas" in to_mother
    assert "Ani Wenas" in to_mother
    assert "Judul laut.1" in to_mother
    assert "Judul laut.2" not in to_mother
    assert "Judul laut.1" in told["b@example.org", "About the card of Ani Wenas"].body
    assert "Judul laut.1" not in told["a@example.org", "1 pinjaman Anda segera jatuh tempo"].body


@pytest.mark.parametrize(
    ("child", "guardian"),
    [
        ({"birth_year": 2008}, {}),  # of age in 2026
        ({"reminders": False}, {}),
        ({"standing": Standing.WITHDRAWN}, {}),
        ({}, {"email": ""}),
        ({}, {"reminders": False}),
        ({}, {"standing": Standing.WITHDRAWN}),
        ({}, {"birth_year": 2010}),
    ],
)
def test_a_guardian_is_told_only_of_a_child_who_is_one(
    library: Library, reminders: Reminders, child: dict[str, object], guardian: dict[str, object]
) -> None:
    one = library.patron(**MAIL)
    theirs = child_of(library, one.id)
    library.lend(theirs, library.copy())
    with library.database.writing() as session:
        for id, fields in ((theirs.id, child), (one.id, guardian)):
            for name, value in fields.items():
                setattr(session.get_one(Patron, id), name, value)
    library.clock.on(days=6)
    assert reminders.remind() == 0


def test_a_child_with_an_address_of_its_own_is_told_itself(library: Library, reminders: Reminders) -> None:
    child = child_of(library, library.patron(**MAIL).id, email="ani@example.org")
    library.lend(child, library.copy())
    library.clock.on(days=6)
    assert reminders.remind() == 1
    assert [letter.recipient for letter in letters(library)] == ["ani@example.org"]


def test_guardians_are_told_of_a_childs_holds_once_each(library: Library, reminders: Reminders) -> None:
    guardians = [library.patron(**MAIL).id, library.patron(email="b@example.org").id]
    hold = ready_hold(library, email="", name="Ani Wenas", birth_year=2016)
    with library.database.writing() as session:
        child = session.get_one(Hold, hold).patron_id
        session.add_all(FamilyLink(guardian_id=id, child_id=child, linked_at=library.clock.now) for id in guardians)
    assert (reminders.tell_of_holds(), reminders.tell_of_holds()) == (2, 0)
    with library.database.writing() as session:
        row = session.get_one(Hold, hold)
        row.state, row.ended_at = HoldState.EXPIRED, library.clock.now
    assert (reminders.tell_of_holds(), reminders.tell_of_holds()) == (2, 0)
    found = letters(library)
    assert sorted(letter.recipient for letter in found) == ["a@example.org"] * 2 + ["b@example.org"] * 2
    assert all("Ani Wenas" in letter.body and "/akun/reservasi" not in letter.body for letter in found)
