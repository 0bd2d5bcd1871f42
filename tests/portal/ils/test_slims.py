import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest

from portal.ils.driver import Availability
from portal.ils.errors import IlsUnavailable
from portal.ils.slims import Slims
from search.document import DocumentId
from tests.support.shared_data import shared
from tests.support.slims import dump

WITA = ZoneInfo("Asia/Makassar")
EXPORT = dump(
    titles=("(1,'Laut Bercerita','813 Chu l',1,0)", "(2,'Bumi Manusia','813 Pra b',1,0)", "(3,'Rahasia','1',1,1)"),
    copies=(
        "(1,1,NULL,3,'B1','SL','','Rak 3')",
        "(2,1,'R 813',3,'B2','AER','NL','')",
        "(3,1,NULL,3,'B3','SL','MIS','')",
        "(4,1,NULL,3,'B4','SL','0','')",
        "(5,2,NULL,1,'B5','SL','','')",
        "(6,3,NULL,1,'B6','SL','','')",
        "(7,0,NULL,1,'B7','SL','','')",
    ),
    loans=(
        "(1,'B4','A1','2026-11-20','2026-11-27',0,0,NULL,1,0,NULL)",
        "(2,'B1','A1','2026-10-20','2026-10-27',0,0,NULL,1,1,'2026-10-25')",
    ),
    members=("('A1','Maria Wenas',1,'2027-01-01','$2y$10$abc')",),
    reservations=("(1,'A1',2,'B5','2026-11-24 09:00:00')", "(2,'A1',1,'B4','2026-11-24 09:00:00')"),
)


def slims(folder: Path, data: bytes = EXPORT, barcodes: Mapping[str, Sequence[str]] = MappingProxyType({})) -> Slims:
    path = folder / "slims.sql"
    path.write_bytes(data)

    def known(documents: Sequence[DocumentId]) -> Mapping[DocumentId, Sequence[str]]:
        return {document: barcodes[document] for document in documents if document in barcodes}

    return Slims(path, "slims", WITA, known)


def test_copies_are_told_with_the_date_of_the_export(tmp_path: Path) -> None:
    holdings = slims(tmp_path).holdings(DocumentId("slims.1"))
    first, second, third, fourth = holdings.items
    assert (first.availability, first.branch, first.location) == (Availability.AVAILABLE, "Perpustakaan Pusat", "Rak 3")
    assert (first.call_number, second.call_number) == ("813 Chu l", "R 813")
    assert first.note == "SLiMS 2026-11-25 02:00"
    assert (second.availability, second.note) == (Availability.ONSITE, "Tidak dipinjamkan · SLiMS 2026-11-25 02:00")
    assert third.availability == Availability.UNAVAILABLE
    assert (fourth.availability, fourth.due_at) == (
        Availability.UNAVAILABLE,
        datetime(2026, 11, 27, 15, 59, 59, tzinfo=UTC),
    )
    assert (holdings.holds, holdings.free) == (1, 1)
    assert not any(item.holdable for item in holdings.items)


def test_a_reserved_copy_that_is_back_waits_for_another(tmp_path: Path) -> None:
    (copy,) = slims(tmp_path).holdings(DocumentId("slims.2")).items
    assert copy.availability == Availability.UNAVAILABLE


def test_what_slims_hides_and_other_sources_are_unknown(tmp_path: Path) -> None:
    found = slims(tmp_path).status([DocumentId(id) for id in ("slims.3", "slims.0", "slims.99", "kota.1", "slims.x")])
    assert {each.availability for each in found.values()} == {Availability.UNKNOWN}
    assert not any(each.items for each in found.values())


def test_documents_are_known_by_the_barcodes_of_their_copies(tmp_path: Path) -> None:
    driver = slims(tmp_path, barcodes={"slims.3f2a": ("B5", "B9"), "slims.1": ("B5",), "slims.2": ("B-other",)})
    assert [item.barcode for item in driver.holdings(DocumentId("slims.3f2a")).items] == ["B5"]
    assert [item.barcode for item in driver.holdings(DocumentId("slims.1")).items] == ["B5"]
    assert driver.holdings(DocumentId("slims.2")).items == ()


def test_another_export_is_read_and_a_broken_one_is_not_taken(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    driver, document = slims(tmp_path), DocumentId("slims.2")
    assert driver.holdings(document).free == 0
    path = tmp_path / "slims.sql"
    path.write_bytes(EXPORT.replace(b"(1,'A1',2,'B5','2026-11-24 09:00:00'),", b""))
    assert driver.holdings(document).free == 1
    path.write_bytes(EXPORT[: EXPORT.index(b"DROP TABLE IF EXISTS `loan`")])
    assert driver.holdings(document).free == 1
    assert driver.holdings(document).free == 1
    assert caplog.text.count("was it cut off?") == 1
    assert "Wenas" not in caplog.text
    path.unlink()
    assert driver.holdings(document).free == 1


def test_without_any_export_the_system_is_away(tmp_path: Path) -> None:
    driver = slims(tmp_path, b"<html>")
    with pytest.raises(IlsUnavailable, match="line 1: a statement of SQL"):
        driver.holdings(DocumentId("slims.1"))
    os.remove(tmp_path / "slims.sql")
    with pytest.raises(IlsUnavailable, match="cannot be read"):
        driver.holdings(DocumentId("slims.1"))


def test_slims_own_sample_has_its_copies() -> None:
    driver = Slims(shared("data/catalog_id/slims/sampledata.sql"), "slims", WITA)
    holdings = driver.holdings(DocumentId("slims.4"))
    assert [item.barcode for item in holdings.items] == ["B00007", "B00008"]
    assert holdings.availability == Availability.UNKNOWN  # it has no table of loans
