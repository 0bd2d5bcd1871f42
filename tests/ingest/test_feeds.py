"""Records of a repository in the index: the names they have there, removals, and what is remembered of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import pytest

from ingest.harvest_state import Position
from ingest.jobs import IngestJob
from ingest.pipeline import Load
from ingest.report import IngestReport
from ingest.source import Origin, Rejected, RemovedRecord, UnreadRecord
from search.query import Query
from tests.support.library import Library
from tests.support.marc_records import made
from tests.support.records import record, write

Item = UnreadRecord | RemovedRecord | Rejected


class Feed:
    """What ingest.harvest.Harvest is to a load, from a list."""

    total: int | None = None

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self.count = 0
        self.kept: list[Position] = []

    @property
    def position(self) -> Position:
        return Position(count=self.count, complete=self.count == len(self._items))

    def items(self) -> Iterator[Item]:
        for item in self._items:
            self.count += 1
            yield item

    def keep(self, position: Position) -> None:
        self.kept.append(position)


def given(name: str, data: bytes) -> UnreadRecord:
    return UnreadRecord(Origin("oai", 1), "marc", data, oai_identifier=name)


def gone(name: str) -> RemovedRecord:
    return RemovedRecord(Origin("oai", 1), name)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "data")


def harvest(library: Library, *items: Item, source: str = "kota") -> IngestReport:
    job = IngestJob(source=source, harvest=Feed(items))  # type: ignore[arg-type]
    return Load(library.engine, library.ebooks, job, tombstones=library.tombstones).run()


def ids(library: Library) -> list[str]:
    return sorted(item.id for item in library.engine.searcher().keyword(Query(), 100).items)


def buried(library: Library) -> list[str]:
    return [tombstone.id for tombstone in library.tombstones]


def test_a_removal_takes_the_record_of_its_own_source_only(library: Library) -> None:
    harvest(library, given("oai:slims:1", record("1", "Laut")), source="a")
    harvest(library, given("oai:slims:1", record("1", "Ikan")), source="b")
    report = harvest(library, gone("oai:slims:1"), source="b")
    assert (report.outcomes["deleted"], ids(library), buried(library)) == (1, ["a.1"], ["b.1"])


def test_a_record_that_comes_and_goes_in_one_harvest_is_gone(library: Library) -> None:
    report = harvest(library, given("oai:1", record("1", "Laut")), gone("oai:1"), given("oai:2", record("2", "Ikan")))
    assert (report.outcomes["indexed"], report.outcomes["deleted"]) == (2, 1)
    assert ids(library) == ["kota.2"]


def test_a_removal_of_what_was_never_here_is_nothing(library: Library, tmp_path: Path) -> None:
    report = harvest(library, gone("oai:9"))
    assert (report.outcomes["unchanged"], report.outcomes["deleted"]) == (1, 0)
    report = library.load(write(tmp_path / "d.mrc", [record("9", "x", status="d")]), source="kota")
    assert (report.outcomes["unchanged"], report.outcomes["deleted"]) == (1, 0)
    assert buried(library) == []


def test_a_record_that_its_repository_numbers_anew_is_not_doubled(library: Library) -> None:
    harvest(library, given("oai:1", record("1", "Laut")))
    report = harvest(library, given("oai:1", record("101", "Laut")))
    assert (report.outcomes["updated"], report.outcomes["indexed"]) == (1, 0)
    assert (ids(library), buried(library)) == (["kota.101"], ["kota.1"])


def test_a_record_without_a_number_is_known_by_its_name_there(library: Library) -> None:
    harvest(library, given("oai:1", made("245 10 $a Laut").raw.data))
    report = harvest(library, given("oai:1", made("245 10 $a Laut yang dibetulkan").raw.data))
    assert (report.outcomes["updated"], len(ids(library))) == (1, 1)


def test_a_record_known_from_a_file_can_be_removed_by_its_repository(library: Library, tmp_path: Path) -> None:
    library.load(write(tmp_path / "a.mrc", [record("1", "Laut")]), source="kota")
    harvest(library, given("oai:1", record("1", "Laut")))
    library.load(write(tmp_path / "b.mrc", [record("1", "Laut dan ikan")]), source="kota")
    assert harvest(library, gone("oai:1")).outcomes["deleted"] == 1
    assert ids(library) == []


def test_the_second_harvest_of_the_same_is_unchanged(library: Library) -> None:
    items = [given(f"oai:{n}", record(str(n), f"Judul {n}")) for n in range(5)]
    harvest(library, *items)
    assert harvest(library, *items).outcomes["unchanged"] == 5


def test_what_was_removed_and_is_back_in_the_same_load_has_no_tombstone(library: Library, tmp_path: Path) -> None:
    library.load(write(tmp_path / "a.mrc", [record("1", "Laut")]), source="kota")
    library.load(write(tmp_path / "b.mrc", [record("1", "x", status="d"), record("1", "Laut")]), source="kota")
    assert (ids(library), buried(library)) == (["kota.1"], [])


def test_a_load_that_is_given_up_leaves_the_tombstones(library: Library, tmp_path: Path) -> None:
    path = write(tmp_path / "a.mrc", [record("1", "Laut")])
    library.load(path, source="kota")
    library.load(write(tmp_path / "d.mrc", [record("1", "x", status="d"), record("2", "y")]), source="kota")
    assert buried(library) == ["kota.1"]
    broken = Feed([given("oai:1", record("1", "Laut")), Rejected(Origin("oai"), "unreachable", "x")])
    broken._items = [*broken._items, gone("never reached")]
    job = IngestJob(source="kota", harvest=broken, rebuild=True)  # type: ignore[arg-type]
    broken.items = lambda: iter(broken._items[:2])  # type: ignore[method-assign]
    report = Load(library.engine, library.ebooks, job, tombstones=library.tombstones).run()
    assert report.given_up
    assert buried(library) == ["kota.1"]


def test_the_position_is_kept_after_what_came_before_it_is_published(library: Library) -> None:
    feed = Feed([given(f"oai:{n}", record(str(n), f"Judul {n}")) for n in range(3)])
    published: list[int] = []
    feed.keep = lambda _: published.append(library.engine.info().documents)  # type: ignore[method-assign, assignment]
    Load(library.engine, library.ebooks, IngestJob(harvest=feed, checkpoint_s=0.0)).run()  # type: ignore[arg-type]
    assert published[-1] == 3
    assert all(published)


def test_what_was_harvested_before_the_load_is_stopped_is_written(library: Library) -> None:
    feed = Feed([given(f"oai:{n}", record(str(n), f"Judul {n}")) for n in range(500)])
    stop, all_items = Event(), feed.items

    def stopped_amid() -> Iterator[Item]:
        for number, item in enumerate(all_items()):
            if number == 50:
                stop.set()
            yield item

    feed.items = stopped_amid  # type: ignore[method-assign]
    report = Load(library.engine, library.ebooks, IngestJob(harvest=feed), stop=stop).run()  # type: ignore[arg-type]
    assert report.stopped
    assert 0 < library.engine.info().documents == feed.kept[-1].count < 500
