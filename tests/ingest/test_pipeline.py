import gzip
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from threading import Event

import pytest

import marc_samples
from ingest import pipeline
from ingest.ebooks import EbookStore, StoreError
from ingest.jobs import IngestJob, Progress
from ingest.pipeline import Load
from ingest.readers.columns import load_columns
from ingest.report import OUTCOMES, IngestReport
from portal.commands.console import report_text
from search.discovery import Discovery
from search.document import Document, DocumentId
from search.engine import Matrix
from search.query import Filter, Query
from search.query_language import parse
from tests.support import pdfs
from tests.support.embedders import LetterEmbedder
from tests.support.library import Library
from tests.support.records import record, write
from tests.support.shared_data import shared

BATCH = 1_000
SEVERAL_BATCHES = 2 * BATCH + 500


@pytest.fixture
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(tmp_path_factory.mktemp("data"))


def test_a_loaded_record_is_found(library: Library, tmp_path: Path) -> None:
    report = library.load(
        write(tmp_path / "a.mrc", [record("1", "Terumbu karang Selat Lembeh"), record("2", "Gunung api")])
    )
    assert report.outcomes["indexed"] == report.read == 2
    assert library.titles("terumbu") == ["Terumbu karang Selat Lembeh"]


def test_the_same_file_again_changes_nothing(library: Library, tmp_path: Path) -> None:
    path = write(tmp_path / "a.mrc", [record("1", "Terumbu karang"), record("2", "Gunung api")])
    embedder = LetterEmbedder()
    library.load(path, embedder=embedder)
    texts = embedder.embedded
    report = library.load(path, embedder=embedder)
    assert report.outcomes["unchanged"] == report.read == 2
    assert embedder.embedded == texts


def test_a_changed_record_replaces_the_old_one(library: Library, tmp_path: Path) -> None:
    library.load(write(tmp_path / "a.mrc", [record("1", "Terumbu karang"), record("2", "Gunung api")]))
    report = library.load(write(tmp_path / "b.mrc", [record("1", "Padang lamun"), record("2", "Gunung api")]))
    assert (report.outcomes["updated"], report.outcomes["unchanged"]) == (1, 1)
    assert library.titles("terumbu") == []
    assert library.titles("lamun") == ["Padang lamun"]


def test_the_same_control_number_twice_in_a_load_is_told(library: Library, tmp_path: Path) -> None:
    report = library.load(write(tmp_path / "a.mrc", [record("1", "Satu"), record("1", "Dua")]))
    assert (report.outcomes["indexed"], report.outcomes["updated"], report.replaced_in_load) == (1, 1, 1)
    assert library.titles("dua") == ["Dua"]


def test_two_sources_may_use_one_control_number(library: Library, tmp_path: Path) -> None:
    library.load(write(tmp_path / "a.mrc", [record("1", "Satu")]), source="bitung")
    library.load(write(tmp_path / "b.mrc", [record("1", "Dua")]), source="manado")
    assert library.discovery.search(Query()).total == 2


def test_a_record_marked_deleted_goes(library: Library, tmp_path: Path) -> None:
    library.load(write(tmp_path / "a.mrc", [record("1", "Satu"), record("2", "Dua")]))
    report = library.load(write(tmp_path / "b.mrc", [record("1", "Satu", status="d")]))
    assert report.outcomes["deleted"] == 1
    assert library.discovery.search(Query()).total == 1


def test_what_its_library_hides_from_the_public_is_not_shown(library: Library, tmp_path: Path) -> None:
    table = "Judul,Pengarang,biblio_id,opac_hide\n"
    (tmp_path / "a.csv").write_text(f"{table}Satu,Ana,1,0\nDua,Ana,2,0\n")
    library.load(tmp_path / "a.csv")
    (tmp_path / "a.csv").write_text(f"{table}Satu,Ana,1,0\nDua,Ana,2,1\n")
    report = library.load(tmp_path / "a.csv")
    assert (report.outcomes["deleted"], library.titles("")) == (1, ["Satu"])
    assert report.notes[-1].startswith("katalog: 1 record left out, as if deleted, since the library hides")


