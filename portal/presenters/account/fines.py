"""What is owed: the sum, and each fine with its reason and what was paid of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from portal.ils.driver import FineView
from portal.presenters.account.days import Days, rupiah
from portal.services.my_library import PaymentView
from portal.store.tables.circulation import FineKind

_KINDS: Final = frozenset(kind.value for kind in FineKind)


@dataclass(frozen=True, slots=True)
class FineRow:
    """balance: what is left of it, in words. is_open: anything is."""

    title: str
    reason: str
    amount: str
    balance: str
    charged: str
    payments: tuple[str, ...]
    note: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Fines:
    """total: what is owed altogether; is_owed: anything is."""

    total: str
    is_owed: bool
    rows: tuple[FineRow, ...]


def fines(found: Sequence[FineView], paid: Mapping[str, Sequence[PaymentView]], days: Days) -> Fines:
    owed = sum(fine.balance for fine in found)
    return Fines(rupiah(owed, days.t), owed > 0, tuple(_row(fine, paid.get(fine.id, ()), days) for fine in found))


def _row(fine: FineView, paid: Sequence[PaymentView], days: Days) -> FineRow:
    t = days.t
    known = fine.reason in _KINDS
    reason = t(f"fine_kind.{fine.reason}") if known else fine.reason
    if fine.days:
        reason = t.count("fines.with_days", fine.days, reason=reason)
    return FineRow(
        title=fine.title,
        reason=reason,
        amount=rupiah(fine.amount, t),
        balance=rupiah(fine.balance, t),
        charged=days.medium(days.of(fine.charged_at)) if fine.charged_at else "",
        payments=tuple(
            t(
                "fines.waived" if one.waived else "fines.paid",
                amount=rupiah(one.amount, t),
                day=days.medium(days.of(one.taken_at)),
            )
            for one in paid
        ),
        note=fine.note,
        is_open=fine.balance > 0,
    )
