"""Which library system the settings open, and what they have to say for that."""

from pathlib import Path

import pytest

from portal.bootstrap_accounts import open_other_system
from portal.ils.driver import Availability
from portal.ils.errors import IlsUnavailable
from portal.ils.koha.driver import Koha
from portal.ils.none import NoSystem
from portal.ils.slims import Slims
from portal.settings import Settings, SettingsError, read_settings
from tests.support.koha.process import PIN, KohaProcess
from tests.support.koha.server import CLIENT, SECRET
from tests.support.library import Library
from tests.support.slims import dump

CSV = (
    '"title","gmd_name","isbn_issn","item_code",\n'
    '"Laut Bercerita","Text","","<B1><B2>",\n"Bumi Manusia","Text","","<B3>",\n'
)
KOHA = {
    "TELUSUR_ILS": "koha",
    "TELUSUR_ILS_URL": "https://koha.example.org",
    "TELUSUR_ILS_CLIENT": CLIENT,
    "TELUSUR_ILS_SECRET": SECRET,
}


def settings(**values: str) -> Settings:
    return read_settings({"TELUSUR_DATA": "unused", **values}, Path("none.toml"))


def test_the_named_system_is_opened_without_asking_it(tmp_path: Path) -> None:
    export = tmp_path / "slims.sql"
    export.write_bytes(b"not looked at yet")
    assert isinstance(open_other_system(settings(**KOHA)), Koha)
    assert isinstance(open_other_system(settings(TELUSUR_ILS="slims", TELUSUR_ILS_URL=str(export))), Slims)
    assert isinstance(open_other_system(settings(TELUSUR_ILS="none")), NoSystem)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({**KOHA, "TELUSUR_ILS_URL": ""}, r"TELUSUR_ILS_URL is empty.*https://staff\.example\.org"),
        ({**KOHA, "TELUSUR_ILS_CLIENT": ""}, r"TELUSUR_ILS_CLIENT is empty.*docs/library-systems\.md"),
        ({**KOHA, "TELUSUR_ILS_SECRET": ""}, "TELUSUR_ILS_SECRET is empty"),
        ({**KOHA, "TELUSUR_ILS_URL": "http://koha.example.org"}, r"\(from environment\) cannot be Koha's.*https://"),
        ({**KOHA, "TELUSUR_ILS_URL": "https://staff:geheim@koha.example.org"}, "without user or password"),
        ({"TELUSUR_ILS": "slims"}, r"TELUSUR_ILS_URL='' is no file.*backup\.sql"),
        ({"TELUSUR_ILS": "slims", "TELUSUR_ILS_URL": "/nowhere/slims.sql"}, "'/nowhere/slims.sql' is no file"),
    ],
)
def test_what_is_missing_is_named_by_its_variable(values: dict[str, str], why: str) -> None:
    with pytest.raises(SettingsError, match=why) as caught:
        open_other_system(settings(**values))
    assert "geheim" not in str(caught.value)


def test_koha_is_asked_with_the_key_of_the_settings() -> None:
    with KohaProcess() as process:
        process.reset()
        patron = process.patron()
        driver = open_other_system(settings(**{**KOHA, "TELUSUR_ILS_URL": process.url, "TELUSUR_SOURCE": "kota"}))
        profile = driver.login(patron.card_number, PIN)
        assert profile is not None
        assert profile.card_number == patron.card_number


def test_titles_of_slims_csv_are_found_in_its_database_by_their_barcodes(tmp_path: Path) -> None:
    export, table = tmp_path / "slims.sql", tmp_path / "ekspor.csv"
    copies = tuple(f"({number},{title},NULL,3,'B{number}','SL','','')" for number, title in ((1, 7), (2, 7), (3, 8)))
    loan = "(1,'B3','A1','2026-11-20','2026-11-27',0,0,NULL,1,0,NULL)"
    export.write_bytes(dump(copies=copies, loans=(loan,)))
    table.write_text(CSV, encoding="utf-8")
    library = Library(tmp_path / "data")
    library.load(table)
    searcher = library.engine.searcher()
    documents = [step.id for step in searcher.walk()]
    values = {"TELUSUR_ILS": "slims", "TELUSUR_ILS_URL": str(export)}
    found = open_other_system(settings(**values), engine=library.engine).status(documents)
    assert sorted((len(each.items), each.availability) for each in found.values()) == [
        (1, Availability.UNAVAILABLE),
        (2, Availability.AVAILABLE),
    ]
    alone = open_other_system(settings(**values)).status(documents)
    assert {each.availability for each in alone.values()} == {Availability.UNKNOWN}


def test_an_export_that_cannot_be_read_keeps_nobody_from_starting(tmp_path: Path) -> None:
    export = tmp_path / "slims.sql"
    export.write_bytes(b"<html>")
    driver = open_other_system(settings(TELUSUR_ILS="slims", TELUSUR_ILS_URL=str(export)))
    with pytest.raises(IlsUnavailable):
        driver.status([])
