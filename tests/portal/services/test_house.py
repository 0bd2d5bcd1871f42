"""Copies, and what the library decides, on both databases."""

from dataclasses import fields, replace
from datetime import date

import pytest
from sqlalchemy import select

from portal.ils.driver import HoldRequest, HoldStage
from portal.services.actors import GUEST, Actor
from portal.services.administration import (
    FIGURES,
    BranchRow,
    CategoryRow,
    ClosedDayRow,
    RuleRow,
    read_days,
)
from portal.services.backroom import Backroom, backroom
from portal.services.errors import NotAllowed, NotFound, NotValid
from portal.services.items import ItemDetails
from portal.store.columns import EVERY
from portal.store.database import Database
from portal.store.tables import AuditEntry, Item
from portal.store.tables.collection import ItemStatus
from portal.store.tables.people import Role
from search.document import DocumentId
from tests.support.circulation import CENTRAL, LAUT, LIBRARIAN, SECOND, WITA, Library

ADMIN = Actor("admin", Role.ADMIN, CENTRAL)
RULE = RuleRow("umum", "dvd", EVERY, 3, 1, 0, 3, 1, 2, fine_per_day=1000)


@pytest.fixture
def library(database: Database) -> Library:
    return Library(database)


@pytest.fixture
def back(library: Library) -> Backroom:
    return backroom(library.database, library.clock, WITA)


def actions(library: Library) -> list[str]:
    with library.database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)))


# ---- copies


def test_a_copy_is_found_by_barcode_record_and_title(back: Backroom, library: Library) -> None:
    laut, darat = library.copy(LAUT, title="Cerita Laut"), library.copy("darat.1", title="Cerita Darat")
    for asked, wanted in ((laut, [laut]), (LAUT, [laut]), ("CERITA darat", [darat]), ("cerita", [darat, laut])):
        assert [row.barcode for row in back.items.find(LIBRARIAN, asked)] == wanted, asked
    for nothing in ("", "%", "x", "bulan"):
        assert back.items.find(LIBRARIAN, nothing) == ()


def test_a_lent_copy_says_when_it_is_due_and_not_who_has_it(back: Backroom, library: Library) -> None:
    barcode, patron = library.copy(), library.patron(name="Kenari")
    library.desk.check_out(LIBRARIAN, patron.card_number, barcode, CENTRAL, "k")
    [row] = back.items.find(LIBRARIAN, barcode)
    assert (row.status, row.due_at is not None) == (ItemStatus.ON_LOAN, True)
    assert "Kenari" not in str(row)


def test_a_copy_moves_with_its_branch_while_it_stands_there(back: Backroom, library: Library) -> None:
    stands, lent = library.copies(number=2)
    library.desk.check_out(LIBRARIAN, library.patron().card_number, lent, CENTRAL, "k")
    details = ItemDetails(SECOND, "book", note="Sampul baru")
    for barcode in (stands, lent):
        back.items.edit(LIBRARIAN, f"item-{barcode}", details)
    rows = {barcode: back.items.item(LIBRARIAN, f"item-{barcode}") for barcode in (stands, lent)}
    assert (rows[stands].branch, rows[stands].place, rows[stands].note) == (SECOND, SECOND, "Sampul baru")
    assert (rows[lent].branch, rows[lent].place) == (SECOND, CENTRAL)
    back.items.edit(LIBRARIAN, f"item-{stands}", details)
    assert actions(library).count("item.changed") == 2


def test_a_copy_that_may_be_lent_again_goes_to_whoever_waits(back: Backroom, library: Library) -> None:
    lent, closed = library.copy(), library.copy(lendable=False)
    library.desk.check_out(LIBRARIAN, library.patron().card_number, lent, CENTRAL, "k")
    waiting = library.patron()
    library.circulation.place_hold(waiting.id, HoldRequest(LAUT, CENTRAL, "h"))
    back.items.edit(LIBRARIAN, f"item-{closed}", ItemDetails(CENTRAL, "book", lendable=True))
    assert [hold.stage for hold in library.circulation.holds(waiting.id)] == [HoldStage.READY]
    assert back.items.item(LIBRARIAN, f"item-{closed}").status is ItemStatus.HELD