def test_vectors_are_made_later_for_records_loaded_without(library: Library, tmp_path: Path) -> None:
    path = write(tmp_path / "a.mrc", [record("1", "Satu")])
    library.load(path)
    report = library.load(path, embedder=LetterEmbedder())
    assert report.outcomes["updated"] == 1
    assert library.engine.info().passages == 1
    # And a load without vectors leaves those that are there.
    assert library.load(path).outcomes["unchanged"] == 1
    assert library.engine.info().passages == 1


def test_rebuild_keeps_only_what_is_named(library: Library, tmp_path: Path) -> None:
    library.load(write(tmp_path / "a.mrc", [record("1", "Satu")]))
    library.load(write(tmp_path / "b.mrc", [record("2", "Dua")]), rebuild=True)
    assert [hit.document.title for hit in library.discovery.search(Query()).hits] == ["Dua"]


def test_a_rebuild_that_is_stopped_leaves_the_old_index(library: Library, tmp_path: Path) -> None:
    library.load(write(tmp_path / "a.mrc", [record("1", "Satu")]))
    big = write(tmp_path / "b.mrc", [record(str(n), f"Judul {n}") for n in range(SEVERAL_BATCHES)])
    stop = Event()
    job = IngestJob((big,), rebuild=True)

    def stop_soon(progress: Progress) -> None:
        if progress.read:
            stop.set()

    report = Load(library.engine, library.ebooks, job, stop_soon, stop, batch_records=BATCH).run()
    assert (report.stopped, report.given_up) == (True, True)
    assert library.titles("") == ["Satu"]


def test_a_rebuild_that_finds_nothing_leaves_the_old_index(library: Library, tmp_path: Path) -> None:
    library.load(write(tmp_path / "a.mrc", [record("1", "Satu")]))
    (tmp_path / "empty").mkdir()
    assert library.load(tmp_path / "empty", rebuild=True).given_up
    assert library.titles("") == ["Satu"]


def test_a_rebuild_attaches_ebooks_in_the_same_publication(library: Library) -> None:
    report = library.load(marc_samples.SAMPLES, rebuild=True)
    assert report.attached == 3
    assert library.engine.info().generation.startswith("000001")


def test_stopping_keeps_what_was_read_and_going_on_completes_it(library: Library, tmp_path: Path) -> None:
    first = write(tmp_path / "a.mrc", [record(str(n), f"Judul {n}") for n in range(SEVERAL_BATCHES)])
    stop = Event()
    job = IngestJob((first,))

    def stop_soon(progress: Progress) -> None:
        if progress.read:
            stop.set()

    report = Load(library.engine, library.ebooks, job, stop_soon, stop, batch_records=BATCH).run()
    assert report.stopped
    kept = library.engine.info().documents
    assert 0 < kept < SEVERAL_BATCHES
    again = library.load(first)
    assert (again.outcomes["unchanged"], again.outcomes["indexed"]) == (kept, SEVERAL_BATCHES - kept)


class SizeEmbedder(LetterEmbedder):
    """Keeps how many texts came together."""

    def __init__(self) -> None:
        super().__init__()
        self.together: list[int] = []

    def passages(self, texts: Sequence[str]) -> Matrix:
        self.together.append(len(texts))
        return super().passages(texts)


@pytest.mark.parametrize(("waited_for_s", "sizes"), [(3_600.0, [500, 1000, 1000]), (0.0, [500] * 5)])
def test_batches_grow_while_one_takes_little(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waited_for_s: float, sizes: list[int]
) -> None:
    monkeypatch.setattr(pipeline, "_WAITED_FOR_S", waited_for_s)
    path = write(tmp_path / "a.mrc", [record(str(n), f"Judul {n}") for n in range(SEVERAL_BATCHES)])
    embedder = SizeEmbedder()
    Load(library.engine, library.ebooks, IngestJob((path,), embedder=embedder), batch_records=BATCH).run()
    assert embedder.together == sizes


