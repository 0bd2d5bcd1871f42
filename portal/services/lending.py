"""E-books lent by licence: how many may read at once and for how long, and who may read now.

The loans themselves are circulation's, where each simultaneous use is an item. Only what its record closes to the public
("login", MARC 856 $7 or 506) can be lent: what is open to everybody needs no licence, and what may be read in the library
only cannot be taken home.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from portal.ils.driver import HoldRequest, HoldResult, HoldStage, HoldView, Refusal
from portal.ils.local import LocalSystem
from portal.reader.rights import access_of
from portal.services.actors import Actor, require_patron, require_staff
from portal.services.circulation import licences, queue
from portal.services.circulation.licences import Borrowed
from portal.services.circulation.rules import EBOOK, FIRST_BRANCH
from portal.services.circulation.service import Circulation
from portal.services.circulation.work import Transactions, Work
from portal.services.errors import NotFound, NotValid
from portal.settings import Settings
from portal.store.clock import Clock
from portal.store.database import Database
from portal.store.tables import Branch, Hold, Item, Licence, Loan, Patron
from portal.store.tables.circulation import ACTIVE
from portal.store.tables.collection import ItemStatus
from search.document import Document, DocumentId

MAX_COPIES: Final = 1_000
MAX_HOURS: Final = 24 * 90
MAX_SHOWN: Final = 500


def lendable(document: Document) -> bool:
    """Whether a licence can lend this e-book."""
    return document.ebook is not None and access_of(document) == "login"


def lends(settings: Settings) -> bool:
    """Whether this portal lends e-books itself: then closed ones offer it, to everybody alike."""
    return settings.accounts.ils.name == LocalSystem.name


@dataclass(frozen=True, slots=True)
class LicenceView:
    """A licence as staff see it. out: how many read now; waiting: how many would like to."""

    document_id: DocumentId
    title: str
    copies: int
    loan_hours: int
    out: int
    waiting: int


@dataclass(frozen=True, slots=True)
class EbookState:
    """An e-book as one visitor sees it. copies: 0 where there is no licence (any more).

    until: to when this patron may read it, None when not now. hold: the patron's place among those who wait.
    """

    copies: int = 0
    loan_hours: int = 0
    free: int = 0
    waiting: int = 0
    until: datetime | None = None
    hold: HoldView | None = None

    @property
    def can_borrow(self) -> bool:
        """A free use, or the one that is kept for this patron."""
        ready = self.hold is not None and self.hold.stage is HoldStage.READY
        return self.copies > 0 and self.until is None and (ready or self.free > 0)


class Lending:
    """Licences and reading, over our own circulation."""

    def __init__(self, database: Database, clock: Clock, zone: ZoneInfo, circulation: Circulation) -> None:
        self._all = Transactions(database, clock, zone)
        self._circulation = circulation

    # ---- staff

    def set_licence(self, actor: Actor, document: Document, copies: int, loan_hours: int) -> LicenceView:
        """Let `copies` patrons read an e-book at once, each for `loan_hours`. Loans that run go on as they are.

        Raises NotAllowed, NotValid.
        """
        require_staff(actor)
        return self.grant(document, copies, loan_hours)

    def grant(self, document: Document, copies: int, loan_hours: int) -> LicenceView:
        """The same for who sits at the machine itself. Raises NotValid."""
        if document.ebook is None:
            raise NotValid("licence_no_ebook", "document")
        if not lendable(document):
            raise NotValid(f"licence_{'onsite' if access_of(document) == 'onsite' else 'open'}", "document")
        if not 0 <= copies <= MAX_COPIES:
            raise NotValid("licence_copies", "copies")
        if not 1 <= loan_hours <= MAX_HOURS:
            raise NotValid("licence_hours", "hours")
        with self._all.deciding(documents=[document.id]) as work:
            licence = work.session.get(Licence, document.id) or Licence(document_id=document.id)
            licence.title = document.title.replace("\x00", "")[:2000]
            licence.copies, licence.loan_hours, licence.changed_at = copies, loan_hours, work.now
            work.session.add(licence)
            _fit_uses(work, licence)
            queue.serve(work, document.id)
            work.session.flush()
            return _views(work, [licence])[0]

    def licences(self, actor: Actor) -> Sequence[LicenceView]:
        """All licences by title, MAX_SHOWN at most. Raises NotAllowed."""
        require_staff(actor)
        with self._all.reading() as work:
            order = select(Licence).order_by(Licence.title, Licence.document_id).limit(MAX_SHOWN)
            return _views(work, work.session.scalars(order))

    # ---- readers

    def reading_until(self, actor: Actor, document: DocumentId) -> datetime | None:
        """To when this visitor may read a closed e-book; None when not, as for every guest."""
        if actor.role is None:
            return None
        with self._all.reading() as work:
            return licences.loan_until(work, actor.patron_id, document, work.now)

    def state(self, actor: Actor, document: DocumentId) -> EbookState:
        """What anybody may know of an e-book, and what concerns this visitor alone."""
        with self._all.reading() as work:
            licence = work.session.get(Licence, document)
            until = licences.loan_until(work, actor.patron_id, document, work.now) if actor.role else None
            waiting = _waiting(work, [document]).get(document, 0)
            free = _free(work, document, waiting) if licence is not None else 0
        hold = next((one for one in self._holds(actor) if one.document_id == document and one.is_licence), None)
        if licence is None:
            return EbookState(until=until, hold=hold)
        return EbookState(licence.copies, licence.loan_hours, free, waiting, until, hold)

    def borrow(self, actor: Actor, document: DocumentId, key: str) -> Borrowed:
        """Begin to read, for the hours of the licence. key: of the click. Raises NotAllowed."""
        return self._circulation.borrow_licence(require_patron(actor), document, key)

    def give_back(self, actor: Actor, document: DocumentId) -> bool:
        """End one's loan before its time; False where there is none. Raises NotAllowed."""
        return self._circulation.return_licence(require_patron(actor), document)

    def wait(self, actor: Actor, document: DocumentId, title: str, key: str) -> HoldResult:
        """Join those who wait for an e-book. Raises NotAllowed."""
        patron_id = require_patron(actor)
        with self._all.reading() as work:
            # One of its uses is named, since the title may have copies on the shelf as well.
            use = work.session.scalars(_uses(document).where(Item.lendable).order_by(Item.id).limit(1)).first()
            patron = work.session.get(Patron, patron_id)
        if use is None or patron is None:
            return HoldResult(refusal=Refusal.NOT_HOLDABLE)
        request = HoldRequest(document, patron.home_branch, key, title=title[:2000], item_id=use.id)
        return self._circulation.place_hold(patron_id, request)

    def stop_waiting(self, actor: Actor, document: DocumentId) -> HoldResult:
        """Leave the queue again. Raises NotAllowed."""
        patron_id = require_patron(actor)
        mine = (one for one in self._holds(actor) if one.document_id == document and one.is_licence)
        hold = next(mine, None)
        if hold is None:
            return HoldResult(refusal=Refusal.NOT_FOUND)
        return self._circulation.cancel_hold(patron_id, hold.id)

    def _holds(self, actor: Actor) -> Sequence[HoldView]:
        return self._circulation.holds(actor.patron_id) if actor.role is not None else ()