def test_a_copy_is_added_by_hand_once(back: Backroom, library: Library) -> None:
    details = ItemDetails(CENTRAL, "book", call_number="899.221")
    added = back.items.add(LIBRARIAN, LAUT, " NEW-1 ", "Laut", details)
    row = back.items.item(LIBRARIAN, added)
    assert (row.barcode, row.document_id, row.title, row.call_number) == ("NEW-1", LAUT, "Laut", "899.221")
    with pytest.raises(NotValid, match="barcode_taken"):
        back.items.add(LIBRARIAN, LAUT, "NEW-1", "Laut", details)
    for barcode, document, code in (
        ("", LAUT, "barcode_wrong"),
        ("a b", LAUT, "barcode_wrong"),
        ("c", "../x", "document_wrong"),
    ):
        with pytest.raises(NotValid, match=code):
            back.items.add(LIBRARIAN, DocumentId(document), barcode, "", details)
    for change, code in (({"branch": "bulan"}, "branch_unknown"), ({"loan_type": "Buku!"}, "code_wrong")):
        with pytest.raises(NotValid, match=code):
            back.items.add(LIBRARIAN, LAUT, "d", "", replace(details, **change))  # type: ignore[arg-type]
    with library.database.reading() as session:
        assert len(session.scalars(select(Item)).all()) == 1


def test_a_copy_in_use_is_not_taken_out(back: Backroom, library: Library) -> None:
    lent, free = library.copies(number=2)
    library.desk.check_out(LIBRARIAN, library.patron().card_number, lent, CENTRAL, "k")
    with pytest.raises(NotValid, match="in_use"):
        back.items.withdraw(LIBRARIAN, f"item-{lent}")
    back.items.withdraw(LIBRARIAN, f"item-{free}")
    assert back.items.item(LIBRARIAN, f"item-{free}").status is ItemStatus.WITHDRAWN
    with pytest.raises(NotFound):
        back.items.item(LIBRARIAN, "nothing")


# ---- rules


def test_a_rule_is_written_over_and_applies_where_it_is_most_specific(back: Backroom, library: Library) -> None:
    house = back.administration
    house.put_rule(ADMIN, RULE)
    house.put_rule(ADMIN, replace(RULE, loan_days=5))
    applying = house.applying(LIBRARIAN, "umum", "dvd", SECOND)
    assert applying == replace(RULE, loan_days=5)
    assert house.applying(LIBRARIAN, "umum", "book", SECOND) != applying
    assert [rule.key for rule in house.rules(LIBRARIAN)].count(RULE.key) == 1
    house.remove_rule(ADMIN, *RULE.key)
    with pytest.raises(NotFound):
        house.remove_rule(ADMIN, *RULE.key)
    assert actions(library) == ["rule.put", "rule.put", "rule.removed"]


def test_a_rule_says_every_figure_there_is(back: Backroom) -> None:
    names = {field.name for field in fields(RuleRow)}
    assert names == {*FIGURES, "category", "loan_type", "branch", "holds_allowed", "shelf_holds_allowed"}


@pytest.mark.parametrize("name", list(FIGURES))
@pytest.mark.parametrize("beyond", [-1, None])
def test_no_figure_is_beyond_what_can_be(back: Backroom, name: str, beyond: int | None) -> None:
    wrong = FIGURES[name] + 1 if beyond is None else beyond
    with pytest.raises(NotValid, match="figure_wrong") as refused:
        back.administration.put_rule(ADMIN, replace(RULE, **{name: wrong}))  # type: ignore[arg-type]
    assert refused.value.field == name


def test_a_rule_is_for_what_there_is(back: Backroom) -> None:
    for change, code in (
        ({"category": "sultan"}, "category_unknown"),
        ({"branch": "bulan"}, "branch_unknown"),
        ({"loan_type": "Buku Teks"}, "code_wrong"),
    ):
        with pytest.raises(NotValid, match=code):
            back.administration.put_rule(ADMIN, replace(RULE, **change))  # type: ignore[arg-type]


