"""What is owed, and what was paid of it."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select

from portal.ils.driver import FineView
from portal.services.circulation.results import PaymentResult
from portal.services.circulation.work import Work, usable_key
from portal.services.errors import NotValid
from portal.store.tables import Fine, Item, Loan, Payment
from portal.store.tables.circulation import FineKind

_LONGEST: Final = 2000


def late_days(work: Work, loan: Loan) -> int:
    """Open days since the loan was due, today among them: on a closed day nobody can bring it back."""
    calendar = work.calendar(loan.branch)
    return calendar.open_days(calendar.day(loan.due_at), work.today)


def overdue_amount(loan: Loan, days: int) -> int:
    """Rupiah for so many late days; the days of grace are free also for those who come later."""
    return max(0, days - loan.grace_days) * loan.fine_per_day


def charge_overdue(work: Work, loan: Loan, item: Item) -> tuple[int, int]:
    """Charge what a loan that ends now has cost, once: late days and rupiah, both 0 when it is in time."""
    days = late_days(work, loan)
    amount = overdue_amount(loan, days)
    if amount and loan.patron_id:
        work.session.add(
            Fine(
                patron_id=loan.patron_id,
                loan_id=loan.id,
                kind=FineKind.OVERDUE,
                amount=amount,
                days=days,
                title=item.title,
                note="",
                charged_at=work.now,
            )
        )
    return days, amount


def paid(work: Work, fine_id: str) -> int:
    statement = select(func.coalesce(func.sum(Payment.amount), 0)).where(Payment.fine_id == fine_id)
    return int(work.session.scalar(statement) or 0)


def fine_views(work: Work, patron_id: str, *, settled: bool = False) -> tuple[FineView, ...]:
    """What a patron owes, the newest first; with `settled` also what is paid."""
    taken = select(func.coalesce(func.sum(Payment.amount), 0)).where(Payment.fine_id == Fine.id).scalar_subquery()
    statement = select(Fine, taken).where(Fine.patron_id == patron_id).order_by(Fine.charged_at.desc(), Fine.id.desc())
    rows: Sequence[tuple[Fine, int]] = [(fine, int(sum_)) for fine, sum_ in work.session.execute(statement)]
    return tuple(
        FineView(
            id=fine.id,
            amount=fine.amount,
            balance=fine.amount - sum_,
            reason=fine.kind.value,
            title=fine.title,
            days=fine.days,
            charged_at=fine.charged_at,
            note=fine.note,
        )
        for fine, sum_ in rows
        if settled or fine.amount > sum_
    )


def charge(
    work: Work,
    patron_id: str,
    kind: FineKind,
    amount: int,
    *,
    title: str = "",
    note: str = "",
    loan_id: str | None = None,
) -> Fine:
    fine = Fine(
        patron_id=patron_id,
        loan_id=loan_id,
        kind=kind,
        amount=amount,
        days=0,
        title=title[:_LONGEST],
        note=note[:_LONGEST],
        charged_at=work.now,
    )
    work.session.add(fine)
    work.session.flush()
    return fine


def settle(work: Work, fine_id: str, amount: int | None, key: str, *, taken_by: str, waived: bool) -> PaymentResult:
    """Take or let off rupiah of a fine, with None all that is left; the same key again says what it did.

    Raises NotValid for more than is left, or nothing.
    """
    fine = work.session.get_one(Fine, fine_id)
    key = usable_key(key)
    earlier = work.session.scalars(select(Payment).where(Payment.key == key)).one_or_none()
    left = fine.amount - paid(work, fine_id)
    if earlier is not None:
        if earlier.fine_id != fine_id:
            raise NotValid("key", "key")
        return PaymentResult(fine_id, earlier.amount, left)
    wanted = left if amount is None else amount
    if not 0 < wanted <= left:
        raise NotValid("amount", "amount")
    work.session.add(
        Payment(fine_id=fine_id, amount=wanted, waived=waived, taken_by=taken_by, taken_at=work.now, key=key)
    )
    work.session.flush()
    return PaymentResult(fine_id, wanted, left - wanted)
