"""Fills the store of the demonstration, once."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.ils.driver import HoldRequest
from portal.services import audit
from portal.services.actors import Actor
from portal.services.circulation.desk import Desk
from portal.services.circulation.rules import CLASS_SET, FIRST_BRANCH
from portal.services.circulation.service import Circulation
from portal.services.errors import NotValid
from portal.services.identity.pins import LEAST_OF_STAFF, require_good
from portal.services.lending import Lending
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.tables import FamilyLink, Item, Job, Patron
from portal.store.tables.circulation import FineKind
from portal.store.tables.collection import ItemOrigin
from portal.store.tables.people import Role
from search.document import Document, DocumentId

FILES: Final = Path(__file__).parent / "files"
EBOOK: Final = "ebook-pinjaman"  # its control number
JOB: Final = "demonstration"
TITLES: Final = 8  # lent in it, of which the last is a class set
COPIES: Final = 2
SET: Final = 5
LICENCES: Final = 2
LICENCE_HOURS: Final = 48


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demonstration. pin: drawn for this folder, "" once it was told."""

    card: str
    name: str
    what: str
    pin: str = ""


@dataclass(frozen=True, slots=True)
class _Role:
    card: str
    name: str
    what: str
    category: str
    role: Role = Role.PATRON
    age: int | None = None
    keeps_history: bool = False


ADULT: Final = _Role("CONTOH-1", "Dewi Contoh", "adult, guardian of the child", "umum", keeps_history=True)
CHILD: Final = _Role("CONTOH-2", "Bima Contoh", "child", "anak", age=10)
TEACHER: Final = _Role("CONTOH-3", "Guru Contoh", "teacher with a class set", "guru")
LIBRARIAN: Final = _Role("CONTOH-4", "Pustakawan Contoh", "librarian at the desk", "umum", Role.LIBRARIAN)
ADMIN: Final = _Role("CONTOH-5", "Admin Contoh", "admin", "umum", Role.ADMIN)
PEOPLE: Final = (ADULT, CHILD, TEACHER, LIBRARIAN, ADMIN)


