"""Copies come with every load; the commands about copies, licences and the demonstration."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ingest.ebooks import EbookStore
from portal.bootstrap import demo_settings, open_services
from portal.bootstrap_accounts import open_accounts
from portal.ils.driver import HoldStage, PatronRef
from portal.services.actors import Actor
from portal.services.lending import Lending
from portal.settings import read_settings
from portal.store.tables import Item, Patron
from portal.store.tables.collection import ItemStatus
from portal.store.tables.people import Role
from tests.support.closed_book import MEMBERS_ID, ONSITE_ID, library_with_closed_books
from tests.support.marc_records import made
from tests.support.small_library import EBOOK_ID
from tests.support.telusur import Telusur

COPY = "952    $a BTG $b BTG $c RAK2 $o 591 ANA l $p {barcode} $y BK $7 0"


def write(path: Path, *barcodes: str) -> None:
    title = "245 10 $a Laut Lembeh"
    path.write_bytes(made("001 k1", title, *(COPY.format(barcode=one) for one in barcodes)).raw.data)


def statuses(folder: Path) -> dict[str, ItemStatus]:
    accounts = open_accounts(read_settings({"TELUSUR_DATA": str(folder)}, folder / "none.toml"))
    with accounts.database.reading() as session:
        found = {item.barcode or "": item.status for item in session.scalars(select(Item))}
    accounts.database.close()
    return found


def test_a_load_brings_its_copies_and_reports_them(tmp_path: Path) -> None:
    telusur, file = Telusur(tmp_path), tmp_path / "a.mrc"
    write(file, "P001", "P002")
    said = telusur.run("ingest", str(file), "--report", str(tmp_path / "r.json"))
    assert "2 added" in said
    assert "New branches: BTG" in said
    report = json.loads((tmp_path / "r.json").read_text())["copies"]
    assert (report["added"], report["documents"], report["branches"]) == (2, 1, ["BTG"])
    write(file, "P002")
    assert "1 withdrawn" in telusur.run("ingest", str(file))
    assert statuses(tmp_path / "data") == {"P001": ItemStatus.WITHDRAWN, "P002": ItemStatus.AVAILABLE}


def test_a_copy_that_moved_is_told_with_the_title_where_it_is_now(tmp_path: Path) -> None:
    telusur, file = Telusur(tmp_path), tmp_path / "a.mrc"
    write(file, "P001")
    telusur.run("ingest", str(file))
    other = made("001 k2", "245 10 $a Gunung Soputan", COPY.format(barcode="P001")).raw.data
    file.write_bytes(made("001 k1", "245 10 $a Laut Lembeh").raw.data + other)
    assert "Copies moved to another title (1): P001 (katalog.k2)" in telusur.run("ingest", str(file))


def test_a_load_goes_on_without_the_store_and_the_next_one_catches_up(tmp_path: Path) -> None:
    telusur, file = Telusur(tmp_path), tmp_path / "a.mrc"
    write(file, "P001")
    store = tmp_path / "data" / "accounts.sqlite3"
    store.parent.mkdir()
    store.write_bytes(b"no database at all" * 500)
    said = telusur.run("ingest", str(file), code=1)
    assert "1 indexed" in said
    assert "Copies: none taken" in said
    assert "does not work" in telusur.run("circulation", "items", code=3)
    store.unlink()
    assert "1 added" in telusur.run("ingest", str(file))


def test_another_system_keeps_its_own_copies(tmp_path: Path) -> None:
    telusur, file = Telusur(tmp_path), tmp_path / "a.mrc"
    write(file, "P001")
    said = telusur.run("ingest", str(file), TELUSUR_ILS="none")
    assert "opies" not in said
    assert not (tmp_path / "data" / "accounts.sqlite3").exists()
    assert "TELUSUR_ILS=none" in telusur.run("circulation", "items", code=2, TELUSUR_ILS="none")
    assert "1 added" in telusur.run("circulation", "items")
    assert "Nothing to take" in telusur.run("circulation", "items")
    assert "1 unchanged" in telusur.run("circulation", "items", "--all")


def test_a_licence_is_set_by_command(tmp_path: Path) -> None:
    services = library_with_closed_books(tmp_path / "data")
    telusur = Telusur(tmp_path)

    def licence(id: str, copies: str, hours: str, code: int = 0) -> str:
        return telusur.run("circulation", "licence", id, "--copies", copies, "--hours", hours, code=code)

    assert f"{MEMBERS_ID}: 2 at once, 48 hours each" in licence(MEMBERS_ID, "2", "48")
    assert "open to everybody" in licence(EBOOK_ID, "1", "48", code=2)
    assert "in the library only" in licence(ONSITE_ID, "1", "48", code=2)
    assert "--copies is" in licence(MEMBERS_ID, "1001", "48", code=2)
    assert "no record" in licence("nothing", "1", "48", code=3)
    assert statuses(services.settings.data) == {"": ItemStatus.AVAILABLE}


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """The folder of a demonstration that was begun twice, and what both said. It is told of a store of real patrons."""
    folder = tmp_path_factory.mktemp("demonstration")
    telusur = Telusur(folder)
    real = f"sqlite:///{folder / 'real.sqlite3'}"
    first = telusur.run("demo", "--load-only", TELUSUR_DATABASE=real)
    return folder, first, telusur.run("demo", "--load-only", TELUSUR_DATABASE=real)


def pins(said: str) -> dict[str, str]:
    return dict(re.findall(r"(CONTOH-\d)  PIN (\d+)", said))


def test_the_demonstration_has_people_who_can_sign_in(demonstration: tuple[Path, str, str]) -> None:
    folder, first, second = demonstration
    assert len(pins(first)) == 5
    assert pins(second) == {}
    settings = demo_settings(read_settings({"TELUSUR_DATA": str(folder / "data"), "TELUSUR_MODEL": "none"}))
    accounts = open_accounts(settings)
    for card, pin in pins(first).items():
        assert accounts.identity.sign_in(card, pin, "198.51.100.7")
        assert accounts.identity.check_pin(card, pin) is not None
    with accounts.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Patron)) == 5
    accounts.database.close()
    assert not (folder / "real.sqlite3").exists()


def test_the_demonstration_has_something_of_everything(demonstration: tuple[Path, str, str]) -> None:
    folder, _, _ = demonstration
    settings = demo_settings(read_settings({"TELUSUR_DATA": str(folder / "data"), "TELUSUR_MODEL": "none"}))
    accounts, services = open_accounts(settings), open_services(settings)
    circulation, lending = accounts.circulation, accounts.lending
    assert circulation is not None
    assert isinstance(lending, Lending)
    with accounts.database.reading() as session:
        ids = {patron.card_number: patron.id for patron in session.scalars(select(Patron))}
    adult, child, teacher = (ids[f"CONTOH-{number}"] for number in (1, 2, 3))
    loans = circulation.loans(adult).loans
    assert [bool(loan.borrower) for loan in loans].count(True) == 2
    assert any(loan.due_at < accounts.clock() for loan in loans)
    assert circulation.history(adult).total == 1
    assert circulation.fines(adult)
    assert [hold.stage for hold in circulation.holds(adult)] == [HoldStage.QUEUED]
    assert [hold.stage for hold in circulation.holds(child)] == [HoldStage.READY]
    assert circulation.loans(teacher).total == 6
    (licence,) = lending.licences(Actor("staf", Role.LIBRARIAN, "pusat"))
    assert (licence.copies, licence.out) == (2, 1)
    ebook = services.discovery.document(licence.document_id)
    assert ebook is not None
    assert ebook.ebook is not None
    assert EbookStore(settings.data / "ebooks").path(ebook.ebook.sha256) is not None
    assert accounts.ils.loans(PatronRef(adult, adult, "CONTOH-1")).total == len(loans)
    accounts.database.close()
