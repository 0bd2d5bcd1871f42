"""What patrons keep for themselves."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.columns import Base, Id, Text, When


class ReadingList(Base):
    __tablename__ = "reading_list"
    id: Mapped[Id]
    patron_id: Mapped[str] = mapped_column(ForeignKey("patron.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    note: Mapped[Text]
    made_at: Mapped[When]


class ListEntry(Base):
    __tablename__ = "list_entry"
    list_id: Mapped[str] = mapped_column(ForeignKey("reading_list.id", ondelete="CASCADE"), primary_key=True)
    document_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    title: Mapped[Text]
    note: Mapped[Text]
    place: Mapped[int]
    added_at: Mapped[When]


class SavedSearch(Base):
    """A search by the address that asks it. address: path and query of a results page, without a host."""

    __tablename__ = "saved_search"
    id: Mapped[Id]
    patron_id: Mapped[str] = mapped_column(ForeignKey("patron.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(2000))
    saved_at: Mapped[When]

    __table_args__ = (Index("ix_saved_search_patron_id", "patron_id"),)
