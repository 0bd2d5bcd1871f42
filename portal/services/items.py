"""Copies as staff know them: found by what is on them, corrected, added by hand and taken out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.services import audit
from portal.services.actors import Actor, require_staff
from portal.services.circulation.queue import serve
from portal.services.circulation.work import Work
from portal.services.errors import NotFound, NotValid
from portal.store.clock import Clock
from portal.store.columns import new_id
from portal.store.database import Database
from portal.store.tables import Branch, Item, Loan
from portal.store.tables.collection import ItemStatus

MOST_FOUND: Final = 100
_LOAN_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_BARCODE: Final = re.compile(r"[!-~]{1,64}")
_DOCUMENT: Final = re.compile(r"[A-Za-z0-9._-]{1,200}")
_LONGEST: Final = {"location": 200, "call_number": 200, "number": 64, "note": 2000}


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A copy. due_at: when a lent one is to come back; who has it is told elsewhere."""

    id: str
    document_id: str
    barcode: str
    branch: str
    place: str
    location: str
    call_number: str
    number: str
    loan_type: str
    status: ItemStatus
    lendable: bool
    title: str
    note: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ItemDetails:
    """What staff may write of a copy."""

    branch: str
    loan_type: str
    lendable: bool = True
    location: str = ""
    call_number: str = ""
    number: str = ""
    note: str = ""


class Items:
    """Every method is for staff. Raises NotAllowed for all others, NotFound, NotValid."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone

    def find(self, actor: Actor, text: str) -> tuple[ItemRow, ...]:
        """The copy with this barcode, else the copies of this record, else those whose title holds every word."""
        require_staff(actor)
        words = text.split()[:8]
        if len("".join(words)) < 2:
            return ()
        whole = " ".join(words)
        paper = select(Item).where(Item.is_licence.is_(False))
        by_title = and_(*(func.lower(Item.title).contains(word.lower(), autoescape=True) for word in words))
        with self._database.reading() as session:
            for asked in (Item.barcode == whole, Item.document_id == whole, by_title):
                order = (Item.title, Item.document_id, Item.barcode)
                found = session.scalars(paper.where(asked).order_by(*order).limit(MOST_FOUND)).all()
                if found:
                    return _rows(session, found)
        return ()

    def item(self, actor: Actor, item_id: str) -> ItemRow:
        require_staff(actor)
        with self._database.reading() as session:
            return _rows(session, [_present(session, item_id)])[0]

    def edit(self, actor: Actor, item_id: str, details: ItemDetails) -> None:
        """Write what staff found out. A copy that can be lent now goes to whoever waits for it.

        Raises NotValid: branch_unknown, code_wrong, too_long.
        """
        staff = require_staff(actor)
        with self._database.reading() as session:
            document = _present(session, item_id).document_id
        with self._database.writing() as session:
            self._database.deciding(session, f"document:{document}")
            item = _present(session, item_id)
            changed = _put(session, item, details)
            if changed:
                session.flush()
                serve(Work(session, self._clock(), self._zone), item.document_id)
                audit.record(session, staff, "item.changed", item_id, " ".join(changed), at=self._clock())

    def add(self, actor: Actor, document_id: str, barcode: str, title: str, details: ItemDetails) -> str:
        """A new copy of a record, on its shelf; its id is given. It goes to whoever waits for the title.

        Raises NotValid: barcode_wrong, barcode_taken, document_wrong, and what `edit` raises.
        """
        staff = require_staff(actor)
        barcode = barcode.strip()
        if not _BARCODE.fullmatch(barcode):
            raise NotValid("barcode_wrong", "barcode")
        if not _DOCUMENT.fullmatch(document_id):
            raise NotValid("document_wrong", "document_id")
        try:
            with self._database.writing() as session:
                self._database.deciding(session, f"document:{document_id}")
                item = Item(
                    id=new_id(),
                    document_id=document_id,
                    barcode=barcode,
                    title=" ".join(title.split())[:2000],
                    place=details.branch,
                    status=ItemStatus.AVAILABLE,
                    added_at=self._clock(),
                )
                _put(session, item, details)
                session.add(item)
                session.flush()
                serve(Work(session, self._clock(), self._zone), document_id)
                audit.record(session, staff, "item.added", item.id, at=self._clock())
                return item.id
        except IntegrityError as error:
            raise NotValid("barcode_taken", "barcode") from error

    def withdraw(self, actor: Actor, item_id: str) -> None:
        """Take a copy out of the collection. Raises NotValid: in_use, for one that is lent, held or on its way."""
        staff = require_staff(actor)
        with self._database.reading() as session:
            document = _present(session, item_id).document_id
        with self._database.writing() as session:
            self._database.deciding(session, f"document:{document}")
            item = _present(session, item_id)
            if item.status in (ItemStatus.ON_LOAN, ItemStatus.HELD, ItemStatus.IN_TRANSIT):
                raise NotValid("in_use", "status")
            item.status = ItemStatus.WITHDRAWN
            audit.record(session, staff, "item.withdrawn", item_id, at=self._clock())


def _present(session: Session, item_id: str) -> Item:
    item = session.get(Item, item_id, populate_existing=True)
    if item is None or item.is_licence:
        raise NotFound("no such copy")
    return item


def _put(session: Session, item: Item, details: ItemDetails) -> Sequence[str]:
    """The names of what was changed. Raises NotValid."""
    if session.get(Branch, details.branch) is None:
        raise NotValid("branch_unknown", "branch")
    if not _LOAN_TYPE.fullmatch(details.loan_type):
        raise NotValid("code_wrong", "loan_type")
    wanted: dict[str, object] = {name: " ".join(getattr(details, name).split()) for name in _LONGEST}
    for name, most in _LONGEST.items():
        text = str(wanted[name])
        if len(text) > most or not text.isprintable():
            raise NotValid("too_long", name)
    wanted |= {"branch": details.branch, "loan_type": details.loan_type, "lendable": details.lendable}
    # A copy on the shelf of its branch moves with it; one that is elsewhere is there until it comes back.
    if item.status is ItemStatus.AVAILABLE and item.place == item.branch:
        wanted["place"] = details.branch
    changed = [name for name, value in wanted.items() if getattr(item, name) != value]
    for name in changed:
        setattr(item, name, wanted[name])
    return changed


def _rows(session: Session, items: Sequence[Item]) -> tuple[ItemRow, ...]:
    lent = select(Loan.item_id, Loan.due_at).where(Loan.item_id.in_([i.id for i in items]), Loan.returned_at.is_(None))
    due = dict(session.execute(lent).all())
    return tuple(
        ItemRow(
            item.id,
            item.document_id,
            item.barcode or "",
            item.branch,
            item.place,
            item.location,
            item.call_number,
            item.number,
            item.loan_type,
            item.status,
            item.lendable,
            item.title,
            item.note,
            due.get(item.id),
        )
        for item in items
    )
