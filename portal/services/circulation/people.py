"""What stands against lending to a patron."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select

from portal.ils.driver import Profile, Refusal
from portal.services.circulation.work import Work
from portal.store.columns import EVERY
from portal.store.tables import FamilyLink, Fine, Hold, Loan, Patron, Payment, Rule
from portal.store.tables.circulation import ACTIVE
from portal.store.tables.people import Standing

# UU PDP 27/2022 art. 25: for children a parent or guardian agrees.
OF_AGE: Final = 18
_STANDINGS: Final = {
    Standing.BLOCKED: Refusal.PATRON_BLOCKED,
    Standing.WITHDRAWN: Refusal.PATRON_BLOCKED,
    Standing.CARD_LOST: Refusal.CARD_LOST,
}


def blocks(work: Work, patron: Patron, rule: Rule | None) -> tuple[Refusal, ...]:
    """Why a patron gets nothing at all, the gravest first. rule: the one that says how much may be owed."""
    found = []
    if patron.standing in _STANDINGS:
        found.append(_STANDINGS[patron.standing])
    if patron.expires_on is not None and patron.expires_on < work.today:
        found.append(Refusal.CARD_EXPIRED)
    if rule is not None and rule.max_fines and owed(work, patron.id) >= rule.max_fines:
        found.append(Refusal.DEBT)
    return tuple(found)


def too_young(patron: Patron, rule: Rule, year: int) -> bool:
    """In that year, by the year of birth alone: a birthday late in it counts from January. Who gave none is old enough."""
    return bool(rule.age_min and patron.birth_year and year - patron.birth_year < rule.age_min)


def owed(work: Work, patron_id: str) -> int:
    """Rupiah, of all fines together, less what was paid or let off."""
    charged = select(func.coalesce(func.sum(Fine.amount), 0)).where(Fine.patron_id == patron_id)
    paid = (
        select(func.coalesce(func.sum(Payment.amount), 0))
        .join(Fine, Fine.id == Payment.fine_id)
        .where(Fine.patron_id == patron_id)
    )
    return int(work.session.scalar(charged) or 0) - int(work.session.scalar(paid) or 0)


def loans_under(work: Work, patron: Patron, rule: Rule) -> int:
    """How many of the patron's open loans count for a rule's limit: those the very same rule holds for."""
    columns = select(Loan.loan_type, Loan.branch).where(Loan.patron_id == patron.id, Loan.returned_at.is_(None))
    kinds = [tuple(row) for row in work.session.execute(columns)]
    return sum(work.rule(patron.category, loan_type, branch) is rule for loan_type, branch in kinds)


def active_holds(work: Work, patron_id: str) -> int:
    statement = select(func.count()).where(Hold.patron_id == patron_id, Hold.state.in_(ACTIVE)).select_from(Hold)
    return work.session.scalar(statement) or 0


def children(work: Work, guardian_id: str) -> Sequence[str]:
    """Ids of those whose loans a guardian may see and renew."""
    statement = select(FamilyLink.child_id).where(FamilyLink.guardian_id == guardian_id)
    minors = statement.join(Patron, Patron.id == FamilyLink.child_id).where(still_minor(work.today.year))
    return list(work.session.scalars(minors.order_by(FamilyLink.child_id)))


def still_minor(year: int) -> ColumnElement[bool]:
    """Whom a guardian still answers for in that year: from the one in which they come of age, nobody reads along.

    By the year of birth alone, as `too_young`. Of whom it is not known, staff end the link.
    """
    return or_(Patron.birth_year.is_(None), Patron.birth_year > year - OF_AGE)


def profile(work: Work, patron: Patron) -> Profile:
    """A patron, with what stands against lending anything at all at the branch where they are at home."""
    return Profile(
        ils_id=patron.id,
        card_number=patron.card_number or "",
        name=patron.name,
        category=patron.category,
        home_branch=patron.home_branch,
        email=patron.email,
        phone=patron.phone,
        address=patron.address,
        birth_year=patron.birth_year,
        expires_on=patron.expires_on,
        blocks=blocks(work, patron, work.rule(patron.category, EVERY, patron.home_branch)),
    )
