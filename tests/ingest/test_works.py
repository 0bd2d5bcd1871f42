"""The same book in two sources is one title of the catalogue."""

from pathlib import Path

import pytest

from ingest.works import work_keys
from search.query import Filter, Query
from tests.support.library import Library
from tests.support.marc_records import made
from tests.support.records import write

ISBN = "9786020332956"


def marc(number: str, title: str = "Laut bercerita", isbn: str = ISBN, year: str = "2017", *more: str) -> bytes:
    fields = [
        f"001 {number}",
        f"020    $a {isbn}",
        f"245 10 $a {title}",
        f"264  1 $a Jakarta : $b KPG, $c {year}",
        *more,
    ]
    return made(*fields).raw.data


def deleted(number: str) -> bytes:
    return made(f"001 {number}", "245 10 $a x", leader="00000dam a2200000 i 4500").raw.data


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "data")


def ids(library: Library) -> list[str]:
    return sorted(item.id for item in library.engine.searcher().keyword(Query(), 100).items)


@pytest.fixture
def held_twice(library: Library, tmp_path: Path) -> Library:
    first = marc("1", "Laut bercerita", ISBN, "2017", "650  4 $a Hilang paksa", "852    $b Bitung $h 899 LEI")
    second = marc("77", "Laut bercerita : novel", ISBN, "2017", "650  4 $a Sejarah", "852    $b Manado $h 899.2 LEI")
    library.load(write(tmp_path / "kota.mrc", [first]), source="kota")
    report = library.load(write(tmp_path / "kampus.mrc", [second]), source="kampus")
    assert (report.outcomes["indexed"], report.joined) == (1, 1)
    return library


def test_two_records_of_one_book_are_one_title_with_both_holdings(held_twice: Library) -> None:
    assert ids(held_twice) == ["kota.1"]
    document = held_twice.document("kota.1")
    assert document is not None
    assert document.title == "Laut bercerita"
    assert document.values("title_other") == ("Laut bercerita : novel",)
    assert document.values("subject") == ("Hilang paksa", "Sejarah")
    assert document.values("source") == ("kota", "kampus")
    assert [item.branch or item.location for item in document.items] == ["Bitung", "Manado"]


def test_each_source_record_is_kept_as_it_came(held_twice: Library) -> None:
    document = held_twice.document("kota.1")
    assert document is not None
    assert [member.id for member in document.members] == ["kota.1", "kampus.77"]
    assert [b"novel" in member.raw.data for member in document.members if member.raw] == [False, True]


def test_the_id_of_either_record_leads_to_the_title(held_twice: Library) -> None:
    assert held_twice.document("kampus.77") == held_twice.document("kota.1")


def test_both_sources_are_counted_and_can_be_chosen(held_twice: Library) -> None:
    searcher = held_twice.engine.searcher()
    assert {value.value: value.count for value in searcher.facets(Query())["source"]} == {"kota": 1, "kampus": 1}
    chosen = Query(filters=(Filter("source", ("kampus",)),))
    assert [item.id for item in searcher.keyword(chosen, 10).items] == ["kota.1"]


@pytest.mark.parametrize(
    "other",
    [
        marc("77", "Laut bercerita", "9789794070963"),
        marc("77", "Laut bercerita", ISBN, "2018"),
        marc("77", "Laut berkisah"),
        marc("77", "Laut bercerita", "602"),
    ],
    ids=["another ISBN", "another year", "another title", "no whole ISBN"],
)
def test_without_strong_evidence_two_records_stay_two(library: Library, tmp_path: Path, other: bytes) -> None:
    library.load(write(tmp_path / "kota.mrc", [marc("1")]), source="kota")
    report = library.load(write(tmp_path / "kampus.mrc", [other]), source="kampus")
    assert report.joined == 0
    assert ids(library) == ["kampus.77", "kota.1"]


def test_records_of_one_source_are_never_joined(library: Library, tmp_path: Path) -> None:
    report = library.load(write(tmp_path / "kota.mrc", [marc("1"), marc("2")]), source="kota")
    assert report.joined == 0
    assert ids(library) == ["kota.1", "kota.2"]


def test_a_second_copy_in_the_other_source_stays_a_title_of_its_own(held_twice: Library, tmp_path: Path) -> None:
    held_twice.load(write(tmp_path / "b.mrc", [marc("78")]), source="kampus")
    assert ids(held_twice) == ["kampus.78", "kota.1"]


def test_loading_either_again_changes_nothing(held_twice: Library, tmp_path: Path) -> None:
    before = held_twice.document("kota.1")
    for name in ("kota", "kampus"):
        report = held_twice.load(tmp_path / f"{name}.mrc", source=name)
        assert report.outcomes["unchanged"] == report.read == 1
    assert held_twice.document("kota.1") == before