class Filling:
    """hashed: of a PIN, as it is kept."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo, hashed: Callable[[str], str]) -> None:
        self._database, self._clock, self._zone, self._hashed = database, clock, zone, hashed

    def fill(self, books: Sequence[Document], ebook: Document | None) -> tuple[Person, ...]:
        """People with their PINs, and what they have borrowed; () where all of it is there already.

        books: titles to be lent, TITLES of them. ebook: one that can be lent by licence.
        """
        with self._database.writing() as session:
            if session.get(Job, JOB) is not None:
                return ()
            people = tuple(_person(role) for role in PEOPLE)
            ids = {role.card: self._settled(session, role, found) for role, found in zip(PEOPLE, people, strict=True)}
            link = FamilyLink(guardian_id=ids[ADULT.card], child_id=ids[CHILD.card], linked_at=self._clock())
            session.merge(link)
            self._put_copies(session, books)
        if len(books) >= TITLES:
            self._lend(ids, books)
        if ebook is not None:
            self._lend_ebook(ids, ebook)
        with self._database.writing() as session:
            session.add(Job(name=JOB, done_at=self._clock(), outcome="filled"))
        return people

    def _settled(self, session: Session, role: _Role, person: Person) -> str:
        """The id of a person, there since a run that was broken off or new."""
        now = self._clock()
        patron = session.scalars(select(Patron).where(Patron.card_number == role.card)).one_or_none()
        if patron is None:
            patron = Patron(card_number=role.card, registered_at=now, address="", note="", block_reason="")
            session.add(patron)
        patron.name, patron.category, patron.role = role.name, role.category, role.role
        patron.home_branch, patron.pin_hash = FIRST_BRANCH, self._hashed(person.pin)
        patron.birth_year = None if role.age is None else now.year - role.age
        patron.keep_history = role.keeps_history
        patron.expires_on = date(now.year + 2, 12, 31)
        session.flush()
        return patron.id

    def _put_copies(self, session: Session, books: Sequence[Document]) -> None:
        known = set(session.scalars(select(Item.barcode).where(Item.barcode.is_not(None))))
        for number, book in enumerate(books[:TITLES], start=1):
            is_set = number == TITLES
            for copy in range(1, (SET if is_set else COPIES) + 1):
                if (barcode := barcode_of(number, copy)) not in known:
                    session.add(self._copy(book, barcode, str(copy), CLASS_SET if is_set else "book"))

    def _copy(self, book: Document, barcode: str, number: str, loan_type: str) -> Item:
        return Item(
            document_id=book.id,
            barcode=barcode,
            branch=FIRST_BRANCH,
            place=FIRST_BRANCH,
            location="",
            call_number=book.first("call_number")[:200],
            number=number,
            loan_type=loan_type,
            origin=ItemOrigin.DESK,
            title=book.title[:2000],
            note="",
            added_at=self._clock(),
        )

    def _lend(self, ids: dict[str, str], books: Sequence[Document]) -> None:
        staff = Actor(ids[ADMIN.card], Role.ADMIN, FIRST_BRANCH)

        def out(days_ago: int, role: _Role, number: int, copy: int = 1) -> None:
            barcode = barcode_of(number, copy)
            self._desk(days_ago).check_out(staff, role.card, barcode, FIRST_BRANCH, f"{JOB} {barcode} {days_ago}")

        out(30, ADULT, 1)
        self._desk(25).check_in(staff, barcode_of(1, 1), FIRST_BRANCH)
        out(10, ADULT, 2)
        out(5, ADULT, 3)
        out(2, CHILD, 4)
        out(2, TEACHER, 5)
        for copy in range(1, SET):
            out(3, TEACHER, TITLES, copy)
        out(1, CHILD, 5, 2)
        self._desk(0).charge(staff, ADULT.card, FineKind.OTHER, 5_000, title=books[0].title[:200], note="kartu baru")
        # Of the fifth title both copies are lent: it has to be waited for. One of the sixth is there to be fetched.
        self._hold(ids[ADULT.card], books[4])
        self._hold(ids[CHILD.card], books[5])

    def _hold(self, patron_id: str, book: Document) -> None:
        circulation = Circulation(self._database, self._clock, self._zone)
        request = HoldRequest(book.id, FIRST_BRANCH, f"{JOB} {book.id}"[:64], title=book.title[:2000])
        circulation.place_hold(patron_id, request)

    def _lend_ebook(self, ids: dict[str, str], ebook: Document) -> None:
        circulation = Circulation(self._database, self._clock, self._zone)
        lending = Lending(self._database, self._clock, self._zone, circulation)
        try:
            lending.grant(ebook, LICENCES, LICENCE_HOURS)
        except NotValid:
            return  # the record was changed meanwhile
        lending.borrow(Actor(ids[TEACHER.card], Role.PATRON, FIRST_BRANCH), DocumentId(ebook.id), f"{JOB} e-book")

    def _desk(self, days_ago: int) -> Desk:
        """The desk as it was some days ago."""

        def then() -> datetime:
            return self._clock() - timedelta(days=days_ago)

        return Desk(self._database, then, self._zone, audit.record)


def barcode_of(number: int, copy: int) -> str:
    """
    >>> barcode_of(3, 1)
    'CONTOH0301'
    """
    return f"CONTOH{number:02}{copy:02}"


def _person(role: _Role) -> Person:
    return Person(role.card, role.name, role.what, _new_pin(role))


def _new_pin(role: _Role) -> str:
    """A PIN drawn by lot, as good as one that somebody may choose."""
    while True:
        pin = f"{secrets.randbelow(10**LEAST_OF_STAFF):0{LEAST_OF_STAFF}d}"
        try:
            require_good(pin, role.card, None, least=LEAST_OF_STAFF)
        except NotValid:
            continue
        return pin
