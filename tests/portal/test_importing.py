"""`telusur circulation import`: its words, its report and its exit codes."""

import json
from pathlib import Path

import pytest

from tests.support.telusur import Telusur

TABLE = "member_id,member_name,member_type_name\n1,Ani Sondakh,Umum\n2,,Umum\n3,Budi,Sultan\n"


@pytest.fixture
def telusur(tmp_path: Path) -> Telusur:
    return Telusur(tmp_path)


def table(telusur: Telusur, text: str = TABLE, name: str = "anggota.csv") -> str:
    path = telusur.folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_patrons_are_imported_once_and_refusals_told(telusur: Telusur) -> None:
    told = telusur.run("circulation", "import", "patrons", table(telusur), "--report", "laporan.json", code=1)
    assert "3 rows of patrons read from anggota.csv: 1 added, 0 changed, 0 as they were" in told
    assert "anggota.csv, row 3: there is no name." in told
    report = json.loads((telusur.folder / "laporan.json").read_text(encoding="utf-8"))
    assert (report["read"], report["added"], report["refused"]) == (3, 1, 2)
    assert [(one["file"], one["row"]) for one in report["refusals"]] == [("anggota.csv", 3), ("anggota.csv", 4)]
    again = telusur.run("circulation", "import", "patrons", table(telusur), code=1)
    assert "0 added, 0 changed, 1 as they were" in again


def test_a_check_says_so_and_keeps_nothing(telusur: Telusur) -> None:
    whole = table(telusur, "member_id,member_name,member_type_name\n1,Ani,Umum\n")
    assert "Nothing was kept" in telusur.run("circulation", "import", "patrons", whole, "--check")
    assert "1 added" in telusur.run("circulation", "import", "patrons", whole)


def test_categories_are_made_when_asked_for(telusur: Telusur) -> None:
    told = telusur.run("circulation", "import", "patrons", table(telusur), "--create", code=1)
    assert "Made: category sultan (Sultan)." in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("patrons", "tiada.csv"), "there is no file tiada.csv"),
        (("patrons", "anggota.csv", "--columns", "tiada.toml"), "Name a file, or one of: inlislite, slims"),
        (("loans", "anggota.csv"), "No map of columns fits this table"),
        (("patrons", "anggota.csv", "--columns", "own.toml"), "no section [patrons.columns]"),
    ],
)
def test_what_cannot_be_used_ends_with_2_and_says_what_to_do(
    telusur: Telusur, arguments: tuple[str, ...], told: str
) -> None:
    table(telusur)
    (telusur.folder / "own.toml").write_text('[items.columns]\nbarcode = "Kode"\n', encoding="utf-8")
    assert told in telusur.run("circulation", "import", *arguments, code=2)


def test_another_system_keeps_its_own_patrons(telusur: Telusur) -> None:
    told = telusur.run("circulation", "import", "patrons", table(telusur), code=2, TELUSUR_ILS="none")
    assert "TELUSUR_ILS=local" in told


def test_a_store_that_is_away_ends_with_3(telusur: Telusur) -> None:
    away = "postgresql://nobody@127.0.0.1:9/none"
    told = telusur.run("circulation", "import", "patrons", table(telusur), code=3, TELUSUR_DATABASE=away)
    assert "database of patrons does not work" in told


def test_a_report_that_cannot_be_saved_ends_with_3_and_says_the_import_is_done(telusur: Telusur) -> None:
    whole = table(telusur, "member_id,member_name,member_type_name\n1,Ani,Umum\n")
    told = telusur.run("circulation", "import", "patrons", whole, "--report", "tiada/laporan.json", code=3)
    assert "The import itself is done." in told
