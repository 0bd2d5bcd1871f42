"""Rows of rules of lending."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from portal.services.circulation.rules import most_specific
from portal.services.importing.batch import Batch
from portal.services.importing.items import loan_type_of
from portal.services.importing.report import Outcome
from portal.services.importing.tables import TableRow
from portal.services.importing.values import UnusableError, amount_of, is_yes
from portal.store.columns import EVERY
from portal.store.tables import Category, Rule

_MOST_DAYS: Final = 3650
_NUMBERS: Final = (
    ("loan_days", _MOST_DAYS), ("max_loans", 1_000), ("renewals", 1_000), ("renew_days", _MOST_DAYS),
    ("no_renewal_before", _MOST_DAYS), ("max_holds", 1_000), ("hold_days", _MOST_DAYS), ("pickup_days", 365),
    ("fine_per_day", 10_000_000), ("grace_days", 365), ("max_fines", 1_000_000_000), ("age_min", 120),
)  # fmt: skip
# What a rule says that neither its row nor a wider rule says: the figures a new library starts with.
_ELSE: Final = {"renewals": 1, "max_holds": 2, "hold_days": 60, "pickup_days": 3}


class RuleRows:
    """Rules by category, loan type and branch. What a row is silent about is taken from the next wider rule."""

    key: Final = "category"

    def __init__(self, batch: Batch, rows: Sequence[TableRow]) -> None:  # noqa: ARG002 - there are few rules
        self._batch = batch
        batch.decide(("rules",))
        self._rules = list(batch.work.session.scalars(select(Rule)))

    def key_of(self, row: TableRow) -> str:
        return " / ".join(_spoken(row.get(name)) for name in ("category", "loan_type", "branch", "medium"))

    def apply(self, row: TableRow) -> Outcome:
        """Raises UnusableError."""
        if row.get("medium").strip() not in ("", "0"):
            raise UnusableError(
                "a rule for one medium (GMD) cannot be kept: rules here are for loan types; make one of it"
            )
        if row.get("fine_every") and amount_of(row.get("fine_every"), "the days a fine is for", 365) > 1:
            raise UnusableError("a fine for several days cannot be kept; write what a day costs")
        wanted = self._wanted(row)
        membership = row.get("membership_days")
        days = amount_of(membership, "the days of membership", 36_500) if membership else None
        category = self._batch.category_code(row.get("category"))
        loan_type, branch = _loan_type(row.get("loan_type")), self._batch.branch_code(row.get("branch"))
        lasting = self._put_membership(category, days)
        found = next(
            (r for r in self._rules if (r.category, r.loan_type, r.branch) == (category, loan_type, branch)), None
        )
        if found is None:
            self._add(category, loan_type, branch, wanted)
            return Outcome.ADDED
        if self._batch.ways.only_new:
            return Outcome.SAME
        changed = [name for name, value in wanted.items() if getattr(found, name) != value]
        for name in changed:
            setattr(found, name, wanted[name])
        return Outcome.CHANGED if changed or lasting else Outcome.SAME

    def _wanted(self, row: TableRow) -> dict[str, int]:
        wanted: dict[str, int] = {
            name: amount_of(row.get(name), f"the column for {name.replace('_', ' ')}", most)
            for name, most in _NUMBERS
            if row.get(name)
        }
        if missing := [name for name in ("loan_days", "max_loans") if name not in wanted]:
            raise UnusableError(f"{missing[0].replace('_', ' ')} is empty")
        if not wanted["loan_days"]:
            raise UnusableError("a loan of 0 days cannot be; write max. loans 0 where nothing is lent")
        if row.get("holds_allowed"):
            wanted["holds_allowed"] = is_yes(row.get("holds_allowed"), "whether holds are allowed")
        return wanted

    def _put_membership(self, category: str, days: int | None) -> bool:
        if days is None or category == EVERY:
            return False
        found = self._batch.work.session.get_one(Category, category)
        if found.membership_days == days or (found.membership_days and self._batch.ways.only_new):
            return False
        found.membership_days = days
        return True

    def _add(self, category: str, loan_type: str, branch: str, wanted: dict[str, int]) -> None:
        wider = most_specific(self._rules, category, loan_type, branch)
        names = [name for name, _ in _NUMBERS] + ["holds_allowed", "shelf_holds_allowed"]
        values = {
            name: getattr(wider, name) if wider else _ELSE.get(name, int(name.endswith("allowed"))) for name in names
        }
        values |= {"renew_days": wanted["loan_days"], **wanted}
        rule = Rule(category=category, loan_type=loan_type, branch=branch, **values)
        self._batch.work.session.add(rule)
        self._rules.append(rule)


def _loan_type(name: str) -> str:
    return EVERY if name in ("", EVERY) else loan_type_of(name) or EVERY


def _spoken(text: str) -> str:
    return " ".join(text.split()).casefold() or EVERY
