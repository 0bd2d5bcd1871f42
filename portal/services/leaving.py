"""A patron who leaves: what must be settled before, and what is left after, which is figures and nobody's name."""

from typing import Final

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from portal.ils.driver import Capability, HoldStage, ILSDriver, PatronRef
from portal.services.errors import NotValid
from portal.store.tables import (
    Consent,
    DataRequest,
    FamilyLink,
    Fine,
    Hold,
    Loan,
    Message,
    Patron,
    Payment,
    ReadingList,
    SavedSearch,
)
from portal.store.tables import Session as SignIn
from portal.store.tables.circulation import ACTIVE
from portal.store.tables.people import Role, Standing

_WAITING: Final = (HoldStage.QUEUED, HoldStage.SUSPENDED, HoldStage.TO_SEND, HoldStage.IN_TRANSIT, HoldStage.READY)


def give_up_holds(ils: ILSDriver, patron: PatronRef) -> None:
    """Let those who wait behind go first. Raises NotValid while the library system still knows of loans or fines."""
    can = ils.capabilities
    if Capability.LOANS in can and ils.loans(patron, 1, 1, renewals=False).total:
        raise NotValid("leaving_loans")
    if Capability.FINES in can and any(fine.balance > 0 for fine in ils.fines(patron)):
        raise NotValid("leaving_fines")
    if Capability.CANCEL_HOLD in can:
        for hold in ils.holds(patron):
            if hold.stage in _WAITING:
                ils.cancel_hold(patron, hold.id)


def check_settled(session: Session, patron: Patron) -> None:
    """Raises NotValid while anything is lent, owed or asked for, and for staff, whose rights are taken away first."""
    if patron.role is not Role.PATRON:
        raise NotValid("leaving_staff")
    lent = select(func.count()).select_from(Loan).where(Loan.patron_id == patron.id, Loan.returned_at.is_(None))
    if session.scalar(lent):
        raise NotValid("leaving_loans")
    charged = select(func.coalesce(func.sum(Fine.amount), 0)).where(Fine.patron_id == patron.id)
    paid = select(func.coalesce(func.sum(Payment.amount), 0)).join(Fine).where(Fine.patron_id == patron.id)
    if (session.scalar(charged) or 0) > (session.scalar(paid) or 0):
        raise NotValid("leaving_fines")
    held = select(func.count()).select_from(Hold).where(Hold.patron_id == patron.id, Hold.state.in_(ACTIVE))
    if session.scalar(held):
        raise NotValid("leaving_holds")


def make_nameless(session: Session, patron: Patron) -> None:
    """Take away all that says who it was. The row stays, for fines that were paid are accounts of the library."""
    id = patron.id
    for table in (SignIn, ReadingList, SavedSearch, Consent, Message):
        session.execute(delete(table).where(table.patron_id == id))
    # A copy that nobody fetched still lies on the shelf of holds, and its hold tells the desk so.
    session.execute(delete(Hold).where(Hold.patron_id == id, Hold.item_id.is_(None)))
    session.execute(delete(FamilyLink).where(or_(FamilyLink.guardian_id == id, FamilyLink.child_id == id)))
    session.execute(update(Loan).where(Loan.patron_id == id).values(patron_id=None))
    session.execute(update(Fine).where(Fine.patron_id == id).values(title="", note=""))
    session.execute(update(DataRequest).where(DataRequest.patron_id == id).values(text=""))
    patron.name = patron.ils_id = patron.pin_hash = patron.email = patron.phone = patron.address = ""
    patron.block_reason = patron.calendar_token = patron.note = ""
    patron.card_number = patron.oidc = patron.birth_year = patron.expires_on = None
    patron.keep_history = patron.reminders = False
    patron.standing = Standing.WITHDRAWN
