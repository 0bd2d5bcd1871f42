from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest

from portal.ils.slims_rows import LoanRow, copy_of, loan_of, member_of
from portal.ils.slims_tables import RuleRow, csv_table, read_dump, read_dump_file, read_rules
from portal.ils.sql_dump import ExportError
from tests.support.shared_data import shared
from tests.support.slims import dump

RULES = """
INSERT INTO `mst_member_type` (`member_type_id`,`member_type_name`,`loan_limit`,`loan_periode`,`enable_reserve`,
 `reserve_limit`,`member_periode`,`reborrow_limit`,`fine_each_day`,`grace_periode`,`input_date`) VALUES
(1,'Umum',3,7,1,2,365,1,500,1,NOW()),(2,'Pelajar',2,7,0,0,365,1,0,0,NOW());
INSERT INTO `mst_coll_type` (`coll_type_id`,`coll_type_name`) VALUES (1,'Referensi'),(3,'Fiksi');
INSERT INTO `mst_loan_rules` (`loan_rules_id`,`member_type_id`,`coll_type_id`,`gmd_id`,`loan_limit`,`loan_periode`,
 `reborrow_limit`,`fine_each_day`,`grace_periode`) VALUES
(1,1,3,0,5,14,2,1000,0),(2,1,3,28,1,3,0,1000,0),(3,2,0,0,4,7,1,0,0),(4,9,3,0,9,9,9,9,9);
"""


def test_rules_are_told_by_the_names_of_kinds() -> None:
    rules = read_rules(read_dump(BytesIO(RULES.encode())))
    assert rules == (
        RuleRow("Umum", "*", 3, 7, 1, 7, True, 2, 500, 1),
        RuleRow("Pelajar", "*", 4, 7, 1, 7, False, 0, 0, 0),  # its own rule for every collection counts
        RuleRow("Umum", "Fiksi", 1, 3, 0, 3, True, 2, 1000, 0),  # of two by GMD, the one that lends less
    )


def test_slims_own_sample_is_read() -> None:
    tables = read_dump_file(shared("data/catalog_id/slims/sampledata.sql"))
    assert len(tables.titles) == 15
    assert [copy.code for copy in tables.copies if copy.biblio_id == "4"] == ["B00007", "B00008"]
    assert tables.exported_at is None


def test_a_loan_is_open_until_it_is_returned() -> None:
    tables = read_dump(BytesIO(dump(loans=("(1,'B1','A1','2026-11-01','2026-11-08',1,0,NULL,1,0,NULL)",
                                           "(2,'B2','A1','2026-10-01','2026-10-08',0,0,NULL,1,1,'2026-10-05')"))))  # fmt: skip
    assert [(loan.is_open, loan.due_on, loan.renewals, loan.returned_on) for loan in tables.loans] == [
        (True, date(2026, 11, 8), 1, None),
        (False, date(2026, 10, 8), 0, date(2026, 10, 5)),
    ]


def test_days_that_mysql_does_not_know_are_none() -> None:
    member = next(csv_table(BytesIO(b'"member_id","member_name","expire_date"\n"A1","Ani","0000-00-00"\n'), "member"))
    assert member_of(member).expires_on is None


def test_csv_of_members_and_copies_is_read_by_its_names_of_columns() -> None:
    members = csv_table(
        BytesIO(
            b'"member_id","member_name","gender","member_type_name","member_email","member_address","postal_code",'
            b'"inst_name","is_new","member_image","pin","member_phone","member_fax","member_since_date",'
            b'"register_date","expire_date","birth_date","member_notes"\n'
            b'"A1","Ani "Ann" Lumi","0","Pelajar","ani@example.org","Jl. 46","","SDN 1","0","","","0812","",'
            b'"2024-01-02","2024-01-02","2027-01-02","2014-05-06",""\n'
        ),
        "member",
    )
    ani = member_of(next(members))
    assert (ani.id, ani.name, ani.type_name, ani.birth_date) == ("A1", 'Ani "Ann" Lumi', "Pelajar", date(2014, 5, 6))
    copies = csv_table(
        BytesIO(b'"item_code","call_number","coll_type_name","location_name","item_status_name","title"\n'
                b'"B1","813 Hir l","Fiksi","Pusat","","Laskar Pelangi"\n'),
        "item",
    )  # fmt: skip
    copy = copy_of(next(copies))
    assert (copy.code, copy.collection_name, copy.location_name, copy.line) == ("B1", "Fiksi", "Pusat", 2)


def test_csv_of_loans_without_flags_is_of_open_loans() -> None:
    rows = csv_table(BytesIO(b"item_code,member_id,loan_date,due_date\nB1,A1,2026-11-01,2026-11-08\n"), "loan")
    assert loan_of(next(rows)) == LoanRow(2, "B1", "A1", date(2026, 11, 1), date(2026, 11, 8))


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("member_id,member_name\nA1,\n", "line 2: a row of member has no member_name"),
        ("member_id,member_name,expire_date\nA1,Ani,31/12/2026\n", "line 2: expire_date of member is no day"),
    ],
)
def test_a_row_that_says_too_little_is_refused_with_its_line(row: str, why: str) -> None:
    with pytest.raises(ExportError, match=why):
        member_of(next(csv_table(BytesIO(row.encode()), "member")))


@pytest.mark.parametrize(
    ("completed", "told"),
    [
        ("2026-11-25  2:00:01", datetime(2026, 11, 25, 2, 0, 1)),
        ("2026-11-25 22:00:01", datetime(2026, 11, 25, 22, 0, 1)),
        (": Wed, 25 Nov 2026 02:00:01 +0800", datetime(2026, 11, 24, 18, 0, 1, tzinfo=UTC)),
        ("2026-13-45 22:00:01", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_time_of_the_export_stands_in_its_last_line(completed: str, told: datetime | None, tmp_path: Path) -> None:
    path = tmp_path / "slims.sql"
    path.write_bytes(dump(completed=completed).replace(b"on :", b"on:") + b"\n")
    assert read_dump_file(path).exported_at == told


@pytest.mark.parametrize("head", ["-- MySQL dump 10.19", "-- MariaDB dump 10.19", "-- phpMyAdmin SQL Dump"])
def test_an_export_that_ends_too_soon_is_refused(head: str, tmp_path: Path) -> None:
    path = tmp_path / "slims.sql"
    path.write_text(f"{head}\nINSERT INTO `item` (`item_code`) VALUES ('B1');\n", encoding="utf-8")
    with pytest.raises(ExportError, match="its end is missing"):
        read_dump_file(path)


def test_a_dump_of_something_else_and_a_packed_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no row of SLiMS' tables"):
        read_dump(BytesIO(b"INSERT INTO `wp_posts` (`id`) VALUES (1);"))
    path = tmp_path / "slims.sql.gz"
    path.write_bytes(b"\x1f\x8b\x08\x00")
    with pytest.raises(ExportError, match="unpack it first"):
        read_dump_file(path)
    with pytest.raises(ExportError, match="cannot be read"):
        read_dump_file(tmp_path / "none.sql")
