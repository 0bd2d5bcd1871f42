"""Which rule applies, and the rules a new library starts with."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.store.columns import EVERY
from portal.store.tables import Branch, Category, Rule

FIRST_BRANCH: Final = "pusat"
EBOOK: Final = "ebook"  # loan type of what is lent by licence
CLASS_SET: Final = "class_set"

# code, name in Indonesian, name in English
_CATEGORIES: Final = (
    ("umum", "Umum", "General"),
    ("anak", "Anak", "Child"),
    ("pelajar", "Pelajar", "Student"),
    ("guru", "Guru", "Teacher"),
)
# category, loan type, days, loans at once. An e-book's days are only those of its renewal: its licence has hours.
_RULES: Final = (
    (EVERY, EVERY, 7, 3),
    ("anak", EVERY, 7, 2),
    ("guru", CLASS_SET, 30, 30),
    (EVERY, EBOOK, 7, 3),
    ("anak", EBOOK, 7, 2),
)


def most_specific(rules: Iterable[Rule], category: str, loan_type: str, branch: str) -> Rule | None:
    """The rule for a loan, None when there is none.

    The rule that names more of the three wins; of two that name equally many, the one that names the category, then
    the one that names the loan type.
    """
    fitting = [
        rule
        for rule in rules
        if rule.category in (category, EVERY)
        and rule.loan_type in (loan_type, EVERY)
        and rule.branch in (branch, EVERY)
    ]
    return max(fitting, key=_rank, default=None)


def _rank(rule: Rule) -> tuple[int, bool, bool, bool]:
    named = rule.category != EVERY, rule.loan_type != EVERY, rule.branch != EVERY
    return sum(named), *named


def starting_rules(session: Session) -> bool:
    """Give a store without rules those to begin with, their categories and a branch; False where it has rules.

    The catalogue or the first admin may have brought branches and categories already: those stay as they are.
    """
    if session.scalar(select(Rule).limit(1)) is not None:
        return False
    if session.scalar(select(Branch).limit(1)) is None:
        session.add(Branch(code=FIRST_BRANCH, name="Perpustakaan Pusat"))
    known = set(session.scalars(select(Category.code)))
    session.add_all(
        Category(code=code, name_id=name_id, name_en=name_en)
        for code, name_id, name_en in _CATEGORIES
        if code not in known
    )
    session.add_all(starting_rule(*rule) for rule in _RULES)
    return True


def starting_rule(category: str, loan_type: str, days: int, loans: int) -> Rule:
    """A rule with the figures a new library starts with: one renewal, two holds, three days to fetch, no fines."""
    return Rule(
        category=category,
        loan_type=loan_type,
        branch=EVERY,
        loan_days=days,
        max_loans=loans,
        renewals=1,
        renew_days=days,
        no_renewal_before=0,
        holds_allowed=True,
        shelf_holds_allowed=True,
        max_holds=2,
        hold_days=60,
        pickup_days=3,
        fine_per_day=0,
        grace_days=1,
        max_fines=0,
        age_min=0,
    )
