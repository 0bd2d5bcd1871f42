"""A library to lend in: two branches, the starting rules, patrons and copies, and a clock that tests turn."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, Final
from zoneinfo import ZoneInfo

from portal.ils.driver import HoldRequest, HoldResult, PatronRef
from portal.services import audit
from portal.services.actors import Actor
from portal.services.circulation.desk import Desk
from portal.services.circulation.jobs import Housekeeping
from portal.services.circulation.results import CheckIn, CheckOut
from portal.services.circulation.rules import EBOOK, starting_rules
from portal.services.circulation.service import Circulation
from portal.store.database import Database
from portal.store.tables import Branch, ClosedDay, ClosedWeekday, Item, Licence, Patron, Rule
from portal.store.tables.people import Role
from search.document import DocumentId

WITA: Final = ZoneInfo("Asia/Makassar")
CENTRAL: Final = "pusat"
SECOND: Final = "aertembaga"
# Thursday, noon where the library is.
NOON: Final = datetime(2026, 11, 26, 4, tzinfo=UTC)
LIBRARIAN: Final = Actor("librarian", Role.LIBRARIAN, CENTRAL)
LAUT: Final = DocumentId("laut.1")
_numbers = count(1)


@dataclass
class Turned:
    """A clock that stands until it is turned."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def on(self, days: float = 0, hours: float = 0) -> None:
        self.now += timedelta(days=days, hours=hours)


@dataclass
class Library:
    """An empty store, made ready to lend: branches `pusat` and `aertembaga`, the starting rules and categories."""

    database: Database
    clock: Turned = field(default_factory=Turned)

    def __post_init__(self) -> None:
        self.circulation = Circulation(self.database, self.clock, WITA)
        self.desk = Desk(self.database, self.clock, WITA, audit.record)
        self.jobs = Housekeeping(self.database, self.clock, WITA)
        with self.database.writing() as session:
            if starting_rules(session):
                session.add(Branch(code=SECOND, name="Cabang Aertembaga"))

    def patron(self, **fields: Any) -> PatronRef:
        """A patron in good standing, with a card number like KB00001."""
        number = next(_numbers)
        made: dict[str, Any] = {
            "id": f"patron{number:05}",
            "card_number": f"KB{number:05}",
            "name": f"Anggota {number}",
            "category": "umum",
            "home_branch": CENTRAL,
            "address": "",
            "note": "",
            "block_reason": "",
            "registered_at": self.clock.now,
            **fields,
        }
        with self.database.writing() as session:
            session.add(Patron(**made))
        return PatronRef(made["id"], made["id"], made["card_number"])

    def patrons(self, number: int, **fields: Any) -> list[PatronRef]:
        return [self.patron(**fields) for _ in range(number)]

    def copies(self, document: str = LAUT, number: int = 1, **fields: Any) -> list[str]:
        """Barcodes of new copies, at home and on the shelf at `branch` (pusat)."""
        barcodes = [f"B{next(_numbers):05}" for _ in range(number)]
        branch = fields.pop("branch", CENTRAL)
        with self.database.writing() as session:
            for barcode in barcodes:
                made: dict[str, Any] = {
                    "id": f"item-{barcode}",
                    "document_id": document,
                    "barcode": barcode,
                    "branch": branch,
                    "place": branch,
                    "title": f"Judul {document}",
                    "note": "",
                    "added_at": self.clock.now,
                    **fields,
                }
                session.add(Item(**made))
        return barcodes

    def copy(self, document: str = LAUT, **fields: Any) -> str:
        return self.copies(document, **fields)[0]

    def licence(self, document: str, copies: int = 1, loan_hours: int = 48) -> list[str]:
        """Item ids of the simultaneous uses of an e-book."""
        ids = [f"use-{document}-{number}" for number in range(copies)]
        title = f"Judul {document}"
        with self.database.writing() as session:
            session.add(
                Licence(
                    document_id=document, title=title, copies=copies, loan_hours=loan_hours, changed_at=self.clock.now
                )
            )
            session.add_all(
                Item(
                    id=id,
                    document_id=document,
                    barcode=None,
                    branch=CENTRAL,
                    place=CENTRAL,
                    loan_type=EBOOK,
                    is_licence=True,
                    title=title,
                    note="",
                    added_at=self.clock.now,
                )
                for id in ids
            )
        return ids

    def rule(self, category: str = "*", loan_type: str = "*", branch: str = "*", **fields: Any) -> None:
        """Change figures of a rule, or make it with those of the most general one."""
        with self.database.writing() as session:
            found = session.get(Rule, (category, loan_type, branch))
            if found is None:
                general = session.get_one(Rule, ("*", "*", "*"))
                names = [column.key for column in Rule.__table__.columns]
                values = {name: getattr(general, name) for name in names}
                found = Rule(**{**values, "category": category, "loan_type": loan_type, "branch": branch})
                session.add(found)
            for name, value in fields.items():
                setattr(found, name, value)

    def close(self, *weekdays: int, days: tuple[date, ...] = (), branch: str = "*") -> None:
        """Close the library on weekdays (0 for Monday) and days."""
        with self.database.writing() as session:
            session.add_all(ClosedWeekday(branch=branch, weekday=weekday) for weekday in weekdays)
            session.add_all(ClosedDay(branch=branch, day=day, name="") for day in days)

    # ---- what patrons and staff do most

    def lend(self, patron: PatronRef, barcode: str, branch: str = CENTRAL, key: str = "", **more: bool) -> CheckOut:
        key = key or f"key {next(_numbers)}"
        return self.desk.check_out(LIBRARIAN, patron.card_number, barcode, branch, key, **more)

    def take_back(self, barcode: str, branch: str = CENTRAL) -> CheckIn:
        return self.desk.check_in(LIBRARIAN, barcode, branch)

    def hold(self, patron: PatronRef, document: str = LAUT, branch: str = CENTRAL, **more: Any) -> HoldResult:
        key = more.pop("key", f"key {next(_numbers)}")
        return self.circulation.place_hold(patron.id, HoldRequest(DocumentId(document), branch, key, **more))