def test_stopping_in_the_middle_of_a_batch_writes_what_was_read_of_it(library: Library, tmp_path: Path) -> None:
    for name in "ab":
        write(tmp_path / f"{name}.mrc", [record(f"{name}{n}", f"Judul {n}") for n in range(SEVERAL_BATCHES)])
    stop = Event()

    def stop_soon(progress: Progress) -> None:
        if progress.done > progress.total / 4:  # three quarters are read, and nothing is written
            stop.set()

    job = IngestJob((tmp_path,))
    report = Load(library.engine, library.ebooks, job, stop_soon, stop, batch_records=10 * BATCH).run()
    assert report.stopped
    assert BATCH < library.engine.info().documents < 2 * SEVERAL_BATCHES


def state(library: Library) -> tuple[list[Document], int, int]:
    """All documents in the order of their ids, and how many passages and pages there are."""
    searcher, info = library.engine.searcher(), library.engine.info()
    ids = sorted(item.id for item in searcher.keyword(Query(), info.documents).items)
    return list(searcher.fetch(ids)), info.passages, info.pages


def counts(report: IngestReport) -> dict[str, object]:
    return {name: value for name, value in report.to_plain().items() if name != "seconds"}


def test_two_workers_load_what_one_loads(tmp_path: Path) -> None:
    one, two = Library(tmp_path / "one"), Library(tmp_path / "two")
    for _ in ("new", "unchanged, with e-books carried over"):
        by_one = one.load(marc_samples.SAMPLES, embedder=LetterEmbedder())
        by_two = two.load(marc_samples.SAMPLES, embedder=LetterEmbedder(), workers=2)
        assert counts(by_two) == counts(by_one)
        assert state(two) == state(one)


def test_two_workers_load_real_files_as_one_does(tmp_path: Path) -> None:
    folder = shared("data/marc/solrmarc")
    one, two = Library(tmp_path / "one"), Library(tmp_path / "two")
    by_one = one.load(folder, embedder=LetterEmbedder())
    assert by_one.replaced_in_load > 10
    assert counts(two.load(folder, embedder=LetterEmbedder(), workers=2)) == counts(by_one)
    assert state(two) == state(one)


def test_of_one_control_number_twice_the_later_stands_whoever_maps_it(library: Library, tmp_path: Path) -> None:
    rows = [record(str(n % 700), f"Judul {n}") for n in range(2100)]
    report = library.load(write(tmp_path / "a.mrc", rows), workers=3)
    assert (report.outcomes["indexed"], report.replaced_in_load) == (700, 1400)
    assert {document.title for document in state(library)[0]} == {f"Judul {n}" for n in range(1400, 2100)}


def test_progress_moves_with_two_workers(library: Library, tmp_path: Path) -> None:
    paths = [
        write(tmp_path / name, [record(f"{name}{n}", f"Judul {n}") for n in range(SEVERAL_BATCHES)]) for name in "ab"
    ]
    seen: list[Progress] = []
    Load(library.engine, library.ebooks, IngestJob(tuple(paths), workers=2), seen.append, batch_records=BATCH).run()
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert [p.read for p in seen] == sorted(p.read for p in seen)
    assert seen[-1].done == seen[-1].total
    assert any(p.read and p.done < p.total for p in seen)
    # Both files were read before the first batch was written, which is less than half of the work.
    assert all(p.done < p.total / 2 for p in seen if not p.read)


def progress_of(library: Library, paths: tuple[Path, ...], workers: int) -> list[Progress]:
    seen: list[Progress] = []
    Load(library.engine, library.ebooks, IngestJob(paths, workers=workers), seen.append, batch_records=BATCH).run()
    return seen


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("changed", [0, 1, 30])
def test_progress_ends_where_all_is_done_whatever_was_unchanged(
    library: Library, tmp_path: Path, changed: int, workers: int
) -> None:
    rows = [record(str(n), f"Judul {n}") for n in range(60)]
    paths = (write(tmp_path / "a.mrc", rows), *(pdfs.book(tmp_path / f"{n}.pdf", [f"Buku {n}"] * n) for n in (3, 300)))
    library.load(*paths)
    # The last are unchanged, which are counted when they are read.
    write(tmp_path / "a.mrc", [record(str(n), f"Baru {n}") for n in range(changed)] + rows[changed:])
    seen = progress_of(library, paths, workers)
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert seen[-1].done == pytest.approx(seen[-1].total)
    assert seen[-1].read == 62


