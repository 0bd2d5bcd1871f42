"""Copies on the shelf, and licences of e-books, which are lent like copies."""

from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.columns import Base, Code, EnumText, Id, Text, When


class ItemStatus(StrEnum):
    """Where a copy is. HELD: on the shelf of holds, for the patron of its ready hold. Lent ones have an open loan."""

    AVAILABLE = "available"
    ON_LOAN = "on_loan"
    HELD = "held"
    IN_TRANSIT = "in_transit"
    LOST = "lost"
    DAMAGED = "damaged"
    WITHDRAWN = "withdrawn"


class ItemOrigin(StrEnum):
    """Who told of an item. GONE: the catalogue once did, and does no longer."""

    DESK = "desk"
    CATALOGUE = "catalogue"
    GONE = "gone"


class Item(Base):
    """A copy, or with is_licence one of the simultaneous uses a licence allows.

    branch: where it is at home; place: the branch where it is, or goes to while in transit. lendable: False for what is
    read in the library only.
    """

    __tablename__ = "item"
    id: Mapped[Id]
    document_id: Mapped[str] = mapped_column(String(200), index=True)
    barcode: Mapped[str | None] = mapped_column(String(64), unique=True)
    branch: Mapped[str] = mapped_column(ForeignKey("branch.code"))
    place: Mapped[str] = mapped_column(ForeignKey("branch.code"))
    location: Mapped[str] = mapped_column(String(200), default="")
    call_number: Mapped[str] = mapped_column(String(200), default="")
    number: Mapped[str] = mapped_column(String(64), default="")
    loan_type: Mapped[Code] = mapped_column(default="book")
    status: Mapped[ItemStatus] = mapped_column(EnumText(ItemStatus), default=ItemStatus.AVAILABLE)
    origin: Mapped[ItemOrigin] = mapped_column(EnumText(ItemOrigin), default=ItemOrigin.DESK)
    is_licence: Mapped[bool] = mapped_column(Boolean, default=False)
    lendable: Mapped[bool] = mapped_column(Boolean, default=True)
    title: Mapped[Text]
    note: Mapped[Text]
    added_at: Mapped[When]

    __table_args__ = (
        Index("ix_item_document_status", "document_id", "status"),
        CheckConstraint("barcode IS NOT NULL OR is_licence", name="barcode"),
    )


class Licence(Base):
    """How many patrons may read an e-book at once, and for how long."""

    __tablename__ = "licence"
    document_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    title: Mapped[Text]
    copies: Mapped[int]
    loan_hours: Mapped[int]
    changed_at: Mapped[When]

    __table_args__ = (
        CheckConstraint("copies >= 0", name="copies"),
        CheckConstraint("loan_hours > 0", name="loan_hours"),
    )
