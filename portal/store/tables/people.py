"""Patrons, staff among them, and what they agreed to."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.columns import Base, Code, EnumText, Id, Text, UtcDateTime, When


class Role(StrEnum):
    PATRON = "patron"
    LIBRARIAN = "librarian"
    ADMIN = "admin"


class Standing(StrEnum):
    """What a card is good for. BLOCKED: by staff, with a reason. WITHDRAWN: the person has left; only counts stay."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    CARD_LOST = "card_lost"
    WITHDRAWN = "withdrawn"


class RequestKind(StrEnum):
    """What patrons may ask of their own data (UU PDP 27/2022, articles 5 to 13)."""

    CORRECTION = "correction"
    DELETION = "deletion"


class Branch(Base):
    __tablename__ = "branch"
    code: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    is_pickup: Mapped[bool] = mapped_column(Boolean, default=True)


class Category(Base):
    """A kind of patron. membership_days: how long a card is good for, 0 for ever."""

    __tablename__ = "category"
    code: Mapped[Code] = mapped_column(primary_key=True)
    name_id: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    membership_days: Mapped[int] = mapped_column(default=0)


class Patron(Base):
    """ils_id: its id in another library system, "" where circulation is our own. pin_hash: "" where no PIN is set here.

    expires_on: the last day the card is good for, None for ever. oidc: issuer and subject, joined by a blank.
    calendar_token: hash of the secret in the address of due dates, "" where there is none.
    """

    __tablename__ = "patron"
    id: Mapped[Id]
    card_number: Mapped[str | None] = mapped_column(String(64), unique=True)
    ils_id: Mapped[str] = mapped_column(String(64), default="")
    pin_hash: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[Role] = mapped_column(EnumText(Role), default=Role.PATRON)
    name: Mapped[str] = mapped_column(String(200))
    category: Mapped[str] = mapped_column(ForeignKey("category.code"))
    birth_year: Mapped[int | None]
    home_branch: Mapped[str] = mapped_column(ForeignKey("branch.code"))
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[Text]
    language: Mapped[str] = mapped_column(String(2), default="id")
    standing: Mapped[Standing] = mapped_column(EnumText(Standing), default=Standing.ACTIVE)
    block_reason: Mapped[Text]
    keep_history: Mapped[bool] = mapped_column(Boolean, default=False)
    reminders: Mapped[bool] = mapped_column(Boolean, default=True)
    oidc: Mapped[str | None] = mapped_column(String(500), unique=True)
    calendar_token: Mapped[str] = mapped_column(String(64), default="", index=True)
    note: Mapped[Text]
    registered_at: Mapped[When]
    expires_on: Mapped[date | None]

    __table_args__ = (Index("ix_patron_ils_id", "ils_id"), Index("ix_patron_name", "name"))


class FamilyLink(Base):
    """A guardian who may see and renew what a child has borrowed."""

    __tablename__ = "family_link"
    guardian_id: Mapped[str] = mapped_column(ForeignKey("patron.id", ondelete="CASCADE"), primary_key=True)
    child_id: Mapped[str] = mapped_column(ForeignKey("patron.id", ondelete="CASCADE"), primary_key=True)
    linked_at: Mapped[When]


class Consent(Base):
    """What a patron agreed to, in which words (version of the text), and until when."""

    __tablename__ = "consent"
    id: Mapped[Id]
    patron_id: Mapped[str] = mapped_column(ForeignKey("patron.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[Code]
    version: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[When]
    withdrawn_at: Mapped[When | None] = mapped_column(UtcDateTime())


class DataRequest(Base):
    """A patron's wish about personal data that staff must settle by `settle_by`."""

    __tablename__ = "data_request"
    id: Mapped[Id]
    patron_id: Mapped[str] = mapped_column(ForeignKey("patron.id", ondelete="CASCADE"), index=True)
    kind: Mapped[RequestKind] = mapped_column(EnumText(RequestKind))
    text: Mapped[Text]
    asked_at: Mapped[When]
    settle_by: Mapped[When]
    settled_at: Mapped[When | None] = mapped_column(UtcDateTime())
    outcome: Mapped[Text]
