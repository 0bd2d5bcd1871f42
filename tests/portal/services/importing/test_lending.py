"""Copies, loans and rules from other systems' tables."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from portal.ils.driver import HoldRequest, HoldStage, Refusal
from portal.services.importing.report import Outcome
from portal.store.database import Database
from portal.store.tables import Category, Item, Loan, Patron, Rule
from portal.store.tables.collection import ItemStatus
from search.document import DocumentId
from tests.portal.services.importing.conftest import Imports, reasons
from tests.support.circulation import CENTRAL, LIBRARIAN, SECOND

LOAN_HEAD = (
    "loan_id,item_code,member_id,loan_date,due_date,renewed,loan_rules_id,actual,is_lent,is_return,return_date\n"
)


def items(database: Database) -> dict[str | None, Item]:
    with database.reading() as session:
        return {item.barcode: item for item in session.scalars(select(Item))}


def loans(database: Database) -> list[Loan]:
    with database.reading() as session:
        return list(session.scalars(select(Loan).order_by(Loan.due_at, Loan.id)))


# ---- items


def test_a_table_of_copies_tells_what_the_catalogue_does_not(imports: Imports) -> None:
    barcode = imports.library.copy()
    report = imports(
        "items",
        '"item_code","call_number","coll_type_name","inventory_code","location_name","item_status_name","site","title",\n'
        f'"{barcode}","899.221 AND l","Referensi","INV/0001","Cabang Aertembaga","Baca di tempat","Rak 3","Laskar Pelangi"\n',
    )
    assert (report.outcomes, reasons(report)) == ({Outcome.CHANGED: 1}, [])
    item = items(imports.library.database)[barcode]
    assert (item.call_number, item.loan_type, item.number) == ("899.221 AND l", "reference", "INV/0001")
    assert (item.branch, item.place, item.location, item.lendable) == (SECOND, SECOND, "Rak 3", False)


def test_a_copy_that_names_its_record_is_added_and_one_without_is_refused(imports: Imports) -> None:
    table = "NomorBarcode,ControlNumber,Judul,Kategori,Akses\n00001,INLIS0001,Laut,Buku Anak,Dapat dipinjam\n00002,,Darat,,\n"
    report = imports("items", table)
    assert report.outcomes == {Outcome.ADDED: 1, Outcome.REFUSED: 1}
    assert "no record of the catalogue has this copy" in reasons(report)[0][1]
    item = items(imports.library.database)["00001"]
    assert (item.document_id, item.loan_type, item.title) == ("kota.INLIS0001", "buku-anak", "Laut")
    assert imports("items", table).outcomes == {Outcome.SAME: 1, Outcome.REFUSED: 1}


def test_a_copy_that_comes_goes_to_whoever_waits_for_it(imports: Imports) -> None:
    library, document = imports.library, DocumentId("kota.1")
    barcode = library.copy(document)
    library.desk.check_out(LIBRARIAN, library.patron().card_number, barcode, CENTRAL, "k1")
    waiting = library.patron()
    library.circulation.place_hold(waiting.id, HoldRequest(document, CENTRAL, "k2"))
    imports("items", "NomorBarcode,ControlNumber\nNEW1,1\n")
    assert items(library.database)["NEW1"].status is ItemStatus.HELD
    assert [hold.stage for hold in library.circulation.holds(waiting.id)] == [HoldStage.READY]


def test_a_lent_copy_is_not_called_available_or_lost_by_a_table(imports: Imports) -> None:
    library = imports.library
    barcode = library.copy()
    library.desk.check_out(LIBRARIAN, library.patron().card_number, barcode, CENTRAL, "k1")
    report = imports("items", f"item_code,item_status_name\n{barcode},Missing\n")
    assert report.outcomes == {Outcome.SAME: 1}
    assert items(library.database)[barcode].status is ItemStatus.ON_LOAN


def test_an_unknown_status_is_refused_and_says_where_to_explain_it(sqlite_imports: Imports) -> None:
    barcode = sqlite_imports.library.copy()
    report = sqlite_imports("items", f"item_code,item_status_name\n{barcode},Dijilid\n")
    assert "[items.values.status]" in reasons(report)[0][1]


# ---- loans


def test_loans_that_run_are_lent_here_and_returned_ones_are_left_out(imports: Imports) -> None:
    library = imports.library
    ani, barcodes = library.patron(card_number="A1"), library.copies(number=2)
    table = (
        LOAN_HEAD + f"1,{barcodes[0]},A1,2026-11-20,2026-11-27,1,1,,1,0,\n"
        f"2,{barcodes[1]},A1,2025-01-02,2025-01-09,0,1,,1,1,2025-01-08\n"
        f"3,{barcodes[1]},A1,2025-02-02,2025-02-09,0,1,,1,1,2025-02-08\n"
    )
    assert imports("loans", table).outcomes == {Outcome.ADDED: 1, Outcome.PASSED: 2}
    [loan] = loans(library.database)
    assert (loan.patron_id, loan.renewals, loan.renewals_allowed) == (ani.id, 1, 1)
    # The last second of the day in WITA.
    assert loan.due_at == datetime(2026, 11, 27, 15, 59, 59, tzinfo=UTC)
    assert {item.barcode: item.status for item in items(library.database).values()} == {
        barcodes[0]: ItemStatus.ON_LOAN,
        barcodes[1]: ItemStatus.AVAILABLE,
    }
    assert imports("loans", table).outcomes == {Outcome.SAME: 1, Outcome.PASSED: 2}
    assert len(loans(library.database)) == 1


def test_an_imported_loan_is_renewed_and_returned_as_any_other(imports: Imports) -> None:
    library = imports.library
    ani, barcode = library.patron(card_number="A1"), library.copy()
    imports("loans", LOAN_HEAD + f"1,{barcode},A1,20/11/2026,27/11/2026,0,1,,1,0,\n")
    [loan] = library.circulation.loans(ani.id).loans
    [renewal] = library.circulation.renew(ani.id, [loan.id], "key")
    assert renewal.done
    again = imports("loans", LOAN_HEAD + f"1,{barcode},A1,20/11/2026,27/11/2026,0,1,,1,0,\n")
    assert again.outcomes == {Outcome.SAME: 1}
    assert library.circulation.loans(ani.id).loans[0].due_at == renewal.due_at
    assert library.desk.check_in(LIBRARIAN, barcode, CENTRAL).done
    assert library.circulation.loans(ani.id).total == 0


def test_a_loan_needs_a_known_patron_and_a_copy_that_is_free(imports: Imports) -> None:
    library = imports.library
    library.patron(card_number="A1")
    other = library.patron(card_number="A2")
    lent, lost, free = library.copy(), library.copy(status=ItemStatus.LOST), library.copy()
    library.desk.check_out(LIBRARIAN, other.card_number, lent, CENTRAL, "k")
    report = imports(
        "loans",
        LOAN_HEAD + f"1,{free},GONE,2026-11-20,2026-11-27,0,1,,1,0,\n"
        "2,NOBOOK,A1,2026-11-20,2026-11-27,0,1,,1,0,\n"
        f"3,{lent},A1,2026-11-20,2026-11-27,0,1,,1,0,\n"
        f"4,{lost},A1,2026-11-20,2026-11-27,0,1,,1,0,\n"
        f"5,{free},A1,2026-11-20,2026-11-10,0,1,,1,0,\n"
        f"6,{free},A1,2026-11-20,0000-00-00,0,1,,1,0,\n",
    )
    assert [reason.split(";")[0].rstrip(".") for _, reason in reasons(report)] == [
        "there is no patron with the card GONE",
        "there is no copy with the barcode NOBOOK",
        "the copy is out to another patron here",
        f"the copy {lost} is lost here, so it cannot be lent",
        "it was due on 2026-11-10, before it was lent on 2026-11-20",
        "there is no due date",
    ]
    assert len(loans(library.database)) == 1


def test_loans_of_inlislite(imports: Imports) -> None:
    library = imports.library
    library.patron(card_number="A1")
    out, back = library.copies(number=2)
    report = imports(
        "loans",
        "MemberNo,NomorBarcode,LoanDate,DueDate,ActualReturn,LoanStatus\n"
        f"A1,{out},2026-11-20 09:15:00,2026-11-27 00:00:00,,Loan\n"
        f"A1,{back},2026-11-01 09:15:00,2026-11-08 00:00:00,2026-11-07 10:00:00,Return\n",
    )
    assert report.outcomes == {Outcome.ADDED: 1, Outcome.PASSED: 1}


def test_a_copy_lent_by_an_import_is_refused_to_others(imports: Imports) -> None:
    library = imports.library
    library.patron(card_number="A1")
    barcode = library.copy()
    imports("loans", LOAN_HEAD + f"1,{barcode},A1,2026-11-20,2026-11-27,0,1,,1,0,\n")
    lent = library.desk.check_out(LIBRARIAN, library.patron().card_number, barcode, CENTRAL, "k")
    assert lent.refusal is Refusal.ITEM_ON_LOAN


# ---- rules

MEMBER_TYPES = (
    "member_type_id,member_type_name,loan_limit,loan_periode,enable_reserve,reserve_limit,member_periode,reborrow_limit,"
    "fine_each_day,grace_periode,input_date,last_update\n"
    "1,Umum,3,14,1,5,365,2,500,1,2020-01-01,2020-01-01\n"
    '2,Guru,10,30,0,0,1095,3,"1.000",0,2020-01-01,2020-01-01\n'
)


def test_types_of_member_of_slims_become_rules_and_times_of_membership(imports: Imports) -> None:
    assert imports("rules", MEMBER_TYPES).outcomes == {Outcome.ADDED: 2}
    with imports.library.database.reading() as session:
        umum, guru = session.get_one(Rule, ("umum", "*", "*")), session.get_one(Rule, ("guru", "*", "*"))
        assert (umum.loan_days, umum.max_loans, umum.renewals, umum.renew_days) == (14, 3, 2, 14)
        assert (umum.holds_allowed, umum.max_holds, umum.fine_per_day, umum.grace_days) == (True, 5, 500, 1)
        assert (guru.holds_allowed, guru.fine_per_day, guru.pickup_days) == (False, 1000, 3)
        assert session.get_one(Category, "umum").membership_days == 365
    assert imports("rules", MEMBER_TYPES).outcomes == {Outcome.SAME: 2}


def test_rules_for_collections_take_the_rest_from_the_wider_rule(imports: Imports) -> None:
    imports("rules", MEMBER_TYPES)
    report = imports(
        "rules",
        "member_type_name,coll_type_name,gmd_id,loan_limit,loan_periode,reborrow_limit,fine_each_day,grace_periode\n"
        "Umum,Referensi,0,1,1,0,2000,0\n"
        "Umum,Fiksi,3,1,1,0,2000,0\n"
        "Umum,Fiksi,0,2,0,0,2000,0\n",
    )
    assert report.outcomes == {Outcome.ADDED: 1, Outcome.REFUSED: 2}
    with imports.library.database.reading() as session:
        rule = session.get_one(Rule, ("umum", "reference", "*"))
        assert (rule.loan_days, rule.max_holds, rule.pickup_days) == (1, 5, 3)


def test_kinds_of_member_of_inlislite_become_rules(imports: Imports) -> None:
    report = imports(
        "rules",
        "id;jenisanggota;MasaBerlakuAnggota;MaxPinjamKoleksi;MaxLoanDays;DendaPerTenor;DendaTenorJumlah;DayPerpanjang;CountPerpanjang\n"
        "1;Pelajar;1095;2;7;500,00;1;7;2\n"
        "2;Umum;365;3;14;1000;7;7;1\n",
    )
    assert report.outcomes == {Outcome.ADDED: 1, Outcome.REFUSED: 1}
    assert reasons(report)[0][1].startswith("a fine for several days cannot be kept")


def test_the_time_of_membership_is_that_of_new_patrons(imports: Imports) -> None:
    imports("rules", MEMBER_TYPES)
    imports("patrons", "member_id,member_name,member_type_name,register_date\n1,Ani,Umum,01/11/2026\n2,Budi,Anak,\n")
    with imports.library.database.reading() as session:
        found = {one.card_number: one.expires_on for one in session.scalars(select(Patron))}
    assert found == {"1": date(2027, 11, 1), "2": None}


@pytest.mark.parametrize("kind", ["items", "loans", "rules"])
def test_every_kind_may_be_empty_of_rows(sqlite_imports: Imports, kind: str) -> None:
    heads = {"items": "item_code,title\n", "loans": LOAN_HEAD, "rules": MEMBER_TYPES.splitlines(keepends=True)[0]}
    assert sqlite_imports(kind, heads[kind]).read == 0