def _uses(document: str) -> Select[Item]:
    in_force = Item.status != ItemStatus.WITHDRAWN
    return select(Item).where(Item.document_id == document, Item.is_licence, in_force)


def _fit_uses(work: Work, licence: Licence) -> None:
    """As many lendable uses as the licence allows. One that is being read or kept for somebody is only not lent again."""
    uses = list(work.session.scalars(select(Item).where(Item.document_id == licence.document_id, Item.is_licence)))
    # The busy ones are kept before idle ones, and these before those that were withdrawn.
    order = {ItemStatus.AVAILABLE: 1, ItemStatus.WITHDRAWN: 2}
    uses.sort(key=lambda use: (order.get(use.status, 0), use.id))
    for number, use in enumerate(uses):
        use.lendable = number < licence.copies
        use.title = licence.title
        if use.lendable and use.status is ItemStatus.WITHDRAWN:
            use.status = ItemStatus.AVAILABLE
        elif not use.lendable and use.status is ItemStatus.AVAILABLE:
            use.status = ItemStatus.WITHDRAWN
    if missing := licence.copies - len(uses):
        branch = _any_branch(work)
        for _ in range(missing):
            work.session.add(_use(licence, branch, work.now))
    work.session.flush()


def _use(licence: Licence, branch: str, now: datetime) -> Item:
    return Item(
        document_id=licence.document_id,
        barcode=None,
        branch=branch,
        place=branch,
        loan_type=EBOOK,
        is_licence=True,
        title=licence.title,
        note="",
        added_at=now,
    )


def _any_branch(work: Work) -> str:
    """An e-book is nowhere; its rules may still be those of a branch. Raises NotFound without any."""
    codes = set(work.session.scalars(select(Branch.code)))
    if not codes:
        raise NotFound("there is no branch")
    return FIRST_BRANCH if FIRST_BRANCH in codes else min(codes)


def _free(work: Work, document: str, waiting: int) -> int:
    """Uses that can be borrowed now. Those whose time is up are free although no job has written it yet, unless somebody
    waits for them."""
    lent = _uses(document).where(Item.lendable).subquery()
    available = select(func.count()).select_from(lent).where(lent.c.status == ItemStatus.AVAILABLE)
    lapsed = select(func.count()).select_from(lent).join(Loan, Loan.item_id == lent.c.id)
    lapsed = lapsed.where(Loan.returned_at.is_(None), Loan.due_at <= work.now)
    free = work.session.scalar(available) or 0
    return free if waiting else free + (work.session.scalar(lapsed) or 0)


def _waiting(work: Work, documents: Sequence[str]) -> dict[str, int]:
    counted = select(Hold.document_id, func.count()).where(
        Hold.document_id.in_(documents), Hold.for_licence, Hold.state.in_(ACTIVE)
    )
    return dict(work.session.execute(counted.group_by(Hold.document_id)).all())


def _views(work: Work, found: Iterable[Licence]) -> list[LicenceView]:
    all = list(found)
    ids = [licence.document_id for licence in all]
    waiting = _waiting(work, ids)
    reading = (
        select(Loan.document_id, func.count())
        .join(Item, Item.id == Loan.item_id)
        .where(Loan.document_id.in_(ids), Loan.returned_at.is_(None), Loan.due_at > work.now, Item.is_licence)
        .group_by(Loan.document_id)
    )
    out = dict(work.session.execute(reading).all())
    return [
        LicenceView(
            DocumentId(one.document_id),
            one.title,
            one.copies,
            one.loan_hours,
            out.get(one.document_id, 0),
            waiting.get(one.document_id, 0),
        )
        for one in all
    ]
