"""What patrons keep for themselves: lists of titles, and searches."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import SplitResult, urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.search_state import MAX_ID, SearchState
from portal.services.actors import Actor, require_patron
from portal.services.errors import NotFound, NotValid
from portal.store.clock import Clock
from portal.store.columns import new_id
from portal.store.database import Database
from portal.store.tables.shelves import ListEntry, ReadingList, SavedSearch

MOST_LISTS: Final = 50
MOST_ENTRIES: Final = 500
MOST_SEARCHES: Final = 100
MAX_NAME: Final = 120
MAX_NOTE: Final = 1_000
MAX_TITLE: Final = 500
MAX_ADDRESS: Final = 2_000
# Where a search of ours is answered, as an interactive page and as a plain one.
_RESULTS: Final = ("/", "/cari")


@dataclass(frozen=True, slots=True)
class ListView:
    """A list without its titles. entries: how many it has."""

    id: str
    name: str
    note: str
    entries: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class EntryView:
    document_id: str
    title: str
    note: str


@dataclass(frozen=True, slots=True)
class SearchView:
    """address: path and query of a plain page of results."""

    id: str
    name: str
    address: str
    saved_at: datetime


class ReadingLists:
    """Lists of titles, each of one patron. Raises NotFound for anybody else's, NotValid beyond the limits."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def all(self, actor: Actor) -> tuple[ListView, ...]:
        """The last made first."""
        id = require_patron(actor)
        counted = (
            select(ReadingList, func.count(ListEntry.document_id))
            .outerjoin(ListEntry, ListEntry.list_id == ReadingList.id)
            .where(ReadingList.patron_id == id)
            .group_by(ReadingList.id)
            .order_by(ReadingList.made_at.desc(), ReadingList.id)
        )
        with self._database.reading() as session:
            return tuple(_list_view(one, entries) for one, entries in session.execute(counted))

    def one(self, actor: Actor, list_id: str) -> tuple[ListView, tuple[EntryView, ...]]:
        """A list and its titles in their order."""
        id = require_patron(actor)
        with self._database.reading() as session:
            found = _list(session, id, list_id)
            entries = tuple(EntryView(one.document_id, one.title, one.note) for one in _entries(session, list_id))
            return _list_view(found, len(entries)), entries

    def create(self, actor: Actor, name: str, note: str = "") -> str:
        """The id of the new list."""
        id = require_patron(actor)
        name, note = _name(name), _note(note)
        with self._database.writing() as session:
            self._database.deciding(session, f"patron:{id}")
            _room(session, ReadingList, id, MOST_LISTS, "lists_full")
            made = ReadingList(id=new_id(), patron_id=id, name=name, note=note, made_at=self._clock())
            session.add(made)
            return made.id

    def rename(self, actor: Actor, list_id: str, name: str, note: str) -> None:
        id = require_patron(actor)
        name, note = _name(name), _note(note)
        with self._database.writing() as session:
            found = _list(session, id, list_id)
            found.name, found.note = name, note

    def delete(self, actor: Actor, list_id: str) -> None:
        id = require_patron(actor)
        with self._database.writing() as session:
            session.delete(_list(session, id, list_id))

    def add(self, actor: Actor, list_id: str, titles: Iterable[tuple[str, str]]) -> int:
        """Add documents, with their titles, at the end; how many were not in the list before."""
        id = require_patron(actor)
        wanted = {document: title[:MAX_TITLE] for document, title in titles if 0 < len(document) <= MAX_ID}
        with self._database.writing() as session:
            self._database.deciding(session, f"patron:{id}")
            _list(session, id, list_id)
            held = _entries(session, list_id)
            new = [document for document in wanted if document not in {one.document_id for one in held}]
            if len(held) + len(new) > MOST_ENTRIES:
                raise NotValid("list_full")
            last = max((one.place for one in held), default=0)
            for place, document in enumerate(new, start=last + 1):
                session.add(
                    ListEntry(
                        list_id=list_id,
                        document_id=document,
                        title=wanted[document],
                        place=place,
                        added_at=self._clock(),
                    )
                )
            return len(new)

    def remove(self, actor: Actor, list_id: str, document: str) -> None:
        id = require_patron(actor)
        with self._database.writing() as session:
            session.delete(_entry(session, id, list_id, document))

    def annotate(self, actor: Actor, list_id: str, document: str, note: str) -> None:
        id = require_patron(actor)
        note = _note(note)
        with self._database.writing() as session:
            _entry(session, id, list_id, document).note = note

    def move(self, actor: Actor, list_id: str, document: str, steps: int) -> None:
        """Nearer to the beginning by so many places, or with a negative number of them nearer to the end."""
        id = require_patron(actor)
        with self._database.writing() as session:
            self._database.deciding(session, f"patron:{id}")
            moved = _entry(session, id, list_id, document)
            order = [one for one in _entries(session, list_id) if one is not moved]
            before = sum(one.place < moved.place for one in order)
            order.insert(min(max(before - steps, 0), len(order)), moved)
            for place, one in enumerate(order, start=1):
                one.place = place


