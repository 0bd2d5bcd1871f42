"""Which rule applies, and what a new library starts with."""

import random

import pytest
from sqlalchemy import select

from portal.services.circulation.rules import most_specific, starting_rule, starting_rules
from portal.store.columns import EVERY
from portal.store.database import Database
from portal.store.tables import Branch, Category, Rule
from tests.support.circulation import CENTRAL, LIBRARIAN, SECOND, Library


def named(category: str = EVERY, loan_type: str = EVERY, branch: str = EVERY) -> Rule:
    rule = starting_rule(category, loan_type, 7, 3)
    rule.branch = branch
    return rule


# From the rule that wins over all others to the one that wins over none.
PRECEDENCE = [
    named("anak", "dvd", "pusat"),
    named("anak", "dvd"),
    named("anak", branch="pusat"),
    named(loan_type="dvd", branch="pusat"),
    named("anak"),
    named(loan_type="dvd"),
    named(branch="pusat"),
    named(),
]


@pytest.mark.parametrize("left_out", range(len(PRECEDENCE)))
def test_the_rule_that_names_more_wins_then_category_then_loan_type(left_out: int) -> None:
    there = PRECEDENCE[left_out:]
    for seed in range(5):
        shuffled = random.Random(seed).sample(there, len(there))
        assert most_specific(shuffled, "anak", "dvd", "pusat") is there[0]


def test_a_rule_of_others_never_applies() -> None:
    rules = [named("guru"), named(loan_type="book"), named(branch="lain"), named("guru", "dvd", "pusat")]
    assert most_specific(rules, "anak", "dvd", "pusat") is None


def test_an_empty_store_gets_the_starting_rules_once(database: Database) -> None:
    with database.writing() as session:
        assert starting_rules(session)
    with database.writing() as session:
        assert not starting_rules(session)
        general, child, teacher = (
            session.get_one(Rule, key)
            for key in ((EVERY, EVERY, EVERY), ("anak", EVERY, EVERY), ("guru", "class_set", EVERY))
        )
        assert (general.max_loans, general.loan_days, general.renewals, general.max_holds) == (3, 7, 1, 2)
        assert (general.pickup_days, general.hold_days, general.grace_days, general.fine_per_day) == (3, 60, 1, 0)
        assert (child.max_loans, teacher.max_loans, teacher.loan_days) == (2, 30, 30)
        assert session.get(Branch, "pusat") is not None
        assert {category.code for category in session.scalars(select(Category))} == {"umum", "anak", "pelajar", "guru"}


def test_what_the_library_has_already_stays_as_it_is(database: Database) -> None:
    with database.writing() as session:
        session.add(Branch(code="bitung", name="Bitung"))
        session.add(Category(code="anak", name_id="Cilik", name_en="Little ones"))
    with database.writing() as session:
        assert starting_rules(session)
    with database.reading() as session:
        assert [branch.code for branch in session.scalars(select(Branch))] == ["bitung"]
        assert session.get_one(Category, "anak").name_id == "Cilik"


def test_a_limit_counts_only_loans_under_the_same_rule(library: Library) -> None:
    teacher = library.patron(category="guru")
    sets = library.copies("set.1", 4, loan_type="class_set")
    books = [library.copy(f"buku.{number}") for number in range(4)]
    lent = library.desk.check_out_set(LIBRARIAN, teacher.card_number, [*books, *sets], CENTRAL, "pindai")
    assert [answer.done for answer in lent] == [True, True, True, False, True, True, True, True]


def test_a_branch_may_have_rules_of_its_own(library: Library) -> None:
    library.rule(branch=SECOND, loan_days=14)
    patron = library.patron()
    here, there = library.copies(number=2)
    days = [
        (loan.due_at - library.clock.now).days
        for loan in (library.lend(patron, here).loan, library.lend(patron, there, SECOND).loan)
        if loan
    ]
    assert days == [7, 14]
