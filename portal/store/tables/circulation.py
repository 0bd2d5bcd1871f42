"""Loans, holds, the rules they follow, and what is owed."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.columns import Base, Code, EnumText, Id, Text, UtcDateTime, When


class HoldState(StrEnum):
    """QUEUED waits, in its place also while suspended; IN_TRANSIT has a copy on its way; READY has one to be fetched."""

    QUEUED = "queued"
    IN_TRANSIT = "in_transit"
    READY = "ready"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


ACTIVE = (HoldState.QUEUED, HoldState.IN_TRANSIT, HoldState.READY)
_ACTIVE = text("state IN ('queued', 'in_transit', 'ready')")
_WITH_ITEM = text("state IN ('in_transit', 'ready')")
_OPEN = text("returned_at IS NULL")


class FineKind(StrEnum):
    OVERDUE = "overdue"
    LOST = "lost"
    DAMAGED = "damaged"
    OTHER = "other"


class Rule(Base):
    """What a category may do with a loan type at a branch; "*" stands for every. The most specific rule wins.

    Days count the library's open days only where said. no_renewal_before: days before the due date from which a loan may
    be renewed, 0 for any time. hold_days: how long a hold waits. pickup_days: open days a ready copy is kept.
    fine_per_day: rupiah. grace_days: days late without fine. max_fines: rupiah owed from which nothing is lent, 0 for any.
    """

    __tablename__ = "rule"
    category: Mapped[Code] = mapped_column(primary_key=True)
    loan_type: Mapped[Code] = mapped_column(primary_key=True)
    branch: Mapped[Code] = mapped_column(primary_key=True)
    loan_days: Mapped[int]
    max_loans: Mapped[int]
    renewals: Mapped[int]
    renew_days: Mapped[int]
    no_renewal_before: Mapped[int] = mapped_column(default=0)
    holds_allowed: Mapped[bool] = mapped_column(Boolean, default=True)
    shelf_holds_allowed: Mapped[bool] = mapped_column(Boolean, default=True)
    max_holds: Mapped[int]
    hold_days: Mapped[int] = mapped_column(default=60)
    pickup_days: Mapped[int]
    fine_per_day: Mapped[int] = mapped_column(default=0)
    grace_days: Mapped[int] = mapped_column(default=0)
    max_fines: Mapped[int] = mapped_column(default=0)
    age_min: Mapped[int] = mapped_column(default=0)


class ClosedWeekday(Base):
    """weekday: 0 for Monday, as datetime has it. branch: "*" for every."""

    __tablename__ = "closed_weekday"
    branch: Mapped[Code] = mapped_column(primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)

    __table_args__ = (CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),)


class ClosedDay(Base):
    __tablename__ = "closed_day"
    branch: Mapped[Code] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), default="")


class Loan(Base):
    """patron_id: None once it was cut from what is finished. The rule's figures are those of the day it was lent.

    renewal_key: of the last renewal, so that the same click twice renews once. due_at: the last moment in time.
    """

    __tablename__ = "loan"
    id: Mapped[Id]
    item_id: Mapped[str] = mapped_column(ForeignKey("item.id"), index=True)
    document_id: Mapped[str] = mapped_column(String(200), index=True)
    patron_id: Mapped[str | None] = mapped_column(ForeignKey("patron.id"), index=True)
    branch: Mapped[Code]
    category: Mapped[Code]
    loan_type: Mapped[Code]
    out_at: Mapped[When]
    due_at: Mapped[When] = mapped_column(UtcDateTime(), index=True)
    returned_at: Mapped[When | None] = mapped_column(UtcDateTime(), index=True)
    renewals: Mapped[int] = mapped_column(default=0)
    renewals_allowed: Mapped[int]
    renew_days: Mapped[int]
    no_renewal_before: Mapped[int] = mapped_column(default=0)
    fine_per_day: Mapped[int] = mapped_column(default=0)
    grace_days: Mapped[int] = mapped_column(default=0)
    renewal_key: Mapped[str] = mapped_column(String(64), default="")

    __table_args__ = (
        Index("ux_loan_open", "item_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        CheckConstraint("patron_id IS NOT NULL OR returned_at IS NOT NULL", name="borrower"),
    )


class Hold(Base):
    """A hold on a title, or with wanted_item_id on one copy. number: its order in the queue of the title.

    item_id: the copy set aside or on its way; of a hold that ended unfetched, the copy still on the shelf of holds.
    from_branch: where that copy stands on its shelf until staff take it from there, "" once they have. for_licence: it
    waits for the e-book. key: of the request, so that the same click twice asks once.
    """

    __tablename__ = "hold"
    id: Mapped[Id]
    document_id: Mapped[str] = mapped_column(String(200), index=True)
    patron_id: Mapped[str] = mapped_column(ForeignKey("patron.id"), index=True)
    wanted_item_id: Mapped[str | None] = mapped_column(ForeignKey("item.id"))
    item_id: Mapped[str | None] = mapped_column(ForeignKey("item.id"))
    pickup_branch: Mapped[str] = mapped_column(ForeignKey("branch.code"))
    from_branch: Mapped[Code] = mapped_column(default="")
    for_licence: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[HoldState] = mapped_column(EnumText(HoldState), default=HoldState.QUEUED)
    number: Mapped[int]
    asked_at: Mapped[When]
    suspended_until: Mapped[date | None]
    expires_on: Mapped[date]
    ready_at: Mapped[When | None] = mapped_column(UtcDateTime())
    pickup_until: Mapped[When | None] = mapped_column(UtcDateTime())
    ended_at: Mapped[When | None] = mapped_column(UtcDateTime())
    key: Mapped[str] = mapped_column(String(64))
    title: Mapped[Text]

    __table_args__ = (
        Index(
            "ux_hold_active", "document_id", "patron_id", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE
        ),
        Index("ux_hold_item", "item_id", unique=True, sqlite_where=_WITH_ITEM, postgresql_where=_WITH_ITEM),
        Index("ux_hold_number", "document_id", "number", unique=True),
        Index("ux_hold_key", "patron_id", "key", unique=True),
    )


class Fine(Base):
    """What a patron owes, in rupiah; what is left of it is less its payments."""

    __tablename__ = "fine"
    id: Mapped[Id]
    patron_id: Mapped[str] = mapped_column(ForeignKey("patron.id"), index=True)
    loan_id: Mapped[str | None] = mapped_column(ForeignKey("loan.id"))
    kind: Mapped[FineKind] = mapped_column(EnumText(FineKind))
    amount: Mapped[int]
    days: Mapped[int] = mapped_column(default=0)
    title: Mapped[Text]
    note: Mapped[Text]
    charged_at: Mapped[When]

    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index(
            "ux_fine_overdue",
            "loan_id",
            unique=True,
            sqlite_where=text("kind = 'overdue'"),
            postgresql_where=text("kind = 'overdue'"),
        ),
    )


class Payment(Base):
    """Rupiah taken for a fine, or let off (`waived`)."""

    __tablename__ = "payment"
    id: Mapped[Id]
    fine_id: Mapped[str] = mapped_column(ForeignKey("fine.id"), index=True)
    amount: Mapped[int]
    waived: Mapped[bool] = mapped_column(Boolean, default=False)
    taken_by: Mapped[str] = mapped_column(String(32))
    taken_at: Mapped[When]
    key: Mapped[str] = mapped_column(String(64), unique=True)

    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)