# ---- branches and categories


def test_a_branch_in_use_stays(back: Backroom, library: Library) -> None:
    house = back.administration
    house.put_branch(ADMIN, BranchRow("madidir", "Madidir", True), new=True)
    library.copy(branch="madidir")
    with pytest.raises(NotValid, match="in_use"):
        house.remove_branch(ADMIN, "madidir")
    for code in ("Madidir", "", "a b", "../x"):
        with pytest.raises(NotValid, match="code_wrong"):
            house.put_branch(ADMIN, BranchRow(code, "X", True), new=True)
    with pytest.raises(NotValid, match="code_taken"):
        house.put_branch(ADMIN, BranchRow("madidir", "X", True), new=True)
    house.put_branch(ADMIN, BranchRow(SECOND, "Aertembaga Baru", False))
    house.put_weekdays(ADMIN, SECOND, [6])
    assert {one.code: one.name for one in house.branches(LIBRARIAN)}[SECOND] == "Aertembaga Baru"
    house.remove_branch(ADMIN, SECOND)
    assert [one.code for one in house.branches(LIBRARIAN)] == ["madidir", CENTRAL]


def test_the_last_branch_stays(back: Backroom) -> None:
    back.administration.remove_branch(ADMIN, SECOND)
    with pytest.raises(NotValid, match="in_use"):
        back.administration.remove_branch(ADMIN, CENTRAL)


def test_a_category_in_use_stays(back: Backroom, library: Library) -> None:
    house = back.administration
    house.put_category(ADMIN, CategoryRow("lansia", "Lansia", "Senior", 730), new=True)
    library.patron(category="lansia")
    with pytest.raises(NotValid, match="in_use"):
        house.remove_category(ADMIN, "lansia")
    with pytest.raises(NotValid, match="in_use"):  # a rule is for it
        house.remove_category(ADMIN, "guru")
    with pytest.raises(NotValid, match="name_missing"):
        house.put_category(ADMIN, CategoryRow("lansia", "Lansia", " ", 730))
    house.remove_category(ADMIN, "pelajar")
    assert {one.code: one.patrons for one in house.categories(LIBRARIAN)} == {
        "anak": 0,
        "guru": 0,
        "lansia": 1,
        "umum": 0,
    }


# ---- calendars


def test_days_are_pasted_as_lines_and_named_anew(back: Backroom) -> None:
    house = back.administration
    lines = "01/01/2027 Tahun Baru Masehi\n\n2027-03-09\tNyepi\n17.8.2027; Hari Kemerdekaan\n"
    assert house.add_days(ADMIN, EVERY, lines) == 3
    assert house.add_days(ADMIN, EVERY, lines) == 0
    assert house.add_days(ADMIN, EVERY, "9/3/2027 Hari Raya Nyepi") == 1
    assert house.calendar(LIBRARIAN, EVERY, date(2027, 2, 1)).days == (
        ClosedDayRow(date(2027, 3, 9), "Hari Raya Nyepi"),
        ClosedDayRow(date(2027, 8, 17), "Hari Kemerdekaan"),
    )
    house.remove_day(ADMIN, EVERY, date(2027, 3, 9))
    assert len(house.calendar(LIBRARIAN, EVERY, date(2027, 2, 1)).days) == 1


@pytest.mark.parametrize(
    ("lines", "code", "field"),
    [
        ("", "days_none", "days"),
        ("17/08/2027 Merdeka\nbesok", "day_line", "2"),
        ("31/02/2027", "day_line", "1"),
        ("1/13/2027", "day_line", "1"),
        ("17/08/27 Merdeka", "day_line", "1"),
        ("1/1/2027\n" * 401, "days_many", "days"),
    ],
)
def test_lines_that_are_no_days_are_told_by_number(lines: str, code: str, field: str) -> None:
    with pytest.raises(NotValid, match=code) as refused:
        read_days(lines)
    assert refused.value.field == field


