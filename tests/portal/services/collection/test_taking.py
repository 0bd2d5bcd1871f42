"""Copies that come with the catalogue, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from portal.ils.driver import HoldStage
from portal.services.collection.report import ItemsReport
from portal.services.collection.taking import AT_ONCE, take_items
from portal.store.database import Database
from portal.store.tables import Branch, Item
from portal.store.tables.collection import ItemOrigin, ItemStatus
from search.document import Document, DocumentId
from search.document import Item as Told
from search.engine import Engine, Entry
from tests.support.circulation import Library
from tests.support.documents import document
from tests.support.engines import fresh_embedded
from tests.support.invariants import invariants

WITA = ZoneInfo("Asia/Makassar")
NOW = datetime(2026, 11, 26, 4, tzinfo=UTC)
SHELF = Told(branch="Pusat", location="Umum", call_number="577 WEN t", number="1", barcode="P-1")


@pytest.fixture
def engine() -> Iterator[Engine]:
    with fresh_embedded() as engine:
        yield engine


def title(id: str, *items: Told, format: str = "book") -> Document:
    barcodes = tuple(item.barcode for item in items if item.barcode)
    return replace(document(id, f"Judul {id}", format=format, barcode=barcodes), items=items)


def put(engine: Engine, *documents: Document, remove: tuple[str, ...] = ()) -> None:
    with engine.updating() as writer:
        report = writer.put([Entry(one) for one in documents])
        assert not report.refused, report.refused
        writer.delete([DocumentId(id) for id in remove])


def take(database: Database, engine: Engine, *, everything: bool = False) -> ItemsReport:
    return take_items(database, engine.searcher(), lambda: NOW, WITA, everything=everything)


def items(database: Database) -> dict[str, Item]:
    with database.reading() as session:
        return {item.barcode or "": item for item in session.scalars(select(Item))}


def set_status(database: Database, barcode: str, status: ItemStatus) -> None:
    with database.writing() as session:
        session.execute(update(Item).where(Item.barcode == barcode).values(status=status))


def test_a_new_copy_is_lent_as_its_record_says(database: Database, engine: Engine) -> None:
    put(engine, title("k.1", SHELF, replace(SHELF, barcode="P-2", collection="Referensi", status="available")))
    put(engine, title("k.2", Told(barcode="P-3", branch="Aertembaga", status="not_for_loan"), format="journal"))
    report = take(database, engine)
    found = items(database)
    assert report.counts == {"added": 3}
    assert [(found[n].loan_type, found[n].lendable) for n in ("P-1", "P-2", "P-3")] == [
        ("book", True),
        ("reference", False),
        ("periodical", False),
    ]
    first = found["P-1"]
    assert (first.branch, first.place, first.location, first.call_number) == ("pusat", "pusat", "Umum", "577 WEN t")
    assert (first.title, first.origin, first.added_at) == ("Judul k.1", ItemOrigin.CATALOGUE, NOW)
    assert found["P-2"].location == "Umum · Referensi"
    assert sorted(report.branches) == ["Aertembaga", "Pusat"]


def test_names_of_a_branch_that_staff_gave_are_known(database: Database, engine: Engine) -> None:
    with database.writing() as session:
        session.add(Branch(code="pst", name="Gedung  Pusat"))
    put(
        engine,
        title("k.1", replace(SHELF, branch="gedung pusat"), Told(barcode="P-2"), Told(barcode="P-3", branch="pst")),
    )
    assert take(database, engine).branches == []
    assert {item.branch for item in items(database).values()} == {"pst"}


def test_copies_without_a_place_are_at_the_first_branch(database: Database, engine: Engine) -> None:
    put(engine, title("k.1", Told(barcode="P-1")))
    take(database, engine)
    assert items(database)["P-1"].branch == "pusat"


def test_what_no_scanner_can_read_is_counted(database: Database, engine: Engine) -> None:
    ordered = Told(barcode="P-9", status="on_order")
    put(engine, title("k.1", Told(call_number="577"), Told(barcode="9" * 65), ordered, SHELF))
    report = take(database, engine)
    assert report.others == {"no_barcode": 1, "long_barcode": 1, "on_order": 1}
    assert list(items(database)) == ["P-1"]


def test_a_load_looks_only_at_what_changed(database: Database, engine: Engine) -> None:
    put(engine, title("k.1", SHELF), title("k.2", Told(barcode="P-2")))
    take(database, engine)
    assert take(database, engine).documents == 0
    put(engine, title("k.2", Told(barcode="P-2", call_number="899")))
    report = take(database, engine)
    assert (report.documents, report.counts) == (1, {"changed": 1})
    assert items(database)["P-2"].call_number == "899"
    assert take(database, engine, everything=True).counts == {"unchanged": 2}


def test_another_index_is_looked_at_from_its_beginning(database: Database, engine: Engine) -> None:
    with fresh_embedded() as older:
        put(older, title("k.1", SHELF))
        put(engine, title("k.2", Told(barcode="P-2")))
        take(database, engine)
        take(database, older)
    assert items(database)["P-1"].status is ItemStatus.AVAILABLE


def test_staff_decide_how_a_copy_is_lent(database: Database, engine: Engine) -> None:
    put(engine, title("k.1", SHELF))
    take(database, engine)
    with database.writing() as session:
        by_hand = {"loan_type": "class_set", "lendable": False, "note": "dijilid", "status": ItemStatus.DAMAGED}
        session.execute(update(Item).values(by_hand))
    put(engine, title("k.1", replace(SHELF, call_number="577.7 WEN t", collection="Referensi", note="baru")))
    take(database, engine)
    kept = items(database)["P-1"]
    assert (kept.loan_type, kept.lendable, kept.note, kept.status) == (
        "class_set",
        False,
        "dijilid",
        ItemStatus.DAMAGED,
    )
    assert kept.call_number == "577.7 WEN t"


@pytest.mark.parametrize("status", [ItemStatus.ON_LOAN, ItemStatus.HELD, ItemStatus.IN_TRANSIT])
def test_a_load_leaves_a_copy_in_its_state(database: Database, engine: Engine, status: ItemStatus) -> None:
    put(engine, title("k.1", SHELF))
    take(database, engine)
    set_status(database, "P-1", status)
    put(engine, title("k.1", replace(SHELF, number="2", branch="Girian")))
    take(database, engine)
    kept = items(database)["P-1"]
    assert (kept.status, kept.number, kept.branch, kept.place) == (status, "2", "girian", "pusat")


def test_a_copy_at_home_moves_with_its_branch(database: Database, engine: Engine) -> None:
    put(engine, title("k.1", SHELF))
    take(database, engine)
    put(engine, title("k.1", replace(SHELF, branch="Girian")))
    take(database, engine)
    assert items(database)["P-1"].place == "girian"


def test_a_copy_gone_from_the_catalogue_is_withdrawn_and_may_return(database: Database, engine: Engine) -> None:
    put(engine, title("k.1", SHELF, Told(barcode="P-2")), title("k.2", Told(barcode="P-3")))
    take(database, engine)
    put(engine, title("k.1", Told(barcode="P-2")), remove=("k.2",))
    assert take(database, engine).counts == {"unchanged": 1, "withdrawn": 2}
    found = items(database)
    assert {found["P-1"].status, found["P-3"].status} == {ItemStatus.WITHDRAWN}
    put(engine, title("k.1", SHELF, Told(barcode="P-2")))
    assert take(database, engine).counts["returned"] == 1
    assert items(database)["P-1"].status is ItemStatus.AVAILABLE


def test_what_staff_withdrew_stays_withdrawn(database: Database, engine: Engine) -> None:
    put(engine, title("k.1", SHELF))
    take(database, engine)
    set_status(database, "P-1", ItemStatus.WITHDRAWN)
    take(database, engine, everything=True)
    assert items(database)["P-1"].status is ItemStatus.WITHDRAWN


def test_copies_made_at_the_desk_are_no_affair_of_the_catalogue(database: Database, engine: Engine) -> None:
    put(engine, title("k.1", SHELF))
    take(database, engine)
    with database.writing() as session:
        session.add(
            Item(document_id="k.1", barcode="D-1", branch="pusat", place="pusat", title="", note="", added_at=NOW)
        )
        session.add(
            Item(document_id="x.9", barcode="D-2", branch="pusat", place="pusat", title="", note="", added_at=NOW)
        )
    put(engine, title("k.1", replace(SHELF, number="3")))
    take(database, engine, everything=True)
    assert {item.status for item in items(database).values()} == {ItemStatus.AVAILABLE}


def test_a_lent_copy_that_is_gone_is_withdrawn_when_it_is_back(database: Database, engine: Engine) -> None:
    put(engine, title("k.1", SHELF))
    take(database, engine)
    set_status(database, "P-1", ItemStatus.ON_LOAN)
    put(engine, remove=("k.1",))
    report = take(database, engine)
    assert [(one.barcode, one.document) for one in report.kept] == [("P-1", "k.1")]
    assert items(database)["P-1"].status is ItemStatus.ON_LOAN
    set_status(database, "P-1", ItemStatus.AVAILABLE)
    assert take(database, engine).counts == {"withdrawn": 1}


def test_a_barcode_under_another_title_moves_and_is_told(database: Database, engine: Engine) -> None:
    put(engine, title("k.1", SHELF))
    take(database, engine)
    put(engine, title("k.1"), title("k.2", SHELF))
    report = take(database, engine)
    assert [(one.barcode, one.document, one.other) for one in report.moved] == [("P-1", "k.1", "k.2")]
    moved = items(database)["P-1"]
    assert (moved.document_id, moved.title, moved.status) == ("k.2", "Judul k.2", ItemStatus.AVAILABLE)


def test_a_lent_copy_moves_when_it_is_back(database: Database, engine: Engine) -> None:
    put(engine, title("k.1", SHELF))
    take(database, engine)
    set_status(database, "P-1", ItemStatus.ON_LOAN)
    put(engine, title("k.2", SHELF), remove=("k.1",))
    assert take(database, engine).counts["kept"] >= 1
    assert items(database)["P-1"].document_id == "k.1"
    set_status(database, "P-1", ItemStatus.AVAILABLE)
    assert len(take(database, engine).moved) == 1
    assert items(database)["P-1"].document_id == "k.2"


def test_a_barcode_of_two_titles_stays_with_the_first(database: Database, engine: Engine) -> None:
    put(engine, title("k.1", SHELF, replace(SHELF, number="2")), title("k.2", SHELF))
    report = take(database, engine)
    assert [(one.barcode, one.document, one.other) for one in report.shared] == [("P-1", "k.1", "k.2")]
    put(engine, title("k.2", replace(SHELF, number="7")))
    assert len(take(database, engine).shared) == 1
    assert items(database)["P-1"].document_id == "k.1"
    # Once the first title lets it go, it is the other's, though that has not changed.
    put(engine, title("k.1"))
    assert len(take(database, engine).moved) == 1
    assert items(database)["P-1"].document_id == "k.2"


def test_more_titles_than_one_transaction_takes(database: Database, engine: Engine) -> None:
    many = [title(f"k.{n}", Told(barcode=f"P-{n}")) for n in range(AT_ONCE * 2 + 3)]
    put(engine, *many)
    seen: list[int] = []
    report = take_items(database, engine.searcher(), lambda: NOW, WITA, progress=lambda titles, _: seen.append(titles))
    assert report.counts == {"added": len(many)}
    assert seen[-1] == len(many)
    assert len(items(database)) == len(many)


def test_a_run_that_was_stopped_goes_on_where_it_was(database: Database, engine: Engine) -> None:
    put(engine, *[title(f"k.{n}", Told(barcode=f"P-{n}")) for n in range(AT_ONCE + 5)])
    stopped = take_items(database, engine.searcher(), lambda: NOW, WITA, stopped=lambda: True)
    rest = take(database, engine)
    assert stopped.documents >= AT_ONCE
    assert stopped.documents + rest.documents == AT_ONCE + 5
    assert len(items(database)) == AT_ONCE + 5


def test_a_new_copy_goes_to_whoever_waits(database: Database, engine: Engine) -> None:
    library = Library(database)
    first, second = library.patrons(2)
    library.lend(first, library.copy("k.1"))
    assert library.hold(second, "k.1").done
    put(engine, title("k.1", replace(SHELF, branch="pusat")))
    take(database, engine)
    assert items(database)["P-1"].status is ItemStatus.HELD
    (hold,) = library.circulation.holds(second.id)
    assert hold.stage is HoldStage.READY
    with database.reading() as session:
        assert invariants(session) == []


def test_loads_at_once_take_each_copy_once(database: Database, engine: Engine) -> None:
    put(engine, *[title(f"k.{n}", Told(barcode=f"P-{n}", branch=f"Cabang {n % 7}")) for n in range(AT_ONCE + 50)])
    with ThreadPoolExecutor(3) as pool:
        reports = list(pool.map(lambda _: take(database, engine), range(3)))
    assert sum(report.counts["added"] for report in reports) == AT_ONCE + 50
    assert {item.status for item in items(database).values()} == {ItemStatus.AVAILABLE}
    with database.reading() as session:
        assert len(session.scalars(select(Branch)).all()) == 7


def test_lending_goes_on_while_copies_leave_the_catalogue(database: Database, engine: Engine) -> None:
    library = Library(database)
    many = [title(f"k.{n}", Told(barcode=f"P-{n}")) for n in range(30)]
    put(engine, *many)
    take(database, engine)
    put(engine, remove=tuple(str(one.id) for one in many))
    patrons = library.patrons(15)
    with ThreadPoolExecutor(3) as pool:
        load = pool.submit(take, database, engine)
        lent = list(pool.map(lambda n: library.lend(patrons[n], f"P-{n}"), range(15)))
        load.result()
    take(database, engine)
    found = items(database)
    for number, result in enumerate(lent):
        # Whoever was first won; a lent copy is on loan whatever the catalogue says.
        expected = ItemStatus.ON_LOAN if result.done else ItemStatus.WITHDRAWN
        assert found[f"P-{number}"].status is expected, (number, result)
    assert all(found[f"P-{number}"].status is ItemStatus.WITHDRAWN for number in range(15, 30))
    with database.reading() as session:
        assert invariants(session) == []