def test_stopping_two_workers_keeps_what_was_written(library: Library, tmp_path: Path) -> None:
    path = write(tmp_path / "a.mrc", [record(str(n), f"Judul {n}") for n in range(SEVERAL_BATCHES)])
    stop = Event()

    def stop_soon(progress: Progress) -> None:
        if progress.read:
            stop.set()

    job = IngestJob((path,), workers=2)
    report = Load(library.engine, library.ebooks, job, stop_soon, stop, batch_records=BATCH).run()
    assert report.stopped
    kept = library.engine.info().documents
    assert 0 < kept == report.outcomes["indexed"] < SEVERAL_BATCHES
    again = library.load(path, workers=2)
    assert (again.outcomes["unchanged"], again.outcomes["indexed"]) == (kept, SEVERAL_BATCHES - kept)


def test_samples_add_up_whatever_is_in_them(library: Library, tmp_path: Path) -> None:
    report = library.load(marc_samples.SAMPLES)
    assert report.read == sum(report.outcomes[outcome] for outcome in OUTCOMES)
    assert report.outcomes["refused"] == len(report.refusals) > 0
    assert all(item.origin.file and item.reason for item in report.refusals)
    assert library.engine.info().documents == report.outcomes["indexed"]
    report.save(tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["read"] == report.read


def test_a_pdf_is_attached_to_the_record_that_names_it(library: Library) -> None:
    report = library.load(marc_samples.SAMPLES)
    assert report.attached >= 2
    books = library.discovery.search(parse("", [Filter("access", ("fulltext",))])).hits
    with_record = [hit.document for hit in books if hit.document.raw is not None and hit.document.raw.format != "pdf"]
    assert len(with_record) == report.attached
    assert all(library.ebooks.path(d.ebook.sha256) is not None for d in with_record if d.ebook)


def test_a_record_loaded_again_keeps_its_ebook(library: Library) -> None:
    library.load(marc_samples.SAMPLES)
    before = library.engine.info()
    report = library.load(marc_samples.SAMPLES)
    assert report.outcomes["unchanged"] == report.read - report.outcomes["refused"]
    assert library.engine.info().pages == before.pages


BOOKS = sorted(marc_samples.SAMPLES.rglob("*.pdf"))


def test_two_volumes_of_one_record_do_not_replace_each_other(library: Library, tmp_path: Path) -> None:
    for name, book in zip(("jilid1.pdf", "jilid2.pdf"), BOOKS, strict=False):
        shutil.copy(book, tmp_path / name)
    write(tmp_path / "a.mrc", [record("1", "Dua jilid", files=("jilid1.pdf", "jilid2.pdf"))])
    library.load(tmp_path)
    info = library.engine.info()
    assert info.documents == 2  # the record with its first volume, and the second by itself
    assert library.load(tmp_path).outcomes["unchanged"] == 3
    assert (library.engine.info().documents, library.engine.info().pages) == (2, info.pages)


def test_an_ebook_loaded_before_its_record_moves_to_it(library: Library, tmp_path: Path) -> None:
    book = shutil.copy(BOOKS[0], tmp_path / "A1.pdf")
    library.load(Path(book))
    records = write(tmp_path / "a.mrc", [record("A1", "Judul buku")])
    report = library.load(records, Path(book))
    assert report.attached == 1
    assert library.titles("") == ["Judul buku"]
    assert library.engine.info().pages > 0


def test_one_file_under_two_names_goes_to_both_records(library: Library, tmp_path: Path) -> None:
    for name in ("A1.pdf", "A2.pdf"):
        shutil.copy(BOOKS[0], tmp_path / name)
    write(tmp_path / "a.mrc", [record("A1", "Satu"), record("A2", "Dua")])
    assert library.load(tmp_path).attached == 2


def test_a_new_version_of_a_file_replaces_the_old_one(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "a.mrc", [record("A1", "Satu")])
    shutil.copy(BOOKS[0], tmp_path / "A1.pdf")
    library.load(tmp_path)
    shutil.copy(BOOKS[1], tmp_path / "A1.pdf")
    assert library.load(tmp_path).outcomes["updated"] == 1
    assert library.engine.info().documents == 1


def test_records_deleted_and_added_again_in_one_file_end_as_the_last_says(library: Library, tmp_path: Path) -> None:
    rows = [record("1", "Satu"), record("1", "Satu", status="d"), record("1", "Satu baru"), record("2", "Dua"),
            record("2", "Dua", status="d")]  # fmt: skip
    report = library.load(write(tmp_path / "a.mrc", rows))
    assert report.read == 5
    assert library.titles("") == ["Satu baru"]


def test_damaged_gzip_is_one_refusal_and_its_neighbours_are_read(library: Library, tmp_path: Path) -> None:
    noise = "".join(chr(33 + (n * n * 7919) % 90) for n in range(3000))
    packed = bytearray(gzip.compress(b"".join(record(str(n), f"Judul {n} {noise[n : n + 900]}") for n in range(900))))
    packed[12:40] = b"\xff" * 28
    (tmp_path / "a.mrc.gz").write_bytes(packed)
    packed = bytearray(gzip.compress(b"".join(record(str(n), f"Judul {n} {noise[n : n + 900]}") for n in range(900))))
    packed[len(packed) // 2 : len(packed) // 2 + 200] = b"\xff" * 200
    (tmp_path / "b.mrc.gz").write_bytes(packed)
    write(tmp_path / "c.mrc", [record("c", "Sesudahnya")])
    report = library.load(tmp_path)
    assert report.reasons["unreadable_file"] == 2
    assert library.titles("sesudahnya") == ["Sesudahnya"]


def test_a_pipe_is_refused_not_waited_for(library: Library, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.mrc")
    assert library.load(tmp_path).reasons["unreadable_file"] == 1


def test_a_closed_folder_is_told(library: Library, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    if os.access(closed, os.R_OK):
        pytest.skip("this user may read everything")
    assert library.load(tmp_path).reasons["unreadable_file"] == 1


def test_packed_files_are_read(library: Library, tmp_path: Path) -> None:
    packed = tmp_path / "a.mrc.gz"
    packed.write_bytes(gzip.compress(record("1", "Satu")))
    pdf = next(marc_samples.SAMPLES.rglob("*.pdf"))
    with pdf.open("rb") as plain, gzip.open(tmp_path / f"{pdf.name}.gz", "wb") as copy:
        shutil.copyfileobj(plain, copy)
    report = library.load(tmp_path / "a.mrc.gz", tmp_path / f"{pdf.name}.gz")
    assert report.outcomes["indexed"] == 2


def test_a_broken_off_gzip_keeps_what_came_before(library: Library, tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(record(str(n), f"Judul {n}") for n in range(2000)))
    (tmp_path / "a.mrc.gz").write_bytes(whole[: len(whole) // 2])
    report = library.load(tmp_path / "a.mrc.gz")
    assert report.outcomes["indexed"] > 100
    assert report.reasons["unreadable_file"] == 1


def test_what_is_no_catalogue_is_refused_by_name(library: Library, tmp_path: Path) -> None:
    (tmp_path / "empty.mrc").write_bytes(b"")
    (tmp_path / "letter.mrc").write_text("Yang terhormat,\n" * 50, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not looked at in a folder", encoding="utf-8")
    report = library.load(tmp_path)
    assert report.outcomes["refused"] == report.read == 2
    assert {Path(item.origin.file).name for item in report.refusals} == {"empty.mrc", "letter.mrc"}


def test_a_text_with_tabs_that_nobody_named_is_no_refusal(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "a.mrc", [record("1", "Satu")])
    log = tmp_path / "log.txt"
    log.write_text("2024-01-01\tINFO\tmulai\n2024-01-02\tWARN\tselesai\n", encoding="utf-8")
    report = library.load(tmp_path)
    assert (report.files, report.outcomes["refused"]) == (1, 0)
    (note,) = report.notes
    assert note.startswith(
        f"{log}: passed over; if it is a table of titles, name the file itself. The first row looks like"
    )
    assert library.load(log).reasons == {"unknown_format": 1}
    in_order = load_columns(Path("slims"))
    assert library.load(tmp_path, columns=in_order).outcomes["indexed"] == 0
    assert library.load(log, columns=in_order).outcomes["indexed"] == 2


def test_documents_and_unfinished_files_beside_a_catalogue_are_told_and_no_refusals(
    library: Library, tmp_path: Path
) -> None:
    write(tmp_path / "a.mrc", [record("1", "Satu")])
    (tmp_path / "baru").mkdir()
    for name in (
        "Surat.docx",
        "baru/novel.epub",
        "besar.pdf.part",
        "cadangan.sql",
        "~$katalog.xlsx",
        "Thumbs.db",
        ".DS_Store",
    ):
        (tmp_path / name).write_bytes(b"\x05admin")
    report = library.load(tmp_path)
    assert (report.files, report.outcomes["indexed"], report.outcomes["refused"]) == (1, 1, 0)
    assert [note.partition(": ")[2].rpartition(": ")[2] for note in report.notes] == [
        "Surat.docx, baru/novel.epub.",
        "besar.pdf.part.",
        "cadangan.sql.",
    ]


def test_an_ebook_without_any_title_is_told(library: Library, tmp_path: Path) -> None:
    pdfs.book(tmp_path / "scan0001.pdf", ["Pengelolaan Terumbu Karang"])
    pdfs.book(tmp_path / "nelayan.pdf", ["Nelayan di Bitung"])
    (note,) = library.load(tmp_path).notes
    assert note.startswith(
        'scan0001.pdf: it belongs to no record and states no title, so it is called "Pengelolaan Terumbu Karang" after what'
    )


def test_similar_and_pages_hang_on_a_document(library: Library) -> None:
    library.load(marc_samples.SAMPLES, embedder=LetterEmbedder())
    discovery = Discovery(library.engine, LetterEmbedder())
    book = discovery.search(parse("", [Filter("access", ("fulltext",))])).hits[0].document
    assert discovery.pages(book.id, 1, 1)[0].number == 1
    similar = discovery.similar(book.id)
    assert similar
    assert book.id not in {hit.document.id for hit in similar}
    assert discovery.similar(DocumentId("nothing.1")) == ()


def test_an_update_that_is_quite_another_title_is_told(library: Library, tmp_path: Path) -> None:
    library.load(write(tmp_path / "slims.mrc", [record("1", "Kucing"), record("2", "Laut dalam")]))
    report = library.load(write(tmp_path / "inlis.mrc", [record("1", "Mobil"), record("2", "Laut dalam, edisi baru")]))
    assert (report.outcomes["updated"], report.replaced_by_another) == (2, 1)
    (found,) = report.replacements
    assert (found.id, found.was, found.now) == ("katalog.1", "Kucing", "Mobil")
    assert "--source" in report_text(report)


def test_only_quite_another_title_is_listed_as_one(library: Library, tmp_path: Path) -> None:
    numbers = (("1", "Laut"), ("1", "Laut dalam"), ("2", "Kucing"), ("2", "Mobil"))
    report = library.load(write(tmp_path / "a.mrc", [record(number, title) for number, title in numbers]))
    said = report_text(report)
    ordinary, others = said[said.index("2 updates replaced") :].split("1 record took the place of quite another")
    assert "'Laut' became 'Laut dalam'" in ordinary
    assert "Kucing" not in ordinary
    assert "'Kucing' became 'Mobil'" in others
    assert "Laut" not in others


def test_a_number_used_twice_in_a_load_is_named_with_its_place(library: Library, tmp_path: Path) -> None:
    report = library.load(write(tmp_path / "a.mrc", [record("1", "Satu"), record("2", "x"), record("1", "Dua")]))
    (found,) = report.replacements
    assert (found.id, found.now, found.origin.position, found.in_load) == ("katalog.1", "Dua", 3, True)


def test_a_rebuild_tells_which_sources_it_drops(library: Library, tmp_path: Path) -> None:
    library.load(write(tmp_path / "a.mrc", [record("1", "Satu"), record("2", "Dua")]), source="kampus")
    library.load(write(tmp_path / "c.mrc", [record("1", "Empat")]), source="desa")
    report = library.load(write(tmp_path / "b.mrc", [record("1", "Tiga")]), source="kota", rebuild=True)
    (told,) = report.notes
    assert "; gone: " in told
    assert "2 records of kampus" in told
    assert "1 record of desa" in told


def test_a_rebuild_of_a_part_tells_that_the_index_has_less(library: Library, tmp_path: Path) -> None:
    """As after "make it anew: telusur ingest --rebuild PATH" of a catalogue that came in two files."""
    first = write(tmp_path / "a.mrc", [record("1", "Satu"), record("2", "Dua")])
    second = write(tmp_path / "b.mrc", [record("3", "Tiga")])
    library.load(first, second)
    (told,) = library.load(second, rebuild=True).notes
    assert told.startswith("katalog: the index held 3 records before, and holds 1 now")
    assert library.load(first, second, rebuild=True).notes == []


def test_a_rebuild_after_another_version_tells_that_the_index_has_less(tmp_path: Path) -> None:
    Library(tmp_path).load(write(tmp_path / "a.mrc", [record("1", "Satu"), record("2", "Dua")]))
    (manifest,) = tmp_path.rglob("manifest.json")
    plain = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(plain | {"schema_version": 1}), encoding="utf-8")
    (told,) = Library(tmp_path).load(write(tmp_path / "b.mrc", [record("1", "Satu")]), rebuild=True).notes
    assert told.startswith("katalog: the index held 2 records before, and holds 1 now")


def test_a_source_that_is_new_beside_others_is_told_once(library: Library, tmp_path: Path) -> None:
    """A name that was mistyped, or changed, has each title twice."""
    path = write(tmp_path / "a.mrc", [record("1", "Satu"), record("2", "Dua")])
    assert library.load(path, source="kampus").notes == []
    (note,) = library.load(path, source="kampuss").notes
    assert note.startswith(
        "kampuss: the index has records under this name for the first time, beside 2 records of kampus."
    )
    assert library.load(path, source="kampuss").notes == []
    assert library.load(path, source="kampus").notes == []


def test_a_pdf_whose_name_is_no_text_is_loaded(library: Library, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.pdf")
    shutil.copy(marc_samples.SAMPLES / "pemrograman-rust.pdf", tmp_path / name)
    for rebuild in (False, True):
        assert library.load(tmp_path / name, rebuild=rebuild).outcomes["refused"] == 0
    assert library.engine.info().documents == 1


def test_a_store_that_cannot_take_an_ebook_is_no_fault_of_the_ebook(library: Library, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.write_bytes(b"a file where a folder should be")
    job = IngestJob((marc_samples.SAMPLES / "pemrograman-rust.pdf",))
    with pytest.raises(StoreError, match="cannot take"):
        Load(library.engine, EbookStore(store), job).run()


def test_an_ebook_that_the_store_has_lost_is_put_back(library: Library) -> None:
    library.load(marc_samples.SAMPLES)
    books = library.discovery.search(parse("", [Filter("access", ("fulltext",))])).hits
    sums = [hit.document.ebook.sha256 for hit in books if hit.document.ebook]
    for sum_ in sums:
        stored = library.ebooks.path(sum_)
        assert stored is not None
        stored.unlink()
    library.load(marc_samples.SAMPLES)
    assert sums
    assert all(library.ebooks.path(sum_) is not None for sum_ in sums)