def test_due_dates_follow_the_days_that_were_typed(back: Backroom, library: Library) -> None:
    back.administration.add_days(ADMIN, EVERY, "03/12/2026 Libur")
    back.administration.put_weekdays(ADMIN, CENTRAL, [4, 5, 6])
    lent = library.desk.check_out(LIBRARIAN, library.patron().card_number, library.copy(), CENTRAL, "k")
    assert lent.loan is not None
    # Seven days from Thursday 26 November is the holiday; Friday to Sunday it is closed.
    assert lent.loan.due_at.astimezone(WITA).date() == date(2026, 12, 7)


def test_a_branch_that_is_never_open_is_refused(back: Backroom) -> None:
    house = back.administration
    house.put_weekdays(ADMIN, EVERY, [6])
    for place, days in ((CENTRAL, range(6)), (CENTRAL, range(7)), (EVERY, range(7))):
        with pytest.raises(NotValid, match="weekdays_all"):
            house.put_weekdays(ADMIN, place, list(days))
    assert house.calendar(LIBRARIAN, EVERY, date(2026, 1, 1)).weekdays == (6,)
    with pytest.raises(NotFound):
        house.put_weekdays(ADMIN, "bulan", [1])


# ---- who may


@pytest.mark.parametrize("actor", [GUEST, Actor("patron", Role.PATRON), LIBRARIAN])
def test_only_admins_decide(back: Backroom, library: Library, actor: Actor) -> None:
    house = back.administration
    for deed in (
        lambda: house.put_branch(actor, BranchRow("x", "X", True), new=True),
        lambda: house.remove_branch(actor, SECOND),
        lambda: house.put_category(actor, CategoryRow("x", "X", "X", 0), new=True),
        lambda: house.remove_category(actor, "pelajar"),
        lambda: house.put_rule(actor, RULE),
        lambda: house.remove_rule(actor, EVERY, EVERY, EVERY),
        lambda: house.put_weekdays(actor, EVERY, []),
        lambda: house.add_days(actor, EVERY, "1/1/2027"),
        lambda: house.remove_day(actor, EVERY, date(2027, 1, 1)),
        lambda: back.oversight.entries(actor),
        lambda: back.oversight.actions(actor),
        lambda: back.oversight.broken(actor),
        lambda: back.oversight.jobs(actor),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert actions(library) == []


@pytest.mark.parametrize("actor", [GUEST, Actor("patron", Role.PATRON)])
def test_patrons_neither_look_nor_touch(back: Backroom, library: Library, actor: Actor) -> None:
    item, details = f"item-{library.copy()}", ItemDetails(CENTRAL, "book")
    for deed in (
        lambda: back.items.find(actor, "judul"),
        lambda: back.items.item(actor, item),
        lambda: back.items.edit(actor, item, details),
        lambda: back.items.add(actor, LAUT, "x", "", details),
        lambda: back.items.withdraw(actor, item),
        lambda: back.administration.branches(actor),
        lambda: back.administration.categories(actor),
        lambda: back.administration.rules(actor),
        lambda: back.administration.loan_types(actor),
        lambda: back.administration.applying(actor, "umum", "book", CENTRAL),
        lambda: back.administration.calendar(actor, EVERY, date(2027, 1, 1)),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert actions(library) == []


# ---- audit


def test_the_audit_is_read_by_action_and_page_and_says_whether_it_is_whole(back: Backroom, library: Library) -> None:
    for number in range(3):
        back.administration.put_rule(ADMIN, replace(RULE, loan_days=number + 1))
    page = back.oversight.entries(ADMIN, action="rule.put")
    assert ([row.number for row in page.rows], page.total, page.before) == ([3, 2, 1], 3, 0)
    assert [row.number for row in back.oversight.entries(ADMIN, before=3, action="rule.put").rows] == [2, 1]
    assert back.oversight.actions(ADMIN) == ("audit.seen", "rule.put")
    assert back.oversight.broken(ADMIN) is None
    with library.database.writing() as session:
        session.get_one(AuditEntry, 2).detail = "nothing happened"
    assert back.oversight.broken(ADMIN) == 2