class SavedSearches:
    """Searches that a patron comes back to: addresses of our own results pages, and no others."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def all(self, actor: Actor) -> tuple[SearchView, ...]:
        """The last saved first."""
        id = require_patron(actor)
        wanted = select(SavedSearch).where(SavedSearch.patron_id == id)
        with self._database.reading() as session:
            found = session.scalars(wanted.order_by(SavedSearch.saved_at.desc(), SavedSearch.id))
            return tuple(SearchView(one.id, one.name, one.address, one.saved_at) for one in found)

    def save(self, actor: Actor, name: str, address: str) -> str:
        """The id of the saved search: of the one there is, if it was saved before."""
        id = require_patron(actor)
        name, address = _name(name), search_address(address)
        with self._database.writing() as session:
            self._database.deciding(session, f"patron:{id}")
            same = select(SavedSearch).where(SavedSearch.patron_id == id, SavedSearch.address == address)
            if (held := session.scalars(same).first()) is not None:
                return held.id
            _room(session, SavedSearch, id, MOST_SEARCHES, "searches_full")
            made = SavedSearch(id=new_id(), patron_id=id, name=name, address=address, saved_at=self._clock())
            session.add(made)
            return made.id

    def rename(self, actor: Actor, search_id: str, name: str) -> None:
        id = require_patron(actor)
        name = _name(name)
        with self._database.writing() as session:
            _search(session, id, search_id).name = name

    def delete(self, actor: Actor, search_id: str) -> None:
        id = require_patron(actor)
        with self._database.writing() as session:
            session.delete(_search(session, id, search_id))


def search_address(address: str) -> str:
    """The address of one of our results pages, written anew from what it means. Raises NotValid for any other.

    >>> search_address("/?q=laut&page=3&hl=en"), search_address("/cari?f.language=ind&next=//evil.example")
    ('/cari?q=laut', '/cari?f.language=ind')
    """
    parts = _parted(address)
    if parts is None or parts.scheme or parts.netloc or parts.path not in _RESULTS:
        raise NotValid("not_a_search", "address")
    state = SearchState.from_query_string(f"?{parts.query}").closing().at_page(1).in_language("id")
    written = f"/cari{state.query_string()}"
    if state.is_home or len(written) > MAX_ADDRESS:
        raise NotValid("not_a_search", "address")
    return written


def _parted(address: str) -> SplitResult | None:
    """None for what no browser would take for a path of ours."""
    if len(address) > MAX_ADDRESS or not address.isprintable() or "\\" in address:
        return None
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise NotValid("name", "name")
    return name


def _note(text: str) -> str:
    note = "".join(ch if ch.isprintable() or ch == "\n" else " " for ch in text.replace("\r\n", "\n")).strip()
    if len(note) > MAX_NOTE:
        raise NotValid("note", "note")
    return note


def _room(session: Session, table: type[ReadingList | SavedSearch], patron_id: str, most: int, code: str) -> None:
    held = session.scalar(select(func.count()).select_from(table).where(table.patron_id == patron_id))
    if (held or 0) >= most:
        raise NotValid(code)


def _list(session: Session, patron_id: str, list_id: str) -> ReadingList:
    found = session.get(ReadingList, list_id)
    if found is None or found.patron_id != patron_id:
        raise NotFound("no such list")
    return found


def _entries(session: Session, list_id: str) -> list[ListEntry]:
    wanted = select(ListEntry).where(ListEntry.list_id == list_id)
    return list(session.scalars(wanted.order_by(ListEntry.place, ListEntry.document_id)))


def _entry(session: Session, patron_id: str, list_id: str, document: str) -> ListEntry:
    _list(session, patron_id, list_id)
    found = session.get(ListEntry, (list_id, document))
    if found is None:
        raise NotFound("no such title in the list")
    return found


def _search(session: Session, patron_id: str, search_id: str) -> SavedSearch:
    found = session.get(SavedSearch, search_id)
    if found is None or found.patron_id != patron_id:
        raise NotFound("no such search")
    return found


def _list_view(found: ReadingList, entries: int) -> ListView:
    return ListView(found.id, found.name, found.note, entries, found.made_at)
