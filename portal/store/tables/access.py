"""Who is signed in, who failed to, and what staff looked at."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.columns import Base, EnumText, Text, UtcDateTime, When
from portal.store.tables.people import Role


class Session(Base):
    """A sign-in. key: hash of the cookie, which is nowhere kept. Dead when revoked, expired, or idle for idle_s seconds."""

    __tablename__ = "session"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    patron_id: Mapped[str] = mapped_column(ForeignKey("patron.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(EnumText(Role))
    form_token: Mapped[str] = mapped_column(String(64))
    began_at: Mapped[When]
    seen_at: Mapped[When]
    expires_at: Mapped[When] = mapped_column(UtcDateTime(), index=True)
    idle_s: Mapped[int]
    revoked_at: Mapped[When | None] = mapped_column(UtcDateTime())


class LoginTry(Base):
    """Failures to sign in, of a card or from an address. key: a hash; neither card nor address can be read here."""

    __tablename__ = "login_try"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[When] = mapped_column(UtcDateTime(), index=True)
    not_before: Mapped[When]


class AuditEntry(Base):
    """What staff did or looked at, and what touched a right. Rows are only added; each carries the hash of the one before.

    subject: id of the patron or object. detail: no names, no titles.
    """

    __tablename__ = "audit_entry"
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[When]
    actor_id: Mapped[str] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64), default="")
    detail: Mapped[Text]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)

    __table_args__ = (Index("ix_audit_entry_at", "at"), Index("ix_audit_entry_subject", "subject"))
