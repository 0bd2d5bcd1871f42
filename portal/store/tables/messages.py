"""Letters to be sent, and the jobs that run by themselves."""

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.columns import Base, Code, Id, Text, UtcDateTime, When


class Message(Base):
    """A letter in the outbox, written in the transaction of what it tells of. It is sent at least once.

    key: what it is about, so that nothing is told twice. claimed_until: a worker has it in hand.
    """

    __tablename__ = "message"
    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(200), unique=True)
    patron_id: Mapped[str | None] = mapped_column(ForeignKey("patron.id", ondelete="CASCADE"), index=True)
    kind: Mapped[Code]
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(String(20000))
    written_at: Mapped[When]
    not_before: Mapped[When]
    claimed_until: Mapped[When | None] = mapped_column(UtcDateTime())
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[Text]
    sent_at: Mapped[When | None] = mapped_column(UtcDateTime())
    given_up_at: Mapped[When | None] = mapped_column(UtcDateTime())

    __table_args__ = (
        Index(
            "ix_message_waiting",
            "not_before",
            sqlite_where=text("sent_at IS NULL AND given_up_at IS NULL"),
            postgresql_where=text("sent_at IS NULL AND given_up_at IS NULL"),
        ),
    )


class Job(Base):
    """A job of the house, done by whichever process holds it. seen_at: the latest time it ever ran at."""

    __tablename__ = "job"
    name: Mapped[Code] = mapped_column(primary_key=True)
    held_by: Mapped[str] = mapped_column(String(64), default="")
    held_until: Mapped[When | None] = mapped_column(UtcDateTime())
    seen_at: Mapped[When | None] = mapped_column(UtcDateTime())
    done_at: Mapped[When | None] = mapped_column(UtcDateTime())
    outcome: Mapped[Text]
