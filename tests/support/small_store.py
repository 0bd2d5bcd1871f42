"""A few patrons, copies and loans, as rows: for tests of the store itself, which know no rules of lending."""

from datetime import UTC, datetime, timedelta
from typing import Final

from portal.store.database import Database
from portal.store.tables import Branch, Category, Item, Loan, Patron

NOON: Final = datetime(2026, 11, 26, 4, tzinfo=UTC)


def fill(database: Database, patrons: int = 3, note: str = "") -> None:
    """Each patron has borrowed a copy."""
    with database.writing() as session:
        session.add(Branch(code="pusat", name="Perpustakaan Pusat"))
        session.add(Category(code="umum", name_id="Umum", name_en="General"))
        session.flush()
        for number in range(patrons):
            session.add(
                Patron(
                    id=f"patron{number}",
                    card_number=f"K{number}",
                    name=f"Anggota {number}",
                    category="umum",
                    home_branch="pusat",
                    email=f"anggota{number}@example.org",
                    registered_at=NOON,
                    note=note,
                )
            )
            session.add(
                Item(
                    id=f"item{number}",
                    document_id=f"katalog.{number}",
                    barcode=f"B{number}",
                    branch="pusat",
                    place="pusat",
                    title=f"Judul {number}",
                    note=note,
                    added_at=NOON,
                )
            )
        session.flush()
        for number in range(patrons):
            session.add(
                Loan(
                    item_id=f"item{number}",
                    document_id=f"katalog.{number}",
                    patron_id=f"patron{number}",
                    branch="pusat",
                    category="umum",
                    loan_type="book",
                    out_at=NOON,
                    due_at=NOON + timedelta(days=7),
                    renewals_allowed=1,
                    renew_days=7,
                )
            )