@pytest.mark.parametrize(("source", "number"), [("kota", "1"), ("kampus", "77")])
def test_an_update_of_one_record_leaves_the_other(
    held_twice: Library, tmp_path: Path, source: str, number: str
) -> None:
    changed = marc(number, "Laut bercerita", ISBN, "2017", "650  4 $a Roman")
    report = held_twice.load(write(tmp_path / "b.mrc", [changed]), source=source)
    assert (report.outcomes["updated"], report.joined) == (1, 0)
    document = held_twice.document("kota.1")
    assert document is not None
    assert ids(held_twice) == ["kota.1"]
    assert "Roman" in document.values("subject")
    assert len(document.values("subject")) == 2
    assert len(document.members) == 2


def test_a_record_that_becomes_another_book_leaves(held_twice: Library, tmp_path: Path) -> None:
    held_twice.load(write(tmp_path / "b.mrc", [marc("1", "Pulang", "9789799105158", "2012")]), source="kota")
    assert ids(held_twice) == ["kampus.77", "kota.1"]
    first, second = held_twice.document("kota.1"), held_twice.document("kampus.77")
    assert first is not None
    assert second is not None
    assert (first.title, second.title) == ("Pulang", "Laut bercerita : novel")
    assert not first.members
    assert not second.members


@pytest.mark.parametrize(("source", "number", "left"), [("kota", "1", "kampus.77"), ("kampus", "77", "kota.1")])
def test_a_record_that_is_deleted_leaves_the_other(
    held_twice: Library, tmp_path: Path, source: str, number: str, left: str
) -> None:
    report = held_twice.load(write(tmp_path / "b.mrc", [deleted(number)]), source=source)
    assert report.outcomes["deleted"] == 1
    assert ids(held_twice) == [left]
    document = held_twice.document(left)
    assert document is not None
    assert not document.members
    assert [tombstone.id for tombstone in held_twice.tombstones] == [f"{source}.{number}"]


def test_records_that_come_to_agree_are_joined_later(library: Library, tmp_path: Path) -> None:
    library.load(write(tmp_path / "a.mrc", [marc("1")]), source="kota")
    library.load(write(tmp_path / "b.mrc", [marc("77", "Laut bercerita", ISBN, "2016")]), source="kampus")
    assert ids(library) == ["kampus.77", "kota.1"]
    report = library.load(write(tmp_path / "b.mrc", [marc("77")]), source="kampus")
    assert (report.outcomes["updated"], report.joined) == (1, 1)
    assert ids(library) == ["kota.1"]
    assert library.engine.info().documents == 1
    assert [tombstone.id for tombstone in library.tombstones] == ["kampus.77"]  # who copied it must be told
    library.load(write(tmp_path / "b.mrc", [marc("77", "Laut bercerita", ISBN, "2016")]), source="kampus")
    assert ids(library) == ["kampus.77", "kota.1"]
    assert list(library.tombstones) == []


def test_a_record_removed_and_loaded_again_has_no_tombstone(library: Library, tmp_path: Path) -> None:
    library.load(write(tmp_path / "a.mrc", [marc("1")]), source="kota")
    library.load(write(tmp_path / "d.mrc", [deleted("1")]), source="kota")
    assert [tombstone.id for tombstone in library.tombstones] == ["kota.1"]
    library.load(tmp_path / "a.mrc", source="kota")
    assert list(library.tombstones) == []


def test_other_title_information_makes_no_other_work() -> None:
    assert work_keys([ISBN, "6020332956"], "Laut : novel", "", "2017") == (f"{ISBN}|laut|2017",)
    assert work_keys([ISBN], "Laut /", "", "2017") == (f"{ISBN}|laut|2017",)
    assert work_keys([ISBN], "Laut", "", "") == work_keys([], "Laut", "", "2017") == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("$a Ensiklopedi : $b seri geografi. $n Jilid 1", "$a Ensiklopedi : $b seri geografi. $n Jilid 2"),
        ("$a Ensiklopedi : $b jilid 1", "$a Ensiklopedi : $b jilid 2"),
        ("$a Sejarah. $p Masa awal", "$a Sejarah. $p Masa kini"),
    ],
)
def test_volumes_of_a_set_that_share_an_isbn_stay_apart(library: Library, tmp_path: Path, one: str, other: str) -> None:
    for source, title in (("kota", one), ("kampus", other)):
        fields = ("001 1", f"020    $a {ISBN}", f"245 10 {title}", "264  1 $c 2017")
        library.load(write(tmp_path / f"{source}.mrc", [made(*fields).raw.data]), source=source)
    assert ids(library) == ["kampus.1", "kota.1"]


def test_the_isbn_of_another_form_is_no_evidence(library: Library, tmp_path: Path) -> None:
    library.load(write(tmp_path / "kota.mrc", [marc("1")]), source="kota")
    electronic = made("001 77", f"020    $z {ISBN}", "245 10 $a Laut bercerita", "264  1 $c 2017").raw.data
    assert library.load(write(tmp_path / "e.mrc", [electronic]), source="kampus").joined == 0
